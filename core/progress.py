"""One way to report progress and to be cancelled, shared by every piece of long work.

Must stay free of Qt and of threads: the caller decides where the reports go.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.errors import Cancelled


def _silent(fraction: float, text: str, preview: Any = None) -> None:
    return None


def _never() -> bool:
    return False


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Where long work reports to.

    ``report(fraction, text, preview)``: fraction in 0..1, one short text, and optionally a picture
    (H, W, 3) uint8 RGB to show meanwhile. ``is_cancelled()`` is asked between steps.
    """

    report: Callable[..., None] = _silent
    is_cancelled: Callable[[], bool] = _never

    def step(self, fraction: float, text: str = "", preview: Any = None) -> None:
        """Report, and raise :class:`Cancelled` if the user asked to stop."""
        if self.is_cancelled():
            raise Cancelled(text or "Cancelled.")
        self.report(min(max(fraction, 0.0), 1.0), text, preview)


SILENT = Progress()
