"""Forward kinematics in torch, differentiable, one step a level of the joint tree.

The numpy twin for everything that needs no gradient is :mod:`core.body`.
"""

from __future__ import annotations

import torch
from torch import Tensor

from core.rotation_torch import rot6d_rows_to_rotmat
from core.skeleton import LEVELS, NUM_JOINTS, PARENTS

_ORDER = [joint for level in LEVELS for joint in level]
_BACK = [_ORDER.index(joint) for joint in range(NUM_JOINTS)]
_UP = [[LEVELS[d - 1].index(PARENTS[j]) for j in level] for d, level in enumerate(LEVELS) if d]


def features_to_rotmats(features: Tensor, mask: Tensor | None = None) -> Tensor:
    """(B, 25, 6, T) -> rotation matrices (N, 24, 3, 3) of the N valid frames, clip after clip.

    mask (B, T) True = valid; None takes every frame. The translation row is dropped.
    """
    rot6d = features[:, :NUM_JOINTS].permute(0, 3, 1, 2)  # (B, T, 24, 6)
    rot6d = rot6d.flatten(0, 1) if mask is None else rot6d[mask]
    return rot6d_rows_to_rotmat(rot6d)


def forward_kinematics(rotmats: Tensor, rest_joints: Tensor) -> tuple[Tensor, Tensor]:
    """Pose the tree without translation: the pelvis stays at its rest place.

    rotmats (N, 24, 3, 3) relative to the parent, rest_joints (24, 3) metres
    -> global rotations (N, 24, 3, 3), joint positions (N, 24, 3).
    """
    rotations = [rotmats[:, :1]]
    positions = [rest_joints[:1].expand(len(rotmats), -1, -1)]
    for depth, level in enumerate(LEVELS[1:]):
        joints, up = list(level), _UP[depth]
        offsets = rest_joints[joints] - rest_joints[[PARENTS[j] for j in level]]
        parent = rotations[-1][:, up]
        positions.append(positions[-1][:, up] + (parent * offsets[:, None]).sum(-1))
        rotations.append(parent @ rotmats[:, joints])
    return torch.cat(rotations, 1)[:, _BACK], torch.cat(positions, 1)[:, _BACK]


def features_to_joints(features: Tensor, rest_joints: Tensor, mask: Tensor | None = None) -> Tensor:
    """(B, 25, 6, T) -> joints (N, 24, 3) of the valid frames, the root at the origin.

    SMPL's 24 joints come from the kinematic chain, so they need no vertices at all.
    """
    _, positions = forward_kinematics(features_to_rotmats(features, mask), rest_joints)
    return positions - positions[:, :1]
