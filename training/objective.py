"""What the demo training minimises: ACTOR's losses, and the body's place in the world.

ACTOR's vertex loss leaves the root translation out, which lets generated feet slide. The demo adds
the joints' world positions and their frame-to-frame differences, feet counting more. Every term is
a function of the differences of joint transforms, so one pass of forward kinematics serves all.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from core.actor.losses import VertexLoss, kl_loss, reconstruction_loss, velocity_loss
from core.actor.model import ActorOutput
from core.skeleton import JOINT_INDEX, NUM_JOINTS
from training.demo_config import DemoConfig

FEET = tuple(
    JOINT_INDEX[f"{side}_{part}"] for side in ("left", "right") for part in ("ankle", "foot")
)
FEET_WEIGHT = 4.0  # a sliding foot is seen at once, a hand that is a centimetre off is not


class Objective(nn.Module):
    """Total loss of a batch of clips without padding, and its named parts."""

    joint_weights: Tensor

    def __init__(self, config: DemoConfig) -> None:
        super().__init__()
        self.config = config
        self.vertices = VertexLoss.of_default_body()
        weights = torch.ones(NUM_JOINTS)
        weights[list(FEET)] = FEET_WEIGHT
        self.register_buffer("joint_weights", weights / weights.mean())

    def forward(
        self, target: Tensor, result: ActorOutput, lambda_kl: float
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """target (B, 25, 6, T) -> the sum to minimise and each term's value before its weight."""
        config = self.config
        output = result.output.float()
        mask = torch.ones(len(target), target.shape[-1], dtype=torch.bool, device=target.device)
        difference = self.vertices.transforms(output) - self.vertices.transforms(
            target
        )  # (B T, 96, 3)
        rcxyz = self.vertices.of_differences(difference)
        world, world_velocity = self._world(difference, target, output)
        parts = {
            "rc": reconstruction_loss(target, output, mask),
            "rcxyz": rcxyz,
            "vel": velocity_loss(target, output, mask),
            "world": world,
            "world_vel": world_velocity,
            "kl": kl_loss(result.mu.float(), result.logvar.float(), "clip_mean"),
        }
        weights = {
            "rc": config.lambda_rc,
            "rcxyz": config.lambda_rcxyz,
            "vel": config.lambda_vel,
            "world": config.lambda_world,
            "world_vel": config.lambda_world_vel,
            "kl": lambda_kl,
        }
        total = torch.stack([weights[name] * value for name, value in parts.items()]).sum()
        return total, parts

    def _world(self, difference: Tensor, target: Tensor, output: Tensor) -> tuple[Tensor, Tensor]:
        """Weighted mean squares of the joints' world positions and of their velocities, metres."""
        positions = difference.unflatten(1, (NUM_JOINTS, 4))[:, :, 3]  # (B * T, 24, 3)
        positions = positions.unflatten(0, (len(target), -1))
        root = (output - target)[:, NUM_JOINTS, :3].transpose(1, 2)  # (B, T, 3)
        world = positions + root[:, :, None]
        velocity = world[:, 1:] - world[:, :-1]
        weights = self.joint_weights[:, None]
        return (weights * world**2).mean(), (weights * velocity**2).mean()
