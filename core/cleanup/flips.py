"""Frames in which an estimator took the front for the back, or one leg for the other.

Such frames differ from their neighbours by a jump no body can make. Every frame is offered in a few
readings, and the cheapest path through the clip is taken (Viterbi 1967). It runs before anything
that averages: the mean of a pose and its flip is neither.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.body.kinematics import forward_kinematics
from core.cleanup.stance import Stance, stance
from core.motion import Motion
from core.rotation import rotmat_to_rotvec
from core.skeleton import JOINT_INDEX, MIRROR

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

_COMPARED = [
    JOINT_INDEX[f"{side}_{part}"]
    for part in ("hip", "knee", "ankle", "foot", "shoulder", "elbow", "wrist")
    for side in ("left", "right")
]
_JUMP_LIMIT = 0.5  # metres: what jumps farther says no more than what jumps so far
_OWN_COST = 0.02  # metres a joint: a frame is as it was estimated unless there is a reason
_AT_ONCE = 4096  # frames whose jumps are worked out together: bounds the memory
_NEAR = 2  # frames
_SIDES = np.diag([-1.0, 1.0, 1.0])
_DEPTH = np.diag([1.0, 1.0, -1.0])
_ABOUT = np.diag([-1.0, 1.0, -1.0])  # half a turn about the upright
_LEGS = [JOINT_INDEX[f"{side}_{part}"] for side in ("left", "right")
         for part in ("hip", "knee", "ankle", "foot")]  # fmt: skip
_OTHER_LEG = _LEGS[4:] + _LEGS[:4]


def _as_seen(local: FloatArray) -> FloatArray:
    return local


def _seen_from_behind(local: FloatArray) -> FloatArray:
    """Depth inverted and sides exchanged: the picture is the same, the person faces away."""
    out = _mirrored(local)
    out[:, 0] = _DEPTH @ local[:, 0] @ _SIDES
    return out


def _turned_about(local: FloatArray) -> FloatArray:
    """The body as a whole half a turn about its own upright axis."""
    out = local.copy()
    out[:, 0] = local[:, 0] @ _ABOUT
    return out


def _sides_exchanged(local: FloatArray) -> FloatArray:
    """Left taken for right with the joints where they were: the bones' fronts face backwards."""
    out = local[:, list(MIRROR)]
    out[:, 1:] = _ABOUT @ out[:, 1:] @ _ABOUT
    out[:, 0] = local[:, 0] @ _ABOUT
    return out


def _legs_exchanged(local: FloatArray) -> FloatArray:
    out = local.copy()
    out[:, _LEGS] = local[:, _OTHER_LEG]
    return out


def _mirrored(local: FloatArray) -> FloatArray:
    """The mirror image of the pose (T, 24, 3, 3) in the body's plane between left and right."""
    return np.asarray(_SIDES @ local[:, list(MIRROR)] @ _SIDES)


@dataclass(frozen=True)
class Reading:
    """One way to read a frame: what it does to local rotations (T, 24, 3, 3). Its own inverse."""

    name: str
    apply: Callable[[FloatArray], FloatArray]


READINGS = (
    Reading("as estimated", _as_seen),
    Reading("seen from behind", _seen_from_behind),
    Reading("turned about", _turned_about),
    Reading("sides exchanged", _sides_exchanged),
    Reading("legs exchanged", _legs_exchanged),
)


def find_flips(motion: Motion, posed: Stance | None = None) -> npt.NDArray[np.int64]:
    """(T,) which of ``READINGS`` each frame should be read in; 0 where it is right as it is.

    The clip as a whole keeps the side most of its frames show.
    """
    posed = posed if posed is not None else stance(motion)
    points = _candidates(posed)
    return _settled(points, _cheapest_path(points, motion.fps))


def without_flips(motion: Motion, path: npt.NDArray[np.int64]) -> Motion:
    """Return the motion with each frame read as ``path`` (T,) says."""
    if not path.any():
        return motion
    local = stance(motion).local
    poses = motion.poses.copy()
    for number in np.unique(path[path > 0]):
        chosen = path == number
        poses[chosen] = rotmat_to_rotvec(READINGS[number].apply(local[chosen]))
    return motion.replace(poses=poses)


def _candidates(posed: Stance) -> FloatArray:
    """(T, S, P, 3) compared joints, from the pelvis, of every frame in every reading."""
    nowhere = np.zeros((len(posed.local), 3))
    out = []
    for reading in READINGS:
        _, joints = forward_kinematics(reading.apply(posed.local), posed.rest_joints, nowhere)
        out.append(joints[:, _COMPARED] - joints[:, :1])
    return np.stack(out, axis=1)


def _cheapest_path(points: FloatArray, fps: float) -> npt.NDArray[np.int64]:
    num_frames, num_states, num_points, _ = points.shape
    # by the second, so that it does not depend on the frame rate how long a flip may last
    own = np.where(np.arange(num_states) > 0, _OWN_COST * num_points * 30.0 / max(fps, 30.0), 0.0)
    if num_frames < 2:
        return np.zeros(num_frames, np.int64)
    jump = np.empty((num_frames - 1, num_states, num_states))
    for first in range(0, num_frames - 1, _AT_ONCE):
        part = points[first : first + _AT_ONCE + 1]
        step = part[1:, None] - part[:-1, :, None]  # (T-1, from, to, P, 3)
        distance = np.sqrt(np.einsum("tabpc,tabpc->tabp", step, step))
        jump[first : first + _AT_ONCE] = np.minimum(distance, _JUMP_LIMIT).sum(axis=-1)
    best = own.copy()
    came_from = np.zeros((num_frames, num_states), np.int64)
    columns = np.arange(num_states)
    for frame in range(1, num_frames):
        total = best[:, None] + jump[frame - 1]
        came_from[frame] = total.argmin(axis=0)
        best = total[came_from[frame], columns] + own
    path = np.zeros(num_frames, np.int64)
    path[-1] = int(best.argmin())
    for frame in range(num_frames - 1, 0, -1):
        path[frame - 1] = came_from[frame, path[frame]]
    return path


def _settled(points: FloatArray, path: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Move each change of reading in ``path`` (T,) by a frame or two to where it bends least.

    The path counts steps, and where limbs pass each other a wrong step may be as short as a right
    one; but it bends the movement.
    """
    path = path.copy()
    changes = np.flatnonzero(np.diff(path)) + 1
    ends: list[int] = [0, *changes.tolist(), len(path)]
    for number, change in enumerate(changes.tolist(), start=1):
        low = max(change - _NEAR, ends[number - 1] + 1)
        high = min(change + _NEAR, ends[number + 1] - 1)
        inside = np.arange(max(low - 3, 0), min(high + 3, len(path)))
        best, settled = np.inf, path[inside]
        for at in range(low, high + 1):
            tried = path[inside]
            tried[(inside >= low) & (inside < at)] = path[change - 1]
            tried[(inside >= at) & (inside < high)] = path[change]
            bends = np.diff(points[inside, tried], n=2, axis=0)
            cost = float(np.linalg.norm(bends, axis=-1).sum()) + abs(at - change) * 1e-3
            if cost < best:
                best, settled = cost, tried
        path[inside] = settled
    return path
