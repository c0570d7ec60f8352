"""Frames nobody saw: found, bridged between what was seen on both sides, and marked as inferred.

A short gap is bridged by a curve that keeps the speeds at both ends and does not overshoot (PCHIP,
Fritsch & Carlson 1980, for the root and, in the tangent space of the middle, for rotations). Over a
long one nobody knows what happened: the body comes to rest out of the one side and eases into the
other. At the ends of a clip there is one side only, and the body comes to rest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.cleanup.signals import runs, smoothstep
from core.motion import Motion
from core.rotation import quat_to_rotvec, rotvec_to_quat, slerp_quat

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

SHORT_SECONDS = 0.4
"""Up to 12 frames at 30 fps: clean-up guides give 10 to 15 frames as the limit for splines."""
_COAST_SECONDS = 0.15  # how long a movement goes on into a long gap
_SIDE_FRAMES = 3  # frames on either side that show how things move
_SAME_RADIANS, _SAME_METRES = 1e-5, 1e-6
_UNBELIEVED = 0.1  # confidence below which a frame counts as not seen


@dataclass(frozen=True)
class Gap:
    """Frames ``first`` to ``stop`` (exclusive) that nobody saw, and how they were bridged."""

    first: int
    stop: int
    is_short: bool

    @property
    def num_frames(self) -> int:
        """Number of frames in the gap."""
        return self.stop - self.first


def missing_frames(motion: Motion) -> BoolArray:
    """(T,) frames that were not observed: marked as inferred, not believed, or frozen.

    A frame counts as frozen when it repeats the one before it to the last digit while the clip
    otherwise moves: that is a lost frame filled with its neighbour.
    """
    missing = np.zeros(motion.num_frames, bool)
    missing[list(motion.inferred)] = True
    if motion.confidence is not None:
        missing |= motion.confidence < _UNBELIEVED
    missing |= _frozen(motion)
    return missing


def _frozen(motion: Motion) -> BoolArray:
    same = np.zeros(motion.num_frames, bool)
    same[1:] = (np.abs(np.diff(motion.poses, axis=0)).max(axis=(1, 2)) < _SAME_RADIANS) & (
        np.abs(np.diff(motion.trans, axis=0)).max(axis=1) < _SAME_METRES
    )
    # a clip that mostly stands still was made so
    return same if same.mean() < 0.5 else np.zeros_like(same)


def bridge(motion: Motion, missing: npt.ArrayLike) -> tuple[Motion, list[Gap]]:
    """Bridge the ``missing`` frames (T,); they are ``inferred`` in the result.

    Nothing is bridged when no frame at all was seen.
    """
    missing = np.asarray(missing, bool)
    if not missing.any() or missing.all():
        return motion, []
    quats = rotvec_to_quat(motion.poses.astype(np.float64))
    trans = motion.trans.astype(np.float64)
    gaps = []
    for first, stop in runs(missing):
        short = (stop - first) <= SHORT_SECONDS * motion.fps
        before = _seen_before(missing, first)
        after = _seen_after(missing, stop)
        inside = np.arange(first, stop)
        if short and len(before) and len(after):
            _short(quats, trans, before, inside, after)
        else:
            _long(quats, trans, before, inside, after, motion.fps)
        gaps.append(Gap(first, stop, short))
    poses, placed = motion.poses.copy(), motion.trans.copy()
    poses[missing] = quat_to_rotvec(quats[missing])
    placed[missing] = trans[missing]
    inferred = set(motion.inferred) | {int(i) for i in np.flatnonzero(missing)}
    return motion.replace(poses=poses, trans=placed, inferred=tuple(inferred)), gaps


def _seen_before(missing: BoolArray, first: int) -> npt.NDArray[np.int64]:
    """Up to ``_SIDE_FRAMES`` seen frames that end just before ``first``, in order of time."""
    start = first
    while start > 0 and not missing[start - 1] and first - start < _SIDE_FRAMES:
        start -= 1
    return np.arange(start, first)


def _seen_after(missing: BoolArray, stop: int) -> npt.NDArray[np.int64]:
    end = stop
    while end < len(missing) and not missing[end] and end - stop < _SIDE_FRAMES:
        end += 1
    return np.arange(stop, end)


def _short(
    quats: FloatArray,
    trans: FloatArray,
    before: npt.NDArray[np.int64],
    inside: npt.NDArray[np.int64],
    after: npt.NDArray[np.int64],
) -> None:
    from scipy.interpolate import PchipInterpolator

    known = np.concatenate([before, after])
    trans[inside] = PchipInterpolator(known, trans[known])(inside)
    middle = slerp_quat(quats[before[-1]], quats[after[0]], np.full(24, 0.5))
    inverse = middle * [1.0, -1.0, -1.0, -1.0]
    around = quat_to_rotvec(multiplied(inverse[None], quats[known]))  # (K, 24, 3)
    bridged = PchipInterpolator(known, around)(inside)
    quats[inside] = multiplied(middle[None], rotvec_to_quat(bridged))


def _long(
    quats: FloatArray,
    trans: FloatArray,
    before: npt.NDArray[np.int64],
    inside: npt.NDArray[np.int64],
    after: npt.NDArray[np.int64],
    fps: float,
) -> None:
    sides = []
    for known, end in ((before, -1), (after, 0)):
        if len(known) == 0:
            continue
        anchor = known[end]
        far = known[0] if end == -1 else known[-1]
        steps = max(abs(int(anchor - far)), 1)
        turn = quat_to_rotvec(multiplied(quats[anchor], quats[far] * [1.0, -1.0, -1.0, -1.0]))
        away = np.abs(inside - anchor).astype(np.float64)
        coast = _COAST_SECONDS * fps
        path = (coast * (1 - np.exp(-away / coast)))[:, None] / steps  # in frames of its own speed
        turned = multiplied(rotvec_to_quat(path[..., None] * turn), quats[anchor][None])
        moved = trans[anchor] + path * (trans[anchor] - trans[far])
        sides.append((turned, moved))
    if len(sides) == 1:
        quats[inside], trans[inside] = sides[0]
        return
    span = len(inside) + 1
    share = smoothstep(np.arange(1, span) / span)
    quats[inside] = slerp_quat(
        sides[0][0], sides[1][0], np.broadcast_to(share[:, None], (len(inside), 24))
    )
    trans[inside] = sides[0][1] + share[:, None] * (sides[1][1] - sides[0][1])


def multiplied(a: FloatArray, b: FloatArray) -> FloatArray:
    """(..., 4) x (..., 4) -> (..., 4): the quaternion product, the rotation b followed by a."""
    aw, ax, ay, az = np.moveaxis(a, -1, 0)
    bw, bx, by, bz = np.moveaxis(b, -1, 0)
    return np.stack(
        [
            aw * bw - ax * bx - ay * by - az * bz,
            aw * bx + ax * bw + ay * bz - az * by,
            aw * by - ax * bz + ay * bw + az * bx,
            aw * bz + ax * by - ay * bx + az * bw,
        ],
        axis=-1,
    )
