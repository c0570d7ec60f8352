"""Flipped frames are turned back; a body that really turns is left alone."""

from __future__ import annotations

import numpy as np
import pytest

from core.body import joint_positions
from core.cleanup.flips import READINGS, find_flips, without_flips
from core.cleanup.stance import stance
from core.motion import Motion
from core.rotation import rotmat_to_rotvec, rotvec_to_rotmat
from tests.core.cleanup.motions import angles, jogging, real


def flipped(motion: Motion, reading: int, frames: slice) -> Motion:
    poses = motion.poses.copy()
    local = rotvec_to_rotmat(poses[frames].astype(np.float64))
    poses[frames] = rotmat_to_rotvec(READINGS[reading].apply(local))
    return motion.replace(poses=poses)


@pytest.mark.parametrize("reading", range(1, len(READINGS)))
@pytest.mark.parametrize("frames", [slice(20, 21), slice(20, 26), slice(0, 5), slice(85, 90)])
def test_flipped_frames_come_back(reading, frames):
    truth = jogging()
    spoilt = flipped(truth, reading, frames)
    path = find_flips(spoilt)
    assert (path > 0).sum() <= frames.stop - frames.start + 1
    error = np.linalg.norm(
        joint_positions(without_flips(spoilt, path)) - joint_positions(truth), axis=-1
    )
    # while the legs pass each other, a frame with or without exchanging them moves as well
    assert error.mean(axis=1)[path == 0].max() < 0.15
    assert (error.max(axis=1) > 0.05).sum() <= 1


def test_every_reading_is_its_own_inverse():
    local = stance(jogging()).local
    for reading in READINGS:
        np.testing.assert_allclose(reading.apply(reading.apply(local)), local, atol=1e-12)


def test_seen_from_behind_the_picture_stays_the_same():
    motion = jogging()
    pelvis = joint_positions(motion)[:, :1]
    away = flipped(motion, 1, slice(0, 90))
    there, here = (
        joint_positions(away) - joint_positions(away)[:, :1],
        joint_positions(motion) - pelvis,
    )
    swapped = here[:, [0, 2, 1, 3, 5, 4]]
    np.testing.assert_allclose(there[:, :6, :2], swapped[..., :2], atol=2e-3)


def test_real_turns_kicks_and_dashes_are_no_flips():
    labels = {"turn_left": 3, "turn_right": 3, "kick": 3, "dash": 3, "run": 3, "dance": 3}
    for clip in real(labels):
        assert not find_flips(clip).any()


def test_a_spin_of_two_turns_a_second_is_no_flip():
    motion = jogging()
    poses = motion.poses.copy()
    turn = rotvec_to_rotmat(np.arange(90)[:, None] / 30 * 2 * np.pi * 2 * np.array([0.0, 1.0, 0.0]))
    poses[:, 0] = rotmat_to_rotvec(turn @ rotvec_to_rotmat(poses[:, 0].astype(np.float64)))
    assert not find_flips(motion.replace(poses=poses)).any()


def test_one_frame_is_no_problem():
    assert find_flips(jogging().sliced(0, 1)).tolist() == [0]


def test_without_flips_the_motion_is_the_very_same():
    motion = jogging()
    assert without_flips(motion, np.zeros(90, int)) is motion
    assert angles(motion, motion).max() < 1e-3
