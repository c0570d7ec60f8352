"""All vertices of a posed body in torch, with pose blend shapes: the exact, differentiable way.

Training uses :class:`core.actor.losses.VertexLoss`, which needs no vertices; this is for bodies
with pose blend shapes, where that closed form does not hold, and for checking it.
"""

from __future__ import annotations

import torch
from torch import Tensor

from core.actor.kinematics import features_to_rotmats, forward_kinematics


def posed_vertices(
    rotmats: Tensor,
    *,
    vertices: Tensor,
    joints: Tensor,
    weights: Tensor,
    posedirs: Tensor | None = None,
) -> Tensor:
    """Skin the rest body by rotations (N, 24, 3, 3) -> (N, V, 3) metres, without translation.

    vertices (V, 3), joints (24, 3), weights (V, 24); posedirs (V, 3, 207) or None.
    """
    rotations, positions = forward_kinematics(rotmats, joints)
    shift = positions - (rotations @ joints[..., None])[..., 0]  # (N, 24, 3)
    transforms = torch.cat((rotations, shift[..., None]), dim=-1)  # (N, 24, 3, 4)
    blended = (weights @ transforms.flatten(2)).unflatten(-1, (3, 4))  # (N, V, 3, 4)
    rest: Tensor = vertices
    if posedirs is not None:
        identity = torch.eye(3, dtype=rotmats.dtype, device=rotmats.device)
        feature = (rotmats[:, 1:] - identity).flatten(1)  # (N, 207)
        rest = vertices + (feature @ posedirs.flatten(0, 1).T).unflatten(-1, (-1, 3))
    return (blended[..., :3] @ rest[..., None])[..., 0] + blended[..., 3]


def features_to_vertices(
    features: Tensor,
    *,
    vertices: Tensor,
    joints: Tensor,
    weights: Tensor,
    posedirs: Tensor | None = None,
    mask: Tensor | None = None,
) -> Tensor:
    """(B, 25, 6, T) -> vertices (N, V, 3) of the valid frames (not root-centred, as published)."""
    return posed_vertices(
        features_to_rotmats(features, mask),
        vertices=vertices,
        joints=joints,
        weights=weights,
        posedirs=posedirs,
    )
