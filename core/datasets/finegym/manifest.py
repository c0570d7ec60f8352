"""The build's memory: JSON lines, one an element's state, the latest of an element counting.

A line is on the disk before the next thing happens, so that neither a crash nor a power cut loses a
decision; a line broken off is dropped. Says who decided, when, and by what.
"""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from core.atomic import explain_write_error, written_whole
from core.datasets.finegym.checks import Facts, Verdict
from core.datasets.finegym.elements import Neighbour
from core.errors import FileProblem, StudioError

State = Literal["open", "accepted", "rejected"]
STATES: tuple[State, ...] = ("open", "accepted", "rejected")
FORMAT = "motion-studio finegym 1"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One element as it stands.

    ``annotated`` and ``span`` are seconds of the video; ``frames`` the span's first and end frame
    of the clip, which begins at ``clip_start`` seconds, ``source_frames`` those of the video.
    ``decided_by`` is "checks" until a person says something. ``settings`` names the limits and
    rules the verdicts were made with.
    """

    id: str
    video: str
    file: str
    move: str
    label: int
    glabel: int
    split: str
    annotated: tuple[float, float]
    span: tuple[float, float]
    frames: tuple[int, int]
    source_frames: tuple[int, int]
    fps: float
    clip: str  # path below the build's folder
    clip_start: float
    clip_frames: int
    event: tuple[float, float] = (0.0, 0.0)
    before: Neighbour | None = None
    after: Neighbour | None = None
    rule: str = ""
    min_frames: int = 0
    is_interpolated: bool = False
    is_trimmed: bool = False
    problem: str = ""
    verdicts: tuple[Verdict, ...] = ()
    state: State = "open"
    decided_by: str = "checks"
    reason: str = ""
    when: str = ""
    source_sha256: str = ""
    source_size: int = 0
    source_mtime_ns: int = 0
    clip_sha256: str = ""
    settings: str = ""

    @property
    def num_frames(self) -> int:
        return self.frames[1] - self.frames[0]

    @property
    def is_reviewed(self) -> bool:
        """Whether a person has decided."""
        return self.decided_by != "checks" and self.state != "open"

    def facts(self) -> Facts:
        """What the checks judge."""
        return Facts(
            name=self.move, start=self.span[0], stop=self.span[1], first=self.frames[0],
            end=self.frames[1], fps=self.fps, min_frames=self.min_frames,
            is_interpolated=self.is_interpolated, before=self.before, after=self.after,
            problem=self.problem,
        )  # fmt: skip

    def decided(self, state: State, by: str, reason: str = "") -> Row:
        """The row with a decision."""
        return dataclasses.replace(self, state=state, decided_by=by, reason=reason, when=now())

    def to_json(self) -> str:
        """One line."""
        return json.dumps(dataclasses.asdict(self), separators=(",", ":"))

    @classmethod
    def from_json(cls, line: str) -> Row:
        """Read :meth:`to_json`'s line; unknown keys are dropped. Raises ValueError."""
        values = json.loads(line)
        if not isinstance(values, dict) or values.get("state") not in STATES:
            raise ValueError("no row of a build")
        names = {f.name for f in dataclasses.fields(cls)}
        values = {key: value for key, value in values.items() if key in names}
        try:
            for key in ("annotated", "span", "frames", "source_frames", "event"):
                if key in values:
                    values[key] = tuple(values[key])
            for key in ("before", "after"):
                if values.get(key) is not None:
                    values[key] = Neighbour(**values[key])
            values["verdicts"] = tuple(Verdict(**v) for v in values.get("verdicts", ()))
            return cls(**values)
        except (TypeError, AttributeError) as error:
            raise ValueError("no row of a build") from error


@dataclass
class Manifest:
    """The rows of a build by id, in the order they were first written. One process writes it."""

    path: Path
    rows: dict[str, Row] = field(default_factory=dict)
    head: dict[str, Any] = field(default_factory=dict)

    @staticmethod
    def open(path: Path) -> Manifest:
        """Read a manifest, or begin one. Raises FileProblem for a file that is none."""
        manifest = Manifest(path)
        if not path.exists():
            return manifest
        try:
            text = path.read_bytes().decode("utf-8", errors="replace")
        except OSError as error:
            raise FileProblem(
                f"{path} cannot be read: {error.strerror or error}.", "Check its rights."
            ) from error
        lines = text.splitlines()
        if lines and FORMAT not in lines[0]:
            raise FileProblem(f"{path.name} is not the manifest of a build.", "Choose its folder.")
        broken = 0
        for number, line in enumerate(lines):
            try:
                if number == 0:
                    manifest.head = json.loads(line)
                else:
                    row = Row.from_json(line)
                    manifest.rows[row.id] = row
            except ValueError:
                broken += 1
        if broken or (text and not text.endswith("\n")):
            manifest.rewrite()
        return manifest

    def begin(self, head: dict[str, Any]) -> None:
        """Note what the build is made from, on the first line."""
        self.head = {"format": FORMAT, **head}
        self.rewrite()

    def rewrite(self) -> None:
        """Write the file anew, a line an element. Raises FileProblem."""
        with written_whole(self.path) as temporary:
            first = json.dumps({"format": FORMAT, **self.head})
            lines = [first, *(row.to_json() for row in self.rows.values())]
            temporary.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def put(self, row: Row) -> None:
        """Take a row and wait until the disk has it. Raises FileProblem."""
        if not self.path.exists():
            self.rewrite()
        try:
            with self.path.open("ab") as file:
                file.write(row.to_json().encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise explain_write_error(self.path, error) from error
        self.rows[row.id] = row

    def row(self, id: str) -> Row:
        """The row of an element. Raises StudioError for an unknown one."""
        if id not in self.rows:
            raise StudioError(f"There is no element {id} in this build.", "Build it first.")
        return self.rows[id]

    def in_state(self, state: State) -> Iterator[Row]:
        """The rows in a state."""
        return (row for row in self.rows.values() if row.state == state)


def now() -> str:
    """ISO 8601, UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")
