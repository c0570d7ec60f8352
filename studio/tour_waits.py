"""What a tour waits for between two steps."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Wait:
    """Until when the tour waits, and what it says if that does not happen in time."""

    until: Callable[[], bool]
    what: str
    seconds: float = 60.0


def wait_a_moment(seconds: float) -> Wait:
    """Let the window live for a while, as a person looking at it would."""
    end = time.monotonic() + seconds
    return Wait(until=lambda: time.monotonic() >= end, what="a moment", seconds=seconds + 5)
