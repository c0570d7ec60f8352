"""What an evaluation found, kept so that every number can be traced: JSON, no torch.

A report holds the numbers of every seed, not only their mean, the clips that were misread (a
generated one by seed, label and place in its stream, so that it can be made again), and what
measured what: checkpoint, data, recogniser, with their fingerprints.
"""

from __future__ import annotations

import dataclasses
import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.atomic import written_whole
from core.errors import FileProblem
from core.evaluation.metrics import Mean, mean_and_interval
from core.paths import data_folder

FORMAT = "motion-studio-report-1"
ENDING = ".report.json"
BIN = "bin"
REAL = ("GT", "GT again", "GT held out")
"""Rows of real clips: references, never the best."""


@dataclass(frozen=True, kw_only=True)
class MetricColumn:
    """A column of the table. ``better``: "low", "high" or "real" (near the GT row's)."""

    key: str
    title: str
    better: str
    decimals: int = 2
    factor: float = 1.0


COLUMNS: tuple[MetricColumn, ...] = (
    MetricColumn(key="fid_train", title="FID train", better="low"),
    MetricColumn(key="fid_test", title="FID test", better="low"),
    MetricColumn(key="accuracy", title="Accuracy %", better="high", decimals=1, factor=100.0),
    MetricColumn(key="diversity", title="Diversity", better="real"),
    MetricColumn(key="multimodality", title="Multimodality", better="real"),
)


@dataclass(frozen=True, kw_only=True)
class Misread:
    """A clip the recogniser took for another action.

    Real and reconstructed: ``index`` in the data set, the window drawn with ``seed``. Generated:
    ``index`` in the stream of (seed, label).
    """

    row: str
    seed: int
    index: int
    label: int
    read_as: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Row:
    """One row of the table: the values of every seed by column key; empty where not measured."""

    name: str
    values: dict[str, list[float]]
    confusion: list[list[int]] = field(default_factory=list)  # true class by recognised, all seeds

    @property
    def is_real(self) -> bool:
        return self.name in REAL

    @property
    def per_class(self) -> list[float | None]:
        """Accuracy of each class, 0 to 1; None for one without clips."""
        counts = np.asarray(self.confusion, float)
        return [
            float(counts[k, k] / counts[k].sum()) if counts[k].sum() else None
            for k in range(len(counts))
        ]


@dataclass(frozen=True, kw_only=True, eq=False)
class Report:
    """One evaluation. ``physical``: measure name -> row name -> value of the first seed's clips."""

    name: str
    created: float
    checkpoint: dict[str, Any]  # name, path, sha256, epoch, dataset, fingerprint, settings
    dataset: dict[str, Any]  # name, fingerprint, split, num_train, num_test, estimators
    recogniser: dict[str, Any]  # name, kind, num_frames, fps, trained_on
    options: dict[str, Any]
    labels: tuple[str, ...]
    rows: tuple[Row, ...]
    physical: dict[str, dict[str, float]] = field(default_factory=dict)
    misread: tuple[Misread, ...] = ()
    warnings: tuple[str, ...] = ()
    version: str = ""

    @property
    def official(self) -> bool:
        """Whether draws and intervals are the originals', mistakes included."""
        return bool(self.options.get("official"))

    def row(self, name: str) -> Row | None:
        """Return a row by its name."""
        return next((row for row in self.rows if row.name == name), None)

    def mean(self, row: Row, key: str) -> Mean | None:
        """Mean and interval of a column, None where it was not measured."""
        values = row.values.get(key, [])
        return mean_and_interval(values, official=self.official) if values else None

    def as_markdown(self) -> str:
        """The table as Markdown."""
        from core.evaluation.tables import markdown

        return markdown([self])

    def as_latex(self) -> str:
        """The table as a LaTeX tabular."""
        from core.evaluation.tables import latex

        return latex([self])

    def as_csv(self) -> str:
        """The table as CSV: means and intervals in columns of their own."""
        from core.evaluation.tables import csv_text

        return csv_text([self])


