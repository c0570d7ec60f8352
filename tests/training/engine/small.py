"""Trainings so small that a test runs dozens of steps in a moment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from core.datasets.features import Features
from training.config import TrainConfig
from training.engine.loop import Training
from training.engine.parts import make_fabric

CLIPS, FRAMES = 11, 12


def features(seed: int = 0, *, clips: int = CLIPS, fingerprint: str = "f") -> Features:
    """Made-up clips of two actions with true rotations; lengths differ."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(6, FRAMES + 4, clips)
    count = int(lengths.sum())
    rows = np.zeros((count, 25, 6), np.float32)
    turned = np.linalg.qr(rng.normal(size=(count * 24, 3, 3)))[0][:, :2]
    rows[:, :24] = turned.reshape(count, 24, 6)
    rows[:, 24, :3] = rng.normal(size=(count, 3))
    return Features(
        rows, np.concatenate(([0], np.cumsum(lengths))), np.arange(clips) % 2, ("walk", "jump"),
        fingerprint=fingerprint,
    )  # fmt: skip


def config(**changes: Any) -> TrainConfig:
    values: dict[str, Any] = {
        "name": "small", "num_frames": 8, "epochs": 6, "batch_size": 4, "num_layers": 1,
        "latent_dim": 8, "ff_size": 16, "num_heads": 2, "dropout": 0.2, "device": "cpu",
        "threads": 1, "checkpoint_every": 2, "sample_actions": 1, "sample_seeds": 1, "lr": 1e-3,
    }  # fmt: skip
    return TrainConfig(**{**values, **changes})


def training(folder: Path, clips: Features | None = None, **changes: Any) -> Training:
    """One that is ready for its first step."""
    settings = config(**changes)
    return Training(folder, settings, clips or features(), make_fabric(settings))


def weights_of(made: Training) -> dict[str, torch.Tensor]:
    """A copy of the weights."""
    return {name: value.clone() for name, value in made.parts.model.state_dict().items()}
