"""Figure strips: one row a clip, its body every few frames side by side, as papers print motion.

No Qt. Bodies are drawn by the offscreen renderer, or by the numpy one where there is no EGL.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.atomic import written_whole
from core.errors import StudioError
from core.motion import Motion
from studio.viewport.camera import PRESETS, OrbitCamera, View
from studio.viewport.items import BodyItem
from studio.viewport.offscreen import NoOffscreen, render
from studio.viewport.poses import posed_clip, skin_mesh
from studio.viewport.software import draw_body, posed_skin
from studio.viewport.strip_sheet import PAPERS, Row, lay_out

Picture = npt.NDArray[np.uint8]

KIND_COLORS = {
    "generated": "#3fd0bd", "estimated": "#b79bff", "demo": "#b9c0cf",
    "imported": "#b9c0cf", "edited": "#3fd0bd",
}  # fmt: skip
"""The studio's colour of where a clip comes from."""

_PRINT_TRAVEL, _MOVIE_TRAVEL = 0.4, 0.8  # metres on the floor, from which travel is taken out


def kind_color(motion: Motion) -> str:
    """Return the studio's colour of where a motion comes from, "#rrggbb"."""
    return KIND_COLORS.get(motion.provenance.kind, "#b9c0cf")


MAX_FIGURES = 40
LOW = -0.24
"""Metres that a row shows below the floor: a foot set forward reaches down there."""
LEAST_HIGH, MOST_HIGH = 1.8, 2.7
OVER_THE_HAND = 0.2
"""Metres above the highest joint that a row shows: fingers, the top of the head."""


def render_strip(
    motions: Sequence[Motion],
    path: Path | str,
    every: int = 5,
    titles: Sequence[str] | None = None,
    background: str = "white",
    view: str = "three-quarter",
    height: int = 200,
    colors: Sequence[str] | None = None,
) -> Path:
    """Write a PNG with one row for each motion and its body at every ``every``-th frame.

    ``height`` pixels a row; ``background`` "white", "dark" or "transparent"; ``view`` a camera
    preset; ``titles`` name the rows (if fewer: the rest by label or source; None: no names),
    ``colors`` default to the colours of the clips' kinds.
    One camera and one scale for all rows. Returns the path.

    Raises StudioError for an option that does not exist, FileProblem when it cannot be written.
    """
    _check(motions, every, background, view)
    path = Path(path)
    named = titles is not None
    titles = titles or ()
    motions = [_in_place(motion, is_print=True) for motion in motions]
    at = _view_of(motions, view)
    rows = []
    for index, motion in enumerate(motions):
        title = titles[index] if index < len(titles) else _title_of(motion)
        color = colors[index] if colors else kind_color(motion)
        frames = list(range(0, motion.num_frames, every))[:MAX_FIGURES]
        pictures = _figures(motion, frames, color, at, height)
        subtitle = f"{motion.num_frames} frames · {motion.fps:g} fps"
        rows.append(Row(title=title, subtitle=subtitle, pictures=pictures, frames=frames))
    sheet = lay_out(rows, PAPERS[background], named=named)
    if background != "transparent":
        sheet = sheet.convert("RGB")
    with written_whole(path) as temporary:
        sheet.save(temporary, format="PNG", optimize=False)
    return path


def _check(motions: Sequence[Motion], every: int, background: str, view: str) -> None:
    if not motions:
        raise StudioError("A strip needs at least one clip.", "Name one or more clip files.")
    if every < 1:
        raise StudioError(f"A strip shows every n-th frame with n at least 1, not {every}.")
    for name, value, known in (("background", background, PAPERS), ("view", view, PRESETS)):
        if value not in known:
            raise StudioError(f"There is no {name} {value!r}.", f"Choose {', '.join(known)}.")


def _title_of(motion: Motion) -> str:
    made = motion.provenance
    return made.label or Path(made.source).stem or made.kind


def _in_place(motion: Motion, *, is_print: bool = False) -> Motion:
    """Take travel along the floor out: slowly for a movie, in print each body over its number.

    Who stays about his place is only moved as a whole, so that sway is seen.
    """
    trans = motion.trans.astype(np.float64)
    flat = trans[:, ::2]
    travel = float(np.ptp(flat, axis=0).max())
    if is_print and travel > _PRINT_TRAVEL:
        centre = flat
    elif travel > _MOVIE_TRAVEL:
        half = max(1, round(0.5 * motion.fps))
        # at its ends the path goes on as it came, else a walker's first and last bodies lag
        padded = np.pad(flat, ((half, half), (0, 0)), mode="reflect", reflect_type="odd")
        sums = np.cumsum(np.vstack([np.zeros(2), padded]), axis=0)
        centre = (sums[2 * half + 1 :] - sums[: -2 * half - 1]) / (2 * half + 1)
    else:
        centre = (flat.min(axis=0) + flat.max(axis=0)) / 2
    trans[:, ::2] = flat - centre
    return motion.replace(trans=trans)


def _view_of(clips: Sequence[Motion], view: str) -> View:
    """Return the one view that shows every clip in full height at the same scale."""
    highest = max(float(posed_clip(clip).joints[..., 1].max()) for clip in clips)
    high = min(max(highest + OVER_THE_HAND, LEAST_HIGH), MOST_HIGH)
    yaw, pitch = PRESETS[view]
    half = np.tan(np.radians(OrbitCamera().field_of_view / 2))
    return View(
        target=(0.0, (LOW + high) / 2, 0.0),
        distance=float((high - LOW) / 2 / half),
        yaw=yaw,
        pitch=pitch,
    )


def _figures(motion: Motion, frames: list[int], color: str, at: View, height: int) -> list[Picture]:
    size = (round(height * 1.5), height)
    item = BodyItem(key="figure", motion=motion, color=color)
    try:
        times = [frame / motion.fps for frame in frames]
        return list(render([item], times, size, camera=at, background="transparent"))
    except NoOffscreen:
        return _numpy_figures(motion, frames, color, at, size)


def _numpy_figures(
    motion: Motion, frames: list[int], color: str, at: View, size: tuple[int, int]
) -> list[Picture]:
    clip = posed_clip(motion)
    mesh = skin_mesh(clip.body, clip.shape[1])
    camera = OrbitCamera()
    camera.jump(at)
    pictures = []
    for frame in frames:
        vertices, normals = posed_skin(clip.bones[frame], mesh, clip.body.weights)
        pictures.append(
            draw_body(vertices, normals, mesh.faces, color, camera, size, shade=mesh.shade)
        )
    return pictures
