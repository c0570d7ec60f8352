"""rcxyz on all vertices of a body with pose blend shapes, exactly and within bounded memory.

The closed form of :class:`core.actor.losses.VertexLoss` needs vertices that are linear in the joint
transforms; pose blend shapes are not. Here some frames at a time are posed, their share of the loss
and of its gradient kept and the vertices forgotten. Targets take no gradient.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from core.actor.kinematics import features_to_rotmats
from core.actor.vertices import posed_vertices

CHUNK = 32  # frames at a time: 6,890 vertices of them take about 60 MB with their gradient


class PosedVertexLoss(nn.Module):
    """Mean squared vertex difference over N x V x 3, in square metres, without translation."""

    vertices: Tensor
    rest_joints: Tensor
    weights: Tensor
    posedirs: Tensor

    def __init__(self, vertices: Tensor, joints: Tensor, weights: Tensor, posedirs: Tensor) -> None:
        """vertices (V, 3) and joints (24, 3) at rest, metres; weights (V, 24); (V, 3, 207)."""
        super().__init__()
        self.register_buffer("vertices", vertices.float(), persistent=False)
        self.register_buffer("rest_joints", joints.float(), persistent=False)
        self.register_buffer("weights", weights.float(), persistent=False)
        self.register_buffer("posedirs", posedirs.float(), persistent=False)

    def posed(self, rotmats: Tensor) -> Tensor:
        """(N, 24, 3, 3) -> vertices (N, V, 3)."""
        return posed_vertices(
            rotmats, vertices=self.vertices, joints=self.rest_joints, weights=self.weights,
            posedirs=self.posedirs,
        )  # fmt: skip

    def forward(self, target: Tensor, output: Tensor, mask: Tensor | None = None) -> Tensor:
        """Features (B, 25, 6, T) of both, valid frames (B, T) or None for all -> the loss."""
        with torch.autocast(output.device.type, enabled=False):
            with torch.no_grad():
                goal = features_to_rotmats(target.float(), mask)
            made = features_to_rotmats(output.float(), mask)
            loss: Tensor = _InChunks.apply(self, goal, made)
            return loss


class _InChunks(torch.autograd.Function):
    """The loss of rotations; its gradient is made along the way, chunk by chunk."""

    @staticmethod
    def forward(ctx: Any, loss: PosedVertexLoss, goal: Tensor, made: Tensor) -> Tensor:
        total = made.new_zeros(())
        gradient = torch.empty_like(made)
        count = len(made) * loss.vertices.numel()
        for first in range(0, len(made), CHUNK):
            part = slice(first, first + CHUNK)
            wanted = loss.posed(goal[part])
            with torch.enable_grad():
                rotmats = made[part].detach().requires_grad_()
                share = (loss.posed(rotmats) - wanted).square().sum() / count
                (gradient[part],) = torch.autograd.grad(share, rotmats)
            total += share.detach()
        ctx.save_for_backward(gradient)
        return total

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        (gradient,) = ctx.saved_tensors
        return None, None, grads[0] * gradient
