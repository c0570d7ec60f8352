"""A job in the terminal: one bar with the losses, looked at through its folder."""

from __future__ import annotations

import signal
import sys
import time
from types import FrameType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from training.jobs import Job, JobState

_LOOK_SECONDS = 0.25
_SHOWN = ("total", "rc", "rcxyz", "kl")


def follow(job: Job, *, pauses: bool) -> JobState:
    """Show a bar until the job ends; return how it ended.

    The first Ctrl+C asks it to save and pause, the second to stop, which after 20 s ends it by
    force; with ``pauses`` False the first one only ends the looking.
    """
    from tqdm import tqdm

    asked = 0

    def ask(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        asked += 1
        if pauses:
            (job.pause if asked == 1 else job.stop)()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    layout = "{desc}: {percentage:3.0f}%|{bar}| {elapsed}{postfix}"
    bar = tqdm(total=100.0, desc=job.name, bar_format=layout, disable=None, file=sys.stderr)
    try:
        while True:
            state = job.state()
            bar.set_postfix_str(_words(state, job.reader.last.events), refresh=False)
            bar.update(100.0 * state.fraction - bar.n)
            bar.refresh()
            if not state.is_running or (asked and not pauses):
                return state
            job.press()
            time.sleep(_LOOK_SECONDS)
    finally:
        bar.close()
        for number, handler in before.items():
            signal.signal(number, handler)


def _words(state: JobState, last: dict[str, dict[str, Any]]) -> str:
    words = [f"epoch {state.epoch} / {state.epochs}"]
    losses = last.get("step", {}).get("losses") or {}
    words += [f"{name} {losses[name]:.4g}" for name in _SHOWN if name in losses]
    if state.eta_seconds is not None:
        words.append(f"{duration(state.eta_seconds)} left")
    if state.message:
        words.append(state.message)
    return ", ".join(words)


def duration(seconds: float) -> str:
    """Return a time as people say it: 40 s, 12 min, 3.5 h, 2.1 days."""
    for size, unit, digits in ((86400.0, "days", 1), (3600.0, "h", 1), (60.0, "min", 0)):
        if seconds >= size:
            return f"{seconds / size:.{digits}f} {unit}"
    return f"{seconds:.0f} s"
