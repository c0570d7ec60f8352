"""Table 1 of one report or of several side by side: Markdown, LaTeX, CSV.

The best generated (or reconstructed) row of each column is marked; rows of real clips come once.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.evaluation.metrics import Mean, mean_and_interval
from core.evaluation.references import Reference
from core.evaluation.report import (
    COLUMNS,
    REAL,
    MetricColumn,
    Report,
    Row,
    closest,
    measured_by,
)


@dataclass(frozen=True)
class Cell:
    """A number of the table, None where it was not measured."""

    mean: Mean | None
    column: MetricColumn
    is_best: bool = False
    is_signed: bool = False  # a difference: + before what is larger

    def text(self, plus_minus: str = "±") -> str:
        """Mean and interval as printed."""
        if self.mean is None:
            return "–"
        places, factor = self.column.decimals, self.column.factor
        value = round(self.mean.value * factor, places) + 0.0  # no minus before a zero
        sign = "+" if self.is_signed and value > 0 else ""
        text = f"{sign}{value:.{places}f}"
        if math.isnan(self.mean.interval):  # a paper that gives none
            return text
        return f"{text} {plus_minus} {self.mean.interval * factor:.{places}f}"


@dataclass(frozen=True, kw_only=True)
class TableRow:
    """A row of the table. ``minus`` is the report it is a difference from, else None."""

    name: str
    report: Report
    row: Row
    cells: tuple[Cell, ...]
    minus: Report | None = None


def cells(
    reports: Sequence[Report], *, with_difference: bool = False,
    references: Sequence[Reference] = (),
) -> list[tuple[str, list[Cell]]]:  # fmt: skip
    """Names and cells of all rows, see :func:`table_rows`; those of others last."""
    rows = table_rows(reports, with_difference=with_difference)
    theirs = [
        (one.title, [Cell(one.values.get(column.key), column) for column in COLUMNS])
        for one in references
    ]
    return [(row.name, list(row.cells)) for row in rows] + theirs


def table_rows(reports: Sequence[Report], *, with_difference: bool = False) -> list[TableRow]:
    """All rows; those of real clips once for reports that were measured alike.

    The best generated row of each column is marked where all reports were measured alike.
    ``with_difference`` adds the second report minus the first, where there are two of them and
    their numbers can be compared.
    """
    known: list[tuple[str, Report, Row]] = []
    measured = [measured_by(report) for report in reports]
    for number, report in enumerate(reports):
        is_repeated = measured[number] in measured[:number]
        for row in report.rows:
            if row.is_real and is_repeated:
                continue
            is_plain = len(reports) == 1 or (row.is_real and len(set(measured)) == 1)
            name = row.name if is_plain else f"{report.name}, {row.name}"
            known.append((name, report, row))
    alike = len(set(measured)) == 1
    best = {column.key: _best(known, column) if alike else None for column in COLUMNS}
    rows = [
        TableRow(
            name=name, report=report, row=row,
            cells=tuple(Cell(report.mean(row, c.key), c, best[c.key] is row) for c in COLUMNS),
        )
        for name, report, row in known
    ]  # fmt: skip
    if with_difference and alike and len(reports) == 2 and not reports[0].official:
        rows += _differences(*reports)
    return rows


def _differences(first: Report, second: Report) -> list[TableRow]:
    """Second minus first for each row of made clips, with the interval of the difference."""
    rows = []
    for row in second.rows:
        other = first.row(row.name)
        if row.is_real or other is None:
            continue
        values = {
            c.key: difference(other.values.get(c.key, []), row.values.get(c.key, []))
            for c in COLUMNS
        }
        rows.append(
            TableRow(
                name=f"{second.name} − {first.name}, {row.name}", report=second, row=row,
                cells=tuple(Cell(values[c.key], c, is_signed=True) for c in COLUMNS), minus=first,
            )
        )  # fmt: skip
    return rows


def difference(first: Sequence[float], second: Sequence[float]) -> Mean | None:
    """Mean of second minus first with its 95 % interval, None where one was not measured.

    As many seeds: seed by seed, since a seed draws the same real clips for both. Else the
    intervals of two independent means are added as squares.
    """
    if not len(first) or not len(second):
        return None
    if len(first) == len(second):
        return mean_and_interval(np.subtract(second, first))
    a, b = mean_and_interval(first), mean_and_interval(second)
    return Mean(b.value - a.value, float(np.hypot(a.interval, b.interval)))


def _best(rows: list[tuple[str, Report, Row]], column: MetricColumn) -> Row | None:
    """The best of the rows with the name most comparable: generated against generated."""
    real = next((report.mean(row, column.key) for _, report, row in rows if row.is_real), None)
    made = [
        (row, mean)
        for _, report, row in rows
        if row.name == "generated" and (mean := report.mean(row, column.key)) is not None
    ]
    at = closest([m.value for _, m in made], column.better, real.value if real else None)
    return None if at is None else made[at][0]


def markdown(
    reports: Sequence[Report], *, with_difference: bool = False,
    references: Sequence[Reference] = (),
) -> str:  # fmt: skip
    """Return the table as Markdown, the best in bold."""
    lines = [
        "| | " + " | ".join(c.title for c in COLUMNS) + " |",
        "|---" * (len(COLUMNS) + 1) + "|",
    ]
    for name, row in cells(reports, with_difference=with_difference, references=references):
        shown = [f"**{cell.text()}**" if cell.is_best else cell.text() for cell in row]
        lines.append(f"| {name} | " + " | ".join(shown) + " |")
    return "\n".join(lines)


def latex(
    reports: Sequence[Report], *, with_difference: bool = False,
    references: Sequence[Reference] = (),
) -> str:  # fmt: skip
    """Return the table as a LaTeX tabular (booktabs), the best in bold."""
    arrows = {"low": r"$\downarrow$", "high": r"$\uparrow$", "real": r"$\rightarrow$"}
    heads = [_escaped(c.title) + arrows[c.better] for c in COLUMNS]
    lines = [
        r"\begin{tabular}{l" + "c" * len(COLUMNS) + "}",
        r"\toprule",
        " & " + " & ".join(heads) + r" \\",
        r"\midrule",
    ]
    for name, row in cells(reports, with_difference=with_difference, references=references):
        shown = []
        for cell in row:
            text = "--" if cell.mean is None else f"${cell.text(chr(92) + 'pm')}$"
            shown.append(rf"\textbf{{{text}}}" if cell.is_best else text)
        lines.append(f"{_escaped(name)} & " + " & ".join(shown) + r" \\")
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}"])


def csv_text(
    reports: Sequence[Report], *, with_difference: bool = False,
    references: Sequence[Reference] = (),
) -> str:  # fmt: skip
    """Return the table as CSV: a column for each mean and one for its interval."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["row", *(f"{c.key}{end}" for c in COLUMNS for end in ("", "_interval"))])
    for name, row in cells(reports, with_difference=with_difference, references=references):
        numbers: list[str] = []
        for cell in row:
            numbers += (
                ["", ""]
                if cell.mean is None
                else [f"{cell.mean.value:.6g}", f"{cell.mean.interval:.6g}".replace("nan", "")]
            )
        writer.writerow([name, *numbers])
    return out.getvalue()


