"""A tiny data set, recogniser and model whose evaluation takes a second."""

from __future__ import annotations

import numpy as np
import torch

from core.actor.checkpoint import Checkpoint
from core.actor.config import ActorConfig
from core.actor.model import Actor
from core.datasets.records import ClipInfo
from core.datasets.store import ClipStore
from core.evaluation.report import Misread, Report, Row
from core.motion import Motion

LABELS = ("raise", "turn", "still")


def motion(label: int, seed: int, frames: int = 24) -> Motion:
    """One arm up, or a turn on the spot, or nearly nothing."""
    rng = np.random.default_rng((label, seed))
    poses = np.zeros((frames, 24, 3), np.float32)
    ramp = np.linspace(0, 1, frames) * rng.uniform(0.8, 1.2)
    if label == 0:
        poses[:, 16, 2] = ramp
    elif label == 1:
        poses[:, 0, 1] = 2 * ramp
    poses += rng.normal(0, 0.02, poses.shape)
    trans = np.zeros((frames, 3), np.float32)
    trans[:, 0] = 0.1 * label * ramp
    return Motion(poses=poses, trans=trans, fps=30.0)


def store(folder, clips: int = 12) -> ClipStore:
    made = ClipStore.create(folder / "tiny", "tiny", LABELS)
    for label in range(len(LABELS)):
        made.add(
            [motion(label, seed) for seed in range(clips)],
            [ClipInfo(name=f"{label} {seed}", label=label) for seed in range(clips)],
        )
    return made


def checkpoint(labels=LABELS, seed: int = 0, **facts) -> Checkpoint:
    torch.manual_seed(seed)
    config = ActorConfig(
        num_classes=len(labels), latent_dim=16, ff_size=16, num_layers=1, num_heads=2
    )
    model = Actor(config).eval().requires_grad_(False)
    return Checkpoint(model=model, labels=tuple(labels), num_frames=16, name="tiny", **facts)


def report(
    name: str = "first", *, created: float = 1.0, fid: float = 1.0, recogniser: str = "gru"
) -> Report:
    """A report of two seeds over two classes, no network asked."""
    values = {"fid_train": [fid, fid + 0.2], "accuracy": [0.8, 0.9], "diversity": [5.0, 5.1],
              "multimodality": [2.0, 2.1]}  # fmt: skip
    return Report(
        name=name, created=created, checkpoint={"name": "m.safetensors", "epoch": 4},
        dataset={"name": "demo", "fingerprint": "abc", "split": "by file"},
        recogniser={"name": recogniser, "num_frames": 60, "trained_on": {"test_accuracy": 0.9}},
        options={"seeds": 2}, labels=("walk", "run"),
        rows=(
            Row(name="GT", values={"accuracy": [0.95, 0.97], "diversity": [6.0, 6.0]},
                confusion=[[19, 1], [0, 20]]),
            Row(name="generated", values=values, confusion=[[16, 4], [2, 18]]),
        ),
        physical={"jitter": {"GT": 100.0, "generated": 150.0}},
        misread=(
            Misread(row="generated", seed=0, index=3, label=0, read_as=1),
            Misread(row="GT", seed=1, index=5, label=0, read_as=1),
        ),
        warnings=("The recogniser was trained on another estimator's clips.",),
    )  # fmt: skip