def closest(values: npt.ArrayLike, better: str, real: float | None) -> int | None:
    """Index of the best value, None where nothing tells."""
    numbers = np.asarray(values, float)
    if len(numbers) < 2 or (better == "real" and real is None):
        return None
    if better == "high":
        return int(numbers.argmax())
    return int(numbers.argmin() if better == "low" else np.abs(numbers - (real or 0.0)).argmin())


def reports_folder() -> Path:
    """Where reports are kept."""
    return data_folder() / "reports"


def save_report(report: Report, path: Path | None = None) -> Path:
    """Write a report, by default under a new name in the reports' folder. Raises FileProblem."""
    if path is None:
        stamp = time.strftime("%Y%m%d-%H%M%S", time.localtime(report.created))
        slug = re.sub(r"[^A-Za-z0-9._-]+", "-", report.name).strip("-") or "report"
        path = reports_folder() / f"{stamp}-{slug}{ENDING}"
    content = {"format": FORMAT, **dataclasses.asdict(report)}
    with written_whole(path) as temporary:
        temporary.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    return path


def load_report(path: Path) -> Report:
    """Read a report. Raises FileProblem."""
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
        if content.pop("format") != FORMAT:
            raise ValueError("another format")
        known = {f.name for f in dataclasses.fields(Report)}
        values = {key: value for key, value in content.items() if key in known}
        values["labels"] = tuple(values["labels"])
        values["rows"] = tuple(Row(**row) for row in values["rows"])
        values["misread"] = tuple(Misread(**clip) for clip in values["misread"])
        values["warnings"] = tuple(values["warnings"])
        return Report(**values)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise FileProblem(
            f"{Path(path).name} is not a readable report.", "Evaluate the checkpoint again."
        ) from error


def list_reports() -> list[Path]:
    """Files of the reports there are, the newest first."""
    return sorted(reports_folder().glob(f"*{ENDING}"), reverse=True)


def rename_report(path: Path, name: str) -> Report:
    """Give a stored report another name; its file keeps its own. Raises FileProblem."""
    report = dataclasses.replace(load_report(path), name=name)
    save_report(report, path)
    return report


def delete_report(path: Path) -> Path:
    """Move a report into the bin beside the others; return where it lies. Raises FileProblem."""
    return _moved(path, path.parent / BIN / path.name)


def restore_report(path: Path) -> Path:
    """Take a report out of the bin; return where it lies. Raises FileProblem."""
    return _moved(path, path.parent.parent / path.name)


def _moved(path: Path, target: Path) -> Path:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():
            stem = target.name.removesuffix(ENDING)
            target = target.with_name(f"{stem}-{time.time_ns()}{ENDING}")
        return path.rename(target)
    except OSError as error:
        raise FileProblem(
            f"{path.name} could not be moved: {error.strerror or error}.",
            "Close what has it open, and check the rights of the reports' folder.",
        ) from error


def measured_by(report: Report) -> tuple[object, ...]:
    """What numbers must share to be compared: recogniser, clips, split, draws."""
    judge, data = report.recogniser, report.dataset
    return (
        judge.get("sha256") or judge.get("name"), data.get("fingerprint"), data.get("split"),
        report.official,
    )  # fmt: skip


def why_not_comparable(reports: Sequence[Report]) -> tuple[str, ...]:
    """Sentences on what keeps the numbers of reports from being compared; () where nothing does."""
    found = []
    for what, values in (
        ("recognisers", {measured_by(r)[0] for r in reports}),
        ("data", {measured_by(r)[1:3] for r in reports}),
        ("draws", {r.official for r in reports}),
        ("numbers of seeds", {r.options.get("seeds") for r in reports}),
    ):
        if len(values) > 1:
            found.append(f"These reports were made with different {what}.")
    return tuple(found)
