"""Evaluations for the Evaluate page: run in a process of their own, read back as reports.

Free of Qt; torch is only imported where a misread clip is made again.
"""

from __future__ import annotations

import hashlib
import queue
import re
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import StudioError
from core.progress import Progress
from studio.services.sampler import DEMO_CHECKPOINT

if TYPE_CHECKING:
    from core.evaluation.report import Misread, Report
    from core.motion import Motion

_PERCENT = re.compile(r"\s*(\d+)% ?(.*)")
_LISTEN_SECONDS = 0.2  # between two looks whether it is to stop
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
        for line in _lines(process, progress):
            found = _PERCENT.match(line)
            if found:
                progress.step(int(found.group(1)) / 100, found.group(2).strip())
            elif line.strip():
                said.append(line.strip())
        if process.wait() != 0:
            message = said[-2] if len(said) > 1 else (said[-1] if said else "It ended early.")
            raise StudioError(message.removeprefix("Error: "), said[-1] if len(said) > 1 else "")
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()


def _lines(process: subprocess.Popen[str], progress: Progress) -> Iterator[str]:
    """Yield what the process says; a cancel is heard while it says nothing. Raises Cancelled."""
    assert process.stderr is not None
    said: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def read(lines: Iterable[str]) -> None:
        for line in lines:
            said.put(line)
        said.put(None)

    threading.Thread(target=read, args=(process.stderr,), daemon=True).start()
    while True:
        progress.wait_if_paused()
        try:
            line = said.get(timeout=_LISTEN_SECONDS)
        except queue.Empty:
            continue
        if line is None:
            return
        yield line


def misread_clips(report: Report, clips: list[Misread]) -> list[tuple[Misread, Motion]]:
    """Make misread clips again, at most :data:`MOST_PLAYED`. Raises StudioError."""
    place = model_of(report)
    from core.actor.checkpoint import load_checkpoint
    from core.datasets.library import open_dataset
    from core.evaluation.protocol import clip_of

    needs_data = any(clip.row != "generated" for clip in clips)
    store = open_dataset(report.dataset["name"]) if needs_data else None
    if store is not None and store.fingerprint() != report.dataset.get("fingerprint"):
        raise StudioError(
            f"The data set {store.name} has changed since this report.",
            "Its clips cannot be found again; those of generated clips can.",
        )
    checkpoint = load_checkpoint(place)
    return [(clip, clip_of(report, clip, store, checkpoint)) for clip in clips[:MOST_PLAYED]]


def model_of(report: Report) -> Path:
    """Return the file of a report's model: where it lay, else any known one of the same content.

    Raises StudioError where it is gone or was overwritten since.
    """
    known = report.checkpoint
    wanted, place = str(known.get("sha256") or ""), str(known.get("path") or "")
    places = [Path(place)] if place else []
    places += [path for path in _known_models() if path.name == known.get("name")]
    for path in places:
        if path.is_file() and (not wanted or _sha256(path) == wanted):
            return path
    name = known.get("name") or "The model"
    raise StudioError(
        f"{name} is no longer here as it was measured.",
        "The numbers stand; evaluate the model again to see clips.",
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _known_models() -> list[Path]:
    """The demo model, then every checkpoint of every training, the newest first."""
    from training.jobs import JobStore

    found = [DEMO_CHECKPOINT]
    for job in JobStore().jobs():
        found += [file.path for file in reversed(job.checkpoints())]
    return found
