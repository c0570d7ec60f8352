"""How far the estimate of a step's time and memory is from the truth.

``python benchmarks/train_cost.py [cpu|cuda]``: measures the machine as the program would, then runs
the engine's own steps with networks of several sizes in fresh processes and compares.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

from training.config import TrainConfig
from training.cost import estimate_cost

SIZES: dict[str, dict[str, object]] = {
    "published": {},
    "published, bf16": {"bf16": True},
    "published, no dropout": {"dropout": 0.0},
    "small (demo)": {"num_layers": 4, "latent_dim": 128, "ff_size": 512, "dropout": 0.0},
    "long windows": {"num_layers": 4, "num_frames": 120},
    "big batch": {"num_layers": 2, "batch_size": 80},
}
STEPS = 6


def truth(config: TrainConfig) -> tuple[float, float]:
    """Seconds a step (median) and bytes in use, in this process."""
    import statistics

    import numpy as np
    import psutil
    import torch

    from core.datasets.features import Features
    from training.engine.loop import Training
    from training.engine.parts import make_fabric

    count, frames = config.batch_size, config.num_frames
    rows = np.random.default_rng(0).normal(size=(count * frames, 25, 6)).astype(np.float32)
    labels = np.zeros(count, np.int64)
    clips = Features(rows, np.arange(count + 1) * frames, labels, ("any",))
    times = []
    with tempfile.TemporaryDirectory() as folder:
        training = Training(Path(folder), config, clips, make_fabric(config))
        for _ in range(STEPS):
            before = time.perf_counter()
            float(training.train_step()[0])
            times.append(time.perf_counter() - before)
    used = psutil.Process().memory_info()
    memory = torch.cuda.max_memory_allocated() if torch.cuda.is_available() else used.rss
    return statistics.median(times[1:]), float(getattr(used, "peak_wset", 0) or memory)


def main() -> None:
    device = sys.argv[1] if len(sys.argv) > 1 else "cpu"
    print("| network | step: told / true | ratio | memory: told / true |\n|---|---|---|---|")
    for name, changes in SIZES.items():
        config = TrainConfig(device=device).changed(**changes)
        told = estimate_cost(config, SimpleNamespace(num_clips=config.batch_size))
        words = [sys.executable, __file__, "--one", device, json.dumps(changes)]
        output = subprocess.run(words, check=True, capture_output=True, text=True).stdout
        seconds, memory = json.loads(output.splitlines()[-1])
        print(
            f"| {name} | {told.seconds_per_step:.2f} / {seconds:.2f} s "
            f"| {told.seconds_per_step / seconds:.2f} "
            f"| {told.memory_bytes / 2**30:.2f} / {memory / 2**30:.2f} GB |",
            flush=True,
        )
    print(told.basis)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(truth(TrainConfig(device=sys.argv[2]).changed(**json.loads(sys.argv[3])))))
    else:
        main()
