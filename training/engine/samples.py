"""The same samples at every checkpoint: what the studio plays while a model learns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.actor.checkpoint import Checkpoint
from core.actor.sampling import SampleRequest, sample
from core.atomic import written_whole
from core.evaluation.energy import motion_energy
from core.motion import Motion
from training.config import TrainConfig


def wanted(labels: tuple[str, ...], config: TrainConfig) -> list[tuple[int, int]]:
    """(class, seed) of the samples: actions spread over the list, the same in every run."""
    count = min(config.sample_actions, len(labels))
    classes = np.linspace(0, len(labels) - 1, count).round().astype(int)
    return [(int(c), seed) for c in classes for seed in range(config.sample_seeds)]


def decoded(checkpoint: Checkpoint, config: TrainConfig) -> list[tuple[int, int, Motion]]:
    """(class, seed, motion) of every wanted sample."""
    return [
        (
            index,
            seed,
            sample(
                checkpoint,
                SampleRequest(
                    label=checkpoint.labels[index], num_frames=config.num_frames, seed=seed
                ),
            )[0],
        )
        for index, seed in wanted(checkpoint.labels, config)
    ]


def write(path: Path, checkpoint: Checkpoint, config: TrainConfig) -> float:
    """Write the samples; returns their mean motion energy (metres a second).

    ``path`` npz: poses (K, T, 24, 3), trans (K, T, 3), labels (K,), label_names (C,), seeds (K,),
    fps, energy (K,). Raises FileProblem.
    """
    found = decoded(checkpoint, config)
    energy: npt.NDArray[np.float32] = np.array(
        [motion_energy(motion) for _, _, motion in found], np.float32
    )
    with written_whole(path) as temporary, temporary.open("wb") as stream:
        np.savez_compressed(
            stream,
            poses=np.stack([motion.poses for _, _, motion in found]),
            trans=np.stack([motion.trans for _, _, motion in found]),
            labels=np.array([index for index, _, _ in found]),
            label_names=np.array(checkpoint.labels),
            seeds=np.array([seed for _, seed, _ in found]),
            fps=np.float64(checkpoint.fps),
            energy=energy,
        )
    return float(energy.mean())
