"""A store whose jobs run the stand-in for the training; nothing it started outlives a test."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from training.config import TrainConfig
from training.jobs import Job, JobStore, processes

FAKE = Path(__file__).with_name("fake_training.py")


@pytest.fixture(autouse=True)
def at_full_priority(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits at a window here, and a machine busy with other work must not stop the tests."""
    monkeypatch.setattr(processes, "give_way", lambda pid: None)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[JobStore]:
    store = JobStore(tmp_path / "jobs", program=(str(FAKE),))
    yield store
    for job in store.jobs():
        end(job)


@pytest.fixture
def make(store: JobStore) -> Callable[..., Job]:
    """Make a job that does not wait in the queue; keywords say how its worker behaves."""

    def make_job(name: str = "one", waits: bool = False, **manner: Any) -> Job:
        config = TrainConfig(name=name, epochs=2, device="cpu")
        job = store.create(config, waits=waits)
        (job.folder / "fake.json").write_text(json.dumps(manner))
        return job

    return make_job


def end(job: Job) -> None:
    """End whatever still works on a job, at once."""
    if job.is_running_here():
        (job.folder / "STOP").touch()
        job.press(now=time.time() + 100)
        assert job.wait_until_ended(5)


def wait_for(what: Callable[[], bool], seconds: float = 10.0) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it did not come true in time"
        time.sleep(0.02)
