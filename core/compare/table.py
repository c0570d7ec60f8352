"""The numbers of one comparison as rows of a table, for CSV and LaTeX."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from core.compare.comparison import Comparison
from core.compare.quality import ClipQuality
from core.skeleton import JOINT_NAMES

Table = list[list[str]]


def comparison_table(
    comparison: Comparison,
    qualities: Sequence[ClipQuality],
    names: Sequence[str],
    *,
    has_joints: bool = True,
) -> Table:
    """Return a header and rows: quality, ranges of motion, differences, then those of each joint.

    A difference stands in the column of the clip that differs; the reference's cell is empty.
    Without ``has_joints`` the table is short enough for a page.
    """
    rows: Table = [["measure", "unit", *names]]
    titles = max((quality.rows for quality in qualities), key=len)
    for title in titles:
        values = [{r.name: r.value for r in quality.rows} for quality in qualities]
        cells = [_number(v.get(title.name, float("nan"))) for v in values]
        rows.append([title.name, title.unit, *cells])
    for angle in qualities[0].range_of_motion:
        ranges = [_number(quality.range_of_motion[angle]) for quality in qualities]
        rows.append([f"range of {angle}", "°", *ranges])
    clips = range(len(names))

    def differences(name: str, unit: str, values: Sequence[float]) -> None:
        cells = [_number(v) if k != comparison.options.reference else "" for k, v in
                 zip(clips, values, strict=True)]  # fmt: skip
        rows.append([name, unit, *cells])

    differences("mean difference", "°", [comparison.mean(k) for k in clips])
    differences("peak difference", "°", [comparison.peak(k) for k in clips])
    differences("mean distance", "mm", [comparison.mean_position(k) for k in clips])
    differences("turned about the vertical", "°", comparison.heading)
    if comparison.options.space == "procrustes":
        differences("scaled by", "", comparison.scale)
    for joint, name in enumerate(JOINT_NAMES if has_joints else ()):
        for unit, cube in (("°", comparison.angle), ("mm", comparison.position)):
            means = [_mean(cube[k, :, joint]) for k in clips]
            differences(f"mean difference of {name.replace('_', ' ')}", unit, means)
    return rows


def text_columns(table: Table) -> int:
    """How many columns from the left hold words; the first of nothing but numbers ends them."""
    for column in range(1, len(table[0])):
        cells = [row[column] for row in table[1:] if row[column]]
        if cells and all(_is_number(cell) for cell in cells):
            return column
    return len(table[0])


def _is_number(cell: str) -> bool:
    try:
        float(cell.replace(",", ""))
    except ValueError:
        return False
    return True


def _mean(values: npt.NDArray[np.float64]) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")


def _number(value: float) -> str:
    if not np.isfinite(value):
        return ""
    if abs(value) < 1e-6:
        return "0"
    return f"{value:.4g}" if abs(value) >= 1 else f"{value:.3f}"


def as_csv(table: Table) -> str:
    """A table as comma-separated text."""
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(table)
    return stream.getvalue()


_ESCAPES = {"&": r"\&", "%": r"\%", "_": r"\_", "#": r"\#", "°": r"$^\circ$", "²": "$^2$",
            "³": "$^3$", "–": "--", "±": r"$\pm$"}  # fmt: skip


def as_latex(table: Table) -> str:
    """A table as a LaTeX tabular with booktabs' rules."""

    def line(cells: list[str]) -> str:
        return " & ".join("".join(_ESCAPES.get(c, c) for c in cell) for cell in cells) + r" \\"

    left = text_columns(table)
    columns = "l" * left + "r" * (len(table[0]) - left)
    return "\n".join(
        [rf"\begin{{tabular}}{{{columns}}}", r"\toprule", line(table[0]), r"\midrule",
         *map(line, table[1:]), r"\bottomrule", r"\end{tabular}", ""]
    )  # fmt: skip
