"""One way to report progress, to be paused and to be cancelled, for every piece of long work.

Must stay free of Qt and of threads: the caller decides where the reports go.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.errors import Cancelled

_PAUSE_SECONDS = 0.05  # between two looks whether a pause is over


def _silent(fraction: float, text: str, preview: Any = None) -> None:
    return None


def _never() -> bool:
    return False


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Where long work reports to.

    ``report(fraction, text, preview)``: fraction in 0..1, one short text, and optionally a picture
    (H, W, 3) uint8 RGB to show meanwhile. ``is_cancelled()`` and ``is_paused()`` are asked between
    steps; work that is paused waits in its step until it is not, or is cancelled.
    """

    report: Callable[..., None] = _silent
    is_cancelled: Callable[[], bool] = _never
    is_paused: Callable[[], bool] = _never

    def step(self, fraction: float, text: str = "", preview: Any = None) -> None:
        """Wait while paused, report, and raise :class:`Cancelled` if the user asked to stop."""
        self.wait_if_paused(text)
        self.report(min(max(fraction, 0.0), 1.0), text, preview)

    def wait_if_paused(self, text: str = "") -> None:
        """Return once the work may go on; raise :class:`Cancelled` if it is to stop.

        ``text`` says in the exception what was stopped.
        """
        while not self.is_cancelled():
            if not self.is_paused():
                return
            time.sleep(_PAUSE_SECONDS)
        raise Cancelled(text or "Cancelled.")

    def part(self, start: float, end: float) -> Progress:
        """Return a progress whose 0..1 is ``start``..``end`` of this one."""

        def report(fraction: float, text: str = "", preview: Any = None) -> None:
            self.report(start + (end - start) * fraction, text, preview)

        return Progress(report=report, is_cancelled=self.is_cancelled, is_paused=self.is_paused)


SILENT = Progress()


class TimeLeft:
    """Tells from the fractions reported how many seconds the work will still take.

    Feed every report to :meth:`seconds`. The speed is that of the recent past; neither a pause nor
    work that was found finished counts.
    """

    _SETTLE_SECONDS = 1.0  # before a first guess
    _MEMORY_SECONDS = 15.0
    _LONGEST_STEP = 20.0  # seconds; more between two reports was a pause or a sleeping machine
    _AT_ONCE = (0.05, 0.01)  # so much of the work in fewer seconds was there before

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last: tuple[float, float] | None = None
        self._worked: deque[tuple[float, float]] = deque()  # seconds of work, share of it done

    def seconds(self, fraction: float) -> float | None:
        """Return the seconds left at this fraction, None while there is nothing to go by."""
        now = self._clock()
        if self._last is None or fraction < self._last[1]:
            self._worked = deque([(0.0, 0.0)])
        else:
            passed, done = now - self._last[0], fraction - self._last[1]
            is_pause = passed > self._LONGEST_STEP
            is_found = passed < self._AT_ONCE[0] and done > self._AT_ONCE[1]
            if not is_pause and not is_found:
                seconds, share = self._worked[-1]
                self._worked.append((seconds + passed, share + done))
        self._last = (now, fraction)
        latest = self._worked[-1]
        while len(self._worked) > 2 and latest[0] - self._worked[1][0] > self._MEMORY_SECONDS:
            self._worked.popleft()
        seconds, share = (b - a for a, b in zip(self._worked[0], latest, strict=True))
        if latest[0] < self._SETTLE_SECONDS or share <= 0:
            return None
        return (1.0 - fraction) * seconds / share
