"""What a result file holds, to show before anything of it is imported."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from core.estimators.results.track import RawTrack


@dataclass(frozen=True, kw_only=True)
class FoundPerson:
    """One person of a file: ``key`` is the tool's own id; frame numbers are the video's."""

    key: str
    name: str
    num_frames: int  # rows the file has
    first_frame: int
    last_frame: int  # inclusive
    missing: int  # frames in between without a row
    has_trajectory: bool

    @property
    def text(self) -> str:
        """One line for a list."""
        span = f"frames {self.first_frame} to {self.last_frame}"
        parts = [self.name, f"{self.num_frames} frames", span]
        if self.missing:
            parts.append(f"{self.missing} missing")
        if not self.has_trajectory:
            parts.append("in place")
        return ", ".join(parts)


@dataclass(frozen=True, kw_only=True)
class Found:
    """What :func:`inspect` found. ``text`` is the line to show; nothing is imported yet.

    ``fps`` is None where the file does not say, and must then be given to load it. ``people`` are
    sorted by the number of frames, longest first. ``notes`` are remarks for the user.
    """

    path: Path
    sha256: str
    tool: str  # name in readers.READERS, kept in the clips' provenance
    title: str
    text: str
    people: tuple[FoundPerson, ...]
    fps: float | None
    layout: str
    axes: str
    body: str
    notes: tuple[str, ...] = ()
    tracks: tuple[RawTrack, ...] = field(default=(), repr=False)

    @property
    def needs_fps(self) -> bool:
        return self.fps is None
