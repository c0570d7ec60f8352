"""One training step, the original's way of computing it against ours, turn by turn.

    python -m benchmarks.train_step [--threads 2] [--rounds 5]

Published settings: 8 + 8 layers of 256, 20 clips of 60 frames, dropout 0.1, AdamW, the losses on
rotations, 6,890 vertices and KL. :mod:`benchmarks.train_step_original` does what ACTOR's trainer
does, written anew; ours is the engine's own step. Machines are never quiet: the variants take
turns, and the table tells the median wall time, the processor time and the ratio of both.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from benchmarks.train_step_original import OriginalStep, made_up_body
from core.actor.losses import VertexLoss
from core.datasets.features import Features
from training.config import TrainConfig
from training.engine.loop import Training
from training.engine.parts import make_fabric

CLIPS, FRAMES, CLASSES = 20, 60, 13
VARIANTS: dict[str, dict[str, object]] = {
    "ours, float32": {},
    "ours, bfloat16": {"bf16": True},
    "ours, float32, no dropout": {"dropout": 0.0},
    "ours, bfloat16, no dropout": {"bf16": True, "dropout": 0.0},
}


def clips() -> Features:
    """Made-up clips with true rotations and a path."""
    rng = np.random.default_rng(0)
    frames = np.linalg.qr(rng.normal(size=(CLIPS * FRAMES * 24, 3, 3)))[0][:, :2]
    rows = np.zeros((CLIPS * FRAMES, 25, 6), np.float32)
    rows[:, :24] = frames.reshape(-1, 24, 6)
    rows[:, 24, :3] = rng.normal(size=(CLIPS * FRAMES, 3)) * 0.1
    labels = np.arange(CLIPS, dtype=np.int64) % CLASSES
    names = tuple(f"action {i}" for i in range(CLASSES))
    return Features(rows, np.arange(CLIPS + 1) * FRAMES, labels, names)


def ours(features: Features, changes: dict[str, object], folder: Path) -> Callable[[], object]:
    """The engine's step, with the body of the original's."""
    config = TrainConfig(device="cpu", epochs=1_000_000, threads=torch.get_num_threads())
    config = config.changed(**changes)
    training = Training(folder, config, features, make_fabric(config))
    body = made_up_body()
    training.losses.vertices = VertexLoss(body.vertices, body.joints, body.weights)

    def step() -> object:
        total, values = training.train_step()
        return float(total), {name: float(value) for name, value in values.items()}

    return step


def main() -> None:
    """Take turns and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="variants that hold this text")
    parser.add_argument("--without-original", action="store_true")
    parser.add_argument("--watch", action="store_true", help="print the table after every turn")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    features = clips()
    with tempfile.TemporaryDirectory() as folder:
        steps: dict[str, Callable[[], object]] = {}
        if not options.without_original:
            steps["original"] = OriginalStep(features).step
        for name, changes in VARIANTS.items():
            if options.only in name:
                steps[name] = ours(features, changes, Path(folder))
        wall: dict[str, list[float]] = {name: [] for name in steps}
        busy: dict[str, list[float]] = {name: [] for name in steps}
        for turn in range(options.rounds + 1):
            if turn > 1 and options.watch:
                _print(wall, busy)
            for name, step in steps.items():
                repeats = 1 if name == "original" else 3
                before, used = time.perf_counter(), time.process_time()
                for _ in range(repeats):
                    step()
                if turn:  # the first turn warms up
                    wall[name].append((time.perf_counter() - before) / repeats)
                    busy[name].append((time.process_time() - used) / repeats)
    _print(wall, busy)


def _print(wall: dict[str, list[float]], busy: dict[str, list[float]]) -> None:
    print(f"load {os.getloadavg()[0]:.1f}, {torch.get_num_threads()} threads")
    print("| step | s (median) | s (least) | processor s | times faster | by processor time |")
    print("|---|---|---|---|---|---|")
    first = next(iter(wall))
    for name in wall:
        a, b = (statistics.median(values[name]) for values in (wall, busy))
        ratios = [x / y for x, y in zip(wall[first], wall[name], strict=True)]
        used = statistics.median(busy[first]) / b
        print(
            f"| {name} | {a:.3f} | {min(wall[name]):.3f} | {b:.3f} "
            f"| {statistics.median(ratios):.1f} | {used:.1f} |"
        )


if __name__ == "__main__":
    main()
