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
    comparison: Comparison, qualities: Sequence[ClipQuality], names: Sequence[str]
) -> Table:
    """Return a header and rows: quality, ranges of motion, then the differences a joint.

    A difference stands in the column of the clip that differs from the reference.
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
    rows.append(["mean difference", "°", *(_number(comparison.mean(k)) for k in clips)])
    rows.append(["peak difference", "°", *(_number(comparison.peak(k)) for k in clips)])
    rows.append(["mean distance", "mm", *(_number(comparison.mean_position(k)) for k in clips)])
    rows.append(["turned about the vertical", "°", *map(_number, comparison.heading)])
    for joint, name in enumerate(JOINT_NAMES):
        for unit, cube in (("°", comparison.angle), ("mm", comparison.position)):
            means = [_mean(cube[k, :, joint]) for k in clips]
            rows.append([f"mean difference of {name}", unit, *map(_number, means)])
    return rows


def _mean(values: npt.NDArray[np.float64]) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")


def _number(value: float) -> str:
    if not np.isfinite(value):
        return ""
    return f"{value:.4g}" if abs(value) > 1e-6 else "0"


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

    columns = "l" * 2 + "r" * (len(table[0]) - 2)
    return "\n".join(
        [rf"\begin{{tabular}}{{{columns}}}", r"\toprule", line(table[0]), r"\midrule",
         *map(line, table[1:]), r"\bottomrule", r"\end{tabular}", ""]
    )  # fmt: skip
