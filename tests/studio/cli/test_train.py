"""``motion-studio train`` and ``jobs``: from the shell to the folder and back."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.training.jobs import fake_training
from training import devices, launch
from training.config import load_config
from training.jobs import JobStore

CPU = devices.Device(id="cpu", name="CPU", memory=2**33)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch) -> Path:
    """A home of its own, and the stand-in for the training in it."""
    monkeypatch.setenv("MOTION_STUDIO_HOME", str(tmp_path))
    monkeypatch.setattr(launch, "PROGRAM", (str(Path(fake_training.__file__)),))
    return tmp_path


def test_a_training_runs_to_its_end_and_leaves_its_folder(run):
    result = run("train", "--epochs", 2, "--name", "my run", "--set", "lr=1e-3", "--device", "cpu")
    assert result.code == 0, result.err
    job = JobStore().jobs()[0]
    assert result.out.startswith(str(job.folder))
    assert (job.name, job.config.lr, job.config.epochs) == ("my run", 1e-3, 2)
    assert job.state().state == "done"


def test_a_wrong_key_is_told_with_the_nearest_and_makes_no_job(run):
    result = run("train", "--set", "lamda_kl=1")
    assert result.code == 2
    assert "lambda_kl" in result.err
    assert JobStore().jobs() == []


def test_files_that_are_not_there_are_told_before_a_job_is_made(run, tmp_path):
    result = run("train", "--set", f"body={tmp_path / 'smpl.pkl'}")
    assert result.code != 0 and "smpl.pkl" in result.err
    result = run("train", "--set", "recogniser=gru9", "--set", "measure_every=5")
    assert result.code != 0 and "gru9" in result.err
    assert JobStore().jobs() == []


@pytest.mark.parametrize("words", [("--device", "cuda:7"), ("--set", "device=cuda:7")])
def test_a_device_that_is_not_there_is_told_before_a_job_is_made(run, monkeypatch, words):
    monkeypatch.setattr(devices, "find_devices", lambda: [CPU])
    result = run("train", *words)
    assert result.code == 2 and "no device cuda:7" in result.err
    assert JobStore().jobs() == []


def test_settings_of_a_file_are_taken(run, tmp_path):
    (tmp_path / "mine.yaml").write_text("epochs: 2\nlambda_kl: 5e-5\ndevice: cpu\n")
    assert run("train", "--config", tmp_path / "mine.yaml").code == 0
    assert JobStore().jobs()[0].config.lambda_kl == 5e-5


def test_a_failed_training_is_a_sentence_and_an_exit_code(run, home):
    run("train", "--queue", "--epochs", 2)
    job = JobStore().jobs()[0]
    (job.folder / "fake.json").write_text(json.dumps({"fail": "The disk is full."}))
    result = run("train", "--resume", job.id)
    assert result.code == 5
    assert "The disk is full." in result.err and "Do this." in result.err


def test_a_queued_job_waits_and_the_queue_is_worked_off(run):
    assert run("train", "--queue", "--epochs", 2, "--device", "cpu").code == 0
    assert run("train", "--sweep", "lambda_kl=1e-5,5e-5", "--epochs", 2).code == 0
    assert run("jobs").out.count("queued") == 3
    assert run("jobs", "run").code == 0
    assert run("jobs", "list").out.count("done") == 3


def test_a_detached_job_is_watched_stopped_resumed_and_deleted(run):
    run("train", "--queue", "--epochs", 2, "--device", "cpu")
    job = JobStore().jobs()[0]
    (job.folder / "fake.json").write_text(json.dumps({"steps": 500, "seconds": 0.02}))
    assert run("train", "--resume", job.id, "--detach").code == 0
    assert "running" in run("jobs").out
    assert run("jobs", "delete", job.id).code == 2
    assert run("jobs", "stop", job.id).out.split()[-1] == "cancelled"
    (job.folder / "fake.json").write_text("{}")
    assert run("jobs", "resume", job.id).code == 0
    assert run("jobs", "watch", job.id).code == 0
    assert "done" in run("jobs").out
    assert run("jobs", "delete", job.id).code == 0
    assert run("jobs").out == ""
    assert run("jobs", "restore", job.id).code == 0


def test_ctrl_c_saves_and_pauses(home):
    script = (
        "import sys; from training import launch; "
        f"launch.PROGRAM = ({str(Path(fake_training.__file__))!r},); "
        "from studio.cli import main; main(sys.argv[1:])"
    )
    words = [sys.executable, "-c", script, "train", "--name", "long", "--device", "cpu"]
    shell = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    folder = Path(shell.stdout.readline().strip())
    (folder / "fake.json").write_text(json.dumps({"steps": 2000}))
    job = JobStore().job(folder.name)
    until = time.monotonic() + 20
    while job.state().step < 2:
        assert time.monotonic() < until
        time.sleep(0.05)
    os.kill(shell.pid, signal.SIGINT)
    _, complaint = shell.communicate(timeout=20)
    assert shell.returncode == 130
    assert f"--resume {job.id}" in complaint
    assert job.state().state in ("paused", "done")


def test_orders_and_jobs_that_are_not_there_are_named(run):
    assert "list" in run("jobs", "fly").err
    assert run("jobs", "stop").code == 2
    assert run("jobs", "stop", "nobody").code == 2


def test_the_plan_is_told_and_nothing_starts(run, monkeypatch):
    monkeypatch.setattr("training.cost._measured", lambda config: None)
    result = run("train", "--dry", "--device", "cpu", "--nproc", 2)
    assert "--nproc-per-node=2" in result.out and "steps of" in result.out
    assert "lambda_kl" in result.out
    assert JobStore().jobs() == []


def test_a_slurm_script_is_one_a_shell_can_read(run, tmp_path):
    run("train", "--queue", "--name", "it's odd")
    job = JobStore().jobs()[0]
    result = run("jobs", "slurm", job.id, "--nodes", 2, "--gpus", 4, "--hours", 3)
    assert "--nnodes=2 --nproc-per-node=4" in result.out
    assert str(job.folder) in result.out
    script = tmp_path / "job.sbatch"
    script.write_text(result.out)
    assert subprocess.run(["bash", "-n", script], check=False).returncode == 0


def test_presets_and_settings_are_listed_and_valid(run):
    out = run("train", "--list").out
    assert "ntu13_vibe" in out and "lambda_kl" in out


def test_a_config_written_by_a_job_is_read_again(run):
    run("train", "--queue", "--set", "lambda_kl=5e-5")
    job = JobStore().jobs()[0]
    assert load_config(job.folder / "config.yaml") == job.config
