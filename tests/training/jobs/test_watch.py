"""The watcher: what the window asks for is there, right, and costs nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tests.training.jobs.conftest import wait_for
from training.config import TrainConfig
from training.jobs import Job, JobStore, Queue
from training.jobs.watch import Watcher

Make = Callable[..., Job]


def _write_steps(path: Path, count: int, first: int = 0) -> None:
    with path.open("a") as stream:
        start = {"event": "start", "step": first, "epoch": 0, "steps_per_epoch": 10}
        stream.write(json.dumps(start) + "\n")
        for step in range(first + 1, first + count + 1):
            losses = {"total": 1.0 / step, "kl": 2.0}
            event = {"event": "step", "step": step, "epoch": step // 10, "losses": losses}
            stream.write(json.dumps({**event, "lr": 1e-4, "steps_per_second": 5.0}) + "\n")


def test_curves_follow_the_file(make: Make, store: JobStore) -> None:
    job = make()
    _write_steps(job.folder / "events.jsonl", 1000)
    watcher = Watcher(store)
    watcher.follow([job.id])
    watcher.look()
    curves = watcher.curves(job.id)
    assert curves is not None and curves.is_complete
    np.testing.assert_array_equal(curves.losses["total"].step, np.arange(1, 1001))
    np.testing.assert_allclose(curves.losses["total"].value, 1 / np.arange(1, 1001))
    assert set(curves.speeds) == {"lr", "steps_per_second"}
    watcher.look()
    assert watcher.curves(job.id) is curves


def test_a_resumed_run_replaces_what_it_tells_again(make: Make, store: JobStore) -> None:
    job = make()
    _write_steps(job.folder / "events.jsonl", 100)
    _write_steps(job.folder / "events.jsonl", 20, first=60)
    watcher = Watcher(store)
    watcher.follow([job.id])
    watcher.look()
    curves = watcher.curves(job.id)
    assert curves is not None
    np.testing.assert_array_equal(curves.losses["total"].step, np.arange(1, 81))


def test_an_unchanged_job_is_the_same_view_again(make: Make, store: JobStore) -> None:
    make("a")
    other = make("b")
    watcher = Watcher(store)
    watcher.look()
    before = watcher.snapshot()
    watcher.look()
    assert watcher.snapshot() is before
    _write_steps(other.folder / "events.jsonl", 5)
    watcher.look()
    after = watcher.snapshot()
    assert after.revision == before.revision + 1
    assert after.view(other.id) is not before.view(other.id)
    assert after.views[1] is before.views[1]


def test_the_thread_sees_a_job_start_run_and_end(make: Make, store: JobStore) -> None:
    job = make(waits=True)
    with Watcher(store, interval=0.02, queue=Queue(store)) as watcher:
        watcher.follow([job.id])
        wait_for(lambda: (view := watcher.snapshot().view(job.id)) and view.state.state == "done")
        wait_for(lambda: len((watcher.curves(job.id) or _none()).losses.get("total", ())) == 20)


def test_a_deleted_job_disappears_and_the_watch_goes_on(make: Make, store: JobStore) -> None:
    job, other = make("a"), make("b")
    with Watcher(store, interval=0.02) as watcher:
        wait_for(lambda: len(watcher.snapshot().views) == 2)
        job.delete()
        watcher.look_now()
        wait_for(lambda: [view.id for view in watcher.snapshot().views] == [other.id])


def test_a_thread_that_draws_is_not_kept_waiting(tmp_path: Path) -> None:
    store = JobStore(tmp_path / "jobs")
    jobs = [store.create(TrainConfig(name=f"j{n}", epochs=5000)) for n in range(10)]
    _write_steps(jobs[0].folder / "events.jsonl", 20_000)
    text = (jobs[0].folder / "events.jsonl").read_bytes()
    for job in jobs[1:]:
        (job.folder / "events.jsonl").write_bytes(text)
    gaps = []
    with Watcher(store) as watcher:
        watcher.follow([job.id for job in jobs[:3]])
        until = time.monotonic() + 2.0
        while time.monotonic() < until:
            before = time.perf_counter()
            watcher.snapshot()
            watcher.curves(jobs[0].id)
            time.sleep(0.002)
            gaps.append(time.perf_counter() - before)
    assert np.percentile(gaps, 99) < 0.05


def _none() -> object:
    from training.jobs.curves import Curves

    return Curves()
