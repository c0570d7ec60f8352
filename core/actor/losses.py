"""ACTOR's losses, each with its reduction said out loud.

Features are (B, J, F, T), masks (B, T) bool with True = valid; N is the number of valid frames of
the whole batch. Reductions are the published ones: means run over valid frames of the batch, not
over clips, and the KL divergence is a SUM over the batch.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import torch
from torch import Tensor, nn

from core.actor.kinematics import features_to_rotmats, forward_kinematics
from core.motion import NUM_BETAS

KlReduction = Literal["sum", "clip_mean"]


def reconstruction_loss(target: Tensor, output: Tensor, mask: Tensor) -> Tensor:
    """rc: mean squared difference over N valid frames x J x F (the three zeros included)."""
    return _valid_mean((target - output) ** 2, mask)


def velocity_loss(target: Tensor, output: Tensor, mask: Tensor) -> Tensor:
    """vel: the same on frame-to-frame differences, over frames 1.. that are valid."""
    difference = target - output
    return _valid_mean((difference[..., 1:] - difference[..., :-1]) ** 2, mask[:, 1:])


def kl_loss(mu: Tensor, logvar: Tensor, reduction: KlReduction = "sum") -> Tensor:
    """kl to N(0, I) of (B, D): "sum" over the batch as published, or its mean over clips."""
    total = -0.5 * (1 + logvar - mu**2 - logvar.exp()).sum()
    return total if reduction == "sum" else total / len(mu)


def point_loss(target: Tensor, output: Tensor) -> Tensor:
    """rcxyz: mean squared difference over N x P x 3 of points (N, P, 3), valid frames only."""
    return ((target - output) ** 2).mean()


def point_velocity_loss(target: Tensor, output: Tensor, mask: Tensor) -> Tensor:
    """velxyz: mean over N' x P x 3 of frame-to-frame differences of points (B, P, 3, T)."""
    return velocity_loss(target, output, mask)


def _valid_mean(squared: Tensor, mask: Tensor) -> Tensor:
    """Mean of (B, J, F, T) over the valid frames; 0 when there is none."""
    weight = mask[:, None, None].to(squared.dtype)
    count = mask.sum().clamp(min=1) * squared.shape[1] * squared.shape[2]
    return (squared * weight).sum() / count


class VertexLoss(nn.Module):
    """rcxyz on all vertices, in closed form; exact for bodies without pose blend shapes.

    A skinned vertex is linear in the 24 joint transforms, so the mean squared vertex difference is
    a quadratic form in their differences: with F (V, 96) the weights times the rest vertices'
    homogeneous coordinates and M = F^T F, the loss is trace(D^T M D) / (3 V N) for D (96, 3) the
    stacked differences of a frame. Here each joint's coordinates start at its own rest place, so D
    holds the differences of the global rotations and of the joint positions. M enters as its square
    root, which keeps the form non-negative in float32.
    """

    root: Tensor
    rest_joints: Tensor

    def __init__(self, vertices: Tensor, joints: Tensor, weights: Tensor) -> None:
        """vertices (V, 3) and joints (24, 3) at rest, metres; weights (V, 24)."""
        super().__init__()
        v, j, w = vertices.double(), joints.double(), weights.double()
        local = v[:, None] - j  # (V, 24, 3)
        local = torch.cat((local, local.new_ones(*local.shape[:2], 1)), dim=-1)
        stacked = (w[..., None] * local).flatten(1)  # (V, 96)
        values, vectors = torch.linalg.eigh(stacked.T @ stacked)
        root = values.clamp(min=0).sqrt()[:, None] * vectors.T  # (96, 96), root^T root = M
        self.num_vertices = len(vertices)
        self.register_buffer("root", root.float(), persistent=False)
        self.register_buffer("rest_joints", joints.float(), persistent=False)

    @classmethod
    def of_default_body(cls) -> VertexLoss:
        """Build the loss for the free body that ships with the program."""
        from core.body import default_body  # deferred: other losses need no body

        body = default_body()
        rest = body.shaped(np.zeros(NUM_BETAS, np.float32))
        return cls(*(torch.tensor(a) for a in (rest.vertices, rest.joints, body.weights)))

    def transforms(self, features: Tensor, mask: Tensor | None = None) -> Tensor:
        """(B, 25, 6, T) -> the joint transforms (N, 96, 3) of the valid frames, transposed.

        Rows 4 j .. 4 j + 2 hold joint j's global rotation transposed, row 4 j + 3 its position.
        """
        rotmats = features_to_rotmats(features.to(self.rest_joints.dtype), mask)
        rotations, positions = forward_kinematics(rotmats, self.rest_joints)
        stacked = torch.cat((rotations, positions[..., None]), dim=-1)  # (N, 24, 3, 4)
        return stacked.transpose(1, 2).flatten(2).transpose(1, 2)

    def of_differences(self, difference: Tensor) -> Tensor:
        """Differences of :meth:`transforms` (N, 96, 3) -> the loss, in square metres.

        One flat matrix product: products with three columns each take ten times as long.
        """
        flat = difference.transpose(1, 2).reshape(-1, len(self.root))  # (3 N, 96)
        return (flat @ self.root.T).square().sum() / (self.num_vertices * len(flat))

    def forward(self, target: Tensor, output: Tensor, mask: Tensor | None = None) -> Tensor:
        """Mean squared vertex difference over N x V x 3, in square metres; target gets no grad."""
        with torch.autocast(output.device.type, enabled=False):
            with torch.no_grad():
                goal = self.transforms(target, mask)
            return self.of_differences(self.transforms(output, mask) - goal)
