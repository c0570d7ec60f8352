"""Repairing frames in which the network took left for right, or the back for the front.

Such frames differ from their neighbours by a jump the body cannot make. For every frame a few
readings are offered (as seen, sides exchanged, sides exchanged and depth mirrored, each also with
the legs exchanged), and the cheapest path through the clip is taken (Viterbi 1967). It has to run
before any filter: an average of a pose and its flip is neither.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

_SWAP = np.array(
    [0, 4, 5, 6, 1, 2, 3, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15, 18, 17, 20, 19, 22, 21,
     24, 23, 26, 25, 28, 27, 30, 29, 32, 31]
)  # fmt: skip
_SWAP_LEGS = np.array([*range(25), *_SWAP[25:]])
_COMPARED = np.array([11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28, 31, 32])
_JUMP_LIMIT = 0.4  # metres: a point that jumps farther says no more than one that jumps so far
_DEPTH_SHARE = 0.5  # depth is read worst, so its jumps count less
_FORGET_SECONDS = 0.15  # after a gap so long, the last pose says little about the next


@dataclass(frozen=True)
class _Reading:
    order: npt.NDArray[np.int64]  # which point each point is taken from
    mirrored: bool  # whether depth is turned round
    cost: float  # metres a frame: readings other than the network's own need a reason


_IDENTITY = np.arange(33)
_READINGS = (
    _Reading(_IDENTITY, False, 0.0),
    _Reading(_SWAP, False, 0.03),
    _Reading(_SWAP, True, 0.03),
    _Reading(_SWAP_LEGS, False, 0.03),
    _Reading(_SWAP[_SWAP_LEGS], False, 0.04),
    _Reading(_SWAP[_SWAP_LEGS], True, 0.04),
)


def repaired(
    world: FloatArray, image: FloatArray, visibility: FloatArray, times: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, npt.NDArray[np.bool_]]:
    """Return the four arrays with flipped frames put right, the last being which were flipped.

    world (N, 33, 3) metres, z away from the camera; image (N, 33, 2); visibility (N, 33);
    times (N,) seconds.
    """
    choice = _cheapest_path(_candidates(world), times)
    order = np.stack([reading.order for reading in _READINGS])[choice]  # (N, 33)
    frame = np.arange(len(world))[:, None]
    mirrored = np.array([reading.mirrored for reading in _READINGS])[choice]
    world = world[frame, order]
    world[mirrored, :, 2] *= -1
    return world, image[frame, order], visibility[frame, order], choice != 0


def _candidates(world: FloatArray) -> FloatArray:
    """(N, S, P, 3) compared points of every frame under every reading."""
    readings = []
    for reading in _READINGS:
        points = world[:, reading.order][:, _COMPARED]
        sign = -1.0 if reading.mirrored else 1.0
        readings.append(points * [1.0, 1.0, sign * _DEPTH_SHARE])
    return np.stack(readings, axis=1)


def _cheapest_path(candidates: FloatArray, times: FloatArray) -> npt.NDArray[np.int64]:
    num_frames, num_states = candidates.shape[:2]
    own = np.array([reading.cost for reading in _READINGS])
    best = own.copy()
    came_from = np.zeros((num_frames, num_states), np.int64)
    pauses = np.diff(times, prepend=times[:1])
    usual = float(np.median(pauses[1:])) if num_frames > 1 else 0.0
    for frame in range(1, num_frames):
        step = candidates[frame][None] - candidates[frame - 1][:, None]  # (from, to, P, 3)
        jump = np.minimum(np.linalg.norm(step, axis=-1), _JUMP_LIMIT).sum(-1)
        late = max(float(pauses[frame]) - usual, 0.0)
        total = best[:, None] + jump / (1 + late / _FORGET_SECONDS)
        came_from[frame] = np.argmin(total, axis=0)
        best = total[came_from[frame], np.arange(num_states)] + own
    path = np.zeros(num_frames, np.int64)
    path[-1] = int(np.argmin(best))
    for frame in range(num_frames - 1, 0, -1):
        path[frame - 1] = came_from[frame, path[frame]]
    return path
