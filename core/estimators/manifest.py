"""What a batch has done: a file of JSON lines, one a finished or failed video, by content.

A line is written whole and flushed to the disk before the next video is counted, and a line that a
power cut broke off is dropped when the file is opened again. Later lines about the same work
replace earlier ones. Must not know how the work is done.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import logging
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.atomic import explain_write_error, written_whole
from core.errors import FileProblem

_LOG = logging.getLogger(__name__)
FORMAT = "motion-studio batch 1"
_BLOCK = 1 << 22


@dataclass(frozen=True, kw_only=True)
class Row:
    """One video's state: ``state`` is "done" or "failed".

    key names the work: the video's content and the settings. files: one dictionary a clip
    (path below the output folder, estimator, person, num_frames, fps, verdict, reasons).
    """

    key: str
    video: str  # path below the folder, with /
    sha256: str
    state: str
    size: int = 0
    mtime_ns: int = 0
    label: dict[str, str | int] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    files: tuple[dict[str, Any], ...] = ()
    reason: str = ""
    hint: str = ""
    is_final: bool = False  # of a failure: trying again would not help
    seconds: float = 0.0
    worker: str = ""
    when: str = ""  # ISO 8601, UTC

    def to_json(self) -> str:
        """One line without the empty fields."""
        values = dataclasses.asdict(self)
        return json.dumps({k: v for k, v in values.items() if v})

    @classmethod
    def from_json(cls, line: str) -> Row:
        """Read :meth:`to_json`'s line; unknown keys are dropped. Raises ValueError."""
        values = json.loads(line)
        if not isinstance(values, dict) or values.get("state") not in ("done", "failed"):
            raise ValueError("no row of a batch")
        names = {f.name for f in dataclasses.fields(cls)}
        values = {key: value for key, value in values.items() if key in names}
        values["files"] = tuple(values.get("files", ()))
        try:
            return cls(**values)
        except TypeError as error:
            raise ValueError("no row of a batch") from error


class Manifest:
    """The rows of a batch by key, kept in a file. One process writes it."""

    def __init__(self, path: Path) -> None:
        """Read the file, or begin one. Raises FileProblem."""
        self.path = path
        self.rows: dict[str, Row] = {}
        self._owners: dict[str, str] = {}  # clip -> key of the work that wrote it last
        self._hashes: dict[tuple[str, int, int], str] = {}
        broken = 0
        try:
            text = path.read_bytes().decode("utf-8", errors="replace") if path.exists() else ""
        except OSError as error:
            raise FileProblem(
                f"{path} cannot be read: {error.strerror or error}.", "Check its rights."
            ) from error
        lines = text.splitlines()
        if lines and FORMAT not in lines[0]:
            raise FileProblem(
                f"{path.name} is not the manifest of a batch.", "Choose another output folder."
            )
        for line in lines[1:]:
            try:
                row = Row.from_json(line)
            except ValueError:
                broken += 1
                continue
            self._take(row)
        if broken or not text.endswith("\n") or len(lines) > 2 * len(self.rows) + 8:
            if broken:
                _LOG.warning("%s: %d broken lines dropped", path, broken)
            self.rewrite()

    def rewrite(self) -> None:
        """Write the file anew with one line a row."""
        with written_whole(self.path) as temporary:
            lines = [json.dumps({"format": FORMAT}), *(r.to_json() for r in self.rows.values())]
            temporary.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def append(self, row: Row) -> None:
        """Add a row and wait until the disk has it. Raises FileProblem."""
        try:
            with self.path.open("ab") as file:
                file.write(row.to_json().encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise explain_write_error(self.path, error) from error
        self._take(row)

    def _take(self, row: Row) -> None:
        """Remember a row; one whose clips it has written over (other settings) is forgotten."""
        for file in row.files:
            before = self._owners.get(file["path"])
            if before is not None and before != row.key:
                self.rows.pop(before, None)
            self._owners[file["path"]] = row.key
        self.rows.pop(row.key, None)  # the order is that of writing
        self.rows[row.key] = row
        self._hashes[row.video, row.size, row.mtime_ns] = row.sha256

    def known_hash(self, video: str, size: int, mtime_ns: int) -> str:
        """The content hash of a file that has not changed since its row was written, else ""."""
        return self._hashes.get((video, size, mtime_ns), "")

    def owns(self, key: str, paths: Iterable[str]) -> bool:
        """Whether no other work has written over these clips since."""
        return all(self._owners.get(path, key) == key for path in paths)


def work_key(sha256: str, settings: Mapping[str, Any]) -> str:
    """24 hex digits that name the work: this content with these settings."""
    text = json.dumps([sha256, dict(settings)], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def content_hash(path: Path) -> str:
    """SHA-256 of a file. Raises FileProblem."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise FileProblem(
            f"{path.name} cannot be read: {error.strerror or error}.", "Check its rights."
        ) from error
