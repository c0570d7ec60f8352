"""A data set and settings so small that a real training takes a second or two."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from core.datasets import demo
from core.datasets.records import ClipInfo
from core.datasets.store import ClipStore
from training.config import TrainConfig
from training.jobs import Job


def small_set(folder: Path, clips: int = 18) -> Path:
    """Write a data set of short clips of two actions; 18 do not divide into batches of 8."""
    store = ClipStore.create(folder, "small", ("walk", "jump"))
    motions = [demo.generate(demo.ACTIONS[i % 2], seed=i, num_frames=16) for i in range(clips)]
    store.add(motions, [ClipInfo(name=f"c{i}", label=i % 2, file=f"f{i}") for i in range(clips)])
    store.close()
    return folder


def small_config(dataset: Path, **changes: Any) -> TrainConfig:
    values: dict[str, Any] = {
        "name": "small", "dataset": str(dataset), "num_frames": 8, "epochs": 6, "batch_size": 8,
        "num_layers": 1, "latent_dim": 8, "ff_size": 16, "num_heads": 2, "dropout": 0.0,
        "loss_body": "joints", "device": "cpu", "threads": 1, "checkpoint_every": 2,
        "sample_actions": 1, "sample_seeds": 1, "lr": 1e-3,
    }  # fmt: skip
    return TrainConfig(**{**values, **changes})


def weights(job: Job) -> dict[str, np.ndarray]:
    """The network's weights in a job's state."""
    state = torch.load(job.folder / "state.pt", weights_only=True)
    return {name: value.numpy() for name, value in state["model"].items()}
