"""Split, annotation, moves and the user's videos joined: every element with its exact times.

Knows nothing of pictures; what cannot be used is told with its reason and never dropped silently.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.datasets.finegym.annotations import Annotations, Event
from core.datasets.finegym.lists import Category, Split
from core.datasets.finegym.moves import Move, label_of
from core.errors import FileProblem

VIDEO_ENDINGS = (".mp4", ".mkv", ".webm", ".mov", ".avi", ".m4v", ".flv", ".ts", ".3gp")
_ID_LENGTH = 11


@dataclass(frozen=True, kw_only=True)
class Neighbour:
    """The element before or after: seconds of the video; ``name`` "" where no list has it."""

    start: float
    stop: float
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Element:
    """A wanted element: seconds of the video, its neighbours, and the routine's own span."""

    id: str
    video: str
    move: Move
    label: int  # in the split's own list
    split: str
    start: float
    stop: float
    event_start: float
    event_stop: float
    before: Neighbour | None
    after: Neighbour | None


@dataclass(frozen=True)
class Joined:
    """What a build has to do, and what it cannot do.

    missing: videos of the user's folder that are not there, with the number of elements each would
    give; unannotated: elements of the split without usable times in the annotation.
    """

    elements: tuple[Element, ...]
    files: dict[str, Path]
    missing: dict[str, int]
    unannotated: tuple[str, ...]

    @property
    def text(self) -> str:
        """One sentence for a person."""
        parts = [f"{len(self.elements)} elements in {len(self.files)} videos"]
        if self.missing:
            count = sum(self.missing.values())
            parts.append(f"{len(self.missing)} videos with {count} elements are missing")
        if self.unannotated:
            parts.append(f"{len(self.unannotated)} elements have no times")
        return "; ".join(parts) + "."


def find_videos(folder: Path) -> dict[str, Path]:
    """The user's videos by their 11-character id: ``ID.mp4``, or with the id anywhere in brackets.

    Raises FileProblem where the folder is none.
    """
    if not folder.is_dir():
        raise FileProblem(f"{folder} is not a folder.", "Choose the folder of the videos.")
    found: dict[str, Path] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in VIDEO_ENDINGS or path.name.startswith("."):
            continue
        for name in (path.stem, path.stem.rpartition("[")[2].rstrip("]"), path.stem[-_ID_LENGTH:]):
            if len(name) == _ID_LENGTH:
                found.setdefault(name, path)
                break
    return found


def join(
    splits: Sequence[Split],
    annotations: Annotations,
    categories: Sequence[Category],
    moves: Sequence[Move],
    videos: dict[str, Path],
) -> Joined:
    """Join the lists for the wanted moves; elements come by video and time.

    Raises StudioError where the category file does not have a move.
    """
    wanted = {label_of(move, categories): move for move in moves}
    names = {c.label: c.name for c in categories}
    known = {line.id: names.get(line.label, "") for split in splits for line in split.lines}
    elements: dict[str, Element] = {}
    missing: dict[str, int] = {}
    unannotated: list[str] = []
    for split in splits:
        for line in split.lines:
            move = wanted.get(line.label)
            if move is None or line.id in elements:
                continue
            event = annotations.event(line.video, line.event)
            index = event.index_of(line.segment) if event is not None else None
            if event is None or index is None:
                unannotated.append(line.id)
                continue
            if line.video not in videos:
                missing[line.video] = missing.get(line.video, 0) + 1
                continue
            prefix = f"{line.video}_{line.event}_"
            segment = event.segments[index]
            elements[line.id] = Element(
                id=line.id, video=line.video, move=move, label=line.label, split=split.name,
                start=segment.start, stop=segment.stop,
                event_start=event.start, event_stop=event.stop,
                before=_neighbour(event, index - 1, prefix, known),
                after=_neighbour(event, index + 1, prefix, known),
            )  # fmt: skip
    ordered = sorted(elements.values(), key=lambda e: (e.video, e.start, e.id))
    files = {e.video: videos[e.video] for e in ordered}
    return Joined(tuple(ordered), files, dict(sorted(missing.items())), tuple(unannotated))


def _neighbour(event: Event, index: int, prefix: str, known: dict[str, str]) -> Neighbour | None:
    if not 0 <= index < len(event.segments):
        return None
    segment = event.segments[index]
    name = known.get(prefix + segment.name, "")
    return Neighbour(start=segment.start, stop=segment.stop, name=name)
