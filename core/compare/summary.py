"""Two estimators over a whole data set: means, differences and paired tests, action by action.

Clips of the same video (or label and seed) are pairs, so that differences between actions and
people do not count. The interval is Student's for the mean of the paired differences (95 %); the
test is Wilcoxon's signed-rank test from six pairs on, Student's paired t below, and the row says
which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from core.compare.quality import ClipQuality, clip_quality
from core.compare.table import Table
from core.errors import FileProblem, StudioError
from core.motion import Motion
from core.motion_file import load_motion
from core.progress import SILENT, Progress

if TYPE_CHECKING:
    from core.datasets.store import ClipStore
    from core.project import Project

ALL = "all actions"
LEAST_WILCOXON = 6
"""Pairs from which Wilcoxon's test can reach p < 0.05 at all (5 pairs: 0.0625 at best)."""
_SHARE = 0.95
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class ClipPair:
    """Two clips of the same thing, read when they are measured: no data set is in memory."""

    label: str
    name: str
    first: Callable[[], Motion]
    second: Callable[[], Motion]


@dataclass(frozen=True, kw_only=True)
class SummaryRow:
    """One measure over the pairs of one action.

    difference: mean of second - first, with its 95 % interval low..high (NaN for one pair);
    p_value of ``test`` ("Wilcoxon", "paired t", "" where nothing can be tested); ``farthest`` is
    the place of the pair that differs most, among those given.
    """

    label: str
    measure: str
    unit: str
    num_pairs: int
    first: float
    second: float
    difference: float
    low: float
    high: float
    p_value: float
    test: str
    farthest: int = -1


@dataclass(frozen=True, kw_only=True)
class Summary:
    """Rows by action, then over all actions; names of the two sides; pairs that were left out."""

    names: tuple[str, str]
    rows: tuple[SummaryRow, ...]
    skipped: tuple[str, ...] = ()

    def row(self, label: str, measure: str) -> SummaryRow:
        """Return one row. Raises KeyError."""
        for row in self.rows:
            if (row.label, row.measure) == (label, measure):
                return row
        raise KeyError((label, measure))

    def table(self) -> Table:
        """Return header and rows as text, for CSV, LaTeX and figures."""
        first, second = self.names
        rows: Table = [
            ["action", "measure", "unit", "pairs", first, second, f"{second} - {first}",
             "95 % low", "95 % high", "p", "test"]
        ]  # fmt: skip
        for row in self.rows:
            numbers = (row.first, row.second, row.difference, row.low, row.high)
            rows.append(
                [row.label, row.measure, row.unit, str(row.num_pairs), *map(_text, numbers),
                 _p_text(row.p_value), row.test]
            )  # fmt: skip
        return rows


def summarise(
    pairs: Iterable[ClipPair], names: tuple[str, str], progress: Progress = SILENT
) -> Summary:
    """Measure every pair and test the differences, action by action and over all.

    A pair with a clip that cannot be read is left out and named in ``skipped``. Raises StudioError
    when no pair is left, Cancelled.
    """
    found = list(pairs)
    measured: list[tuple[int, dict[tuple[str, str], float], dict[tuple[str, str], float]]] = []
    skipped = []
    for number, pair in enumerate(found):
        progress.step(number / len(found), f"Measuring {pair.name}")
        try:
            one, other = (_values(clip_quality(read())) for read in (pair.first, pair.second))
        except FileProblem as problem:
            skipped.append(f"{pair.name}: {problem.message}")
            continue
        measured.append((number, one, other))
    if not measured:
        raise StudioError(
            "There are no pairs of clips to compare.",
            "Both sides need clips of the same video and label.",
        )
    labels = sorted({found[number].label for number, _, _ in measured})
    rows = []
    for label in (*labels, ALL) if len(labels) > 1 else labels:
        mine = [(n, a, b) for n, a, b in measured if label in (found[n].label, ALL)]
        for key in mine[0][1]:
            known = [(n, a[key], b[key]) for n, a, b in mine if key in a and key in b]
            values = np.array([pair[1:] for pair in known])
            farthest = known[int(np.abs(values[:, 1] - values[:, 0]).argmax())][0]
            rows.append(_row(label, *key, values, farthest))
    return Summary(names=names, rows=tuple(rows), skipped=tuple(skipped))


def _values(quality: ClipQuality) -> dict[tuple[str, str], float]:
    values = {(row.name, row.unit): row.value for row in quality.rows}
    ranges = {(f"range of {n}", "°"): value for n, value in quality.range_of_motion.items()}
    return values | ranges


