"""The fit itself: Gauss & Newton's method on all frames of a window at once.

The unknowns are the local turns of the 20 joints that points show, the root's place, and what a
person keeps: the body's betas and small corrections of where the network puts its points. Damped
after Levenberg and Marquardt; outliers lose weight step by step (iteratively reweighted).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core import rotation
from core.estimators.blazepose import refine_terms as terms
from core.estimators.blazepose.refine_band import Equations
from core.estimators.blazepose.refine_markers import (
    JOINTS,
    MARKER_OF_POINT,
    MOVING,
    NUM_BETAS,
    NUM_PERSON,
    NUM_POSE,
    Shape,
    person_jacobian,
    pose_jacobian,
    posed,
)
from core.estimators.blazepose.refine_terms import Evidence, Sigmas
from core.skeleton import JOINT_INDEX

FloatArray = npt.NDArray[np.float64]

MAX_BETA = 3.0
ITERATIONS = 15
_ENOUGH = 2e-3  # a step that gains so small a share of the cost is the last
_TRIES = 4  # dampings tried before giving up on a step
_LONGEST_TURN = 0.7  # radians a joint may turn in one step
_ANKLES = [JOINT_INDEX["left_ankle"], JOINT_INDEX["right_ankle"]]
_TOES = [MARKER_OF_POINT[31], MARKER_OF_POINT[32]]
_FEET = np.array([*_ANKLES, *_ANKLES])  # the joints that carry ankles and toes


@dataclass(frozen=True)
class Fitted:
    """A body in every frame: local (T, 24, 3, 3), trans (T, 3), person (S,): see ``Shape``."""

    local: FloatArray
    trans: FloatArray
    person: FloatArray


def unknown_person() -> FloatArray:
    """(S,) the average person."""
    return np.zeros(NUM_PERSON)


def fitted(
    start: Fitted,
    seen: Evidence,
    shape: Shape,
    sigmas: Sigmas,
    *,
    keep_person: bool = False,
    iterations: int = ITERATIONS,
    on_step: Callable[[float], None] = lambda share: None,
) -> Fitted:
    """Return the body that agrees best with what was seen, from a ``start`` not far off.

    ``keep_person`` leaves betas and corrections as they are; ``on_step`` hears the share done and
    may raise to stop. Ends where no step lowers the cost.
    """
    now, damping = start, 1e-3
    cost = _cost(None, now, seen, shape, sigmas)
    for step in range(iterations):
        on_step(step / iterations)
        shared = 0 if keep_person else NUM_PERSON
        equations = Equations.empty(len(now.local), NUM_POSE, shared)
        _cost(equations, now, seen, shape, sigmas)
        for _ in range(_TRIES):
            try:
                tried = _moved(now, *equations.solved(damping))
                tried_cost = _cost(None, tried, seen, shape, sigmas)
            except np.linalg.LinAlgError:  # rounding made the matrix indefinite
                tried, tried_cost = now, np.inf
            if tried_cost < cost:
                break
            damping *= 10
        else:
            break
        gain = (cost - tried_cost) / cost
        now, cost, damping = tried, tried_cost, max(damping / 5, 1e-6)
        if gain < _ENOUGH:
            break
    return now


def _moved(now: Fitted, frames: FloatArray, person: FloatArray) -> Fitted:
    """Take a step of the unknowns, frames (T, N) and person (S,) or (0,)."""
    turns = frames[:, :-3].reshape(len(frames), len(MOVING), 3)
    angle = np.linalg.norm(turns, axis=-1, keepdims=True)
    turns = turns * np.minimum(1.0, _LONGEST_TURN / np.maximum(angle, 1e-9))
    local = now.local.copy()
    local[:, MOVING] = local[:, MOVING] @ rotation.rotvec_to_rotmat(turns)
    whole = now.person.copy()
    if len(person):
        whole += person
        whole[:NUM_BETAS] = np.clip(whole[:NUM_BETAS], -MAX_BETA, MAX_BETA)
    return Fitted(local, now.trans + frames[:, -3:], whole)


def _cost(to: Equations | None, now: Fitted, seen: Evidence, shape: Shape, sigmas: Sigmas) -> float:
    """Cost of a body; its derivatives are added to the equations if there are any."""
    body = posed(now.local, now.trans, shape, now.person)
    feet = np.concatenate([body.joints[:, _ANKLES], body.markers[:, _TOES]], axis=1)
    slopes = feet_slopes = None
    if to is not None:
        keep_person = to.border.shape[2] == 0
        slopes = terms.Slopes(
            pose_jacobian(body, body.markers, JOINTS),
            None if keep_person else person_jacobian(body, shape),
        )
        feet_slopes = pose_jacobian(body, feet, _FEET)
    return (
        terms.space(to, seen, body, slopes, sigmas)
        + terms.picture(to, seen, body, slopes, sigmas)
        + terms.smoothness(to, now.local, now.trans, seen.fps, sigmas)
        + terms.standing(to, seen, feet, feet_slopes, sigmas)
        + terms.anatomy(to, now.local, seen.fps, sigmas)
        + terms.personal(to, now.person, len(now.local) / seen.fps, sigmas)
    )
