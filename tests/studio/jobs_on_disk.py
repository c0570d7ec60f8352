"""Writes job folders as a training would leave them, for tests of what looks at them."""

from __future__ import annotations

import json
import time
from typing import Any

import numpy as np

from training.config import TrainConfig
from training.jobs import Job, JobStore
from training.jobs.job import Sweep

LABELS = ("kicking", "salute")
SEEDS = 2
FRAMES = 8


def tell(job: Job, event: str, **values: Any) -> None:
    """Append an event."""
    with (job.folder / "events.jsonl").open("a", encoding="utf-8") as stream:
        stream.write(json.dumps({"event": event, "time": time.time(), **values}) + "\n")


def write_samples(job: Job, epoch: int) -> None:
    """Write the samples of an epoch; every angle is ``epoch / 1000``, so that it can be told."""
    count = len(LABELS) * SEEDS
    folder = job.folder / "samples"
    folder.mkdir(exist_ok=True)
    np.savez(
        folder / f"epoch_{epoch:06d}.npz",
        poses=np.full((count, FRAMES, 24, 3), epoch / 1000, np.float32),
        trans=np.zeros((count, FRAMES, 3), np.float32), fps=30.0,
        labels=np.repeat(np.arange(len(LABELS)), SEEDS), label_names=np.array(LABELS),
        seeds=np.tile(np.arange(SEEDS), len(LABELS)), energy=np.full(count, 0.5, np.float32),
    )  # fmt: skip
    checkpoints = job.folder / "checkpoints"
    checkpoints.mkdir(exist_ok=True)
    path = checkpoints / f"epoch_{epoch:06d}.safetensors"
    path.write_bytes(b"not read here")
    tell(job, "checkpoint", epoch=epoch, step=10 * epoch, path=str(path))
    tell(job, "samples", epoch=epoch, path=f"samples/epoch_{epoch:06d}.npz", energy=0.4)


def job_on_disk(
    store: JobStore, name: str = "one", *, epochs: tuple[int, ...] = (5, 10), state: str = "done",
    message: str = "", hint: str = "", reason: str = "", sweep: Sweep | None = None,
    **settings: Any,
) -> Job:  # fmt: skip
    """Make a job that trained to the last of ``epochs`` and ended in ``state``."""
    last = max(epochs, default=0)
    config = TrainConfig(
        **{"name": name, "device": "cpu", "epochs": last or 20, **settings}  # type: ignore[arg-type]
    )
    job = store.create(config, waits=False, sweep=sweep)
    tell(job, "start", step=0, epoch=0, device="cpu", steps_per_epoch=10, num_clips=40,
         fingerprint="0", data_energy=0.5)  # fmt: skip
    for step in range(0, 10 * last + 1, 10):
        tell(job, "step", step=step, epoch=step // 10, losses={"total": 1 / (step + 1), "rc": 0.5},
             lr=1e-4, steps_per_second=12.5, clips_per_second=250.0)  # fmt: skip
    for epoch in epochs:
        write_samples(job, epoch)
    tell(job, "state", state=state, message=message, hint=hint, reason=reason)
    return job
