"""What every estimator offers and returns; the table of estimators.

Adding one: a module with a class that fits :class:`Estimator`, one line in ``ESTIMATORS``, a test.
Modules of networks are imported when an estimator is loaded, not before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from core.motion import Motion
from core.progress import Progress

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Overlay:
    """What was seen of a person in the video's own frames, to draw over them.

    times (N,) seconds since the video's first frame; image (N, P, 2) pixels of the upright picture;
    visibility (N, P) in 0..1; edges: pairs of points joined by a line; picture size in pixels.
    """

    times: FloatArray
    image: FloatArray
    visibility: FloatArray
    edges: tuple[tuple[int, int], ...]
    width: int
    height: int

    def at(self, seconds: float) -> tuple[FloatArray, FloatArray] | None:
        """Return (points (P, 2), visibility (P,)) nearest to a time, None if nothing is near."""
        index = int(np.argmin(np.abs(self.times - seconds)))
        if abs(float(self.times[index]) - seconds) > 0.1:
            return None
        return self.image[index], self.visibility[index]


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """The people found in a video.

    One motion and one overlay a person, most prominent first; ``start_seconds`` is when each
    motion's first frame is in the video; ``summary`` is what to tell about it, ready for JSON.
    """

    motions: list[Motion]
    summary: dict[str, Any]
    landmarks: list[Overlay] = field(default_factory=list)
    start_seconds: list[float] = field(default_factory=list)


class Estimator(Protocol):
    """Turns one video into body motion."""

    def estimate(self, path: Path, *, progress: Progress, focal: float | None) -> Estimate:
        """Estimate everybody this estimator can follow; ``focal`` in pixels, None if unknown.

        Raises FileProblem, NoPersonFound, ModelProblem or Cancelled.
        """


def _load_blazepose() -> Estimator:
    from core.estimators.blazepose.estimator import BlazePose

    return BlazePose()


@dataclass(frozen=True, kw_only=True)
class EstimatorEntry:
    """An estimator by name: how it is called, what it is, which model files it needs."""

    name: str
    title: str
    description: str
    files: tuple[str, ...]  # names in core.weights.FILES
    load: Callable[[], Estimator]


ESTIMATORS: dict[str, EstimatorEntry] = {
    entry.name: entry
    for entry in (
        EstimatorEntry(
            name="blazepose",
            title="BlazePose + IK (built-in)",
            description="Follows the most prominent person; 33 points lifted to SMPL joints.",
            files=("pose_detection", "pose_landmark_full"),
            load=_load_blazepose,
        ),
    )
}
