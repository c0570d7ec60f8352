"""Forward kinematics: joints and bone transforms of a body in every frame of a motion.

SMPL's rules (Loper et al. 2015): a joint's global rotation is its parent's times its own, and it
sits at its parent plus the parent's rotation of the rest offset. Must not import torch.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.body.library import body_for
from core.body.model import BodyModel, FloatArray, RestBody
from core.motion import Motion
from core.rotation import rotvec_to_rotmat
from core.skeleton import LEVELS, NUM_JOINTS, PARENTS_ARRAY

_LEVELS = [np.array(level) for level in LEVELS]


def forward_kinematics(
    rotmats: npt.NDArray[np.floating],
    rest_joints: npt.NDArray[np.floating],
    trans: npt.NDArray[np.floating],
) -> tuple[npt.NDArray[np.floating], npt.NDArray[np.floating]]:
    """Pose the joint tree: global rotations (T, 24, 3, 3) and joint positions (T, 24, 3), metres.

    rotmats (T, 24, 3, 3) local, rest_joints (24, 3), trans (T, 3). Keeps the inputs' precision.
    """
    num_frames = rotmats.shape[0]
    dtype = np.result_type(rotmats, np.float32)
    rotations = np.empty((num_frames, NUM_JOINTS, 3, 3), dtype)
    positions = np.empty((num_frames, NUM_JOINTS, 3), dtype)
    offsets = rest_joints - rest_joints[PARENTS_ARRAY]  # the root's is never read
    rotations[:, 0] = rotmats[:, 0]
    positions[:, 0] = rest_joints[0] + trans
    for level in _LEVELS[1:]:
        parents = PARENTS_ARRAY[level]
        above = rotations[:, parents]  # (T, n, 3, 3)
        rotations[:, level] = above @ rotmats[:, level]
        step = (above @ offsets[level][:, :, None])[..., 0]
        positions[:, level] = positions[:, parents] + step
    return rotations, positions


def _resolve(motion: Motion, body: BodyModel | None) -> tuple[BodyModel, RestBody]:
    """The body to pose and its shape: betas of another body mean nothing here, so are dropped."""
    body = body if body is not None else body_for(motion)
    return body, body.shaped(motion.betas if motion.body_id == body.body_id else None)


def _transforms(rotations: npt.NDArray, positions: npt.NDArray, rest: RestBody) -> FloatArray:
    out = np.empty((*rotations.shape[:2], 3, 4), np.float32)
    out[..., :3] = rotations
    out[..., 3] = positions - (rotations @ rest.joints[:, :, None])[..., 0]
    return out


def joint_positions(motion: Motion, body: BodyModel | None = None) -> FloatArray:
    """(T, 24, 3) joint positions of the motion in metres, y up."""
    _, rest = _resolve(motion, body)
    rotmats = rotvec_to_rotmat(motion.poses)
    return forward_kinematics(rotmats, rest.joints, motion.trans)[1].astype(np.float32, copy=False)


def bone_matrices(motion: Motion, body: BodyModel | None = None) -> FloatArray:
    """(T, 24, 3, 4) transforms that take rest vertices (of the motion's shape) to posed ones."""
    _, rest = _resolve(motion, body)
    rotmats = rotvec_to_rotmat(motion.poses)
    return _transforms(*forward_kinematics(rotmats, rest.joints, motion.trans), rest)


def floor_height(motion: Motion, body: BodyModel | None = None) -> float:
    """Return the height (y, metres) of the body's lowest vertex over the whole motion."""
    from core.body.skinning import lowest_points  # skinning builds on this module

    return float(lowest_points(motion, body).min())
