"""Errors put into a motion on purpose are found again, with their sign and size."""

from __future__ import annotations

import numpy as np
import pytest

from core.body import joint_positions
from core.compare import CompareOptions, compare
from core.compare.joint_angles import JOINT_ANGLES, joint_angle, peak_flexion
from core.compare.quality import clip_quality
from core.compare.timing import FRAME_IDS
from core.datasets.demo import generate
from core.errors import StudioError
from core.motion import Motion
from core.rotation import rotmat_to_rotvec, rotvec_to_rotmat
from core.skeleton import JOINT_INDEX

LEFT_KNEE, RIGHT_KNEE = JOINT_INDEX["left_knee"], JOINT_INDEX["right_knee"]


@pytest.fixture(scope="module")
def squat() -> Motion:
    return generate("squat down", 3, 60)


def with_knees(motion: Motion, share: float) -> Motion:
    poses = motion.poses.copy()
    poses[:, [LEFT_KNEE, RIGHT_KNEE]] *= share
    return motion.replace(poses=poses)


def turned(motion: Motion, degrees: float) -> Motion:
    angle = np.radians(degrees)
    c, s = np.cos(angle), np.sin(angle)
    turn = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
    poses = motion.poses.copy()
    poses[:, 0] = rotmat_to_rotvec(turn @ rotvec_to_rotmat(poses[:, 0].astype(np.float64)))
    return motion.replace(poses=poses, trans=(motion.trans @ turn.T).astype(np.float32))


def test_knees_that_bend_too_little_are_found_with_their_size(squat):
    weak = with_knees(squat, 0.7)
    comparison = compare([squat, weak], CompareOptions(space="heading"))
    deepest = float(np.degrees(np.linalg.norm(squat.poses[:, LEFT_KNEE], axis=1)).max())
    assert comparison.angle[1, :, LEFT_KNEE].max() == pytest.approx(0.3 * deepest, abs=0.05)
    others = [j for j in range(24) if j not in (LEFT_KNEE, RIGHT_KNEE)]
    assert comparison.angle[1][:, others].max() < 0.01
    worst = comparison.worst(1, 2)
    assert {moment.joint for moment in worst} == {LEFT_KNEE, RIGHT_KNEE}
    assert worst[0].first <= worst[0].peak_frame <= worst[0].last
    assert worst[0].value == pytest.approx(comparison.peak(1))
    assert peak_flexion(weak) < peak_flexion(squat) - 0.25 * deepest


def test_a_heading_is_found_with_its_sign_and_taken_out(squat):
    off = turned(squat, 25.0)
    as_is = compare([squat, off], CompareOptions(space="root"))
    assert as_is.angle[1, :, 0].mean() == pytest.approx(25.0, abs=0.05)
    comparison = compare([squat, off], CompareOptions(space="heading"))
    assert comparison.heading[1] == pytest.approx(-25.0, abs=0.05)
    assert comparison.peak(1) < 0.05
    assert comparison.position[1].max() < 0.5
    assert comparison.space_text == "root + heading"


def test_a_shift_in_time_is_found_with_its_sign(squat):
    late = squat.sliced(5, 60)  # begins five frames into the action
    comparison = compare([squat, late], CompareOptions(timing="shift", space="root"))
    assert comparison.timing_text == "best shift: +5 frames"
    assert comparison.frames[1, :5].tolist() == [-1] * 5
    assert comparison.peak(1) < 0.05
    other = compare([late, squat], CompareOptions(timing="shift", space="root"))
    assert other.timing_text == "best shift: -5 frames"


def test_a_slower_clip_is_laid_over_by_warping(squat):
    from core.export.resample import resampled

    slow = resampled(squat, 45.0).replace(fps=30.0)
    plain = compare([squat, slow], CompareOptions(space="root"))
    warped = compare([squat, slow], CompareOptions(space="root", timing="warp"))
    assert warped.mean(1) < 0.25 * plain.mean(1)
    assert np.all(np.diff(warped.frames[1]) >= 0)


