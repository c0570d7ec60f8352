"""How fast this machine trains: a few of the engine's own steps at small sizes, in seconds.

``python -m training.calibrate DEVICE THREADS`` prints a :class:`training.cost.Speed` as JSON.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
import psutil
import torch

from core.datasets.features import Features
from training.config import TrainConfig
from training.cost import Speed, step_flops, step_masks
from training.engine.loop import Training
from training.engine.parts import make_fabric
from training.priority import give_way

_FRAMES, _CLIPS, _STEPS = 60, 20, 4
_TINY = {"latent_dim": 8, "ff_size": 8, "num_heads": 1, "dropout": 0.0}


def measure(device: str, threads: int) -> Speed:
    """Return the speeds of a device.

    Networks of next to no width tell what a step and a layer cost besides their products; one of
    the usual width tells the speed of these.
    """
    usual = TrainConfig(device=device, threads=threads, num_layers=3, dropout=0.0)
    base = float(psutil.Process().memory_info().rss)
    thin, deep = (_seconds(usual.changed(num_layers=count, **_TINY)) for count in (1, 5))
    layer = max((deep - thin) / 4, 0.0)
    rest = max(thin - layer, 0.0)
    plain, short, masked = (
        max(_seconds(config) - rest - 3 * layer, 1e-6)
        for config in (usual, usual.changed(bf16=True), usual.changed(dropout=0.1))
    )
    drawing = max(masked - plain, 0.02 * plain)  # not nothing, whatever the noise says
    return Speed(
        flops=step_flops(usual) / plain,
        flops_bf16=step_flops(usual) / short,
        masks=step_masks(usual.changed(dropout=0.1)) / drawing,
        rest=rest,
        layer=layer,
        base_bytes=base,
        threads=torch.get_num_threads(),
    )


def _seconds(config: TrainConfig) -> float:
    """Return the median time of a step; the first ones, which prepare, do not count."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(_CLIPS * _FRAMES, 25, 6)).astype(np.float32)
    labels = np.zeros(_CLIPS, np.int64)
    clips = Features(rows, np.arange(_CLIPS + 1) * _FRAMES, labels, ("any",))
    with tempfile.TemporaryDirectory() as folder:
        training = Training(Path(folder), config, clips, make_fabric(config))
        times = []
        for _ in range(1 + _STEPS):
            before = time.perf_counter()
            total, _ = training.train_step()
            float(total)  # waits for the device
            times.append(time.perf_counter() - before)
    return statistics.median(times[1:])


if __name__ == "__main__":
    give_way(os.getpid())  # whoever waits for the answer looks at a window meanwhile
    print(json.dumps(asdict(measure(sys.argv[1], int(sys.argv[2])))))
