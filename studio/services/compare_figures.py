"""Writing what is compared into files: a table of kinds by their endings. Must not import Qt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import StudioError
from core.motion import Motion
from core.progress import SILENT, Progress

COLUMNS = 7
"""Bodies a row of a strip has when nobody says otherwise."""


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How a figure looks: names and colours of the rows, every how many frames a body stands,

    width in print (mm) and its dots an inch, whether names and frame numbers are written.
    """

    names: tuple[str, ...]
    colors: tuple[str, ...]
    every: int = 5
    width_mm: float = 174.0
    has_labels: bool = True
    dpi: int = 300


def steps_for(num_frames: int, columns: int = COLUMNS) -> int:
    """Every how many frames a strip of about ``columns`` bodies takes one."""
    return max(1, round((num_frames - 1) / max(columns - 1, 1)))


def _strip(motions: Sequence[Motion], path: Path, recipe: Recipe, progress: Progress) -> Path:
    from studio.viewport.figure import FigureOptions, strip_figure

    options = FigureOptions(
        every=recipe.every, width_mm=recipe.width_mm, names=recipe.names, colors=recipe.colors,
        has_labels=recipe.has_labels, dpi=recipe.dpi,
    )  # fmt: skip
    return strip_figure(motions, options, path, progress)


def _movie(motions: Sequence[Motion], path: Path, recipe: Recipe, progress: Progress) -> Path:
    from studio.viewport.figure_movie import comparison_movie

    return comparison_movie(
        motions, recipe.names, recipe.colors, path, apart=True, progress=progress
    )


Writer = Callable[[Sequence[Motion], Path, Recipe, Progress], Path]
WRITERS: dict[str, tuple[str, Writer]] = {
    ".pdf": ("PDF, a strip with vector text", _strip),
    ".png": ("PNG, a strip at print size", _strip),
    ".mp4": ("MP4, the clips side by side with their names", _movie),
    ".gif": ("GIF, the clips side by side with their names", _movie),
}
KINDS: dict[str, str] = {ending: text for ending, (text, _) in WRITERS.items()}


def write_figure(
    motions: Sequence[Motion], path: Path, recipe: Recipe, progress: Progress = SILENT
) -> Path:
    """Write the compared clips (on one clock) as the kind ``path`` ends with; return the path.

    Raises StudioError for an unknown kind, FileProblem when it cannot be written, Cancelled.
    """
    if path.suffix not in WRITERS:
        raise StudioError(f"There is no figure of kind {path.suffix}.", f"Use {', '.join(KINDS)}.")
    progress.step(0.0, "Drawing")
    return WRITERS[path.suffix][1](motions, path, recipe, progress)
