"""A table of text as a sheet for print, PNG or PDF: as papers set them, rules and no boxes."""

from __future__ import annotations

from core.compare.table import text_columns
from studio.viewport.figure_sheet import Line, Mark, Sheet, Text, text_width

_POINTS, _ROW, _MARGIN, _GAP = 7.0, 4.0, 2.0, 4.0
_INK, _RULE = "#14161b", "#14161b"


def table_sheet(table: list[list[str]]) -> Sheet:
    """Lay a header and rows out; columns of words to the left, of numbers to the right.

    A first cell that repeats the one above it is left out.
    """
    columns, left = range(len(table[0])), text_columns(table)
    widths = [
        max(text_width(row[c], _POINTS, bold=number == 0) for number, row in enumerate(table))
        for c in columns
    ]
    starts = [_MARGIN + sum(widths[:c]) + c * _GAP for c in columns]
    width = starts[-1] + widths[-1] + _MARGIN
    marks: list[Mark] = [_rule(_MARGIN, width, 0.8)]
    y = _MARGIN + _ROW
    for number, row in enumerate(table):
        repeats = number > 1 and row[0] == table[number - 1][0]
        if number > 1 and not repeats:
            marks.append(_rule(y - 0.8 * _ROW, width, 0.2))
        for c in columns:
            if c == 0 and repeats:
                continue
            shift = 0.0
            if c >= left:
                shift = widths[c] - text_width(row[c], _POINTS, bold=number == 0)
            marks.append(
                Text(x=starts[c] + shift, y=y - 0.3 * _ROW + 0.8, text=row[c], points=_POINTS,
                     bold=number == 0, color=_INK)
            )  # fmt: skip
        y += _ROW
        if number == 0:
            marks.append(_rule(y - 0.8 * _ROW, width, 0.5))
    marks.append(_rule(y - 0.8 * _ROW, width, 0.8))
    return Sheet(width=width, height=y + _MARGIN - 0.7 * _ROW, marks=tuple(marks))


def _rule(y: float, width: float, points: float) -> Line:
    return Line(x=_MARGIN, y=y, width=width - 2 * _MARGIN, color=_RULE, points=points)
