"""The real worker behind the jobs: one process, several, killed and resumed."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from tests.training.jobs.conftest import end, wait_for
from tests.training.jobs.small import small_config, small_set, weights
from training.jobs import Job, JobStore

ROUNDING = 1e-6  # of weights of about 1, after 18 AdamW steps in float32


@pytest.fixture
def real(tmp_path: Path) -> Iterator[JobStore]:
    store = JobStore(tmp_path / "jobs")
    yield store
    for job in store.jobs():
        end(job)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_set(tmp_path_factory.mktemp("data") / "small")


def _finished(job: Job, seconds: float = 60.0) -> Job:
    wait_for(lambda: not job.state().is_running, seconds)
    log = (job.folder / "log.txt").read_text()
    assert job.state().state == "done", f"{job.state()}\n{log[-3000:]}"
    return job


def _ran(real: JobStore, data: Path, devices: list[str], **changes: object) -> Job:
    """An uninterrupted run."""
    job = real.create(small_config(data, **changes), waits=False)
    job.start(devices)
    return _finished(job)


def _far(first: Job, second: Job, but: str = "nothing") -> float:
    """The largest difference of any weight, those whose name holds ``but`` left out."""
    a, b = weights(first), weights(second)
    assert a.keys() == b.keys()
    return max(float(np.abs(a[name] - b[name]).max()) for name in a if but not in name)


def _losses(job: Job) -> list[float]:
    return [event["losses"]["total"] for event in job.events()[0] if event["event"] == "epoch"]


def test_two_processes_end_where_one_does(real: JobStore, data: Path) -> None:
    job = _ran(real, data, ["cpu", "cpu"])
    alone = _ran(real, data, ["cpu"])
    np.testing.assert_allclose(_losses(job), _losses(alone), rtol=5e-6)
    # attention's keys: their bias has no gradient but rounding, which AdamW makes to steps
    assert _far(job, alone, but="in_proj") < ROUNDING
    starts = [event for event in job.events()[0] if event["event"] == "start"]
    assert starts[0]["world_size"] == 2
    assert [file.epoch for file in job.checkpoints()] == [2, 4, 6]


@pytest.mark.slow
def test_a_lost_worker_is_started_anew_and_the_result_stays(real: JobStore, data: Path) -> None:
    length = {"epochs": 200, "checkpoint_every": 20}
    job = real.create(small_config(data, **length), waits=False)
    agent = job.start(["cpu", "cpu"])
    wait_for(lambda: job.state().epoch >= 30, 60)
    workers = psutil.Process(agent).children(recursive=True)
    ranked = {worker.environ().get("RANK"): worker.pid for worker in workers}
    os.kill(ranked["1"], signal.SIGKILL)
    _finished(job, 120)
    starts = [event["step"] for event in job.events()[0] if event["event"] == "start"]
    assert len(starts) == 2 and starts[1] > 0
    assert _far(job, _ran(real, data, ["cpu", "cpu"], **length)) == 0.0


@pytest.mark.slow
def test_two_machines_of_one_worker_each_train_the_same(real: JobStore, data: Path) -> None:
    """Both "machines" are this one: two torchruns that meet at an address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        meeting = f"127.0.0.1:{free.getsockname()[1]}"
    job = real.create(small_config(data), waits=False)
    job.start(["cpu"], nodes=2, rendezvous=meeting)
    Job(job.folder).start(["cpu"], nodes=2, rendezvous=meeting)
    _finished(job, 90)
    start = next(event for event in job.events()[0] if event["event"] == "start")
    assert start["world_size"] == 2
    alone = _ran(real, data, ["cpu"])
    np.testing.assert_allclose(_losses(job), _losses(alone), rtol=5e-6)


@pytest.mark.slow
@pytest.mark.parametrize("order", ["pause", "stop"])
def test_a_wish_ends_two_processes_without_a_new_start(
    real: JobStore, data: Path, order: str
) -> None:
    job = real.create(small_config(data, epochs=100_000, checkpoint_every=1000), waits=False)
    job.start(["cpu", "cpu"])
    wait_for(lambda: job.state().step >= 20, 60)
    getattr(job, order)()
    assert job.wait_until_ended(30)
    assert job.state().state == {"pause": "paused", "stop": "cancelled"}[order]
    starts = [event for event in job.events()[0] if event["event"] == "start"]
    assert len(starts) == 1


@pytest.mark.slow
def test_a_killed_job_ends_bit_for_bit_as_if_it_had_lived(real: JobStore, data: Path) -> None:
    job = real.create(small_config(data, epochs=200, checkpoint_every=10), waits=False)
    for seen in (15, 60):
        pid = job.start() if seen == 15 else job.resume()
        wait_for(lambda at=seen: job.state().epoch >= at, 60)  # type: ignore[misc]
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: job.state().state == "lost")
    job.resume()
    _finished(job)
    assert _far(job, _ran(real, data, ["cpu"], epochs=200, checkpoint_every=10)) == 0.0


def test_a_data_set_that_vanished_is_a_sentence_with_the_next_step(
    real: JobStore, tmp_path: Path
) -> None:
    job = real.create(small_config(tmp_path / "nowhere"), waits=False)
    job.start()
    wait_for(lambda: job.state().state == "failed", 60)
    assert "nowhere" in job.state().message and job.state().hint
