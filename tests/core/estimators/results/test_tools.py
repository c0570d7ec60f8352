"""A motion written as a tool stores it comes back as it was, upright and on the floor."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.body import joint_positions
from core.body.skinning import lowest_points
from core.estimators.results import inspect, load_people
from core.rotation import rotvec_to_rotmat
from tests.core.estimators.results.layouts import (
    FPS,
    HANDLESS,
    WRITERS,
    joblib_dump,
    known_motion,
    vibe_like,
)

SMOOTHED = {"vibe", "pare", "4dhumans"}  # depth of weak cameras
SEEN = SMOOTHED | {"tram"}  # by a camera: single frames may reach through the floor


def angle(a, b):
    """(T, 24) radians between rotations."""
    r = np.swapaxes(rotvec_to_rotmat(a.astype(float)), -1, -2) @ rotvec_to_rotmat(b.astype(float))
    skew = np.linalg.norm(r - np.swapaxes(r, -1, -2), axis=(-1, -2)) / np.sqrt(8)
    return np.arctan2(skew, (np.trace(r, axis1=-2, axis2=-1) - 1) / 2)


@pytest.mark.parametrize("tool", sorted(WRITERS))
def test_a_motion_comes_back(tool, tmp_path):
    motion = known_motion(hands=tool not in HANDLESS)
    found = inspect(WRITERS[tool](motion, tmp_path))
    assert found.tool == tool
    assert found.people[0].num_frames == motion.num_frames
    (back,) = load_people(found, fps=FPS)
    assert angle(back.poses, motion.poses).max() < 1e-4
    free = back.replace(betas=np.zeros(10), body_id="free")
    lowest = lowest_points(free)
    assert abs(lowest.min()) < (0.02 if tool in SEEN else 1e-3)
    joints = joint_positions(free)
    assert (joints[:, 15, 1] - joints[:, 0, 1] > 0.4).all()  # the head is above the pelvis
    limit = 0.08 if tool in SMOOTHED else 0.01 if tool in SEEN else 2e-3
    assert np.abs(back.trans - motion.trans).max() < limit
    if tool != "smpl-arrays":
        np.testing.assert_allclose(back.betas, motion.betas, atol=0.05)
    assert back.provenance.kind == "imported"
    assert back.provenance.estimator == tool


LINES = {
    "vibe": "VIBE, 1 person, 40 frames, axis-angle 24x3, camera axes",
    "pare": "PARE, 1 person, 40 frames, matrices 24x3x3, camera axes",
    "wham": "WHAM, 1 person, 40 frames, axis-angle 24x3, y up",
    "4dhumans": "4D-Humans, 1 person, 40 frames, matrices 24x3x3, camera axes, "
    "40 rows guessed by the tracker left out",
    "tram": "TRAM, 1 person, 40 frames, matrices 24x3x3, camera axes, "
    "world of the first frame's camera",
    "gvhmr": "GVHMR, 1 person, 40 frames, axis-angle 22x3, y up, SMPL-X body, 30 fps",
    "prompthmr": "PromptHMR, 1 person, 40 frames, axis-angle 55x3, y up, SMPL-X body",
    "smpl-codec": "SMPL codec file, 1 person, 40 frames, axis-angle 22x3, y up, SMPL-X body,"
    " 30 fps",
    "amass": "AMASS, 1 person, 40 frames, axis-angle 52x3, z up, SMPL-H body, 120 fps",
    "motion-session": "motion-studio session, 1 person, 40 frames, axis-angle 24x3, z up, 30 fps,"
    " as edited",
    "smpl-arrays": "SMPL arrays, 1 person, 40 frames, axis-angle 24x3, y up,"
    " the way up told by how the person stands",
}


@pytest.mark.parametrize("tool", sorted(WRITERS))
def test_the_preview_says_what_was_found(tool, tmp_path):
    motion = known_motion(hands=tool not in HANDLESS)
    assert inspect(WRITERS[tool](motion, tmp_path)).text == LINES[tool]


@pytest.mark.parametrize("name", ["pare_joblib_1.6.pkl", "pare_joblib_1.6_zlib.pkl"])
def test_files_that_joblib_itself_wrote_are_read(name):
    found = inspect(Path(__file__).with_name("data") / name)
    assert found.text == "PARE, 1 person, 3 frames, matrices 24x3x3, camera axes"
    (motion,) = load_people(found, fps=FPS)
    assert angle(motion.poses, known_motion(3).poses).max() < 1e-4


def test_three_people_of_pare(tmp_path):
    motions = [known_motion(143, seed) for seed in range(3)]
    frames = [np.arange(143)] * 3
    path = joblib_dump(vibe_like(motions, True, frames), tmp_path / "any name.pkl")
    found = inspect(path)
    assert found.text == "PARE, 3 people, 143 frames, matrices 24x3x3, camera axes"
    (second,) = load_people(found, which=["2"], fps=FPS)
    assert angle(second.poses, motions[1].poses).max() < 1e-4
    assert second.provenance.edit == "person 2"


def test_people_taken_one_by_one_stand_where_they_stand_together(tmp_path):
    motions = [known_motion(40), known_motion(30, 1)]
    motions[1] = motions[1].replace(trans=motions[1].trans + np.array([2, 0, 1], np.float32))
    frames = [np.arange(40), np.arange(30)]
    found = inspect(joblib_dump(vibe_like(motions, True, frames), tmp_path / "p.pkl"))
    together = load_people(found, fps=FPS)
    alone = load_people(found, ["2"], FPS)[0]
    np.testing.assert_array_equal(alone.trans, together[1].trans)
    apart = motions[1].trans[0] - motions[0].trans[0]
    assert np.abs((together[1].trans - together[0].trans[:30])[0] - apart)[[0, 2]].max() < 0.05


def test_gaps_are_bridged_and_marked_and_long_ones_cut(tmp_path):
    motion = known_motion(120)
    ids = np.concatenate([np.arange(10, 20), np.arange(23, 40), np.arange(80, 120)])
    path = joblib_dump(vibe_like([motion], False, [ids]), tmp_path / "vibe_output.pkl")
    found = inspect(path)
    assert found.people[0].missing == 43
    first, second = load_people(found, fps=FPS)
    assert first.num_frames == 30
    assert first.inferred == (10, 11, 12)
    assert second.num_frames == 40
    assert second.inferred == ()
    assert angle(first.poses, motion.poses[10:40]).max() < 0.05
    seen = [i for i in range(30) if i not in first.inferred]
    assert angle(first.poses, motion.poses[10:40])[seen].max() < 1e-4


def test_rows_without_numbers_become_gaps(tmp_path):
    value = vibe_like([known_motion()], True, [np.arange(40)])
    value[1]["pose"][5] = np.nan
    found = inspect(joblib_dump(value, tmp_path / "pare_output.pkl"))
    assert "1 frame without numbers left out" in found.text
    assert load_people(found, fps=FPS)[0].inferred == (5,)


def test_the_margin_of_vibes_crop_is_mended_unless_officially_wrong(tmp_path):
    motion = known_motion()
    found = inspect(WRITERS["vibe"](motion, tmp_path))

    def travelled(**options):
        (back,) = load_people(found, fps=FPS, **options)
        return np.linalg.norm(back.trans[-1] - back.trans[0])

    truth = np.linalg.norm(motion.trans[-1] - motion.trans[0])
    assert travelled() == pytest.approx(truth, rel=0.06)
    assert travelled(official=True) > 1.02 * travelled()


def test_a_frame_rate_is_asked_for_where_the_file_has_none(tmp_path):
    from core.errors import StudioError

    found = inspect(WRITERS["vibe"](known_motion(), tmp_path))
    assert found.needs_fps
    with pytest.raises(StudioError, match="how many frames a second"):
        load_people(found)
    assert not inspect(WRITERS["amass"](known_motion(), tmp_path)).needs_fps


@pytest.mark.parametrize("fps", [23.976, 60.0, 120.0])
def test_amass_keeps_its_frame_rate(fps, tmp_path):
    from tests.core.estimators.results.layouts import write_amass

    (motion,) = load_people(inspect(write_amass(known_motion(), tmp_path, fps)))
    assert motion.fps == pytest.approx(fps)
