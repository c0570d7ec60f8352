"""Estimators: videos in, body motion out. ``estimate_people`` is the entry.

What reads videos is imported when it is first asked for: commands and windows that only want to
know which estimators there are do not wait for OpenCV.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.estimators.base import ESTIMATORS, Estimate, Overlay
from core.estimators.options import EstimateOptions

if TYPE_CHECKING:
    from core.estimators.estimate import estimate_people, estimate_video

_LATER = ("estimate_people", "estimate_video")

__all__ = [
    "ESTIMATORS",
    "Estimate",
    "EstimateOptions",
    "Overlay",
    "estimate_people",
    "estimate_video",
]


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from core.estimators import estimate

    return getattr(estimate, name)
