"""Feet that stand are found, feet that swing are not, and the user's keys are values to edit."""

from __future__ import annotations

import numpy as np
import pytest

from core.body import joint_positions
from core.cleanup.clean import clean
from core.cleanup.contacts import Contacts, find_contacts
from core.cleanup.signals import smoothstep
from core.cleanup.stance import stance
from core.cleanup.two_bone import legs_reach
from core.errors import StudioError
from core.motion import Motion
from core.rotation import rotmat_to_rotvec
from tests.core.cleanup.motions import jogging, real, standing


def test_somebody_who_stands_stands_on_both_feet():
    contacts = find_contacts(standing())
    assert contacts.left.all()
    assert contacts.right.all()


def test_a_lifted_foot_does_not_stand():
    motion = standing()
    poses = motion.poses.copy()
    lift = np.clip(np.sin((np.arange(60) - 15) / 30 * np.pi), 0, 1)  # frames 15 to 45
    poses[:, 1, 0] -= 1.2 * lift
    poses[:, 4, 0] += 1.2 * lift
    contacts = find_contacts(motion.replace(poses=poses))
    assert contacts.right.all()
    assert contacts.left[:14].all()
    assert not contacts.left[20:40].any()
    assert contacts.left[47:].all()


def test_a_body_in_the_air_stands_nowhere_unless_it_always_does():
    motion = standing()
    trans = motion.trans.copy()
    trans[20:32, 1] += 0.5 * np.sin(np.linspace(0, np.pi, 12))
    jump = motion.replace(trans=trans)
    assert not find_contacts(jump).both[23:29].any()
    assert find_contacts(jump, always=True).both.any(axis=1).all()


def test_walkers_stand_on_each_foot_in_turn():
    for clip in real({"walk": 2}):
        both = find_contacts(clip).both
        assert 0.4 < both.mean() < 0.75
        assert both.any(axis=1).mean() > 0.85
        assert 0.05 < both.all(axis=1).mean() < 0.5


def test_contacts_do_not_flicker():
    for first, stop in find_contacts(jogging()).spans("left"):
        assert stop - first >= 3 or first == 0 or stop == 90


def test_keys_are_edited_into_new_values():
    contacts = Contacts(np.zeros(10, bool), np.ones(10, bool))
    edited = contacts.with_key("left", 2, 5, True).with_key("right", 8, 99, False)
    assert edited.spans("left") == [(2, 5)]
    assert edited.spans("right") == [(0, 8)]
    assert not contacts.left.any()
    with pytest.raises(ValueError, match="read-only"):
        contacts.left[0] = True
    with pytest.raises(StudioError, match="left or right"):
        contacts.with_key("up", 0, 1, True)
    with pytest.raises(StudioError, match="same length"):
        Contacts(np.zeros(3, bool), np.zeros(4, bool))


def test_contacts_travel_in_the_motion_s_channels():
    motion = standing()
    contacts = find_contacts(motion).with_key("left", 10, 20, False)
    kept = Contacts.of(motion.with_channels(**contacts.channels))
    assert kept is not None
    np.testing.assert_array_equal(kept.both, contacts.both)
    assert Contacts.of(motion) is None


def upside_down(motion: Motion) -> Motion:
    """Turn a standing body about, its hands on the floor: a handstand of a kind."""
    poses = motion.poses.copy()
    poses[:, 0] = [0.0, 0.0, np.pi]
    poses[:, 16, 2], poses[:, 17, 2] = 1.5, -1.5
    hands = joint_positions(motion.replace(poses=poses))[:, [22, 23], 1].min()
    return motion.replace(poses=poses, trans=motion.trans - [0.0, hands - 0.05, 0.0])


def test_feet_held_still_in_the_air_do_not_stand():
    handstand = upside_down(standing(120))
    assert not find_contacts(handstand).both.any()
    cleaned = clean(handstand).motion
    hands = joint_positions(cleaned)[:, [22, 23], 1].min(axis=1)
    assert np.abs(hands - 0.05).max() < 0.02


def test_a_slow_flat_step_beside_a_standing_foot_is_no_contact():
    """A foot pushed along the floor by 20 cm in 0.4 s: low throughout, never fast."""
    motion = standing(90)
    local = stance(motion)
    targets = local.joints[:, [7, 8]].copy()
    targets[:, 1, 2] += 0.2 * smoothstep((np.arange(90) - 40) / 12)
    poses = rotmat_to_rotvec(legs_reach(local, targets))
    contacts = find_contacts(motion.replace(poses=poses))
    assert contacts.left.all()
    assert not contacts.right[44:49].any()
    assert contacts.right[:38].all()
    assert contacts.right[55:].all()
