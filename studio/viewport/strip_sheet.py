"""How a figure strip is laid out on its sheet: names at the left, figures, frame numbers below."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

Picture = npt.NDArray[np.uint8]
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

OPAQUE = 100
"""Alpha above which a pixel is the body, not its shadow."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One clip's figures: pictures (H, W, 4) of equal size, and the frames they show."""

    title: str
    subtitle: str
    pictures: list[Picture]
    frames: list[int]


@dataclass(frozen=True, kw_only=True)
class Paper:
    """The colours of a sheet: ground and rule (r, g, b, a), ink and dim "#rrggbb"."""

    ground: tuple[int, int, int, int]
    rule: tuple[int, int, int, int]
    ink: str
    dim: str


PAPERS = {
    "white": Paper(
        ground=(255, 255, 255, 255), rule=(226, 229, 235, 255), ink="#14161b", dim="#667085"
    ),
    "dark": Paper(ground=(26, 29, 36, 255), rule=(42, 47, 58, 255), ink="#e7eaf0", dim="#98a1b3"),
    "transparent": Paper(
        ground=(0, 0, 0, 0), rule=(128, 138, 155, 90), ink="#14161b", dim="#667085"
    ),
}


def lay_out(rows: list[Row], paper: Paper, *, named: bool) -> Image.Image:
    """Return the sheet (RGBA) with one row a clip; ``named`` rows have a column of names."""
    height, cell = rows[0].pictures[0].shape[:2]
    title_font, small = _font(max(13, height // 12), bold=True), _font(max(11, height // 16))
    margin, gap, foot = height // 8, height // 20, max(11, height // 16) * 2
    names = [title_font.getlength(row.title) for row in rows]
    names += [small.getlength(row.subtitle) for row in rows]
    left = margin + (int(max(names)) + margin if named else 0)
    pitch = _pitch(rows)
    before = max(_reach(row.pictures[0])[0] for row in rows)
    after = max(_reach(row.pictures[-1])[1] for row in rows)
    most = max(len(row.pictures) for row in rows)
    width = left + before + pitch * (most - 1) + after + margin
    total = margin + len(rows) * (height + foot + gap) - gap
    sheet = Image.new("RGBA", (width, total), paper.ground)
    draw = ImageDraw.Draw(sheet)
    y = margin // 2
    for number, row in enumerate(rows):
        if number:
            draw.line([(margin, y), (width - margin, y)], fill=paper.rule)
        if named:
            middle = y + height * 0.5
            draw.text((margin, middle), row.title, fill=paper.ink, font=title_font, anchor="ls")
            below = (margin, middle + height * 0.03)
            draw.text(below, row.subtitle, fill=paper.dim, font=small, anchor="la")
        for index, (picture, frame) in enumerate(zip(row.pictures, row.frames, strict=True)):
            x = left + before + index * pitch
            _paste(sheet, picture, x - cell // 2, y)
            at = (x, y + height + foot * 0.2)
            draw.text(at, str(frame), fill=paper.dim, font=small, anchor="ma")
        y += height + foot + gap
    return sheet


def _font(size: int, *, bold: bool = False) -> Font:
    names = ["Inter-SemiBold.ttf", "DejaVuSans-Bold.ttf"] if bold else []
    for name in [*names, "Inter-Regular.ttf", "DejaVuSans.ttf"]:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return ImageFont.load_default(size)


def _reach(picture: Picture) -> tuple[int, int]:
    """Pixels that the body reaches to the left and right of its cell's middle."""
    columns = np.flatnonzero(picture[..., 3].max(axis=0) > OPAQUE)
    middle = picture.shape[1] // 2
    if not len(columns):
        return 8, 8
    return max(int(middle - columns[0]), 8), max(int(columns[-1] - middle), 8)


def _pitch(rows: list[Row]) -> int:
    """Pixels from one figure to the next: so wide that neighbours hardly touch."""
    height = rows[0].pictures[0].shape[0]
    gaps = [0.5 * height]
    for row in rows:
        reach = [_reach(picture) for picture in row.pictures]
        gaps += [a[1] + b[0] + 0.03 * height for a, b in pairwise(reach)]
    return int(np.clip(np.percentile(gaps[1:] or gaps, 92), 0.28 * height, 0.85 * height))


def _paste(sheet: Image.Image, picture: Picture, x: int, y: int) -> None:
    image = Image.fromarray(picture)
    hidden = max(0, -x)  # a cell may begin left of the sheet; its body does not
    if hidden:
        image = image.crop((hidden, 0, image.width, image.height))
    sheet.alpha_composite(image, (x + hidden, y))
