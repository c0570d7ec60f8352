"""Figures for a paper: clips as rows of bodies every few frames, at print size.

One camera, one scale and the same moments for all rows, on white; rows too long for the paper go on
below. Bodies are pictures at the paper's resolution, names, numbers and rules are vectors in a PDF.
No Qt.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core import __version__
from core.errors import FileProblem, StudioError
from core.motion import Motion
from core.progress import SILENT, Progress
from studio.viewport.camera import PRESETS, View
from studio.viewport.figure_sheet import (
    MM_PER_INCH,
    WRITERS,
    Line,
    Mark,
    Placed,
    Sheet,
    Text,
    text_width,
    write_sheet,
)
from studio.viewport.strip import _figures, _in_place, _title_of, _view_of, kind_color
from studio.viewport.strip_sheet import OPAQUE

Picture = npt.NDArray[np.uint8]

COLUMN_MM, PAGE_MM = 84.0, 174.0
"""Usual widths in print: one column of two, the whole page."""
_MEASURED = 160  # pixels: height of the pictures that the layout is measured with
_MARGIN, _GAP = 1.5, 1.2  # mm around the figure, between rows
_NAME, _SMALL = 7.5, 6.0  # points
_LEAST_BODY, _MOST_BODY = 17.0, 46.0  # mm that a row is high
_DIM = "#5b6472"


@dataclass(frozen=True, kw_only=True)
class FigureOptions:
    """How a strip looks in print.

    ``every``: frames from one body to the next; ``first`` and ``last`` frame (None: to the end);
    ``width_mm`` of the paper; names and colours of the rows ("" and () choose); ``has_labels``
    writes names and frame numbers; ``view`` a camera preset. Raises StudioError.
    """

    every: int = 5
    first: int = 0
    last: int | None = None
    width_mm: float = PAGE_MM
    names: tuple[str, ...] = ()
    colors: tuple[str, ...] = ()
    has_labels: bool = True
    view: str = "three-quarter"
    dpi: int = 300

    def __post_init__(self) -> None:
        if self.every < 1:
            raise StudioError(f"A figure shows every n-th frame, n at least 1, not {self.every}.")
        if not 30.0 <= self.width_mm <= 1000.0:
            raise StudioError(
                f"A figure {self.width_mm:g} mm wide is not possible.", "Use 30 to 1000 mm."
            )
        if self.view not in PRESETS:
            raise StudioError(f"There is no view {self.view!r}.", f"Choose {', '.join(PRESETS)}.")
        if not 72 <= self.dpi <= 1200:
            raise StudioError(f"{self.dpi} dots an inch are not possible.", "Use 72 to 1200.")


def strip_figure(
    motions: Sequence[Motion], options: FigureOptions, path: Path | str, progress: Progress = SILENT
) -> Path:
    """Write a strip, one row a clip in the order given, as PNG or PDF; return its path.

    The recipe (clips, frames, camera, program) is in the file's metadata. Raises StudioError,
    FileProblem, Cancelled.
    """
    path = Path(path)
    if not motions:
        raise StudioError("A figure needs at least one clip.", "Name one or more clips.")
    if path.suffix.lower() not in WRITERS:
        raise FileProblem(
            f"{path.name} cannot be written as a figure.",
            f"Let the name end in {' or '.join(WRITERS)}.",
        )
    frames = _frames(motions, options)
    names = [
        options.names[i] if i < len(options.names) else _title_of(motion)
        for i, motion in enumerate(motions)
    ]
    colors = [
        options.colors[i] if i < len(options.colors) else kind_color(motion)
        for i, motion in enumerate(motions)
    ]
    still = [_in_place(motion, is_print=True) for motion in motions]
    at = _view_of(still, options.view)
    progress.step(0.0, "Laying out")
    layout = _laid_out(still, frames, names, options, at)
    pixels = max(24, round(layout.body_mm / MM_PER_INCH * options.dpi))
    rows = []
    for index, (motion, color) in enumerate(zip(still, colors, strict=True)):
        progress.step(0.1 + 0.8 * index / len(still), f"Drawing {names[index]}")
        held = [min(frame, motion.num_frames - 1) for frame in frames]
        rows.append(_figures(motion, held, color, at, pixels))
    sheet = _sheet(rows, frames, names, colors, layout, options)
    write_sheet(sheet, path, _recipe(motions, names, frames, options), options.dpi)
    progress.step(1.0, "Written")
    return path


def _frames(motions: Sequence[Motion], options: FigureOptions) -> list[int]:
    """The moments shown: of the longest clip; a shorter one holds its last pose."""
    longest = max(motion.num_frames for motion in motions)
    stop = longest if options.last is None else min(options.last + 1, longest)
    frames = list(range(options.first, stop, options.every))
    if not frames:
        raise StudioError(
            f"The clips have no frame {options.first}.", f"They have {longest} frames."
        )
    return frames


@dataclass(frozen=True, kw_only=True)
class _Layout:
    """In mm: height of a body's picture, from body to body, left of the first, names' width."""

    body_mm: float
    pitch: float
    before: float
    left: float
    per_line: int


def _laid_out(
    motions: list[Motion], frames: list[int], names: list[str], options: FigureOptions, at: View
) -> _Layout:
    """Measure small pictures: how wide the bodies are says how high they can be."""
    before = after = 0.1
    gaps = [0.28]
    for motion in motions:
        held = [min(frame, motion.num_frames - 1) for frame in frames]
        pictures = _figures(motion, held, "#808080", at, _MEASURED)
        reach = [_reach(picture) for picture in pictures]
        before = max(before, *(r[0] for r in reach))
        after = max(after, *(r[1] for r in reach))
        gaps += [a[1] + b[0] + 0.03 for a, b in pairwise(reach)]
    pitch = float(np.clip(np.percentile(gaps, 95), 0.28, 1.2))
    left = _MARGIN
    if options.has_labels:
        left += max(text_width(name, _NAME, bold=True) for name in names) + 2.5
    room = options.width_mm - left - _MARGIN
    per_line = len(frames)
    body = room / (before + after + pitch * (per_line - 1))
    if body < _LEAST_BODY:
        fits = int((room / _LEAST_BODY - before - after) / pitch) + 1
        lines = int(np.ceil(len(frames) / max(1, fits)))
        per_line = int(np.ceil(len(frames) / lines))
        body = room / (before + after + pitch * (per_line - 1))
    body = min(body, _MOST_BODY)
    spare = room - body * (before + after + pitch * (per_line - 1))
    wider = spare / max(per_line - 1, 1) if per_line > 1 else 0.0
    step = body * pitch + min(wider, 0.5 * body * pitch)
    return _Layout(body_mm=body, pitch=step, before=body * before, left=left, per_line=per_line)


def _reach(picture: Picture) -> tuple[float, float]:
    """How far the body reaches to the left and right of the middle, in heights of the picture."""
    columns = np.flatnonzero(picture[..., 3].max(axis=0) > OPAQUE)
    height, width = picture.shape[:2]
    if not len(columns):
        return 0.05, 0.05
    return (width / 2 - float(columns[0])) / height, (float(columns[-1]) - width / 2) / height


def _sheet(
    rows: list[list[Picture]],
    frames: list[int],
    names: list[str],
    colors: list[str],
    layout: _Layout,
    options: FigureOptions,
) -> Sheet:
    """Bodies first, then rules and words over them."""
    bodies: list[Mark] = []
    words: list[Mark] = []
    y, body = _MARGIN, layout.body_mm
    number_mm = 3.6 if options.has_labels else 0.0
    for start in range(0, len(frames), layout.per_line):
        block = range(start, min(start + layout.per_line, len(frames)))
        if start:
            y += 1.0
            words.append(Line(x=_MARGIN, y=y, width=options.width_mm - 2 * _MARGIN))
            y += 1.0
        for pictures, name, color in zip(rows, names, colors, strict=True):
            for column, index in enumerate(block):
                picture = pictures[index]
                width = body * picture.shape[1] / picture.shape[0]
                x = layout.left + layout.before + column * layout.pitch
                bodies.append(
                    Placed(x=x - width / 2, y=y, width=width, height=body, picture=picture)
                )
            if options.has_labels:
                middle = y + 0.55 * body
                words.append(Text(x=_MARGIN, y=middle, text=name, points=_NAME, bold=True))
                if len(set(colors)) > 1:  # the row's colour beside its name
                    words.append(
                        Line(x=_MARGIN, y=middle + 1.2, width=5.0, color=color, points=1.6)
                    )
            y += body + _GAP
        y -= _GAP
        if options.has_labels:
            for column, index in enumerate(block):
                x = layout.left + layout.before + column * layout.pitch
                words.append(
                    Text(x=x, y=y + 2.4, text=str(frames[index]), points=_SMALL, color=_DIM,
                         anchor="middle")
                )  # fmt: skip
            words.append(Text(x=_MARGIN, y=y + 2.4, text="frame", points=_SMALL, color=_DIM))
        y += number_mm
    return Sheet(width=options.width_mm, height=y + _MARGIN, marks=(*bodies, *words))


def _recipe(
    motions: Sequence[Motion], names: list[str], frames: list[int], options: FigureOptions
) -> dict[str, str]:
    """What is needed to make the figure again, for the file's metadata."""
    clips = [
        {"name": name, "frames": motion.num_frames, "fps": motion.fps,
         **json.loads(motion.provenance.to_json())}
        for name, motion in zip(names, motions, strict=True)
    ]  # fmt: skip
    recipe = {"figure": "strip", "frames": frames, "options": asdict(options), "clips": clips}
    return {
        "Title": " / ".join(names),
        "Software": f"Motion Studio {__version__}",
        "Clips": ", ".join(names),
        "Recipe": json.dumps(recipe, ensure_ascii=False),
    }
