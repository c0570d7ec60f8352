"""A motion with its joints and soles worked out, which every step of the clean-up starts from.

The soles are three points a foot taken from the body's own rest mesh, so that heights are heights
of the sole above the floor and not of a joint inside the foot.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from core.body import BodyModel, body_for
from core.body.kinematics import forward_kinematics
from core.motion import Motion
from core.rotation import rotvec_to_rotmat
from core.skeleton import JOINT_INDEX

FloatArray = npt.NDArray[np.float64]

HEEL, BALL, TOE = 0, 1, 2
HIPS = (JOINT_INDEX["left_hip"], JOINT_INDEX["right_hip"])
KNEES = (JOINT_INDEX["left_knee"], JOINT_INDEX["right_knee"])
ANKLES = (JOINT_INDEX["left_ankle"], JOINT_INDEX["right_ankle"])
FEET = (JOINT_INDEX["left_foot"], JOINT_INDEX["right_foot"])

_SOLE_THICKNESS = 0.02  # metres above the lowest vertex that still count as sole


@dataclass(frozen=True, eq=False)
class Stance:
    """A motion posed: local and world rotations (T, 24, 3, 3), joints (T, 24, 3), metres.

    soles (T, 2, 3, 3): left and right foot, heel, ball and toe on the underside, xyz.
    """

    local: FloatArray
    world: FloatArray
    joints: FloatArray
    soles: FloatArray
    rest_joints: FloatArray

    @property
    def sole_height(self) -> FloatArray:
        """(T, 2) height of each foot's lowest point, metres."""
        return np.asarray(self.soles[..., 1].min(axis=-1))


def stance(motion: Motion) -> Stance:
    """Pose the motion on its body (betas apply as they do everywhere, see ``body_for``)."""
    rest_joints, rest_soles = _rest(motion)
    local = rotvec_to_rotmat(motion.poses.astype(np.float64))
    world, joints = forward_kinematics(local, rest_joints, motion.trans.astype(np.float64))
    soles = np.empty((motion.num_frames, 2, 3, 3))
    for side in (0, 1):
        for point, joint in ((HEEL, ANKLES[side]), (BALL, ANKLES[side]), (TOE, FEET[side])):
            arm = rest_soles[side, point] - rest_joints[joint]
            soles[:, side, point] = joints[:, joint] + world[:, joint] @ arm
    return Stance(local, np.asarray(world), np.asarray(joints), soles, rest_joints)


def _rest(motion: Motion) -> tuple[FloatArray, FloatArray]:
    """Rest joints (24, 3) and rest soles (2, 3, 3) of the motion's body and shape."""
    body = body_for(motion)
    own_shape = motion.body_id == body.body_id
    return _rest_of(body, tuple(float(b) for b in motion.betas) if own_shape else None)


@lru_cache(maxsize=8)
def _rest_of(body: BodyModel, betas: tuple[float, ...] | None) -> tuple[FloatArray, FloatArray]:
    rest = body.shaped(None if betas is None else np.array(betas, np.float32))
    joints = rest.joints.astype(np.float64)
    vertices = rest.vertices.astype(np.float64)
    soles = np.empty((2, 3, 3))
    for side in (0, 1):
        of_foot = body.weights[:, [ANKLES[side], FEET[side]]].sum(axis=1) > 0.5
        foot = vertices[of_foot]
        sole = foot[foot[:, 1] < foot[:, 1].min() + _SOLE_THICKNESS]
        low = float(sole[:, 1].min())
        across = float(sole[:, 0].mean())
        back, front = float(sole[:, 2].min()), float(sole[:, 2].max())
        soles[side, HEEL] = across, low, back + 0.01
        soles[side, BALL] = across, low, joints[FEET[side], 2]
        soles[side, TOE] = across, low, front - 0.01
    joints.flags.writeable = False
    soles.flags.writeable = False
    return joints, soles
