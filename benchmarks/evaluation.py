"""What one seed of an evaluation costs, part by part, in processor time on one thread.

python -m benchmarks.evaluation CHECKPOINT --data NAME
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import torch

from core.actor.checkpoint import load_checkpoint
from core.datasets.library import open_dataset
from core.evaluation import metrics
from core.evaluation.measurement import ClipSet, EvaluateOptions, Measurement
from core.evaluation.recognisers.recogniser import Kind, Recogniser, new_network

Result = TypeVar("Result")
CLIPS = 32


def timed(name: str, work: Callable[[], Result]) -> Result:
    """Do it once to warm up, once measured."""
    work()
    before = time.process_time()
    result = work()
    print(f"{name:28} {time.process_time() - before:6.2f} s")
    return result


def main() -> None:
    """Measure with untrained recognisers: the time is the same."""
    parser = argparse.ArgumentParser()
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--data", default="demo")
    given = parser.parse_args()
    torch.set_num_threads(1)
    store = open_dataset(given.data)
    model = load_checkpoint(given.checkpoint)
    split = store.split()
    parts = store.features(split.train), store.features(split.test)
    kinds: tuple[Kind, ...] = ("gru", "stgcn")
    for kind in kinds:
        network = new_network(kind, len(store.labels)).eval()
        judge = Recogniser(kind=kind, model=network, labels=store.labels)
        measured = Measurement(
            model, judge, *parts, (split.train, split.test), EvaluateOptions(seeds=1)
        )
        real = measured.real(parts[0], split.train, 0)
        if kind == "gru":
            print(f"{len(real.x)} clips of {judge.num_frames} frames")
            timed("windows", lambda m=measured: m.real(parts[0], split.train, 0))
            timed("generated", lambda m=measured, r=real: m.generated(r.labels, 0))
            timed("reconstructed", lambda m=measured, r=real: m.reconstructed(r))
        some = ClipSet(real.x[:CLIPS], real.labels[:CLIPS], real.indices[:CLIPS])
        features = timed(
            f"{len(some.x)} recognised, {kind}", lambda j=judge, c=some: j.read(c.x)[0]
        )
        one = metrics.Statistics.of(features)
        timed(f"FID of {features.shape[1]}", lambda s=one: metrics.frechet_distance(s, s))
        if kind == "gru":
            measured.add_seed(0)
            timed("physics, coverage, copies", measured.physical)


if __name__ == "__main__":
    main()
