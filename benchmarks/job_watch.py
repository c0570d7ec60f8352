"""Does watching many long trainings keep a drawing thread waiting?

``python benchmarks/job_watch.py``: 100 jobs of 50,000 step events; the main thread asks every 5 ms
for snapshot and curves, as a window would, while the watcher reads. Prints the longest pauses.
"""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

import numpy as np

from training.config import TrainConfig
from training.jobs import JobStore
from training.jobs.watch import Watcher

JOBS, EVENTS, FOLLOWED = 100, 50_000, 4


def _events() -> bytes:
    lines = [
        json.dumps({"event": "start", "time": 0.0, "step": 0, "epoch": 0, "steps_per_epoch": 9})
    ]
    for step in range(1, EVENTS + 1):
        losses = {"total": 1 / step, "rc": 0.6 / step, "rcxyz": 0.3 / step, "kl": 250.123}
        event = {"event": "step", "time": 1795396827.9, "step": step, "epoch": step / 9}
        lines.append(
            json.dumps(
                {
                    **event,
                    "losses": losses,
                    "lr": 1e-4,
                    "steps_per_second": 5.1,
                    "clips_per_second": 102.4,
                }
            )
        )
    return ("\n".join(lines) + "\n").encode()


def _lateness() -> float:
    before = time.perf_counter()
    time.sleep(0.005)
    return time.perf_counter() - before - 0.005


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = JobStore(Path(folder))
        text = _events()
        jobs = [
            store.create(TrainConfig(name=f"j{n}", epochs=6000), waits=False) for n in range(JOBS)
        ]
        for job in jobs:
            (job.folder / "events.jsonl").write_bytes(text)
        watcher = Watcher(JobStore(Path(folder)))
        watcher.follow([job.id for job in jobs[:FOLLOWED]])
        before_it = [_lateness() for _ in range(400)]
        began, gaps, asked = time.perf_counter(), [], []
        listed = complete = 0.0
        watcher.start()
        while not complete and time.perf_counter() - began < 120:
            before = time.perf_counter()
            views = watcher.snapshot().views
            curves = [watcher.curves(job.id) for job in jobs[:FOLLOWED]]
            asked.append(time.perf_counter() - before)
            time.sleep(0.005)
            gaps.append(time.perf_counter() - before - 0.005)
            listed = listed or (time.perf_counter() - began if len(views) == JOBS else 0.0)
            if all(one and one.is_complete and len(one.losses["kl"]) == EVENTS for one in curves):
                complete = time.perf_counter() - began
        cpu = time.process_time()
        time.sleep(5)
        cpu = time.process_time() - cpu
        watcher.close()
        print(f"{JOBS} jobs, {len(text) / 1e6:.1f} MB of events each")
        print(f"all listed after {listed:.2f} s, {FOLLOWED} jobs' curves after {complete:.2f} s")
        print(f"asking: median {np.median(asked) * 1e6:.0f} us, worst {max(asked) * 1e3:.2f} ms")
        for name, values in (("without watcher", before_it), ("while it reads", gaps)):
            late = np.percentile(values, [50, 99, 100]) * 1e3
            print(
                f"{name}: late by {late[0]:.2f} ms, 99 % {late[1]:.2f} ms, worst {late[2]:.2f} ms"
            )
        print(f"afterwards: {cpu / 5:.1%} of a core with nothing new")


if __name__ == "__main__":
    main()
