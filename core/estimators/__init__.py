"""Estimators: videos in, body motion out. ``estimate_people`` is the entry."""

from core.estimators.base import ESTIMATORS, Estimate, Overlay
from core.estimators.estimate import estimate_people, estimate_video
from core.estimators.options import EstimateOptions

__all__ = [
    "ESTIMATORS",
    "Estimate",
    "EstimateOptions",
    "Overlay",
    "estimate_people",
    "estimate_video",
]
