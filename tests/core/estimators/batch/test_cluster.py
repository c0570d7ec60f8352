"""The same batch over a Dask cluster, one of whose two workers is killed half way."""

from __future__ import annotations

import os
import signal
from collections import Counter

import pytest

from core.errors import Cancelled, StudioError
from core.estimators.batch import BatchOptions, estimate_folder
from core.estimators.cluster import DaskExecutor
from core.estimators.executor import Finished
from core.estimators.manifest import Manifest
from core.progress import SILENT, Progress
from tests.core.estimators.batch.pretend import log, pretend, videos

distributed = pytest.importorskip("distributed", reason="dask's distributed is not installed")


@pytest.fixture(scope="module")
def cluster():
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None,
        silence_logs=50, memory_limit=0,
    ) as running:  # fmt: skip
        yield running


def test_a_killed_worker_loses_nothing_and_nothing_is_done_twice(cluster, tmp_path):
    orders = {f"v{i:02}": "slow" if i in (5, 8) else "quick" for i in range(12)}
    folder = videos(tmp_path / "in", **orders)
    out = tmp_path / "out"
    out.mkdir()
    killed: list[int] = []
    finished: list[str] = []
    interrupted: list[str] = []

    def kill_one(event):
        last = {pid: (what, video) for what, video, pid in log(out)}
        busy = [pid for pid, (what, _) in last.items() if what == "start"]
        if not killed and isinstance(event, Finished) and busy and len(finished) >= 3:
            killed.append(busy[-1])
            interrupted.append(last[busy[-1]][1])
            os.kill(busy[-1], signal.SIGKILL)
        if isinstance(event, Finished):
            finished.append(event.job.video.stem)

    report = estimate_folder(
        folder, out, BatchOptions(), executor=DaskExecutor(cluster.scheduler_address),
        work=pretend, on_event=kill_one,
    )  # fmt: skip
    assert killed
    assert len(report.done) == len(orders) and not report.failed  # nothing lost
    wrote = Counter(video for what, video, _ in log(out) if what == "wrote")
    assert wrote == Counter(list(orders))  # nothing done twice
    assert killed[0] not in [
        pid for what, video, pid in log(out) if video == interrupted[0] and what == "wrote"
    ]  # it was half way, another one did it
    started = Counter(video for what, video, _ in log(out) if what == "start")
    again = [video for video, count in started.items() if count > 1]
    assert again == interrupted  # only what the dead one was at began again
    assert len(Manifest(out / "manifest.jsonl").rows) == len(orders)
    second = estimate_folder(folder, out, BatchOptions(), work=pretend)
    assert len(second.skipped) == len(orders)


def test_a_cancelled_batch_stops_the_cluster_and_goes_on_later(cluster, tmp_path):
    folder = videos(tmp_path / "in", a="quick", b="slow", c="slow", d="slow", e="slow")
    out = tmp_path / "out"
    out.mkdir()
    finished: list[str] = []

    def watch(event):
        if isinstance(event, Finished):
            finished.append(event.job.video.stem)

    def run(progress):
        return estimate_folder(
            folder, out, executor=DaskExecutor(cluster.scheduler_address), work=pretend,
            progress=progress, on_event=watch,
        )  # fmt: skip

    with pytest.raises(Cancelled):
        run(Progress(is_cancelled=lambda: bool(finished)))
    report = run(SILENT)
    assert len(report.done) + len(report.skipped) == 5 and not report.failed
    wrote = Counter(video for what, video, _ in log(out) if what == "wrote")
    assert wrote == Counter("abcde")


def test_no_scheduler_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr("core.estimators.cluster.ANSWER_SECONDS", 0.5)
    folder = videos(tmp_path / "in", a="quick")
    options = BatchOptions(scheduler="tcp://127.0.0.1:9")
    with pytest.raises(StudioError, match="No Dask scheduler"):
        estimate_folder(folder, tmp_path / "out", options, work=pretend)
