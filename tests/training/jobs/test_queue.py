"""The queue: one after another, across restarts, and a word before two share a card."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

import pytest

from core.errors import StudioError
from tests.training.jobs.conftest import wait_for
from training.config import TrainConfig
from training.jobs import Job, JobStore, Queue, sweep
from training.jobs.folder import write_json

Make = Callable[..., Job]


def test_jobs_run_one_after_another_in_the_order_they_came(make: Make, store: JobStore) -> None:
    first, second = make("a", waits=True, seconds=0.05), make("b", waits=True)
    queue = Queue(store)
    assert queue.tick() == [first]
    assert queue.tick() == [] and queue.waiting() == [second]
    wait_for(lambda: first.state().state == "done")
    assert queue.tick() == [second]
    wait_for(lambda: second.state().state == "done")
    assert queue.tick() == []


def test_what_waits_still_waits_in_another_program(make: Make, store: JobStore) -> None:
    job = make(waits=True)
    again = JobStore(store.root, program=job._program)
    assert again.jobs()[0].state().state == "queued"
    assert [one.id for one in Queue(again).tick()] == [job.id]


def test_two_programs_do_not_start_the_same_job(make: Make, store: JobStore) -> None:
    make(waits=True)
    (store.root / ".queue-lock").touch()  # the other one is at it
    assert Queue(store).tick() == []


def test_other_devices_run_at_the_same_time(make: Make, store: JobStore) -> None:
    on_card = store.create(TrainConfig(name="card", epochs=2, device="cuda:1"))
    make("cpu", waits=True, seconds=0.1)
    assert len(Queue(store).tick()) == 2
    wait_for(lambda: on_card.state().state == "done")


def test_a_second_job_on_the_same_device_is_warned_of(make: Make, store: JobStore) -> None:
    job = make("first", seconds=0.1)
    job.start()
    queue = Queue(store, first_device=lambda: "cpu")
    assert "first" in queue.warning(["auto"])
    assert queue.warning(["cuda:0"]) == "" == queue.warning(["cpu"], besides=job)


def test_a_job_taken_from_the_queue_does_not_start(make: Make, store: JobStore) -> None:
    job = make(waits=True)
    job.stop()
    assert Queue(store).tick() == []
    assert job.state().state == "cancelled" and job.state().can_resume
    job.enqueue()
    assert Queue(store).tick() == [job]


def test_a_job_that_cannot_start_makes_room_for_the_next(make: Make, store: JobStore) -> None:
    broken, good = make("a", waits=True), make("b", waits=True)
    write_json(broken.folder / "QUEUED", {"time": 0.0, "devices": ["cpu", "cuda:0"]})
    assert Queue(store).tick() == [good]
    assert broken.state().state == "failed" and "cuda" in broken.state().message


def test_a_sweep_is_a_set_of_jobs_that_differ_in_one_setting(store: JobStore) -> None:
    jobs = sweep(store, TrainConfig(name="kl", epochs=2), "lambda_kl", [1e-5, 5e-5])
    first, second = (asdict(job.config) for job in jobs)
    assert {key for key in first if first[key] != second[key]} == {"name", "lambda_kl"}
    marks = [job.sweep for job in jobs]
    assert marks[0] and marks[1] and marks[0].id == marks[1].id
    assert [mark.value for mark in marks if mark] == [1e-5, 5e-5]
    assert all(job.state().state == "queued" for job in jobs)


def test_a_sweep_with_a_value_that_cannot_be_makes_no_job(store: JobStore) -> None:
    for field, values in (("lambda_kl", [1e-5, -1]), ("dataset", ["a", "b"]), ("lr", [1e-4])):
        with pytest.raises(StudioError):
            sweep(store, TrainConfig(), field, values)
    assert store.jobs() == []
