"""What every estimator offers and returns; the table of estimators.

Adding one: a module with a class that fits :class:`PointEstimator` or :class:`CropNetwork`, one
line in ``ESTIMATORS``, a test. Modules of networks are imported when an estimator is loaded, not
before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from core.estimators.options import EstimateOptions
from core.motion import Motion
from core.progress import Progress

if TYPE_CHECKING:  # they bring OpenCV
    from core.video.camera import PersonCamera
    from core.video.people import People

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


class AttentionLookup(Protocol):
    """Where an estimator looked for each joint."""

    def at(self, person: int, seconds: float) -> tuple[npt.NDArray[np.float32], FloatArray] | None:
        """Return maps (24, 56, 56) in 0..1 and the square centre x, y, side they lie in.

        ``person`` counts the motions; None where nothing was looked at near that time.
        """


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """The people found in a video, by one estimator.

    One motion, one overlay, one camera and one track number a person, most prominent first;
    ``start_seconds`` is when each motion's first frame is in the video; ``summary`` is what to tell
    about it, ready for JSON.
    """

    motions: list[Motion]
    summary: dict[str, Any]
    landmarks: list[Overlay] = field(default_factory=list)
    start_seconds: list[float] = field(default_factory=list)
    tracks: list[int] = field(default_factory=list)
    cameras: list[PersonCamera] = field(default_factory=list)
    attention: AttentionLookup | None = None


@dataclass(frozen=True, kw_only=True)
class Person:
    """One person's share of an estimate, while it is put together."""

    motion: Motion
    overlay: Overlay
    camera: PersonCamera
    start_seconds: float
    track: int
    summary: dict[str, Any]


class PointEstimator(Protocol):
    """Turns the points that were seen while people were found into motion; needs no pictures."""

    def persons(self, people: People, options: EstimateOptions, progress: Progress) -> list[Person]:
        """Estimate every person in ``people``; raises FileProblem, ModelProblem or Cancelled."""


class CropNetwork(Protocol):
    """Looks at square crops of people, and turns what it saw of a whole track into a body."""

    key: str
    """What its results depend on: the weights' hash and the precision."""
    margin: float
    """Side of the crop in units of the person's square box."""
    keeps_attention: bool
    """Whether rows hold "attention" (N, 24, 56, 56) uint8, each map 255 at its peak."""
    min_frames: int
    """Tracks shorter than this are left out under ``official``, as the original does."""

    def look(self, crops: npt.NDArray[np.float32]) -> dict[str, npt.NDArray[Any]]:
        """Return an array (N, ...) a name for crops (N, 3, 224, 224), normalised."""

    def regressed(self, rows: dict[str, npt.NDArray[Any]]) -> Any:
        """Return ``Regressed`` for the rows of frames that follow each other without a gap."""


def _load_blazepose(options: EstimateOptions) -> PointEstimator:
    from core.estimators.blazepose.estimator import BlazePose

    return BlazePose()


def _load_vibe(options: EstimateOptions) -> CropNetwork:
    from core.estimators.crop_networks import Vibe

    return Vibe.loaded(options)


def _load_pare(options: EstimateOptions) -> CropNetwork:
    from core.estimators.crop_networks import Pare

    return Pare.loaded(options)


@dataclass(frozen=True, kw_only=True)
class EstimatorEntry:
    """An estimator by name: how it is called, what it is, which model files it needs."""

    name: str
    title: str
    description: str
    files: tuple[str, ...]  # names in core.weights: FILES, or files only the user can bring
    kind: Literal["points", "crops"]
    load: Callable[[EstimateOptions], Any]  # PointEstimator or CropNetwork; raises ModelProblem


ESTIMATORS: dict[str, EstimatorEntry] = {
    entry.name: entry
    for entry in (
        EstimatorEntry(
            name="blazepose",
            title="BlazePose + IK (built-in)",
            description="Follows everybody; 33 points of each lifted to SMPL joints.",
            files=("pose_detection", "pose_landmark_full"),
            kind="points",
            load=_load_blazepose,
        ),
        EstimatorEntry(
            name="vibe",
            title="VIBE",
            description="Body shape and pose from video, with a memory of the frames before.",
            files=("pose_detection", "pose_landmark_full", "vibe", "spin"),
            kind="crops",
            load=_load_vibe,
        ),
        EstimatorEntry(
            name="pare",
            title="PARE",
            description="Body shape and pose frame by frame; bears people half hidden.",
            files=("pose_detection", "pose_landmark_full", "pare"),
            kind="crops",
            load=_load_pare,
        ),
    )
}
