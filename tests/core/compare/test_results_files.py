"""Made and captured motion in VIBE's and PARE's own layouts: known errors found, sign and size."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.compare import CompareOptions, compare
from core.compare.joint_angles import joint_angle
from core.compare.quality import clip_quality
from core.datasets.demo import generate
from core.estimators.results import inspect, load_people
from core.motion import Motion
from core.rotation import rotmat_to_rotvec, rotvec_to_rotmat
from core.skeleton import JOINT_INDEX
from tests.core.estimators.results.layouts import joblib_dump, vibe_like

LEFT_KNEE, RIGHT_KNEE = JOINT_INDEX["left_knee"], JOINT_INDEX["right_knee"]
ROOT_AND_HEADING = CompareOptions(space="heading")


MOCAP = Path(__file__).resolve().parents[4] / "shared" / "mocap" / "smpl24_bandai_30fps.npz"


@pytest.fixture(scope="module", params=["made", "captured"])
def truth(request) -> Motion:
    """A squat of the generator, and a captured run of the Bandai-Namco set, 60 frames each."""
    if request.param == "made":
        return generate("squat down", 3, 60)
    if not MOCAP.exists():
        pytest.skip("the shared motion capture is not on this machine")
    with np.load(MOCAP, allow_pickle=False) as pack:
        lengths, labels = pack["lengths"], pack["labels"]
        clip = next(k for k in range(len(labels)) if labels[k] == "run" and lengths[k] >= 60)
        start = int(lengths[:clip].sum())
        return Motion(
            poses=pack["poses"][start : start + 60].astype(np.float32),
            trans=pack["trans"][start : start + 60], fps=30.0,
        )  # fmt: skip


def through_file(motion: Motion, tool: str, folder: Path, ids: np.ndarray | None = None) -> Motion:
    """Write a motion as the tool does, in the frames ``ids``, and import the file."""
    ids = np.arange(motion.num_frames) if ids is None else ids
    path = folder / f"{tool}_output.pkl"
    joblib_dump(vibe_like([motion], tool == "pare", [ids]), path)
    return load_people(inspect(path), fps=30.0, level=False)[0]


@pytest.fixture(scope="module")
def pare(truth, tmp_path_factory) -> Motion:
    return through_file(truth, "pare", tmp_path_factory.mktemp("pare"))


def test_knees_bent_to_70_percent_are_found_in_the_vibe_file(truth, pare, tmp_path):
    poses = truth.poses.copy()
    poses[:, [LEFT_KNEE, RIGHT_KNEE]] *= 0.7
    vibe = through_file(truth.replace(poses=poses), "vibe", tmp_path)
    comparison = compare([vibe, pare], ROOT_AND_HEADING)
    assert comparison.timing_text == "same frames of the video"
    turn = np.degrees(np.linalg.norm(truth.poses[:, LEFT_KNEE], axis=1))
    np.testing.assert_allclose(comparison.angle[1, :, LEFT_KNEE], 0.3 * turn, atol=0.05)
    assert {m.joint for m in comparison.worst(1, 2)} == {LEFT_KNEE, RIGHT_KNEE}
    missing = joint_angle(pare, "left knee flexion") - joint_angle(vibe, "left knee flexion")
    assert missing.max() == pytest.approx(0.3 * turn.max(), rel=0.1)  # PARE bends further


def test_a_heading_off_by_20_degrees_is_found(truth, pare, tmp_path):
    angle = np.radians(20.0)
    c, s = np.cos(angle), np.sin(angle)
    turn = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
    poses = truth.poses.copy()
    poses[:, 0] = rotmat_to_rotvec(turn @ rotvec_to_rotmat(poses[:, 0].astype(np.float64)))
    vibe = through_file(truth.replace(poses=poses), "vibe", tmp_path)
    comparison = compare([pare, vibe], ROOT_AND_HEADING)
    assert comparison.heading[1] == pytest.approx(-20.0, abs=0.3)
    assert comparison.angle[1, :, 0].max() < 0.5


@pytest.mark.parametrize("late", [5, -5])
def test_a_shift_of_five_frames_is_found_with_its_sign(truth, pare, tmp_path, late):
    rows = np.clip(np.arange(60) - late, 0, 59)
    vibe = through_file(truth.replace(poses=truth.poses[rows], trans=truth.trans[rows]),
                        "vibe", tmp_path)  # fmt: skip
    comparison = compare([pare, vibe], CompareOptions(space="heading", timing="shift"))
    assert comparison.timing_text == f"best shift: {-late:+d} frames"
    assert comparison.mean(1) < 0.2


def test_jitter_of_two_degrees_is_found_with_its_size(truth, pare, tmp_path):
    noise = np.random.default_rng(0).normal(0, np.radians(2.0), truth.poses.shape)
    vibe = through_file(truth.replace(poses=truth.poses + noise), "vibe", tmp_path)
    shaking = clip_quality(vibe).value("tremble")
    assert shaking == pytest.approx(2.0, rel=0.15)
    assert clip_quality(pare).value("tremble") < 0.2
    more = clip_quality(vibe).value("jitter") - clip_quality(pare).value("jitter")
    assert more > 30  # mm a frame squared; a run has 20 of its own


def test_missing_frames_are_counted_and_lie_beside_the_right_ones(truth, pare, tmp_path):
    ids = np.setdiff1d(np.arange(4, 60), [20, 21, 22, 40])
    vibe = through_file(truth, "vibe", tmp_path, ids)
    assert clip_quality(vibe).value("inferred frames") == 4
    comparison = compare([pare, vibe], ROOT_AND_HEADING)
    assert comparison.frames[1, :5].tolist() == [-1, -1, -1, -1, 0]  # it begins at frame 4
    seen = np.setdiff1d(ids, [])
    assert comparison.angle[1, seen].max() < 0.1


@pytest.mark.parametrize("degrees", [12.0, -12.0])
def test_a_knee_bent_too_far_or_too_little_is_found_with_its_sign(truth, pare, tmp_path, degrees):
    """The offset is put about the knee's own axis, where it is bent by at least 30 degrees."""
    turns = truth.poses[:, LEFT_KNEE].astype(np.float64)
    bend = np.linalg.norm(turns, axis=1)
    bent = np.degrees(bend) > 30
    assert bent.sum() >= 5
    poses = truth.poses.copy()
    poses[:, LEFT_KNEE] += np.radians(degrees) * turns / np.maximum(bend, 1e-6)[:, None]
    vibe = through_file(truth.replace(poses=poses), "vibe", tmp_path)
    comparison = compare([pare, vibe], ROOT_AND_HEADING)
    np.testing.assert_allclose(comparison.angle[1, bent, LEFT_KNEE], abs(degrees), atol=0.1)
    found = joint_angle(vibe, "left knee flexion") - joint_angle(pare, "left knee flexion")
    assert np.median(found[bent]) == pytest.approx(degrees, abs=2.5)
    untouched = joint_angle(vibe, "right knee flexion") - joint_angle(pare, "right knee flexion")
    assert np.abs(untouched).max() < 0.5


