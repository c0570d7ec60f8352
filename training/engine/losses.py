"""What a step minimises: ACTOR's losses with the published reductions, on one device or many.

Devices share a batch, and their gradients are averaged; so that the average is the gradient of the
whole batch's loss, each device weighs its means by its share of the batch's valid frames.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from core.actor.kinematics import features_to_joints
from core.actor.losses import (
    VertexLoss,
    kl_loss,
    point_loss,
    reconstruction_loss,
    velocity_loss,
)
from core.actor.model import ActorOutput
from core.actor.posed_loss import PosedVertexLoss
from core.body import default_body, load_body
from training.config import TrainConfig
from training.engine.data import Batch


@dataclass(frozen=True)
class Share:
    """What part of a batch a device has: means times ``of_means``, sums times ``of_sums``."""

    of_means: float = 1.0
    of_sums: float = 1.0


def body_loss(config: TrainConfig) -> VertexLoss | PosedVertexLoss:
    """The loss on a config's body, without its pose blend shapes unless asked. Raises FileProblem.

    Bodies without such shapes take the closed form, which is exact for them.
    """
    body = load_body(Path(config.body)) if config.body else default_body()
    vertices, joints, weights = (
        torch.tensor(array) for array in (body.template, body.rest_joints, body.weights)
    )
    if config.exact_vertices and body.posedirs is not None:
        return PosedVertexLoss(vertices, joints, weights, torch.tensor(body.posedirs))
    return VertexLoss(vertices, joints, weights)


class Losses(nn.Module):
    """Total loss of a batch, and its named parts before their weights."""

    def __init__(self, config: TrainConfig) -> None:
        super().__init__()
        self.config = config
        self.vertices = None if config.loss_body == "none" else body_loss(config)
        self.weights = {
            "rc": config.lambda_rc,
            "rcxyz": config.lambda_rcxyz if self.vertices is not None else 0.0,
            "vel": config.lambda_vel,
            "kl": config.lambda_kl,
        }

    def forward(
        self, batch: Batch, result: ActorOutput, share: Share = Share()
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the sum to minimise and each part's value for this device's clips."""
        output = result.output.float()
        x, mask = batch.x, batch.mask
        parts = {"rc": reconstruction_loss(x, output, mask)}
        if self.weights["rcxyz"]:
            parts["rcxyz"] = self._body(x, output, mask)
        if self.weights["vel"]:
            parts["vel"] = velocity_loss(x, output, mask)
        parts = {name: value * share.of_means for name, value in parts.items()}
        parts["kl"] = kl_loss(result.mu.float(), result.logvar.float()) * share.of_sums
        total = torch.stack([self.weights[name] * value for name, value in parts.items()]).sum()
        return total, parts

    def _body(self, x: Tensor, output: Tensor, mask: Tensor) -> Tensor:
        assert self.vertices is not None
        valid = None if bool(mask.all()) else mask
        if self.config.loss_body == "vertices":
            loss: Tensor = self.vertices(x, output, valid)
            return loss
        rest = self.vertices.rest_joints
        with torch.no_grad():
            target = features_to_joints(x, rest, valid)
        return point_loss(target, features_to_joints(output, rest, valid))
