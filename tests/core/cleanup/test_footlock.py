"""Standing feet stand still, the rest of the motion flows, and nothing pops or sinks."""

from __future__ import annotations

import numpy as np
import pytest

from core.body import joint_positions
from core.cleanup.contacts import Contacts, find_contacts
from core.cleanup.footlock import lock_feet, slides, weight_on_sole
from core.cleanup.measures import foot_slide, knee_pop, off_floor, slide_speed
from core.cleanup.stance import stance
from core.motion import Motion
from core.rotation import rotmat_to_rotvec, rotvec_to_rotmat
from tests.core.cleanup.motions import jogging, real, standing

BOTH = Contacts(np.ones(60, bool), np.ones(60, bool))


def test_a_swaying_root_over_standing_feet_is_held():
    motion = standing(sway=0.03)
    locked = lock_feet(motion, BOTH)
    assert foot_slide(stance(motion), BOTH, 30) > 5
    assert foot_slide(stance(locked), BOTH, 30) < 0.3
    assert off_floor(stance(locked), BOTH) < 0.1


def test_feet_that_stand_are_still_and_the_rest_hardly_changes():
    for clip in real({"walk": 1, "walk_back": 1, "kick": 1}):
        noise = np.random.default_rng(0).normal(scale=0.01, size=clip.trans.shape) * [1, 0, 1]
        noisy = clip.replace(trans=clip.trans + noise)
        contacts = find_contacts(clip)
        locked = lock_feet(noisy, contacts)
        before, after = (foot_slide(stance(m), contacts, 30) for m in (noisy, locked))
        assert after < 0.1 * before
        assert knee_pop(stance(locked), 30) < 1.3 * knee_pop(stance(clip), 30) + 2
        hands = joint_positions(locked)[:, [20, 21]] - joint_positions(clip)[:, [20, 21]]
        assert np.linalg.norm(hands, axis=-1).mean() < 0.02


def test_an_estimate_that_creeps_is_held_by_the_root_and_not_by_the_legs():
    motion = standing(300)
    trans = motion.trans.copy()
    trans[:, 2] += np.linspace(0, 0.6, 300)
    contacts = Contacts(np.ones(300, bool), np.ones(300, bool))
    locked = lock_feet(motion.replace(trans=trans), contacts)
    assert foot_slide(stance(locked), contacts, 30) < 0.3
    assert np.ptp(locked.trans[:, 2]) < 0.2


def test_a_foot_rolls_over_its_toe_without_sliding():
    """Heel lifts while the toe stays: a lock of the ankle alone would drag the toe."""
    motion = standing()
    poses = motion.poses.copy()
    lift = np.linspace(0, 0.5, 60)
    poses[:, 7, 0] += lift
    contacts = Contacts(np.ones(60, bool), np.zeros(60, bool))
    locked = lock_feet(motion.replace(poses=poses), contacts)
    posed = stance(locked)
    assert foot_slide(posed, contacts, 30) < 0.3
    heel = posed.soles[:, 0, 0, 1]
    assert heel[-1] - heel[0] > 0.05


def test_corrections_fade_where_a_foot_lets_go():
    motion = standing(90, sway=0.04)
    rows = np.zeros((2, 90), bool)
    rows[0, :30] = rows[0, 60:] = True
    rows[1] = True
    locked = lock_feet(motion, Contacts(*rows))
    ankle = joint_positions(locked)[:, 7]
    before = joint_positions(motion)[:, 7]
    step = np.linalg.norm(np.diff(ankle, axis=0), axis=-1).max()
    assert step < 3 * np.linalg.norm(np.diff(before, axis=0), axis=-1).max()


def test_without_contacts_or_amount_the_very_motion_comes_back():
    motion = jogging()
    nothing = Contacts(np.zeros(90, bool), np.zeros(90, bool))
    assert lock_feet(motion, nothing) is motion
    assert lock_feet(motion, find_contacts(motion), 0.0) is motion


@pytest.mark.parametrize("num_frames", [1, 2, 3, 4])
def test_short_clips_go_through(num_frames):
    motion = standing(num_frames, sway=0.1)
    contacts = Contacts(np.ones(num_frames, bool), np.ones(num_frames, bool))
    assert lock_feet(motion, contacts).num_frames == num_frames


def test_the_weight_is_where_the_sole_is_lowest():
    motion = standing(2)
    poses = motion.poses.copy()
    poses[:, 7, 0] += 0.6  # toes down, heel up
    soles = stance(motion.replace(poses=poses)).soles
    weight = weight_on_sole(soles)
    np.testing.assert_allclose(weight.sum(axis=-1), 1)
    assert weight[0, 0].argmax() == soles[0, 0, :, 1].argmin()
    assert weight[0, 0, 0] < 0.01
    np.testing.assert_allclose(slides(soles), 0, atol=1e-12)


def turning(degrees_a_second: float, wave: bool) -> Motion:
    """Somebody who stands while their left foot is read as turning about the upright."""
    motion = standing(120)
    time = np.arange(120) / 30
    angle = np.sin(6 * time) * 0.12 if wave else np.radians(degrees_a_second) * time
    posed = stance(motion)
    turn = rotvec_to_rotmat(angle[:, None] * np.array([0.0, 1.0, 0.0]))
    poses = motion.poses.copy()
    knee = posed.world[:, 4]
    poses[:, 7] = rotmat_to_rotvec(np.swapaxes(knee, -1, -2) @ turn @ posed.world[:, 7])
    return motion.replace(poses=poses)


def test_a_flat_foot_does_not_sweep_with_its_heel():
    motion = turning(0, wave=True)
    contacts = Contacts(np.ones(120, bool), np.ones(120, bool))
    before, after = (stance(m) for m in (motion, lock_feet(motion, contacts)))
    assert slide_speed(before, 30)[:, 0].mean() > 3
    assert slide_speed(after, 30)[:, 0].mean() < 0.6
    np.testing.assert_allclose(after.soles[0, 0, :, 1], 0, atol=0.005)


def test_a_foot_that_pivots_fast_still_pivots():
    motion = turning(240, wave=False)
    contacts = Contacts(np.ones(120, bool), np.ones(120, bool))
    locked = stance(lock_feet(motion, contacts))
    soles = locked.soles[:, 0, 2] - locked.soles[:, 0, 0]
    turned = np.unwrap(np.arctan2(soles[:, 0], soles[:, 2]))
    assert np.degrees(turned[-1] - turned[0]) > 800