def _row(label: str, measure: str, unit: str, values: FloatArray, farthest: int) -> SummaryRow:
    """values (P, 2): of the first and the second clip of each pair."""
    differences = values[:, 1] - values[:, 0]
    low, high = interval(differences)
    p_value, test = paired_test(differences)
    return SummaryRow(
        label=label, measure=measure, unit=unit, num_pairs=len(values),
        first=float(values[:, 0].mean()), second=float(values[:, 1].mean()),
        difference=float(differences.mean()), low=low, high=high, p_value=p_value, test=test,
        farthest=farthest,
    )  # fmt: skip


def interval(differences: FloatArray, share: float = _SHARE) -> tuple[float, float]:
    """Student's confidence interval of the mean of (P,) paired differences; NaN for one pair."""
    from scipy.stats import t

    count = len(differences)
    if count < 2:
        return float("nan"), float("nan")
    half = t.ppf((1 + share) / 2, count - 1) * differences.std(ddof=1) / np.sqrt(count)
    mean = float(differences.mean())
    return mean - float(half), mean + float(half)


def paired_test(differences: FloatArray) -> tuple[float, str]:
    """Return p (two-sided) and the test's name for (P,) paired differences."""
    from scipy import stats

    if len(differences) < 2 or np.ptp(differences) < 1e-9:
        return float("nan"), ""  # one pair, or all differ by the same: nothing to test
    if len(differences) >= LEAST_WILCOXON:
        return float(stats.wilcoxon(differences).pvalue), "Wilcoxon"
    return float(stats.ttest_1samp(differences, 0.0).pvalue), "paired t"


def _text(value: float) -> str:
    if not np.isfinite(value):
        return ""
    return f"{value:.4g}" if abs(value) > 1e-6 else "0"


def _p_text(value: float) -> str:
    if not np.isfinite(value):
        return ""
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


# -- where pairs come from --


def folder_pairs(first: Path, second: Path) -> list[ClipPair]:
    """Pair the clip files (npz) of two folders by their names; the label is the clip's own."""
    return [
        ClipPair(
            label=_label_of(path), name=path.stem,
            first=lambda p=path: load_motion(p),  # type: ignore[misc]
            second=lambda p=second / path.name: load_motion(p),  # type: ignore[misc]
        )
        for path in sorted(first.glob("*.npz"))
        if (second / path.name).exists()
    ]  # fmt: skip


def _label_of(path: Path) -> str:
    try:
        return load_motion(path).provenance.label or "without label"
    except FileProblem:
        return "without label"  # told when the pair is measured


def store_pairs(first: ClipStore, second: ClipStore) -> list[ClipPair]:
    """Pair the clips of two data sets by name and label; rejected clips are left out."""
    there = {
        (record.name, second.labels[record.label]): record.index
        for record in second.records
        if record.review != "reject"
    }
    pairs = []
    for record in first.records:
        key = (record.name, first.labels[record.label])
        if record.review != "reject" and key in there:
            pairs.append(_pair(key, first.motion, record.index, second.motion, there[key]))
    return pairs


def project_pairs(project: Project, first: str, second: str) -> list[ClipPair]:
    """Pair a project's clips of two estimators ("vibe", "pare") by source and label.

    Several people of a source are paired in the order of their clips' names.
    """
    sides: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
    for clip in project.clips():
        made = project.motion(clip.id).provenance
        key = (made.estimator, made.source_sha256 or made.source, clip.label)
        sides.setdefault(key, []).append((clip.name, clip.id))
    pairs = []
    for (estimator, source, label), clips in sorted(sides.items()):
        if estimator != first:
            continue
        others = sides.get((second, source, label), [])
        for (name, mine), (_, theirs) in zip(sorted(clips), sorted(others), strict=False):
            pairs.append(
                _pair(
                    (name, label or "without label"), project.motion, mine, project.motion, theirs
                )
            )
    return pairs


def _pair(key: tuple[str, str], one: Any, mine: Any, other: Any, theirs: Any) -> ClipPair:
    return ClipPair(
        label=key[1], name=key[0], first=lambda: one(mine), second=lambda: other(theirs)
    )


def only(summary: Summary, measures: Sequence[str]) -> Summary:
    """Return the rows of some measures, in the summary's order."""
    rows = tuple(row for row in summary.rows if row.measure in measures)
    return Summary(names=summary.names, rows=rows, skipped=summary.skipped)
