"""Estimating one video from a terminal, the estimator itself replaced where it would take long."""

from __future__ import annotations

import json
import os
import sys
import types
from pathlib import Path

import numpy as np
import pytest

import core.estimators
from core import weights
from core.errors import FileProblem, ModelProblem, NoPersonFound
from core.motion import Motion, Provenance
from core.motion_file import load_motion

LABELS = ("kicking", "side kick", "sit down", "salute")


def still(num_frames: int = 5, **origin) -> Motion:
    return Motion(
        poses=np.zeros((num_frames, 24, 3)),
        trans=np.zeros((num_frames, 3)),
        provenance=Provenance(**origin),
    )


def test_estimate_writes_one_clip_a_person_and_a_summary(run, monkeypatch, tmp_path):
    given = {}

    def estimate_people(path, options, progress):
        given.update(path=path, options=options)
        progress.step(0.5, "frame 1")
        motions = [still(kind="estimated"), still(kind="estimated")]
        summary = {"frames": 5, "seen": np.int64(5)}
        return {"blazepose": types.SimpleNamespace(motions=motions, summary=summary)}

    monkeypatch.setattr(core.estimators, "estimate_people", estimate_people, raising=False)
    result = run("estimate", "my dance.mp4", "--out", tmp_path / "o", "--focal", 900)
    assert result.code == 0, result.err
    assert given["path"] == Path("my dance.mp4")
    assert (given["options"].estimators, given["options"].focal) == (("blazepose",), 900.0)
    assert given["options"].people == "all" and given["options"].refine
    assert [Path(line).name for line in result.out.splitlines()] == [
        "my dance_person1.npz",
        "my dance_person2.npz",
        "summary.json",
    ]
    summary = json.loads((tmp_path / "o" / "summary.json").read_text())
    assert summary["files"] == ["my dance_person1.npz", "my dance_person2.npz"]
    assert (summary["frames"], summary["seen"]) == (5, 5)


def test_several_estimators_name_their_clips(run, monkeypatch, tmp_path):
    def estimate_people(path, options, progress):
        return {
            name: types.SimpleNamespace(motions=[still(kind="estimated")], summary={"frames": 5})
            for name in options.estimators
        }

    monkeypatch.setattr(core.estimators, "estimate_people", estimate_people, raising=False)
    line = ["--estimator", "vibe, pare", "--people", "1,3", "--fov", 60, "--official"]
    result = run("estimate", "duet.mp4", "--out", tmp_path, *line)
    assert result.code == 0, result.err
    assert [Path(line).name for line in result.out.splitlines()] == [
        "duet_vibe_person1.npz",
        "duet_pare_person1.npz",
        "summary.json",
    ]
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert summary["estimators"] == {"vibe": {"frames": 5}, "pare": {"frames": 5}}


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (["--people", "anna"], "People cannot be 'anna'"),
        (["--estimator", "vibe2"], "no estimator called vibe2"),
        (["--estimator", ","], "No estimator was chosen"),
        (["--precision", "float8"], "no precision float8"),
    ],
)
def test_options_of_an_estimate_that_make_no_sense_are_told(run, tmp_path, wrong, sentence):
    result = run("estimate", "dance.mp4", "--out", tmp_path / "o", *wrong)
    assert result.code == 2
    assert sentence in result.err and "Traceback" not in result.err


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (FileProblem("dance.mp4 is not a video.", "Choose a video."), 2),
        (NoPersonFound("Nobody could be followed in dance.mp4.", "Choose another."), 2),
        (ModelProblem("A network is missing.", "Install it."), 3),
        (KeyboardInterrupt(), 130),
    ],
)
def test_a_failed_estimate_says_why_and_leaves_nothing(run, monkeypatch, tmp_path, problem, code):
    def estimate_people(*_args, **_kwargs):
        raise problem

    monkeypatch.setattr(core.estimators, "estimate_people", estimate_people, raising=False)
    result = run("estimate", "dance.mp4", "--out", tmp_path / "o")
    assert result.code == code
    assert "Traceback" not in result.err
    assert str(getattr(problem, "message", "Cancelled")) in result.err
    assert str(getattr(problem, "hint", "")) in result.err
    assert not (tmp_path / "o").exists()


def test_a_folder_that_cannot_be_written_is_refused_before_the_work(run, monkeypatch, tmp_path):
    def estimate_people(*_args, **_kwargs):
        raise AssertionError("must not start")

    monkeypatch.setattr(core.estimators, "estimate_people", estimate_people, raising=False)
    (tmp_path / "file").touch()
    result = run("estimate", "dance.mp4", "--out", tmp_path / "file" / "o")
    assert result.code == 2
    assert "cannot be written to" in result.err
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert run("estimate", "dance.mp4", "--out", tmp_path / "o").code == 2


@pytest.mark.parametrize("verbose", ["", "1"])
def test_what_libraries_say_stays_out_of_the_terminal(run, monkeypatch, tmp_path, verbose):
    def estimate_people(*_args, **_kwargs):
        os.write(2, b"INFO: a delegate was created\n")
        sys.stderr.write("a warning of our own\n")
        raise FileProblem("dance.mp4 is not a video.", "Choose a video.")

    monkeypatch.setattr(core.estimators, "estimate_people", estimate_people, raising=False)
    monkeypatch.setenv("MOTION_STUDIO_VERBOSE", verbose)
    result = run("estimate", "dance.mp4", "--out", tmp_path / "o")
    assert ("delegate" in result.err) == bool(verbose)
    assert "a warning of our own" in result.err
    assert "is not a video" in result.err


def test_the_sample_video_becomes_a_clip(run, tmp_path):
    video = weights.sample_video()
    if video is None or not weights.is_estimator_installed():
        pytest.skip("the estimator's files or the sample video are not installed")
    result = run("estimate", video, "--out", tmp_path)
    assert result.code == 0, result.err
    assert result.err == ""
    motion = load_motion(tmp_path / "balancing_person1.npz")
    assert motion.num_frames == 100
    assert motion.provenance.estimator == "blazepose"
    assert json.loads((tmp_path / "summary.json").read_text())["estimated_frames"] >= 98
    exported = run("export", tmp_path / "balancing_person1.npz", "--out", tmp_path / "b.bvh")
    assert exported.code == 0
