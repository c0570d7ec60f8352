"""Results that other programs made: what a file holds, and the clips taken from it.

A thin layer over ``core.estimators.results`` that collects problems instead of stopping at the
first, and names the clips. Must not import Qt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import StudioError
from core.progress import SILENT, Progress
from core.project import NewClip

if TYPE_CHECKING:
    from core.estimators.results import Found

RESULT_ENDINGS = (".pkl", ".pickle", ".joblib", ".pt", ".pth", ".npy", ".motion", ".smpl", ".p")


@dataclass(frozen=True, kw_only=True)
class Looked:
    """A file that was looked at: what was found, or why not."""

    path: Path
    found: Found | None = None
    message: str = ""
    hint: str = ""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What to take of a file: keys of its people, frames a second, the video, the axes.

    ``fps`` None takes the file's own, or the video's; ``axes`` "" takes the file's own.
    """

    found: Found
    people: tuple[str, ...]
    fps: float | None = None
    video: Path | None = None
    axes: str = ""

    @property
    def lacks_rate(self) -> bool:
        """Whether neither file, video nor user says how many frames a second there are."""
        return self.found.needs_fps and self.fps is None and self.video is None


def is_result(path: Path) -> bool:
    """Whether a file's ending, or a folder without videos, may be a tool's result."""
    return path.suffix.lower() in RESULT_ENDINGS


def look(paths: Sequence[Path], progress: Progress = SILENT) -> list[Looked]:
    """Say what each file holds; nothing is imported, and a hostile file is only named."""
    from core.estimators.results import inspect

    looked = []
    for index, path in enumerate(paths):
        progress.step(index / len(paths), f"Looking into {path.name}")
        try:
            looked.append(Looked(path=path, found=inspect(path)))
        except StudioError as error:
            looked.append(Looked(path=path, message=error.message, hint=error.hint))
    return looked


def take(wanted: Sequence[Wanted], progress: Progress = SILENT) -> list[NewClip]:
    """Import the chosen people of the files. Raises StudioError for the first that cannot be."""
    from core.estimators.results import load_people

    clips: list[NewClip] = []
    for index, want in enumerate(wanted):
        found = want.found
        progress.step(index / len(wanted), f"Importing {found.path.name}")
        names = {person.key: person.name for person in found.people}
        for key in want.people:
            motions = load_people(
                found, [key], want.fps, video=want.video, axes=want.axes or None
            )  # fmt: skip
            stem = found.path.stem
            name = stem if len(found.people) == 1 else f"{stem}_{'_'.join(names[key].split())}"
            for part, motion in enumerate(motions, start=1):
                suffix = f"_part{part}" if len(motions) > 1 else ""
                clips.append(NewClip(motion=motion, name=name + suffix))
    return clips
