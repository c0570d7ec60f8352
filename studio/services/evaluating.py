"""Evaluations for the Evaluate page: run in a process of their own, read back as reports.

Free of Qt; torch is only imported where a misread clip is made again.
"""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import Cancelled, StudioError
from core.progress import Progress

if TYPE_CHECKING:
    from core.evaluation.report import Misread, Report
    from core.motion import Motion

_PERCENT = re.compile(r"\s*(\d+)% ?(.*)")
MOST_PLAYED = 8  # misread clips on the stage at once
TRAIN_FIRST = "\0train"  # stands for a recogniser that is to be trained first


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What to evaluate: files and names; ``recogniser`` may be :data:`TRAIN_FIRST`."""

    checkpoint: Path
    dataset: str
    recogniser: str = TRAIN_FIRST
    seeds: int = 20
    official: bool = False


def evaluated(wanted: Wanted, progress: Progress) -> None:
    """Train a recogniser if asked for, then evaluate; the report is kept by the process.

    Raises StudioError with the process's own sentence, Cancelled.
    """
    data = ["--data", wanted.dataset]
    first = 0.0
    if wanted.recogniser == TRAIN_FIRST:
        first = 0.4
        _run(["recogniser", "train", *data, "--force"], progress.part(0.0, first))
    order = ["evaluate", str(wanted.checkpoint), *data, "--seeds", str(wanted.seeds)]
    if wanted.recogniser != TRAIN_FIRST:
        order += ["--recogniser", wanted.recogniser]
    if wanted.official:
        order.append("--official")
    _run(order, progress.part(first, 1.0))


def _run(arguments: list[str], progress: Progress) -> None:
    """Run a command of the program in a process, its progress lines told."""
    code = "import sys; from studio.cli import main; main(sys.argv[1:])"
    process = subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, encoding="utf-8",
    )  # fmt: skip
    said: list[str] = []
    try:
        assert process.stderr is not None
        for line in process.stderr:
            found = _PERCENT.match(line)
            if found:
                progress.step(int(found.group(1)) / 100, found.group(2).strip())
            elif line.strip():
                said.append(line.strip())
        if process.wait() != 0:
            message = said[-2] if len(said) > 1 else (said[-1] if said else "It ended early.")
            raise StudioError(message.removeprefix("Error: "), said[-1] if len(said) > 1 else "")
    except Cancelled:
        process.terminate()
        raise
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()


def misread_clips(report: Report, clips: list[Misread]) -> list[tuple[Misread, Motion]]:
    """Make misread clips again, at most :data:`MOST_PLAYED`. Raises StudioError."""
    from core.actor.checkpoint import load_checkpoint
    from core.datasets.library import open_dataset
    from core.evaluation.protocol import clip_of

    store = open_dataset(report.dataset["name"])
    place = str(report.checkpoint.get("path") or "")
    if not place:
        raise StudioError(
            "The report does not say where its model lies.", "Evaluate the model again."
        )
    checkpoint = load_checkpoint(Path(place))
    return [(clip, clip_of(report, clip, store, checkpoint)) for clip in clips[:MOST_PLAYED]]


def provenance_rows(report: Report) -> list[tuple[str, str]]:
    """Where a report's numbers come from: (name, value)."""
    data, judge, model = report.dataset, report.recogniser, report.checkpoint
    trained: dict[str, Any] = judge.get("trained_on", {}) or {}
    rows = [
        ("model", str(model.get("name", ""))),
        ("epoch", f"{model['epoch']:,}" if model.get("epoch") else ""),
        ("data", str(data.get("name", ""))),
        ("fingerprint", str(data.get("fingerprint", ""))),
        ("split", str(data.get("split", ""))),
        ("recogniser", str(judge.get("name", ""))),
        ("trained on", str(trained.get("dataset", ""))),
        ("its held-out accuracy", _percent(trained.get("test_accuracy"))),
        ("seeds", str(report.options.get("seeds", ""))),
        ("protocol", "official" if report.official else "this program's"),
    ]
    return [(name, value) for name, value in rows if value]


def physical_rows(report: Report, row: str = "generated") -> list[tuple[str, str]]:
    """The physical measures of a row beside the real clips': (name, "2.1 (GT 1.9)")."""
    rows = []
    for name, values in report.physical.items():
        if row in values:
            real = f"  (GT {values['GT']:.3g})" if "GT" in values else ""
            rows.append((name, f"{values[row]:.3g}{real}"))
    return rows


def _percent(value: object) -> str:
    return f"{100 * float(value):.1f} %" if isinstance(value, int | float) else ""
