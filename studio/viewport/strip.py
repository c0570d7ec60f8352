"""Figure strips: one row a clip, its body every few frames side by side, as papers print motion.

No Qt. Bodies are drawn by the offscreen renderer, or by the numpy one where there is no EGL.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from core.atomic import written_whole
from core.errors import StudioError
from core.motion import Motion
from studio.viewport.camera import PRESETS, OrbitCamera, View
from studio.viewport.items import BodyItem
from studio.viewport.offscreen import NoOffscreen, render
from studio.viewport.poses import posed_clip, skin_mesh
from studio.viewport.software import draw_body, skinned_frame

Picture = npt.NDArray[np.uint8]

KIND_COLORS = {
    "generated": "#3fd0bd", "estimated": "#b79bff", "demo": "#b9c0cf",
    "imported": "#b9c0cf", "edited": "#6ea2ff",
}  # fmt: skip
"""The studio's colour of where a clip comes from."""
_INK = {"white": ("#14161b", "#667085"), "dark": ("#e7eaf0", "#98a1b3")}
_INK["transparent"] = _INK["white"]
_GROUND = {"white": (255, 255, 255, 255), "dark": (26, 29, 36, 255), "transparent": (0, 0, 0, 0)}
MAX_FIGURES = 40
LOW, HIGH = -0.24, 2.12
"""Metres that a row shows: a foot set forward below, a raised hand above."""
_RULE = {
    "white": (226, 229, 235, 255),
    "dark": (42, 47, 58, 255),
    "transparent": (128, 138, 155, 90),
}


