"""A figure as marks on paper in millimetres, written as PNG or as PDF from one description.

Text is vector text in Bitstream Vera (its licence lets it be embedded; reportlab brings it), lines
are lines, bodies are pictures with transparency. Must not know what a motion is.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from core.atomic import written_whole
from core.errors import FileProblem

Picture = npt.NDArray[np.uint8]
Anchor = Literal["left", "middle"]
MM_PER_INCH = 25.4
MM_PER_POINT = MM_PER_INCH / 72


@dataclass(frozen=True, kw_only=True)
class Text:
    """One line of text: x of its anchor and y of its baseline in mm from the top left."""

    x: float
    y: float
    text: str
    points: float = 7.0
    bold: bool = False
    color: str = "#14161b"
    anchor: Anchor = "left"


@dataclass(frozen=True, kw_only=True)
class Line:
    """A horizontal rule in mm."""

    x: float
    y: float
    width: float
    color: str = "#d5d9e0"
    points: float = 0.4


@dataclass(frozen=True, kw_only=True, eq=False)
class Placed:
    """A picture (H, W, 4) with its top left at x, y and its width and height in mm."""

    x: float
    y: float
    width: float
    height: float
    picture: Picture


Mark = Text | Line | Placed


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """Paper of a width and height in mm with its marks, later ones on top."""

    width: float
    height: float
    marks: tuple[Mark, ...]


def text_width(text: str, points: float, *, bold: bool = False) -> float:
    """Width of a text in mm."""
    return float(_font(points * 20, bold).getlength(text)) / 20 * MM_PER_POINT


def _font_file(bold: bool) -> Path:
    import reportlab

    return Path(reportlab.__file__).parent / "fonts" / ("VeraBd.ttf" if bold else "Vera.ttf")


def _font(pixels: float, bold: bool) -> Any:
    try:
        return ImageFont.truetype(str(_font_file(bold)), round(pixels))
    except OSError:
        return ImageFont.load_default(pixels)


def write_png(sheet: Sheet, path: Path, recipe: Mapping[str, str], dpi: int) -> None:
    """Write the sheet as a PNG on white at ``dpi``, the recipe in its text chunks."""
    scale = dpi / MM_PER_INCH
    size = (round(sheet.width * scale), round(sheet.height * scale))
    image = Image.new("RGBA", size, (255, 255, 255, 255))
    draw = ImageDraw.Draw(image)
    for mark in sheet.marks:
        match mark:
            case Placed():
                at = (round(mark.x * scale), round(mark.y * scale))
                wanted = (round(mark.width * scale), round(mark.height * scale))
                body = Image.fromarray(mark.picture)
                if body.size != wanted:
                    body = body.resize(wanted, Image.Resampling.LANCZOS)
                hidden = (max(0, -at[0]), max(0, -at[1]))
                body = body.crop((*hidden, *body.size))
                image.alpha_composite(body, (max(0, at[0]), max(0, at[1])))
            case Line():
                draw.line(
                    [(mark.x * scale, mark.y * scale),
                     ((mark.x + mark.width) * scale, mark.y * scale)],
                    fill=mark.color, width=max(1, round(mark.points * MM_PER_POINT * scale)),
                )  # fmt: skip
            case Text():
                font = _font(mark.points * MM_PER_POINT * scale, mark.bold)
                anchor = "ms" if mark.anchor == "middle" else "ls"
                at_text = (mark.x * scale, mark.y * scale)
                draw.text(at_text, mark.text, fill=mark.color, font=font, anchor=anchor)
    chunks = PngInfo()
    for key, value in recipe.items():
        chunks.add_itxt(key, value)
    with written_whole(path) as temporary:
        image.convert("RGB").save(temporary, format="PNG", dpi=(dpi, dpi), pnginfo=chunks)


def write_pdf(sheet: Sheet, path: Path, recipe: Mapping[str, str], dpi: int) -> None:
    """Write the sheet as a PDF of its size, fonts embedded, the recipe as the PDF's information."""
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    for name, bold in (("Vera", False), ("VeraBd", True)):
        pdfmetrics.registerFont(TTFont(name, str(_font_file(bold))))
    unit = 1 / MM_PER_POINT
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=(sheet.width * unit, sheet.height * unit), invariant=1)
    canvas.setTitle(recipe.get("Title", ""))
    canvas.setSubject(recipe.get("Recipe", ""))
    canvas.setCreator(recipe.get("Software", ""))
    canvas.setKeywords([value for key, value in recipe.items() if key == "Clips"])
    for mark in sheet.marks:
        match mark:
            case Placed():
                low = (sheet.height - mark.y - mark.height) * unit
                picture = ImageReader(Image.fromarray(mark.picture))
                canvas.drawImage(
                    picture, mark.x * unit, low, mark.width * unit, mark.height * unit, mask="auto"
                )
            case Line():
                canvas.setStrokeColor(mark.color)
                canvas.setLineWidth(mark.points)
                y = (sheet.height - mark.y) * unit
                canvas.line(mark.x * unit, y, (mark.x + mark.width) * unit, y)
            case Text():
                canvas.setFillColor(mark.color)
                canvas.setFont("VeraBd" if mark.bold else "Vera", mark.points)
                write = canvas.drawCentredString if mark.anchor == "middle" else canvas.drawString
                write(mark.x * unit, (sheet.height - mark.y) * unit, mark.text)
    canvas.save()
    with written_whole(path) as temporary:
        Path(temporary).write_bytes(stream.getvalue())


WRITERS: dict[str, Callable[[Sheet, Path, Mapping[str, str], int], None]] = {
    ".png": write_png,
    ".pdf": write_pdf,
}


def write_sheet(sheet: Sheet, path: Path, recipe: Mapping[str, str], dpi: int = 300) -> Path:
    """Write the sheet as its name's ending says. Raises FileProblem for another ending."""
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        raise FileProblem(
            f"{path.name} cannot be written as a figure.",
            f"Let the name end in {' or '.join(WRITERS)}.",
        )
    writer(sheet, path, recipe, dpi)
    return path
