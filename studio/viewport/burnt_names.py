"""Names burnt into the pictures of a movie, each under its body."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from studio.viewport.strip_sheet import _font

Picture = npt.NDArray[np.uint8]


def burn_names(
    picture: Picture, names: Sequence[str], places: npt.NDArray[np.floating], ink: str, plate: str
) -> Picture:
    """Write names centred at places (N, 2) in pixels; pushed apart where they would overlap.

    Returns a picture of the same shape, (H, W, 3 or 4).
    """
    height, width = picture.shape[:2]
    font: Any = _font(max(13, height // 28), bold=True)
    pad = max(4, height // 120)
    image = Image.fromarray(picture)
    draw = ImageDraw.Draw(image)
    edge = float(pad)
    for index in np.argsort(places[:, 0]):
        wide = draw.textlength(names[index], font=font)
        x = max(float(places[index, 0]) - wide / 2 - pad, edge)
        x = min(x, width - wide - 3 * pad)
        y = min(float(places[index, 1]), height - font.size - 3.0 * pad)
        box = (x, y, x + wide + 2 * pad, y + font.size + 2 * pad)
        draw.rounded_rectangle(box, radius=pad, fill=plate)
        middle = (x + pad + wide / 2, y + pad + font.size / 2)
        draw.text(middle, names[index], fill=ink, font=font, anchor="mm")
        edge = box[2] + pad
    return np.asarray(image)
