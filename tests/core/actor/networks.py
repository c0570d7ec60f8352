"""Small networks and checkpoints for tests: random weights, but scaled so that bodies move."""

from __future__ import annotations

import torch

from core.actor.checkpoint import Checkpoint, LatentSamples
from core.actor.config import ActorConfig
from core.actor.model import Actor

LABELS = ("kicking", "hand waving", "sit down")
CONFIG = ActorConfig(num_classes=3, latent_dim=32, ff_size=64, num_layers=2)


def tiny_model(seed: int = 0, config: ActorConfig = CONFIG) -> Actor:
    torch.manual_seed(seed)
    return Actor(config).eval().requires_grad_(False)


def tiny_checkpoint(seed: int = 0, *, is_y_down: bool = False) -> Checkpoint:
    return Checkpoint(
        model=tiny_model(seed), labels=LABELS, name="tiny", sha256="abc", num_frames=20,
        is_y_down=is_y_down,
    )  # fmt: skip


def tiny_latents() -> LatentSamples:
    return LatentSamples(z=torch.randn(6, 32), labels=torch.tensor([0, 0, 1, 1, 2, 2]))
