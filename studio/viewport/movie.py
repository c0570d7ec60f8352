"""Bodies in motion as a movie, drawn without the window, in a process that can be stopped.

:func:`make_movie` is what a program with a window calls: it starts
``python -m studio.viewport.movie FOLDER`` and reads its progress. :func:`write_movie` draws in this
process, for the command line. Pictures are encoded as they are drawn: memory does not grow.
"""

from __future__ import annotations

import dataclasses
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import StudioError
from core.export.video_writer import format_of, movie_writer
from core.progress import SILENT, Progress
from studio.viewport import offscreen
from studio.viewport.apart import followed, told
from studio.viewport.burnt_names import burn_names
from studio.viewport.camera import PRESETS, View
from studio.viewport.items import BodyItem, frame_at

CAMERAS = tuple(PRESETS)
BACKGROUNDS = ("dark", "white", "transparent")
MAX_SIDE = 4096


@dataclass(frozen=True, kw_only=True)
class MovieSettings:
    """How a movie looks.

    ``size`` (width, height) pixels; ``camera`` a preset's name (framing the whole motion) or the
    view of a window; ``turns`` are the turns around the bodies during the movie (a turntable);
    ``frozen`` seconds: the bodies stand still at that moment for ``length`` seconds instead of
    moving; ``length`` seconds, None for the longest clip; a shorter clip begins again.
    ``names`` are burnt in under the bodies, in their order.

    Raises StudioError for a value that cannot be drawn.
    """

    size: tuple[int, int] = (1280, 720)
    fps: float = 30.0
    camera: str | View = "three-quarter"
    turns: float = 0.0
    length: float | None = None
    frozen: float | None = None
    background: str = "dark"
    mode: str = "body"
    ghosts: bool = False
    trails: bool = False
    contacts: bool = False
    names: tuple[str, ...] = ()
    supersampling: int = offscreen.SUPERSAMPLING

    def __post_init__(self) -> None:
        if not all(16 <= side <= MAX_SIDE for side in self.size):
            raise StudioError(
                f"A movie of {self.size[0]} x {self.size[1]} pixels is not possible.",
                f"Use sides of 16 to {MAX_SIDE} pixels.",
            )
        for name, value, known in (
            ("camera", self.camera, CAMERAS), ("background", self.background, BACKGROUNDS),
        ):  # fmt: skip
            if isinstance(value, str) and value not in known:
                raise StudioError(f"There is no {name} called {value}.", f"Use {', '.join(known)}.")
        if self.length is not None and not 0.0 < self.length <= 3600.0:
            raise StudioError(f"A movie of {self.length:g} seconds is not possible.")

    def times(self, items: Sequence[BodyItem]) -> npt.NDArray[np.float64]:
        """(N,) moments of the clips' clock, one a picture."""
        longest = max((item.start + item.motion.duration for item in items), default=0.0)
        length = longest if self.length is None else self.length
        count = max(1, round(length * self.fps))
        if self.frozen is not None:
            return np.full(count, self.frozen)
        return np.arange(count) / self.fps


def check_movie(items: Sequence[BodyItem], path: Path, settings: MovieSettings) -> None:
    """Raise StudioError or FileProblem for what cannot be written, before long work begins."""
    if not items:
        raise StudioError("There is no clip to film.", "Select a clip, or sample one first.")
    chosen = format_of(path)
    if settings.background == "transparent" and not chosen.has_alpha:
        raise StudioError(
            f"{chosen.name} has no transparency.",
            "Write a PNG sequence, or choose another background.",
        )


def write_movie(
    items: Sequence[BodyItem], path: Path, settings: MovieSettings, progress: Progress = SILENT
) -> Path:
    """Draw and write in this process; return the file, or the folder of a PNG sequence.

    Raises NoOffscreen, FileProblem, Cancelled; then nothing is left of the movie.
    """
    check_movie(items, path, settings)
    times = settings.times(items)
    turned = np.arange(len(times)) / len(times) * 360.0 * settings.turns
    pictures = offscreen.draw_each(
        items, times, settings.size, camera=settings.camera, turned=turned,
        background=settings.background, mode=settings.mode, ghosts=settings.ghosts,
        trails=settings.trails, contacts=settings.contacts, supersampling=settings.supersampling,
        looping=settings.frozen is None,
    )  # fmt: skip
    has_alpha = settings.background == "transparent"
    with movie_writer(path, settings.size, settings.fps) as sink:
        for index, picture in enumerate(pictures):
            preview = picture[::4, ::4, :3] if index % 10 == 0 else None
            if settings.names:
                picture = _named(picture, items, float(times[index]), settings)
            text = f"Picture {index + 1} of {len(times)}"
            progress.step(index / len(times), text, preview)
            sink.add(picture if has_alpha else picture[..., :3])
    progress.step(1.0, "Written")
    return path.with_suffix("") if path.suffix.lower() == ".png" else path


_PLATES = {"dark": ("#e7eaf0", "#14161b"), "white": ("#14161b", "#f1f3f6"),
           "transparent": ("#e7eaf0", "#14161b")}  # fmt: skip
_UNDER = 0.08  # metres below the floor where a name begins


def _named(
    picture: npt.NDArray[np.uint8], items: Sequence[BodyItem], seconds: float, chosen: MovieSettings
) -> npt.NDArray[np.uint8]:
    """Write each body's name under it, where the camera of the last picture sees that place."""
    feet = []
    for item in items:
        frame = round(frame_at(item.motion, seconds - item.start, looping=chosen.frozen is None))
        x, _, z = item.motion.trans[frame] + np.asarray(item.position)
        feet.append((x, -_UNDER, z))
    places = offscreen.seen_at(np.array(feet), chosen.size)
    count = min(len(chosen.names), len(items))
    return burn_names(picture, chosen.names[:count], places[:count], *_PLATES[chosen.background])


def make_movie(
    items: Sequence[BodyItem], path: Path, settings: MovieSettings, progress: Progress = SILENT
) -> Path:
    """Write a movie in a process of its own, so that a window stays smooth; see write_movie."""
    check_movie(items, path, settings)
    with tempfile.TemporaryDirectory(prefix="motion-studio-") as folder:
        options = {**dataclasses.asdict(settings), "path": str(path.absolute())}
        if isinstance(settings.camera, View):
            options["camera"] = dataclasses.asdict(settings.camera)
        offscreen.write_job(Path(folder), items, [], settings.size, options)
        return followed("studio.viewport.movie", folder, progress)


def main(arguments: list[str]) -> int:
    """Write the movie of a job folder; tell each step as one JSON object a line on stdout."""
    folder = Path(arguments[0])
    items, job = offscreen.read_job(folder)
    options: dict[str, Any] = dict(job["options"])
    path = Path(options.pop("path"))
    if isinstance(options["camera"], dict):
        view = options["camera"]
        options["camera"] = View(**{**view, "target": tuple(view["target"])})
    options["size"] = tuple(options["size"])
    options["names"] = tuple(options["names"])

    return told(lambda progress: write_movie(items, path, MovieSettings(**options), progress))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
