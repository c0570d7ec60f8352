"""Stored reports for the Evaluate page: listed, renamed, binned with undo, and what stands behind
a number. Free of Qt and torch."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import StudioError
from core.evaluation.physical import MEASURES
from core.evaluation.report import (
    Report,
    delete_report,
    list_reports,
    load_report,
    rename_report,
    restore_report,
)
from core.evaluation.tables import UNITS, Cell, TableRow

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, eq=False)
class StoredReport:
    """A report and its file."""

    path: Path
    report: Report

    @property
    def details(self) -> str:
        """Data, day and hour, for a list."""
        day = time.strftime("%d %b %H:%M", time.localtime(self.report.created))
        return f"{self.report.dataset.get('name', '')} · {day}"

    @property
    def badge(self) -> str:
        """Its generated clips' FID, "" where it was not measured."""
        row = self.report.row("generated")
        mean = self.report.mean(row, "fid_train") if row is not None else None
        return f"FID {mean.value:.2f}" if mean is not None else ""


def stored_reports() -> list[StoredReport]:
    """All reports that can be read, the newest first."""
    found = []
    for path in list_reports():
        try:
            found.append(StoredReport(path=path, report=load_report(path)))
        except StudioError as error:
            log.warning("%s is left out: %s", path, error.message)
    return sorted(found, key=lambda stored: -stored.report.created)


# -- what can be undone ---------------------------------------------------------------------------
@dataclass
class RenameReport:
    """Give a report another name."""

    path: Path
    name: str
    before: str = field(default="", init=False)

    @property
    def text(self) -> str:
        return f"rename report to {self.name}"

    def do(self, project: Any) -> None:
        """Do it; the project is not concerned."""
        self.before = load_report(self.path).name
        rename_report(self.path, self.name)

    def undo(self, project: Any) -> None:
        """Give the old name back."""
        rename_report(self.path, self.before)


@dataclass
class DeleteReports:
    """Move reports to the bin beside them."""

    paths: Sequence[Path]
    binned: list[Path] = field(default_factory=list, init=False)

    @property
    def text(self) -> str:
        return "delete report" if len(self.paths) == 1 else f"delete {len(self.paths)} reports"

    def do(self, project: Any) -> None:
        """Do all or nothing; the project is not concerned."""
        self.binned = []
        try:
            for path in self.paths:
                self.binned.append(delete_report(path))
        except StudioError:
            self.undo(project)
            raise

    def undo(self, project: Any) -> None:
        """Take them out of the bin."""
        self.paths = [restore_report(path) for path in self.binned]
        self.binned = []


# -- the story of a number ------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True, eq=False)
class NumberStory:
    """What stands behind a cell. ``values`` of each seed as printed (accuracy in per cent);
    ``reference`` the same of the real clips, for comparison; ``rows`` facts (name, value)."""

    title: str
    values: tuple[float, ...]
    mean: float | None
    interval: float
    decimals: int
    reference: tuple[float, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()

    def value_text(self, seed: int) -> str:
        """A seed's value in words."""
        return f"seed {seed}: {self.values[seed]:.{self.decimals}f}"


def number_story(row: TableRow, cell: Cell) -> NumberStory:
    """What stands behind a cell of the table: each seed's value, clips, recogniser, data."""
    report, column = row.report, cell.column
    places = column.decimals + 1  # the table rounds, its story does not have to
    finer = replace(cell, column=replace(column, decimals=places))
    values = _shown_values(row, column.key, column.factor)
    title = f"{column.title.removesuffix(' %')}, {row.name}"
    judge, data = report.recogniser, report.dataset
    clips = int(np.sum(row.row.confusion)) if row.row.confusion else 0
    seeds = int(report.options.get("seeds") or len(values) or 1)
    facts = [
        ("value", finer.text() + (" %" if column.factor == 100.0 and cell.mean else "")),
        ("seeds", _seeds_text(values, places)),
        ("clips a seed", f"{clips // seeds:,}" if clips else ""),
        ("measured against", _AGAINST.get(column.key, "")),
        ("recogniser", str(judge.get("name", ""))),
        ("data", f"{data.get('name', '')} {str(data.get('fingerprint', ''))[:8]}"),
        ("±", _INTERVALS[report.official]),
    ]
    real = report.row("GT")
    reference: tuple[float, ...] = ()
    if real is not None and row.row is not real and row.minus is None:
        reference = tuple(column.factor * v for v in real.values.get(column.key, []))
    return NumberStory(
        title=title, values=values, decimals=places, reference=reference,
        mean=None if cell.mean is None else column.factor * cell.mean.value,
        interval=0.0 if cell.mean is None else column.factor * cell.mean.interval,
        rows=tuple((name, text) for name, text in facts if text),
    )  # fmt: skip


_AGAINST = {"fid_train": "GT of the same seed", "fid_test": "GT held out",
            "accuracy": "the clips' own labels"}  # fmt: skip
_INTERVALS = {False: "1.96 s / √n over the seeds", True: "1.96 × variance, as published"}


def _shown_values(row: TableRow, key: str, factor: float) -> tuple[float, ...]:
    values = row.row.values.get(key, [])
    if row.minus is not None:
        other = row.minus.row(row.row.name)
        before = other.values.get(key, []) if other is not None else []
        if len(before) != len(values):
            return ()
        return tuple(factor * (b - a) for a, b in zip(before, values, strict=True))
    return tuple(factor * value for value in values)


def _seeds_text(values: Sequence[float], places: int) -> str:
    if not values:
        return ""
    return f"{len(values)}, from {min(values):.{places}f} to {max(values):.{places}f}"


# -- facts ----------------------------------------------------------------------------------------
def provenance_rows(report: Report) -> list[tuple[str, str]]:
    """Where a report's numbers come from: (name, value)."""
    data, judge, model = report.dataset, report.recogniser, report.checkpoint
    trained: dict[str, Any] = judge.get("trained_on", {}) or {}
    accuracy = trained.get("test_accuracy")
    rows = [
        ("model", str(model.get("name", ""))),
        ("epoch", f"{model['epoch']:,}" if model.get("epoch") else ""),
        ("data", str(data.get("name", ""))),
        ("fingerprint", str(data.get("fingerprint", ""))),
        ("split", str(data.get("split", ""))),
        ("recogniser", str(judge.get("name", ""))),
        ("trained on", str(trained.get("dataset", ""))),
        ("accuracy, held out", f"{100 * accuracy:.1f} %" if accuracy is not None else ""),
        ("seeds", str(report.options.get("seeds", ""))),
        ("draws", "official, mistakes included" if report.official else "this program's"),
    ]
    return [(name, value) for name, value in rows if value]


@dataclass(frozen=True, kw_only=True)
class PhysicalRow:
    """A physical measure: of real clips, and of the generated ones of each report."""

    name: str
    unit: str
    values: tuple[float | None, ...]  # the first is GT's
    about: str = ""


def physical_rows(reports: Sequence[Report], row: str = "generated") -> list[PhysicalRow]:
    """The physical measures of a row of each report, beside the first report's real clips."""
    about = {measure.name: measure for measure in MEASURES}
    rows = []
    for name in dict.fromkeys(name for report in reports for name in report.physical):
        made = [report.physical.get(name, {}).get(row) for report in reports]
        if any(value is not None for value in made):
            real = reports[0].physical.get(name, {}).get("GT")
            known = about.get(name)
            unit = known.unit if known else UNITS.get(name, "")
            rows.append(
                PhysicalRow(
                    name=name, unit=unit.removesuffix(" frames"),
                    values=(real, *made), about=known.about if known else "",
                )
            )  # fmt: skip
    return rows
