"""The torch twin of :mod:`core.rotation`: same names, same layouts, differentiable."""

from __future__ import annotations

import roma
import torch
from torch import Tensor
from torch.nn import functional as F


def rotvec_to_rotmat(rotvec: Tensor) -> Tensor:
    """(..., 3) axis-angle -> (..., 3, 3)."""
    return roma.rotvec_to_rotmat(rotvec)


def rotmat_to_rotvec(rotmat: Tensor) -> Tensor:
    """(..., 3, 3) -> (..., 3) axis-angle, angle in 0..pi."""
    return roma.rotmat_to_rotvec(rotmat)


def quat_to_rotmat(quat: Tensor) -> Tensor:
    """(..., 4) quaternion (w, x, y, z) of any length -> (..., 3, 3)."""
    return roma.unitquat_to_rotmat(roma.quat_wxyz_to_xyzw(F.normalize(quat, dim=-1)))


def rotmat_to_quat(rotmat: Tensor) -> Tensor:
    """(..., 3, 3) -> (..., 4) unit quaternion (w, x, y, z) with w >= 0."""
    quat = roma.quat_xyzw_to_wxyz(roma.rotmat_to_unitquat(rotmat))
    return torch.where(quat[..., :1] < 0, -quat, quat)


def rotmat_to_rot6d_rows(rotmat: Tensor) -> Tensor:
    """(..., 3, 3) -> (..., 6): the first two rows (ACTOR)."""
    return rotmat[..., :2, :].flatten(-2)


def rotmat_to_rot6d_columns(rotmat: Tensor) -> Tensor:
    """(..., 3, 3) -> (..., 6): the first two columns as a row-major (3, 2) (SPIN, VIBE, PARE)."""
    return rotmat[..., :2].flatten(-2)


def _gram_schmidt(first: Tensor, second: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    a = F.normalize(first, dim=-1)
    b = F.normalize(second - (a * second).sum(-1, keepdim=True) * a, dim=-1)
    return a, b, torch.linalg.cross(a, b)


def rot6d_rows_to_rotmat(rot6d: Tensor) -> Tensor:
    """(..., 6) -> (..., 3, 3) by Gram-Schmidt, the vectors becoming rows (ACTOR)."""
    return torch.stack(_gram_schmidt(rot6d[..., :3], rot6d[..., 3:]), dim=-2)


def rot6d_columns_to_rotmat(rot6d: Tensor) -> Tensor:
    """(..., 6) -> (..., 3, 3) by Gram-Schmidt, the vectors becoming columns (SPIN, VIBE, PARE)."""
    return torch.stack(_gram_schmidt(rot6d[..., 0::2], rot6d[..., 1::2]), dim=-1)
