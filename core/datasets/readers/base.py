"""What a reader of data sets is, and what all imports have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.errors import FileProblem
from core.motion import Motion

Axes = Literal["auto", "y up", "y down"]
Views = Literal["all", "front"]
LabelsFrom = Literal["auto", "clip", "folder", "name"]


@dataclass(frozen=True, kw_only=True)
class FoundDataset:
    """What lies at a path, before anything is imported. ``text`` is a line for people."""

    reader: str
    title: str
    path: Path
    num_clips: int
    labels: tuple[str, ...]
    text: str
    note: str = ""  # a licence or a doubt, kept with the data set
    fps: float | None = None  # where the layout says it; None: the first clips are asked


@dataclass(frozen=True, kw_only=True)
class ImportOptions:
    """Which clips are taken, and how.

    labels: only these, numbered in this order (None: all); min_frames: shorter ones are left out;
    max_frames: longer ones end there; fps: all clips at this rate (None: the most frequent one);
    label_file: a CSV with ``path`` and ``label`` columns; estimator: of results that do not say,
    and the only one wanted of a project;
    axes: of layouts in a camera's axes, looked for by default; views: "front" leaves out cameras
    that see a person from elsewhere (UESTC); labels_from: of motion files, see
    :func:`core.datasets.readers.listing.label_of`; clips_per_action: of what is generated.

    skip_broken: files that cannot be read are left out and named in the data set's note; readers
    are given ``on_problem`` for it.
    """

    labels: tuple[str, ...] | None = None
    min_frames: int = 1
    max_frames: int | None = None
    fps: float | None = None
    label_file: Path | None = None
    estimator: str = ""
    axes: Axes = "auto"
    views: Views = "all"
    labels_from: LabelsFrom = "auto"
    clips_per_action: int = 40
    skip_broken: bool = False
    on_problem: Callable[[FileProblem], None] | None = None


@dataclass(frozen=True, kw_only=True)
class ReadClip:
    """One clip as a reader gives it: y up, metres, with its label's name."""

    motion: Motion
    name: str
    label: str
    file: str = ""
    subject: str = ""
    view: str = ""
    estimator: str = ""
    part: str = ""
    note: str = ""
    missing: int = 0


@dataclass(frozen=True, kw_only=True)
class Reader:
    """One layout of data sets: a line in ``READERS``.

    ``recognises`` looks at names only; ``inspect`` may open files; ``clips`` yields every clip in a
    fixed order and raises FileProblem for what is broken. ``keeps_order`` says that the labels
    ``inspect`` gives are the layout's own numbering, empty classes too.
    """

    name: str
    title: str
    recognises: Callable[[Path], bool]
    inspect: Callable[[Path, ImportOptions], FoundDataset]
    clips: Callable[[Path, ImportOptions], Iterator[ReadClip]]
    keeps_order: bool = False
