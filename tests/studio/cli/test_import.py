"""``motion-studio import`` and ``motion-studio estimate FOLDER`` as the shell sees them."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import typer

from core.estimators import batch
from core.estimators.workers import ProcessExecutor
from core.motion_file import load_motion
from studio.cli import estimate_folder
from tests.core.estimators.batch.pretend import pretend, videos
from tests.core.estimators.results.layouts import (
    joblib_dump,
    known_motion,
    vibe_like,
    write_amass,
    write_tram,
)


@pytest.fixture
def pare(tmp_path):
    value = vibe_like([known_motion(30), known_motion(30, 1)], True, [np.arange(30)] * 2)
    return joblib_dump(value, tmp_path / "pare_output.pkl")


def test_looking_says_what_is_there_and_writes_nothing(run, pare, tmp_path):
    result = run("import", pare, "--look")
    assert result.code == 0
    assert "PARE, 2 people, 30 frames, matrices 24x3x3, camera axes" in result.out
    assert "person 2, 30 frames, frames 0 to 29" in result.out
    assert [path.name for path in tmp_path.iterdir()] == ["pare_output.pkl"]


def test_people_become_clips_with_their_label(run, pare, tmp_path):
    out = tmp_path / "clips"
    result = run("import", pare, "--fps", 25, "--person", 2, "--label", "dance", "--out", out)
    assert result.code == 0
    assert [path.name for path in out.iterdir()] == ["pare_output_person2.npz"]
    motion = load_motion(out / "pare_output_person2.npz")
    assert (motion.fps, motion.provenance.label) == (25, "dance")


def test_of_several_files_each_keeps_the_rate_it_knows(run, pare, tmp_path):
    amass = write_amass(known_motion(), tmp_path)
    folder = tmp_path / "dance"
    folder.mkdir()
    out = tmp_path / "clips"
    result = run("import", pare, amass, write_tram(known_motion(), folder), "--fps", 24,
                 "--out", out)  # fmt: skip
    assert result.code == 0
    assert load_motion(out / "walk_poses_person1.npz").fps == 120
    assert load_motion(out / "dance_person1.npz").fps == 24


def test_a_skeleton_file_becomes_a_clip(run, make_clip, tmp_path):
    clip = make_clip()
    assert run("export", clip, "--out", tmp_path / "kick.bvh").code == 0
    result = run("import", tmp_path / "kick.bvh", "--out", tmp_path / "clips")
    assert result.code == 0 and "kick, 12 frames at 30 fps, onto SMPL's skeleton" in result.out
    assert load_motion(tmp_path / "clips" / "kick.npz").num_frames == 12


def test_without_a_rate_or_a_folder_it_says_what_to_do(run, pare, tmp_path):
    result = run("import", pare, "--out", tmp_path / "clips")
    assert result.code == 2 and "Give the frame rate, or the video" in result.err
    result = run("import", pare)
    assert result.code == 2 and "--out FOLDER" in result.err


def test_one_bad_file_does_not_keep_the_others_out(run, pare, tmp_path):
    bad = tmp_path / "bad.pkl"
    bad.write_bytes(pickle.dumps({"some": "thing"}))
    result = run("import", bad, pare, "--fps", 30, "--out", tmp_path / "clips")
    assert result.code == 2
    assert "bad.pkl is not a result of a tool" in result.err
    assert (tmp_path / "clips" / "pare_output_person1.npz").exists()


def test_a_batch_lists_its_failures_at_the_end(tmp_path, capfd, monkeypatch):
    whole = batch.estimate_folder

    def small(folder, out, options, progress, on_event):
        out.mkdir(exist_ok=True)
        return whole(folder, out, options, progress, on_event=on_event, work=pretend,
                     executor=ProcessExecutor(1))  # fmt: skip

    monkeypatch.setattr(estimate_folder, "estimate_folder", small)
    folder = videos(tmp_path / "in", a="quick", b="nobody")
    with pytest.raises(typer.Exit) as left:
        estimate_folder.run(folder, tmp_path / "out")
    assert left.value.exit_code == estimate_folder.SOME_FAILED
    out, err = capfd.readouterr()
    assert out.splitlines()[0].endswith("a_pretend_person1.npz")
    assert "b.mp4: Nobody is in it.\n  Film somebody." in err
    assert "1 video estimated, 1 failed" in err
