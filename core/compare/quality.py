"""How good one clip is, in numbers that need no reference."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from core.body import joint_positions
from core.cleanup.contacts import Contacts, find_contacts
from core.cleanup.gaps import missing_frames
from core.cleanup.stance import Stance, stance
from core.compare.joint_angles import peak_flexion, range_of_motion
from core.motion import Motion
from core.quality import measure_quality
from core.rotation import rotmat_to_rotvec
from core.skeleton import PARENTS

Better = Literal["low", "high", ""]
_NORMAL_MEDIAN = 0.6745  # of a normal variable's size, in standard deviations
FloatArray = npt.NDArray[np.float64]


MEASURES: Mapping[str, str] = {
    "jitter": "Mean length of the joints' second difference from frame to frame",
    "jerk": "Mean length of the joints' third difference from frame to frame",
    "tremble": "Standard deviation of the noise of a joint's rotation about one axis,"
               " from fourth differences",
    "foot slide": "How fast standing feet slip along the floor",
    "floor penetration": "How deep the lowest sole is under the floor, on average",
    "missing frames": "Frames in which nobody was seen",
    "inferred frames": "Missing frames that were bridged",
    "bone length drift": "Standard deviation of the bone that changes most. 0 where a clip has one"
                         " shape; results' shapes frame by frame become one when they are read",
    "peak knee flexion": "The more bent knee at its deepest: how complete a movement is",
    "reprojection": "From the points seen in the video to the body's joints in the picture",
}  # fmt: skip
"""What each measure is."""


@dataclass(frozen=True, kw_only=True)
class QualityRow:
    """One measure; ``better`` says which way, "" where neither is."""

    name: str
    value: float
    unit: str
    better: Better = "low"

    @property
    def help(self) -> str:
        """What the number is, in a sentence."""
        return MEASURES.get(self.name, "")


@dataclass(frozen=True, kw_only=True)
class ClipQuality:
    """All measures of a clip, in the order in which they are shown, and its joints' ranges."""

    rows: tuple[QualityRow, ...]
    range_of_motion: dict[str, float]  # degrees

    def value(self, name: str) -> float:
        """One measure by its name. Raises KeyError."""
        return {row.name: row.value for row in self.rows}[name]


def clip_quality(
    motion: Motion, points: FloatArray | None = None, camera: Any = None
) -> ClipQuality:
    """Measure a clip.

    points (T, 24, 2) are the joints in the picture, NaN where not seen, and ``camera`` (a
    ``PersonCamera``) projects the body: with both, the reprojection error is measured too.
    """
    posed = stance(motion)
    rows = [row for make in _ROWS for row in make(motion, posed)]
    if points is not None and camera is not None:
        seen = joint_positions(camera.in_camera(motion))
        shown = np.asarray(camera.project(seen), np.float64)
        off = np.linalg.norm(shown - points, axis=-1)
        value = float(np.nanmean(off))
        rows.append(QualityRow(name="reprojection", value=value, unit="px"))
    return ClipQuality(rows=tuple(rows), range_of_motion=range_of_motion(motion))


def _jitter(motion: Motion, posed: Stance) -> list[QualityRow]:
    joints = 1e3 * posed.joints
    acceleration, jerk = (
        float(np.linalg.norm(np.diff(joints, n=n, axis=0), axis=-1).mean())
        if motion.num_frames > n else 0.0
        for n in (2, 3)
    )  # fmt: skip
    return [
        QualityRow(name="jitter", value=acceleration, unit="mm/frame²"),
        QualityRow(name="jerk", value=jerk, unit="mm/frame³"),
        QualityRow(name="tremble", value=_tremble(posed), unit="°"),
    ]


def _tremble(posed: Stance) -> float:
    """Standard deviation of the noise of a joint's rotation, degrees about an axis.

    From fourth differences of the turns from frame to frame, whose variance for white noise is the
    sum of the squared binomials, 70, times the noise's; the median keeps quick moves out of it.
    """
    local = posed.local[:, 1:22]
    if len(local) < 5:
        return 0.0
    steps = rotmat_to_rotvec(local[:-1].swapaxes(-1, -2) @ local[1:])
    wobble = np.abs(np.diff(steps, n=3, axis=0))
    return float(np.degrees(np.median(wobble) / _NORMAL_MEDIAN / np.sqrt(70.0)))


def _feet(motion: Motion, posed: Stance) -> list[QualityRow]:
    contacts = Contacts.of(motion) or find_contacts(motion, posed=posed)
    stands = np.stack([contacts.left, contacts.right], axis=1)  # (T, 2)
    slide = measure_quality(motion).slide
    standing = stands.any(axis=1)
    low = np.minimum(posed.soles[..., 1].min(axis=(1, 2)), 0.0)
    return [
        QualityRow(
            name="foot slide", unit="cm/s",
            value=float(slide[standing].mean()) if standing.any() else 0.0,
        ),
        QualityRow(name="floor penetration", value=float(-1e3 * low.mean()), unit="mm"),
    ]  # fmt: skip


def _frames(motion: Motion, posed: Stance) -> list[QualityRow]:
    inferred = len(motion.inferred)
    missing = int(np.count_nonzero(missing_frames(motion)))
    return [
        QualityRow(name="missing frames", value=float(max(missing, inferred)), unit=""),
        QualityRow(name="inferred frames", value=float(inferred), unit=""),
    ]


def _bones(motion: Motion, posed: Stance) -> list[QualityRow]:
    parents = np.array(PARENTS[1:])
    lengths = np.linalg.norm(posed.joints[:, 1:] - posed.joints[:, parents], axis=-1)
    drift = float(1e3 * lengths.std(axis=0).max())
    return [QualityRow(name="bone length drift", value=drift, unit="mm")]


def _peaks(motion: Motion, posed: Stance) -> list[QualityRow]:
    return [QualityRow(name="peak knee flexion", value=peak_flexion(motion), unit="°", better="")]


_ROWS: tuple[Callable[[Motion, Stance], list[QualityRow]], ...] = (
    _jitter, _feet, _frames, _bones, _peaks,
)  # fmt: skip