def test_jitter_of_a_known_size_is_measured(squat):
    rng = np.random.default_rng(0)
    sigma = 0.01
    noise = rng.normal(0, sigma, squat.trans.shape)
    shaky = squat.replace(trans=(squat.trans + noise).astype(np.float32))
    before, after = clip_quality(squat), clip_quality(shaky)
    expected = 1e3 * sigma * np.sqrt(6) * np.sqrt(8 / np.pi)  # mean length of N(0, 6 sigma^2 I)
    gained = np.hypot(after.value("jitter"), 0) - before.value("jitter")
    assert gained == pytest.approx(expected, rel=0.25)
    assert after.value("jerk") > before.value("jerk")


def test_a_body_under_the_floor_is_measured(squat):
    low = squat.replace(trans=squat.trans - np.float32([0, 0.05, 0]))
    apart = clip_quality(low).value("floor penetration")
    assert apart - clip_quality(squat).value("floor penetration") == pytest.approx(50, abs=3)


def test_inferred_frames_are_counted(squat):
    gaps = squat.replace(inferred=(4, 5, 6))
    assert clip_quality(gaps).value("inferred frames") == 3
    assert clip_quality(squat).value("inferred frames") == 0


def test_frame_ids_of_one_video_lay_clips_beside_each_other(squat):
    def seen(first: int, stop: int) -> Motion:
        part = squat.sliced(first, stop)
        return part.with_channels(**{FRAME_IDS: np.arange(first, stop, dtype=np.float32)})

    comparison = compare([seen(0, 50), seen(10, 60)], CompareOptions())
    assert comparison.num_frames == 60
    assert comparison.frames[0, -10:].tolist() == [-1] * 10
    assert comparison.frames[1, 10] == 0
    assert comparison.peak(1) < 1e-3
    assert comparison.timing_text == "same frames of the video"
    assert np.isnan(comparison.angle[1, :10]).all()


def test_offsets_move_a_clip_on_the_clock(squat):
    comparison = compare([squat, squat], CompareOptions(offsets=(0, 4)))
    assert comparison.num_frames == 64
    assert comparison.frames[1, :5].tolist() == [-1, -1, -1, -1, 0]


def test_procrustes_takes_out_turn_place_and_size(squat):
    moved = turned(squat, 70.0)
    moved = moved.replace(trans=moved.trans + np.float32([2, 0.3, -1]))
    comparison = compare([squat, moved], CompareOptions(space="procrustes"))
    assert comparison.position[1].max() < 1.0
    assert comparison.scale[1] == pytest.approx(1.0, abs=1e-3)


def test_procrustes_measures_with_the_whole_body_scaled(squat):
    """A taller person in the same poses is the same motion but for its size."""
    tall = squat.replace(betas=np.array([2.5] + [0.0] * 9, np.float32))
    rigid = compare([squat, tall], CompareOptions(space="root"))
    comparison = compare([squat, tall], CompareOptions(space="procrustes"))
    a, b = (joint_positions(m)[:, [0, 15]] for m in (squat, tall))
    size = np.linalg.norm(np.diff(a, axis=1)) / np.linalg.norm(np.diff(b, axis=1))
    assert comparison.scale[1] == pytest.approx(size, abs=0.03)
    assert comparison.mean_position(1) < 0.35 * rigid.mean_position(1)


def test_every_angle_is_small_at_rest_and_raised_arms_count_up():
    rest = Motion(poses=np.zeros((2, 24, 3), np.float32), trans=np.zeros((2, 3), np.float32))
    for name in JOINT_ANGLES:
        value = float(joint_angle(rest, name)[0])
        assert value < (130 if "raise" in name else 90 if "ankle" in name else 30), name
    bent = rest.poses.copy()
    bent[:, LEFT_KNEE, 0] = np.radians(60)
    gained = joint_angle(rest.replace(poses=bent), "left knee flexion")[0]
    straight = joint_angle(rest, "left knee flexion")[0]
    assert gained - straight == pytest.approx(60, abs=6)


def test_one_clip_and_unknown_words_are_sentences(squat):
    with pytest.raises(StudioError, match="at least two"):
        compare([squat])
    with pytest.raises(StudioError, match="not one of"):
        CompareOptions(space="sideways")
    with pytest.raises(StudioError, match="offsets"):
        compare([squat, squat], CompareOptions(offsets=(1,)))
    with pytest.raises(StudioError, match="no angle 'tail'"):
        joint_angle(squat, "tail")
