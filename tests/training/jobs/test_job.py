"""Jobs through their folders: started, asked, ended, killed, found again."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import StudioError
from tests.training.jobs.conftest import wait_for
from training.config import TrainConfig
from training.jobs import Job, JobStore
from training.jobs.processes import start_mark

Make = Callable[..., Job]


def test_a_job_runs_as_its_own_process_and_ends_done(make: Make) -> None:
    job = make()
    assert job.state().state == "queued"
    pid = job.start()
    assert os.getsid(pid) == pid != os.getsid(0)
    wait_for(lambda: job.state().state == "done")
    state = job.state()
    assert (state.step, state.fraction, state.epochs, state.device) == (20, 1.0, 2, "cpu")
    assert "training" in (job.folder / "log.txt").read_text()


def test_a_running_job_tells_how_far_it_is_and_how_long_it_takes(make: Make) -> None:
    job = make(seconds=0.1)
    job.start()
    wait_for(lambda: job.state().step >= 3)
    state = job.state()
    assert state.is_running
    assert state.fraction == pytest.approx(state.step / 20)
    assert state.eta_seconds == pytest.approx((20 - state.step) / 50.0)


def test_a_paused_job_goes_on_where_it_was(make: Make) -> None:
    job = make(seconds=0.05)
    job.start()
    wait_for(lambda: job.state().step >= 3)
    job.pause()
    wait_for(lambda: job.state().state == "paused")
    reached = job.state().step
    job.resume()
    wait_for(lambda: job.state().state == "done")
    starts = [event for event in job.events()[0] if event["event"] == "start"]
    assert [event["step"] for event in starts] == [0, reached]
    assert not (job.folder / "PAUSE").exists()


def test_a_resumed_job_does_not_boast_of_its_former_speed(make: Make) -> None:
    job = make(seconds=0.05)
    event = {"event": "step", "time": 5.0, "step": 4, "steps_per_second": 9.0, "losses": {}}
    start = {"event": "start", "time": 4.0, "step": 0, "steps_per_epoch": 10}
    lines = (json.dumps(start), json.dumps(event), "")
    (job.folder / "events.jsonl").write_text("\n".join(lines))
    job.start()
    state = job.state()
    assert (state.message, state.eta_seconds, state.step) == ("Starting.", None, 4)


def test_a_stop_is_obeyed_and_the_job_stays_resumable(make: Make) -> None:
    job = make(seconds=0.05, steps=1000)
    job.start()
    wait_for(lambda: job.state().step >= 1)
    job.stop()
    assert job.state().message == "Stopping."
    assert job.wait_until_ended(5)
    assert job.state().state == "cancelled" and job.state().can_resume


def test_a_worker_that_does_not_answer_gets_a_signal_and_then_no_choice(make: Make) -> None:
    job = make(seconds=0.05, steps=1000, deaf=True)
    job.start()
    wait_for(lambda: job.state().step >= 1)
    job.stop()
    asked = (job.folder / "STOP").stat().st_mtime
    job.press(now=asked + 9)
    job.press(now=asked + 11)  # SIGTERM: the deaf one only notes it
    time.sleep(0.2)
    assert job.state().is_running
    job.press(now=asked + 21)
    wait_for(lambda: not job.state().is_running, 2)
    assert job.state().state == "cancelled"
    assert "by force" in job.state().message


def test_the_signal_alone_ends_a_worker_that_does_not_see_the_file(make: Make) -> None:
    job = make(seconds=0.05, steps=1000)
    job.start()
    wait_for(lambda: job.state().step >= 1)
    job.stop()
    job.press(now=(job.folder / "STOP").stat().st_mtime + 11)
    wait_for(lambda: not job.state().is_running, 2)


def test_a_killed_job_is_lost_and_can_be_resumed(make: Make) -> None:
    job = make(seconds=0.05)
    pid = job.start()
    wait_for(lambda: job.state().step >= 3)
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: job.state().state == "lost")
    assert job.state().can_resume and job.state().hint
    job.resume()
    wait_for(lambda: job.state().state == "done")


def test_a_failure_comes_with_its_sentence(make: Make) -> None:
    job = make(fail="The disk is full.")
    job.start()
    wait_for(lambda: job.state().state == "failed")
    assert (job.state().message, job.state().hint) == ("The disk is full.", "Do this.")


def test_a_worker_that_crashes_shows_the_end_of_its_log(make: Make) -> None:
    job = make(silent_end=139)
    job.start()
    wait_for(lambda: job.state().state == "lost")
    assert "Segmentation fault" in job.state().message


def test_a_worker_that_cannot_even_start_is_lost_with_the_reason(
    make: Make, store: JobStore
) -> None:
    job = Job(make().folder, program=("-m", "no_such_module_here"))
    job.start()
    wait_for(lambda: job.state().state == "lost")
    assert "no_such_module_here" in job.state().message


def test_a_crash_after_an_earlier_end_is_not_taken_for_that_end(make: Make) -> None:
    job = make(steps=3)
    job.start()
    wait_for(lambda: job.state().state == "done")
    (job.folder / "fake.json").write_text(json.dumps({"silent_end": 1}))
    job.resume()
    wait_for(lambda: job.state().state == "lost")


def test_a_job_outlives_the_program_that_started_it(make: Make, store: JobStore) -> None:
    job = make(seconds=0.05, steps=100)
    script = (
        "import os, sys; from pathlib import Path; from training.jobs import Job\n"
        f"Job(Path({str(job.folder)!r}), program=({sys.executable!r},)[:0] or "
        f"({str(Path(__file__).with_name('fake_training.py'))!r},)).start()\n"
        "os.kill(os.getpid(), 9)"
    )
    ended = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    again = JobStore(store.root).job(job.id)  # a new studio knows only the folder
    wait_for(lambda: again.state().step >= 3)
    assert again.state().is_running
    again.stop()
    wait_for(lambda: again.state().state == "cancelled")


def test_a_pid_that_belongs_to_another_process_now_is_not_the_job(make: Make) -> None:
    job = make()
    facts = {"pid": os.getpid(), "start": 1.0, "host": socket.gethostname(), "time": 0}
    (job.folder / "launch.json").write_text(json.dumps(facts))
    assert job.state().state == "lost"


def test_a_job_of_another_machine_is_judged_by_its_heartbeat(make: Make) -> None:
    job = make()
    facts = {"pid": 1, "start": 5.0, "host": "elsewhere", "device": "cuda:0"}
    (job.folder / "worker.json").write_text(json.dumps(facts))
    beat = job.folder / "heartbeat"
    beat.touch()
    assert job.state().is_running
    job.press(now=time.time() + 1000)  # nobody's pid 1 is touched
    os.utime(beat, (time.time() - 300, time.time() - 300))
    assert job.state().state == "lost"


def test_a_running_job_is_neither_started_twice_nor_deleted(make: Make) -> None:
    job = make(seconds=0.1)
    job.start()
    for order in (job.start, job.delete, job.enqueue):
        with pytest.raises(StudioError):
            order()


def test_deleting_moves_to_the_bin_and_back(make: Make, store: JobStore) -> None:
    job = make()
    job.notes = "ein Versuch\n"
    job.delete()
    assert store.jobs() == [] and store.deleted() == [job.id]
    assert store.restore(job.id).notes == "ein Versuch\n"


def test_a_duplicate_has_the_changes_and_knows_its_parent(make: Make) -> None:
    job = make()
    copy = job.duplicate(lambda_kl=5e-5)
    assert (copy.config.lambda_kl, copy.config.epochs, copy.parent) == (5e-5, 2, job.id)
    assert copy.id != job.id
    with pytest.raises(StudioError, match="lamda_kl"):
        job.duplicate(lamda_kl=1)


def test_a_broken_config_is_a_failed_job_with_a_sentence(make: Make) -> None:
    job = make()
    (job.folder / "config.yaml").write_text("epochz: 3\n")
    state = Job(job.folder).state()
    assert state.state == "failed" and "epochz" in state.message


def test_checkpoints_and_samples_are_listed_in_the_order_of_epochs(make: Make) -> None:
    job = make()
    for folder, ending in (("checkpoints", "safetensors"), ("samples", "npz")):
        (job.folder / folder).mkdir()
        for epoch in (20, 100, 5):
            (job.folder / folder / f"epoch_{epoch:06d}.{ending}").touch()
        (job.folder / folder / f".epoch_000007-x.{ending}").touch()  # still being written
    assert [file.epoch for file in job.checkpoints()] == [5, 20, 100]
    assert [file.epoch for file in job.samples()] == [5, 20, 100]


def test_a_job_is_found_by_name_by_id_and_by_folder(make: Make, store: JobStore) -> None:
    job = make(name="KL 5e-5")
    for name in ("KL 5e-5", job.id, job.id[:17], str(job.folder)):
        assert store.job(name).id == job.id
    with pytest.raises(StudioError, match="no job"):
        store.job("nothing")


def test_listing_jobs_needs_neither_torch_nor_qt() -> None:
    code = "import sys, training.jobs, training.jobs.watch, training.devices\n"
    code += "assert not {'torch', 'PySide6'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_devices_of_two_kinds_are_refused(make: Make) -> None:
    with pytest.raises(StudioError, match="cuda"):
        make().start(["cpu", "cuda:0"])


def test_the_chosen_card_is_the_only_one_the_worker_sees(store: JobStore) -> None:
    job = store.create(TrainConfig(epochs=1))
    launch = job.launch(["cuda:1"])
    assert launch.environment()["CUDA_VISIBLE_DEVICES"] == "1"
    assert not launch.is_distributed


def test_a_process_that_hangs_after_its_end_is_not_taken_for_running(make: Make) -> None:
    job = make()
    sleeper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    facts = {"pid": sleeper.pid, "start": start_mark(sleeper.pid), "host": socket.gethostname()}
    (job.folder / "worker.json").write_text(json.dumps(facts))
    job.tell("done")
    assert job.state().is_running  # it may still be closing its files
    text = (job.folder / "events.jsonl").read_text()
    event = {**json.loads(text), "time": time.time() - 60}
    (job.folder / "events.jsonl").write_text(json.dumps(event) + "\n")
    job = Job(job.folder, program=job._program)
    assert job.state().state == "done"
    job.start()
    assert sleeper.wait(5) != 0
    wait_for(lambda: job.state().state == "done")


def test_a_done_job_is_not_resumed_unless_it_is_to_train_longer(make: Make) -> None:
    job = make(steps=20, epochs=2)
    job.start()
    wait_for(lambda: job.state().state == "done")
    for order in (job.resume, job.enqueue):
        with pytest.raises(StudioError, match="done: all 2 epochs") as told:
            order()
        assert "config.yaml" in told.value.hint
    config = job.folder / "config.yaml"
    config.write_text(config.read_text().replace("epochs: 2\n", "epochs: 3\n"))
    again = Job(job.folder, program=job._program)
    again.enqueue()
    assert (job.folder / "QUEUED").exists()
