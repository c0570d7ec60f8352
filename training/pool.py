"""The clips a demo training draws from: generated once, kept on disk, read as batches.

A pool holds clips of a few lengths. A batch has one length, so no frame is padding and no mask is
needed; over many batches the network still learns more than one duration.
"""

from __future__ import annotations

import hashlib
import multiprocessing
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.actor.features import motion_to_features
from core.atomic import written_whole
from core.datasets import demo
from core.skeleton import MIRROR

HalfArray = npt.NDArray[np.float16]
Task = tuple[int, int, int, float]  # label, seed, frames, fps


@dataclass(frozen=True, kw_only=True)
class PoolSpec:
    """What a pool holds: ``clips_per_action`` clips of each of ``lengths`` (frames), per action.

    A clip acts with the side its seed chose; a batch shows half of its clips in the mirror.
    """

    clips_per_action: tuple[int, ...] = (600, 200, 200)
    lengths: tuple[int, ...] = (60, 45, 80)
    fps: float = 30.0
    seed: int = 0


class ClipPool:
    """Features of generated clips, by length: x (N, 25, 6, T) float16 and labels (N,)."""

    def __init__(self, arrays: dict[int, tuple[HalfArray, npt.NDArray[np.int64]]]) -> None:
        self._arrays = arrays
        self._lengths = sorted(arrays)
        counts = np.array([len(arrays[n][1]) for n in self._lengths], dtype=float)
        self._shares = counts / counts.sum()

    @property
    def num_clips(self) -> int:
        return sum(len(labels) for _, labels in self._arrays.values())

    def batch(self, size: int, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        """Draw clips of one length, each mirrored or not: x (B, 25, 6, T) float32, y (B,) int64."""
        length = int(rng.choice(self._lengths, p=self._shares))
        features, labels = self._arrays[length]
        picked = rng.integers(0, len(labels), size)
        x = features[picked].astype(np.float32)
        flipped = rng.random(size) < 0.5
        x[flipped] = mirrored(x[flipped])
        return torch.from_numpy(x), torch.from_numpy(labels[picked])

    def of_length(self, length: int) -> tuple[Tensor, Tensor]:
        """All clips of one length: x (N, 25, 6, T) float32, y (N,) int64."""
        features, labels = self._arrays[length]
        return torch.from_numpy(features.astype(np.float32)), torch.from_numpy(labels)


def _clip(task: Task) -> HalfArray:
    label, seed, length, fps = task
    motion = demo.generate(demo.ACTIONS[label], seed, num_frames=length, fps=fps)
    return np.asarray(motion_to_features(motion)).astype(np.float16)


def mirrored(features: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """(..., 25, 6, T) features of the mirror image: left and right exchanged, x turned round.

    A rotation R becomes S R S with S = diag(-1, 1, 1), of which the features hold two rows.
    """
    signs = np.array([1, -1, -1, -1, 1, 1], features.dtype)[:, None]
    out = features.copy()
    out[..., : len(MIRROR), :, :] = features[..., list(MIRROR), :, :] * signs
    out[..., -1, 0, :] *= -1
    return out


def make_pool(spec: PoolSpec, *, processes: int = 2) -> ClipPool:
    """Generate the clips of ``spec`` on ``processes`` cores."""
    if processes == 1:
        return ClipPool(_generated(spec, map))
    with multiprocessing.get_context("spawn").Pool(processes) as workers:
        return ClipPool(_generated(spec, lambda work, tasks: workers.map(work, tasks, 32)))


def _generated(
    spec: PoolSpec, run: Callable[[Callable[[Task], HalfArray], list[Task]], Iterable[HalfArray]]
) -> dict[int, tuple[HalfArray, npt.NDArray[np.int64]]]:
    arrays = {}
    for length, count in zip(spec.lengths, spec.clips_per_action, strict=True):
        tasks = [
            (label, spec.seed + 1_000_003 * length + i, length, spec.fps)
            for label in range(len(demo.ACTIONS))
            for i in range(count)
        ]
        labels = np.array([task[0] for task in tasks], dtype=np.int64)
        arrays[length] = np.stack(list(run(_clip, tasks))), labels
    return arrays


def load_or_make_pool(folder: Path, spec: PoolSpec, *, processes: int = 2) -> ClipPool:
    """Read the pool kept in ``folder`` for this spec and generator, or generate and keep it."""
    path = folder / f"pool-{_fingerprint(spec)}.npz"
    if not path.exists():
        pool = make_pool(spec, processes=processes)
        arrays: dict[str, Any] = {}
        for length, (features, labels) in pool._arrays.items():
            arrays[f"x{length}"], arrays[f"y{length}"] = features, labels
        with written_whole(path) as temporary, temporary.open("wb") as stream:
            np.savez(stream, **arrays)
    with np.load(path, allow_pickle=False) as kept:
        return ClipPool({n: (kept[f"x{n}"], kept[f"y{n}"]) for n in spec.lengths})


def _fingerprint(spec: PoolSpec) -> str:
    """Hash of the spec and of a few clips, so a changed generator makes a new pool."""
    digest = hashlib.sha256(repr(spec).encode())
    for label in demo.ACTIONS:
        digest.update(demo.generate(label, spec.seed, num_frames=spec.lengths[0]).poses.tobytes())
    return digest.hexdigest()[:12]
