"""Flat feet that stand do not turn on the spot, either.

Estimates read a foot's direction badly, so a sole whose middle is held still would still sweep with
its heel. While heel and toe are both down, the foot's direction is held as the foot itself is, step
by step; who pivots on a heel, a ball or quickly, pivots.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.cleanup.fading import fade
from core.cleanup.outliers import running_median
from core.cleanup.signals import gaussian, runs, smoothstep
from core.cleanup.stance import ANKLES, FEET, HEEL, KNEES, TOE, Stance
from core.rotation import rotvec_to_rotmat

FloatArray = npt.NDArray[np.float64]

_FLAT, _TIPPED = 0.015, 0.045  # metres between heel and toe more than at the flattest: flat, tipped
_USUAL_TIP = 0.06  # metres: what bodies and retargeting make of a flat foot
_DRIFT, _PIVOT = np.radians([90.0, 180.0])  # a second: slower is a misread, faster is meant
_SPEED_SECONDS = 0.05
_EXCURSION_SECONDS = 0.3
_MAX_TURN = np.radians(40.0)


def without_turning(
    posed: Stance, stands: npt.NDArray[np.bool_], fps: float, amount: float = 1.0
) -> Stance:
    """Return the stance with the flat standing feet's direction held; ankles stay where they are.

    stands (T, 2): when left and right foot stand; ``amount`` 0..1 of the correction.
    """
    turns = amount * np.stack(
        [_turns(posed.soles[:, side], stands[:, side], fps) for side in (0, 1)], 1
    )
    if np.abs(turns).max() < 1e-6:
        return posed
    local, world, soles = posed.local.copy(), posed.world.copy(), posed.soles.copy()
    rotmats = rotvec_to_rotmat(turns[..., None] * np.array([0.0, 1.0, 0.0]))  # (T, 2, 3, 3)
    for side in (0, 1):
        ankle, foot, turn = ANKLES[side], FEET[side], rotmats[:, side]
        world[:, ankle] = turn @ world[:, ankle]
        world[:, foot] = turn @ world[:, foot]
        local[:, ankle] = np.swapaxes(world[:, KNEES[side]], -1, -2) @ world[:, ankle]
        arm = soles[:, side] - posed.joints[:, None, ankle]
        soles[:, side] = posed.joints[:, None, ankle] + arm @ np.swapaxes(turn, -1, -2)
    # the feet joints move with the soles, but nothing reads them after this
    return Stance(local, world, posed.joints, soles, posed.rest_joints)


def _turns(soles: FloatArray, stands: npt.NDArray[np.bool_], fps: float) -> FloatArray:
    """(T,) radians about the upright by which to turn one foot; soles (T, 3, 3), stands (T,)."""
    turns = np.zeros((len(soles), 1))
    along = soles[:, TOE] - soles[:, HEEL]
    direction = np.unwrap(np.arctan2(along[:, 0], along[:, 2]))
    height = soles[..., 1]
    tip = height.max(axis=-1) - height.min(axis=-1)
    spans = runs(stands)
    for first, stop in spans:
        span = slice(first, stop)
        usual = min(float(np.percentile(tip[span], 10)), _USUAL_TIP)
        flat = 1 - smoothstep((tip[span] - usual - _FLAT) / (_TIPPED - _FLAT))
        calm = _without_excursions(direction[span], fps)
        turns[span, 0] = flat * (calm - direction[span]) + _held(calm, flat, fps)
    turns = _MAX_TURN * np.tanh(turns / _MAX_TURN)
    fade(turns, spans, fps)
    return turns[:, 0]


def _without_excursions(direction: FloatArray, fps: float) -> FloatArray:
    """(T,) the direction without turns that come back at once: no standing foot does that."""
    reach = min(round(_EXCURSION_SECONDS * fps), (len(direction) - 1) // 2)
    if reach < 1:
        return direction
    return gaussian(running_median(direction, reach), _SPEED_SECONDS * fps)


def _held(direction: FloatArray, flat: FloatArray, fps: float) -> FloatArray:
    """(T,) by how much to turn a foot so that its direction stays while it is flat."""
    out = np.zeros(len(direction))
    steps = np.diff(direction)
    if len(steps):
        meant = smoothstep((np.abs(steps) * fps - _DRIFT) / (_PIVOT - _DRIFT))
        out[1:] = -np.cumsum((flat[1:] + flat[:-1]) / 2 * (1 - meant) * steps)
    return np.asarray(out - out.mean())
