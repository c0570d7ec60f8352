"""How far joints turn: usual spread, range of motion, and the derivative of a turn's vector.

Ranges are in degrees of the rotation vector about the joint's own axes in the T-pose (x to the
left, y up, z forward), wide enough for dancers; knees and elbows are hinges. After the ranges of
motion in Kapandji, The Physiology of the Joints; the left side is listed, the right mirrored.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.estimators.blazepose.refine_markers import MOVING
from core.skeleton import JOINT_NAMES

FloatArray = npt.NDArray[np.float64]

# usual spread x, y, z; then from, to of x, y, z (degrees)
_TABLE: dict[str, tuple[tuple[float, ...], tuple[float, ...]]] = {
    "spine1": ((20, 12, 12), (-25, 40, -20, 20, -20, 20)),
    "spine2": ((15, 12, 12), (-20, 30, -20, 20, -20, 20)),
    "spine3": ((15, 12, 12), (-20, 30, -20, 20, -20, 20)),
    "neck": ((20, 20, 15), (-40, 40, -45, 45, -30, 30)),
    "head": ((20, 20, 15), (-40, 40, -45, 45, -30, 30)),
    "left_collar": ((8, 12, 12), (-15, 15, -25, 25, -12, 35)),
    "left_shoulder": ((70, 70, 70), (-120, 120, -140, 80, -110, 110)),
    "left_elbow": ((25, 90, 15), (-80, 80, -155, 4, -20, 20)),
    "left_wrist": ((25, 20, 25), (-70, 70, -35, 35, -75, 75)),
    "left_hip": ((70, 40, 30), (-140, 40, -60, 60, -35, 80)),
    "left_knee": ((90, 10, 8), (-4, 155, -20, 20, -10, 10)),
    "left_ankle": ((25, 15, 12), (-35, 50, -30, 30, -25, 25)),
}
_MIRROR = np.array([1.0, -1.0, -1.0])


def _rows() -> tuple[FloatArray, FloatArray, FloatArray]:
    """Usual spread, lowest and highest (J, 3) in radians of the moving joints but the root."""
    usual, ends = [], []
    for joint in MOVING[1:]:
        name = JOINT_NAMES[joint]
        spread, span = _TABLE[name.replace("right", "left")]
        sides = _MIRROR if name.startswith("right") else np.ones(3)
        usual.append(spread)
        ends.append(sides[:, None] * np.reshape(span, (3, 2)))
    limits = np.radians(np.array(ends, np.float64))
    return np.radians(np.array(usual, np.float64)), limits.min(-1), limits.max(-1)


USUAL, LOWEST, HIGHEST = _rows()
GIVE = np.radians(3.0)  # how softly a limit stops


def rotvec_slope(vectors: FloatArray) -> FloatArray:
    """(..., 3, 3) derivative of log(exp(vector) exp(w)) by w at w = 0.

    The inverse right Jacobian of SO(3) (Chirikjian 2012; Forster et al. 2017, eq. 9).
    """
    angle2 = np.sum(vectors * vectors, axis=-1)
    angle = np.sqrt(angle2)
    small = angle < 1e-3
    safe = np.where(small, 1.0, np.minimum(angle, np.pi - 1e-3))
    factor = 1 / safe**2 - (1 + np.cos(safe)) / (2 * safe * np.sin(safe))
    factor = np.where(small, 1 / 12, factor)
    cross = np.zeros((*vectors.shape, 3))
    x, y, z = vectors[..., 0], vectors[..., 1], vectors[..., 2]
    cross[..., 0, 1], cross[..., 0, 2], cross[..., 1, 2] = -z, y, -x
    cross[..., 1, 0], cross[..., 2, 0], cross[..., 2, 1] = z, -y, x
    return np.asarray(np.eye(3) + 0.5 * cross + factor[..., None, None] * (cross @ cross))