@dataclass(frozen=True)
class _Row:
    title: str
    subtitle: str
    pictures: list[Picture]
    frames: list[int]


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
    preset; ``titles`` default to the clips' labels or sources, ``colors`` to their kinds' colours.
    One camera and one scale for all rows. Returns the path.

    Raises StudioError for an option that does not exist, FileProblem when it cannot be written.
    """
    _check(motions, every, background, view)
    path = Path(path)
    rows = []
    for index, motion in enumerate(motions):
        title = titles[index] if titles and index < len(titles) else _title_of(motion)
        color = colors[index] if colors else KIND_COLORS.get(motion.provenance.kind, "#b9c0cf")
        frames = list(range(0, motion.num_frames, every))[:MAX_FIGURES]
        pictures = _figures(motion, frames, color, background, view, height)
        subtitle = f"{motion.num_frames} frames · {motion.fps:g} fps"
        rows.append(_Row(title, subtitle, pictures, frames))
    sheet = _sheet(rows, background, height)
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
    for name, value, known in (("background", background, _GROUND), ("view", view, PRESETS)):
        if value not in known:
            raise StudioError(f"There is no {name} {value!r}.", f"Choose {', '.join(known)}.")


def _title_of(motion: Motion) -> str:
    made = motion.provenance
    return made.label or Path(made.source).stem or made.kind


def _in_place(motion: Motion) -> Motion:
    """Take travel along the floor out, slowly: the figures stand in a row of their own."""
    trans = motion.trans.astype(np.float64)
    flat = trans[:, ::2]
    if float(np.max(flat.max(axis=0) - flat.min(axis=0))) > 0.8:
        half = max(1, round(0.5 * motion.fps))
        padded = np.pad(flat, ((half, half), (0, 0)), mode="edge")
        sums = np.cumsum(np.vstack([np.zeros(2), padded]), axis=0)
        centre = (sums[2 * half + 1 :] - sums[: -2 * half - 1]) / (2 * half + 1)
    else:
        centre = (flat.min(axis=0) + flat.max(axis=0)) / 2
    trans[:, ::2] = flat - centre
    return motion.replace(trans=trans)


def _row_view(view: str, field_of_view: float) -> View:
    yaw, pitch = PRESETS[view]
    half = np.tan(np.radians(field_of_view / 2))
    return View(
        target=(0.0, (LOW + HIGH) / 2, 0.0),
        distance=float((HIGH - LOW) / 2 / half),
        yaw=yaw,
        pitch=pitch,
    )


def _figures(
    motion: Motion, frames: list[int], color: str, background: str, view: str, height: int
) -> list[Picture]:
    motion = _in_place(motion)
    size = (round(height * 1.5), height)
    at = _row_view(view, OrbitCamera().field_of_view)
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
        vertices, normals = skinned_frame(
            clip.bones[frame], mesh.positions, mesh.normals, mesh.bones, mesh.weights
        )
        pictures.append(draw_body(vertices, normals, mesh.faces, color, camera, size))
    return pictures


def _font(size: int, bold: bool = False) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    names = ("Inter-SemiBold.ttf", "DejaVuSans-Bold.ttf") if bold else ()
    for name in (*names, "Inter-Regular.ttf", "DejaVuSans.ttf"):
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return ImageFont.load_default(size)


def _pitch(rows: list[_Row]) -> int:
    """Pixels from one figure to the next: so wide that neighbours hardly touch."""
    reach = []
    for row in rows:
        ends = []
        for picture in row.pictures:
            columns = np.flatnonzero(picture[..., 3].max(axis=0) > 100)
            middle = picture.shape[1] / 2
            ends.append((middle - columns[0], columns[-1] - middle) if len(columns) else (0, 0))
        reach += [a[1] + b[0] for a, b in zip(ends, ends[1:], strict=False)]
        reach += [max(ends[0]) * 1.2] if len(ends) == 1 else []
    height = rows[0].pictures[0].shape[0]
    return int(np.clip(np.percentile(reach, 92) + 0.02 * height, 0.28 * height, 0.85 * height))


def _sheet(rows: list[_Row], background: str, height: int) -> Image.Image:
    ink, dim = _INK[background]
    title_font, small = _font(max(13, height // 12), True), _font(max(11, height // 16))
    margin, gap = height // 8, height // 20
    label = max(max(title_font.getlength(row.title), small.getlength(row.subtitle)) for row in rows)
    left = margin + int(label) + margin
    pitch = _pitch(rows)
    most = max(len(row.pictures) for row in rows)
    cell = rows[0].pictures[0].shape[1]
    before = max(_ends(row.pictures[0])[0] for row in rows)
    after = max(_ends(row.pictures[-1])[1] for row in rows)
    width = left + before + pitch * (most - 1) + after + margin
    foot = int(small.size * 1.9) if hasattr(small, "size") else 20
    total = margin + len(rows) * (height + foot + gap) - gap + margin // 2
    sheet = Image.new("RGBA", (width, total), _GROUND[background])
    draw = ImageDraw.Draw(sheet)
    y = margin // 2
    for number, row in enumerate(rows):
        if number:
            draw.line([(margin, y), (width - margin, y)], fill=_RULE[background])
        middle = y + height * 0.5
        draw.text((margin, middle), row.title, fill=ink, font=title_font, anchor="ls")
        draw.text((margin, middle + height * 0.03), row.subtitle, fill=dim, font=small, anchor="la")
        for index, picture in enumerate(row.pictures):
            x = left + before + index * pitch
            _paste(sheet, picture, x - cell // 2, y)
            draw.text(
                (x, y + height + foot * 0.2), str(row.frames[index]), fill=dim, font=small,
                anchor="ma",
            )  # fmt: skip
        y += height + foot + gap
    return sheet


def _ends(picture: Picture) -> tuple[int, int]:
    columns = np.flatnonzero(picture[..., 3].max(axis=0) > 100)
    middle = picture.shape[1] // 2
    if not len(columns):
        return middle, middle
    return max(int(middle - columns[0]), 8), max(int(columns[-1] - middle), 8)


def _paste(sheet: Image.Image, picture: Picture, x: int, y: int) -> None:
    image = Image.fromarray(picture)
    cut = max(0, -x)
    if cut:
        image = image.crop((cut, 0, image.width, image.height))
    sheet.alpha_composite(image, (x + cut, y))
