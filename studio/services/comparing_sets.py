"""Two estimators over whole data sets: which sides there are, their pairs, the table as a file.

Free of Qt and torch. Both the Compare page's dialog and ``motion-studio compare`` use it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.atomic import written_whole
from core.errors import StudioError
from core.progress import Progress

if TYPE_CHECKING:
    from core.compare.summary import ClipPair, Summary, SummaryRow
    from core.compare.table import Table
    from core.motion import Motion
    from core.project import Project

TABLES = (".csv", ".tex", ".png", ".pdf")
KEY_MEASURES = ("jitter", "foot slide", "missing frames", "peak knee flexion")
"""What is told first; files of numbers have all measures. The peak is the report's "completeness
of movement": how far a knee is bent at most."""


@dataclass(frozen=True, kw_only=True)
class Side:
    """One side of a comparison: an estimator's clips in the project, a data set, or a folder.

    ``where`` is the estimator ("vibe"), the data set's folder, or the folder of clip files.
    """

    kind: str  # "project", "dataset" or "folder"
    name: str
    where: str
    text: str


def sides(project: Project | None) -> list[Side]:
    """What can be compared: the project's estimators, then the data sets of the library."""
    from core.datasets.library import list_datasets

    found = []
    if project is not None:
        clips = Counter(clip.estimator for clip in project.clips() if clip.estimator)
        for estimator, count in sorted(clips.items()):
            found.append(
                Side(kind="project", name=estimator.upper(), where=estimator,
                     text=f"{estimator.upper()} in this project, {count:,} clips")
            )  # fmt: skip
    for entry in list_datasets():
        found.append(
            Side(kind="dataset", name=entry.name, where=str(entry.folder),
                 text=f"data set {entry.name}, {entry.num_clips:,} clips")
        )  # fmt: skip
    return found


def folder_side(folder: Path) -> Side:
    """A folder of clip files, or of a data set. Raises StudioError where it holds neither."""
    if (folder / "store.sqlite").exists():
        return Side(kind="dataset", name=folder.name, where=str(folder), text=str(folder))
    if not any(folder.glob("*.npz")):
        raise StudioError(
            f"{folder.name} holds no clip files.", "Choose a folder of npz clips, or a data set."
        )
    return Side(kind="folder", name=folder.name, where=str(folder), text=str(folder))


def pairs_of(first: Side, second: Side, project: Project | None) -> list[ClipPair]:
    """Pair the clips of two sides of the same kind. Raises StudioError."""
    from core.compare.summary import folder_pairs, project_pairs, store_pairs

    if first.kind != second.kind:
        raise StudioError(
            f"{first.text} and {second.text} cannot be paired.",
            "Choose two estimators of the project, two data sets, or two folders.",
        )
    if first.where == second.where:
        raise StudioError("Both sides are the same.", "Choose another one to compare with.")
    if first.kind == "project":
        if project is None:
            raise StudioError("No project is open.", "Open one, or choose two data sets.")
        return project_pairs(project, first.where, second.where)
    one, other = Path(first.where), Path(second.where)
    if first.kind == "folder":
        return folder_pairs(one, other)
    from core.datasets.store import ClipStore

    return store_pairs(ClipStore.open(one), ClipStore.open(other))


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A summary and the pairs it was made from."""

    summary: Summary
    pairs: tuple[ClipPair, ...]

    def rows(self, measures: Sequence[str] | None) -> tuple[SummaryRow, ...]:
        """The rows of some measures, None for all."""
        return tuple(r for r in self.summary.rows if measures is None or r.measure in measures)

    def motions(self, row: SummaryRow) -> tuple[Motion, Motion]:
        """Read the pair that differs most in a row. Raises FileProblem."""
        pair = self.pairs[row.farthest]
        return pair.first(), pair.second()


def measured(first: Side, second: Side, project: Project | None, progress: Progress) -> Measured:
    """Pair and measure, all in the calling thread. Raises StudioError, Cancelled."""
    from core.compare.summary import summarise

    pairs = pairs_of(first, second, project)
    return Measured(
        summary=summarise(pairs, (first.name, second.name), progress), pairs=tuple(pairs)
    )


def write_table(table: Table, path: Path) -> None:
    """Write a table as CSV, LaTeX, PNG or PDF, by the name's ending. Raises FileProblem."""
    from core.compare.table import as_csv, as_latex

    ending = path.suffix.lower()
    if ending in (".png", ".pdf"):
        from studio.viewport.figure_sheet import write_sheet
        from studio.viewport.table_sheet import table_sheet

        write_sheet(table_sheet(table), path, {"Title": path.stem, "Software": "Motion Studio"})
        return
    text = as_csv(table) if ending == ".csv" else as_latex(table)
    with written_whole(path) as temporary:
        Path(temporary).write_text(text, encoding="utf-8")
