"""Estimators: videos in, body motion out. ``estimate_video`` is the entry."""

from core.estimators.base import ESTIMATORS, Estimate, Overlay
from core.estimators.estimate import estimate_video

__all__ = ["ESTIMATORS", "Estimate", "Overlay", "estimate_video"]
