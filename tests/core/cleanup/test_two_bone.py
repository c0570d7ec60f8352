"""Legs reach their targets, keep their feet's orientation, and knees do not pop."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.body.kinematics import forward_kinematics
from core.cleanup.stance import ANKLES, HIPS, KNEES, stance
from core.cleanup.two_bone import legs_reach, reached
from tests.core.cleanup.motions import jogging, standing


def posed_again(posed, local, trans):
    return forward_kinematics(local, posed.rest_joints, trans)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_targets_within_reach_are_reached_and_feet_keep_their_turn(seed):
    motion = jogging()
    posed = stance(motion)
    moved = np.random.default_rng(seed).uniform(-0.06, 0.06, size=(90, 2, 3))
    ankles = posed.joints[:, list(ANKLES)]
    hips, knees = posed.joints[:, list(HIPS)], posed.joints[:, list(KNEES)]
    length = np.linalg.norm(knees - hips, axis=-1) + np.linalg.norm(ankles - knees, axis=-1)
    targets = ankles + moved
    within = np.linalg.norm(targets - hips, axis=-1) < 0.96 * length
    world, joints = posed_again(posed, legs_reach(posed, targets), motion.trans.astype(float))
    off = np.linalg.norm(joints[:, list(ANKLES)] - targets, axis=-1)
    assert off[within].max() < 1e-6
    for ankle in ANKLES:
        np.testing.assert_allclose(world[:, ankle], posed.world[:, ankle], atol=1e-9)
    others = [j for j in range(24) if j not in (4, 5, 7, 8, 10, 11)]
    np.testing.assert_allclose(joints[:, others], posed.joints[:, others], atol=1e-9)


def test_a_leg_asked_nothing_stays_bit_for_bit():
    posed = stance(jogging())
    np.testing.assert_array_equal(legs_reach(posed, posed.joints[:, list(ANKLES)]), posed.local)


@pytest.mark.parametrize("bend", [0.0, 0.02, -0.06, 0.3])
def test_a_target_pulled_beyond_reach_does_not_pop_the_knee(bend):
    frames = 120
    motion = standing(frames)
    poses = np.zeros((frames, 24, 3))
    poses[:, [4, 5], 0] = bend
    posed = stance(motion.replace(poses=poses))
    pull = np.linspace(-0.03, 0.12, frames)
    targets = posed.joints[:, list(ANKLES)] - [0, 1, 0] * pull[:, None, None]
    local = legs_reach(posed, targets)
    knee = np.degrees(np.linalg.norm(local[:, 4] - np.eye(3), axis=(1, 2)) / np.sqrt(2))
    assert np.abs(np.diff(knee)).max() < 3.0  # a step of 1.26 mm


def test_distance_is_eased_near_full_length_only():
    wanted = np.linspace(0.5, 1.2, 701)
    length = np.ones(701)
    got = reached(wanted, np.full(701, 0.7), length)
    np.testing.assert_array_equal(got[wanted < 0.965], wanted[wanted < 0.965])
    assert got.max() <= 0.998
    assert (np.diff(got) >= 0).all()
    # a leg that was straight, and is not asked to move, stays straight
    assert reached(np.array([1.0]), np.array([1.0]), np.ones(1))[0] == 1.0
