"""What a training is made of: network, optimiser, average, on one device or on many (Fabric)."""

from __future__ import annotations

import os
from typing import Any

import torch
from lightning.fabric import Fabric
from torch import nn

from core.actor.config import ActorConfig
from core.actor.model import Actor
from core.errors import StudioError
from training.averaging import WeightAverage
from training.config import TrainConfig


def actor_config(config: TrainConfig, num_classes: int) -> ActorConfig:
    """The network a config asks for. Raises ModelProblem."""
    return ActorConfig(
        num_classes=num_classes,
        num_layers=config.num_layers,
        latent_dim=config.latent_dim,
        ff_size=config.ff_size,
        num_heads=config.num_heads,
        dropout=config.dropout,
    )


def make_fabric(config: TrainConfig) -> Fabric:
    """Fabric for this process: alone, or one of those torchrun started. Raises StudioError."""
    if config.threads:
        torch.set_num_threads(config.threads)
    has_cuda = torch.cuda.is_available()
    wished = config.device if config.device != "auto" else ("cuda" if has_cuda else "cpu")
    kind, _, number = wished.partition(":")
    if kind not in ("cpu", "cuda"):
        raise StudioError(f"There is no device {wished!r}.", "Take auto, cpu or cuda.")
    if kind == "cuda" and not has_cuda:
        raise StudioError(
            "There is no CUDA device on this machine, or torch was installed without CUDA.",
            "Set `device` to cpu, or install torch for CUDA.",
        )
    devices: Any = [int(number)] if number else int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
    fabric = Fabric(
        accelerator=kind,
        devices=devices,
        num_nodes=int(os.environ.get("GROUP_WORLD_SIZE", "1")),
        strategy="ddp" if int(os.environ.get("WORLD_SIZE", "1")) > 1 else "auto",
        precision="bf16-mixed" if config.bf16 else "32-true",
    )
    fabric.launch()
    return fabric


class Parts:
    """Network and optimiser, ready to step; the network's first weights follow from the seed."""

    def __init__(self, config: TrainConfig, num_classes: int, fabric: Fabric) -> None:
        torch.manual_seed(config.seed)
        self.model = Actor(actor_config(config, num_classes)).train()
        optimizer = torch.optim.AdamW(
            self.model.parameters(), lr=config.lr, weight_decay=config.weight_decay, fused=True
        )
        self.average: WeightAverage | None = None
        runnable: nn.Module = torch.compile(self.model) if config.compile else self.model  # type: ignore[assignment]
        self.runnable: Any
        self.optimizer: Any
        self.runnable, self.optimizer = fabric.setup(runnable, optimizer)
        if config.ema:
            self.average = WeightAverage(self.model, config.ema)

    def state(self) -> dict[str, Any]:
        """Everything that changes from step to step."""
        average = self.average.values if self.average is not None else None
        return {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "average": average,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a :meth:`state`."""
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        if self.average is not None and state["average"] is not None:
            self.average.load(state["average"])

    def finished(self) -> Actor:
        """A copy of the network as it would be kept now, in eval mode, on the CPU."""
        copy = Actor(self.model.config)
        weights = self.average.values if self.average is not None else self.model.state_dict()
        copy.load_state_dict({name: value.cpu() for name, value in weights.items()})
        return copy.eval()