def per_class_markdown(report: Report) -> str:
    """Return the accuracy of each class in every row that has a confusion matrix."""
    rows = [row for row in report.rows if row.confusion]
    lines = ["| | " + " | ".join(r.name for r in rows) + " |", "|---" * (len(rows) + 1) + "|"]
    for k, label in enumerate(report.labels):
        shares = [row.per_class[k] for row in rows]
        shown = ["–" if share is None else f"{100 * share:.0f}" for share in shares]
        lines.append(f"| {label} | " + " | ".join(shown) + " |")
    return "\n".join(lines)


def physical_markdown(reports: Sequence[Report]) -> str:
    """Return the physical measures: real clips once, the generated ones of every report."""
    from core.evaluation.physical import MEASURES

    units = {m.name: m.unit for m in MEASURES}
    columns: list[tuple[str, Report, str]] = []
    for number, report in enumerate(reports):
        measured = {n for values in report.physical.values() for n in values}
        for name in (row.name for row in report.rows if row.name in measured):
            is_real = name in REAL
            if is_real and number:
                continue
            alone = is_real or len(reports) == 1
            columns.append((name if alone else f"{report.name}, {name}", report, name))
    names = dict.fromkeys(name for report in reports for name in report.physical)
    lines = [
        "| | " + " | ".join(title for title, _, _ in columns) + " |",
        "|---" * (len(columns) + 1) + "|",
    ]
    for name in names:
        values = [report.physical.get(name, {}).get(row) for _, report, row in columns]
        shown = ["–" if v is None else "0" if abs(v) < _NOTHING else f"{v:.3g}" for v in values]
        unit = units.get(name, UNITS.get(name, ""))
        lines.append(f"| {name}{', ' + unit if unit else ''} | " + " | ".join(shown) + " |")
    return "\n".join(lines)


_NOTHING = 5e-3
UNITS = {"coverage": "%", "nearest training clip": "cm", "copies": "%"}


def _escaped(text: str) -> str:
    for mark in "&%$#_{}":
        text = text.replace(mark, "\\" + mark)
    return text.replace("−", "$-$")
