"""A movie or GIF of compared clips side by side, names burnt in, for the command line and window.

One camera and one clock for all; drawn without the window.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.errors import StudioError
from core.motion import Motion
from core.progress import SILENT, Progress
from studio.viewport.items import BodyItem, side_by_side
from studio.viewport.movie import MovieSettings, make_movie, write_movie
from studio.viewport.strip import _in_place

SIZE, GIF_SIZE, GIF_FPS = (1280, 720), (640, 360), 15.0


def comparison_movie(
    motions: Sequence[Motion],
    names: Sequence[str],
    colors: Sequence[str],
    path: Path | str,
    *,
    size: tuple[int, int] | None = None,
    background: str = "dark",
    apart: bool = False,
    progress: Progress = SILENT,
) -> Path:
    """Write clips of one clock as a movie; ``apart`` draws in a process of its own.

    GIFs are smaller and have 15 pictures a second unless ``size`` says otherwise. Raises
    StudioError, FileProblem, NoOffscreen, Cancelled.
    """
    path = Path(path)
    if not len(motions) == len(names) == len(colors) >= 1:
        raise StudioError("Every clip of a movie needs a name and a colour.")
    is_gif = path.suffix.lower() == ".gif"
    still = [_in_place(motion) for motion in motions]
    items = [
        BodyItem(key=str(i), motion=motion, color=color, position=place, label=name)
        for i, (motion, color, name, place) in enumerate(
            zip(still, colors, names, side_by_side(still), strict=True)
        )
    ]
    settings = MovieSettings(
        size=size or (GIF_SIZE if is_gif else SIZE),
        fps=min(GIF_FPS, motions[0].fps) if is_gif else motions[0].fps,
        background=background,
        names=tuple(names),
    )
    return (make_movie if apart else write_movie)(items, path, settings, progress)
