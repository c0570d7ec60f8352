"""The rows of a project's index as values, and how a clip's name becomes a file name."""

from __future__ import annotations

import re
import uuid
from collections.abc import Container
from dataclasses import dataclass

from core.errors import StudioError

MAX_NAME = 80
_ID = re.compile(r"--([0-9a-f]{12})$")
_UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]+')  # what some file system refuses
_NUMBERED = re.compile(r"^(.*\S) (\d+)$")


@dataclass(frozen=True, kw_only=True)
class Clip:
    """One clip of the library, as the index knows it without opening its file.

    ``created`` is seconds since 1970 (UTC); ``deleted`` clips lie in the project's bin; ``source``
    and ``source_sha256`` name the video or file it came from.
    """

    id: str
    name: str
    label: str
    kind: str
    num_frames: int
    fps: float
    created: float
    deleted: bool = False
    estimator: str = ""
    source: str = ""
    source_sha256: str = ""

    @property
    def duration(self) -> float:
        """Seconds from the first frame's beginning to the last frame's end."""
        return self.num_frames / self.fps


@dataclass(frozen=True, kw_only=True)
class Media:
    """A video the project refers to; the file itself stays where the user keeps it."""

    sha256: str
    path: str
    added: float


def new_clip_id() -> str:
    """Return 12 hex digits, random: copied clips and merged projects do not collide."""
    return uuid.uuid4().hex[:12]


def cleaned_name(name: str) -> str:
    """Return the name on one line without outer spaces, at most 80 characters long.

    Raises StudioError when nothing is left.
    """
    name = " ".join(name.split())[:MAX_NAME].strip()
    if not name:
        raise StudioError("A clip needs a name.", "Type at least one letter.")
    return name


def unique_name(name: str, taken: Container[str]) -> str:
    """Return ``name``, or ``name 2``, ``name 3``, ... the first that is not taken."""
    if name not in taken:
        return name
    match = _NUMBERED.match(name)
    stem, number = (match[1], int(match[2])) if match else (name, 1)
    while f"{stem} {number}" in taken or number < 2:
        number += 1
    return f"{stem} {number}"


def file_name(name: str, clip_id: str) -> str:
    """Return ``<name>--<id>.npz``: readable in a file browser, and enough to find the clip again.

    The name in front lets the index be rebuilt from the files alone.
    """
    safe = _UNSAFE.sub("-", name).strip(". ") or "clip"
    while len(safe.encode()) > 180:  # file systems allow 255 bytes
        safe = safe[:-1]
    return f"{safe}--{clip_id}.npz"


def parsed_file_name(stem: str) -> tuple[str, str | None]:
    """Return (name, id) from a clip file's stem; the id is None for a file put there by hand."""
    match = _ID.search(stem)
    return (stem[: match.start()], match[1]) if match else (stem, None)