@pytest.mark.parametrize("metres", [0.2, -0.2])
@pytest.mark.parametrize("axis", [0, 1])
def test_a_root_that_jumps_is_found_with_its_direction(truth, pare, tmp_path, metres, axis):
    """The cameras of the files place the root; depth is left out, which weak cameras smooth."""
    trans = truth.trans.copy()
    trans[30:, axis] += metres
    vibe = through_file(truth.replace(trans=trans), "vibe", tmp_path)
    comparison = compare([pare, vibe], CompareOptions(space="none"))
    first, second = (motion.trans[:, axis] for motion in comparison.aligned)
    apart = second - first
    step = np.median(apart[30:]) - np.median(apart[:30])
    assert step == pytest.approx(metres, abs=0.01)
    assert comparison.angle[1].max() < 0.1
    gone = compare([pare, vibe], CompareOptions(space="root"))
    assert gone.mean_position(1) < 5


def test_a_range_of_motion_of_80_percent_is_found_in_the_pare_file(truth, tmp_path):
    elbow = JOINT_INDEX["right_elbow"]
    poses = truth.poses.copy()
    middle = poses[:, elbow].mean(axis=0)
    poses[:, elbow] = middle + 0.8 * (poses[:, elbow] - middle)
    vibe = through_file(truth, "vibe", tmp_path)
    weak = through_file(truth.replace(poses=poses), "pare", tmp_path)
    whole, less = (clip_quality(m).range_of_motion["right elbow flexion"] for m in (vibe, weak))
    assert less / whole == pytest.approx(0.8, abs=0.06)
