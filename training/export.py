"""Turn a run into the checkpoint that is used: the averaged weights, and where its clips lie."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from core.actor.checkpoint import LatentSamples, save_checkpoint
from core.actor.model import Actor
from core.datasets import demo
from training.pool import ClipPool

if TYPE_CHECKING:
    from training.demo import DemoTraining

LATENTS_PER_ACTION = 40  # enough to find an action's main directions, small enough to ship
NOTES = (
    "Trained on procedurally generated clips only; no recording of a person went into it. "
    "A demonstration, not a research result."
)


def export_checkpoint(training: DemoTraining, path: Path) -> None:
    """Write the run's averaged weights as the studio's own checkpoint. Raises FileProblem."""
    config = training.config
    model = Actor(training.model.config)
    model.load_state_dict(training.average.values)
    length = config.pool.lengths[0]
    story = {"step": training.step, "clips": training.pool.num_clips} | {
        key: value for key, value in dataclasses.asdict(config).items() if key != "pool"
    }
    save_checkpoint(
        path,
        model.eval(),
        labels=demo.ACTIONS,
        fps=config.pool.fps,
        num_frames=length,
        dataset="procedural demo actions",
        notes=NOTES,
        training=story,
        latents=encode_some(model, training.pool, length),
    )


@torch.inference_mode()
def encode_some(model: Actor, pool: ClipPool, length: int) -> LatentSamples:
    """Encode the first clips of every action to the means of their latents."""
    x, y = pool.of_length(length)
    picked = torch.cat(
        [torch.nonzero(y == c)[:LATENTS_PER_ACTION, 0] for c in range(model.config.num_classes)]
    )
    means = [model.encode(x[part], y[part])[0] for part in picked.split(64)]
    return LatentSamples(z=torch.cat(means), labels=y[picked])
