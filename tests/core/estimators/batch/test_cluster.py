"""The same batch over a Dask cluster, one of whose two workers is killed half way."""

from __future__ import annotations

import os
import signal
from collections import Counter

import pytest

from core.errors import StudioError
from core.estimators.batch import BatchOptions, estimate_folder
from core.estimators.cluster import DaskExecutor
from core.estimators.manifest import Manifest
from core.estimators.workers import Finished
from tests.core.estimators.batch.pretend import log, pretend, videos

distributed = pytest.importorskip("distributed", reason="dask's distributed is not installed")


@pytest.fixture
def cluster(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None,
        silence_logs=50, memory_limit=0,
    ) as running:  # fmt: skip
        yield running


def test_a_killed_worker_loses_nothing_and_nothing_is_done_twice(cluster, tmp_path):
    orders = {f"v{i:02}": "quick" for i in range(10)} | {"w0": "slow", "w1": "slow"}
    folder = videos(tmp_path / "in", **orders)
    out = tmp_path / "out"
    out.mkdir()
    killed: list[int] = []

    def kill_one(event):
        done = [video for what, video, _ in log(out) if what == "wrote"]
        if not killed and isinstance(event, Finished) and len(done) >= 4:
            running = log(out)[-1]
            killed.append(running[2])
            os.kill(running[2], signal.SIGKILL)

    report = estimate_folder(
        folder, out, BatchOptions(), executor=DaskExecutor(cluster.scheduler_address),
        work=pretend, on_event=kill_one,
    )  # fmt: skip
    assert killed
    assert len(report.done) == len(orders) and not report.failed  # nothing lost
    wrote = Counter(video for what, video, _ in log(out) if what == "wrote")
    assert wrote == Counter(list(orders))  # nothing done twice
    assert len({pid for _, _, pid in log(out)}) >= 3  # two workers, and the one that came after
    started = Counter(video for what, video, _ in log(out) if what == "start")
    assert sum(started.values()) <= len(orders) + 1  # only what the dead one was at began again
    assert len(Manifest(out / "manifest.jsonl").rows) == len(orders)
    again = estimate_folder(folder, out, BatchOptions(), work=pretend)
    assert len(again.skipped) == len(orders)


def test_no_scheduler_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr("core.estimators.cluster.ANSWER_SECONDS", 0.5)
    folder = videos(tmp_path / "in", a="quick")
    options = BatchOptions(scheduler="tcp://127.0.0.1:9")
    with pytest.raises(StudioError, match="No Dask scheduler"):
        estimate_folder(folder, tmp_path / "out", options, work=pretend)
