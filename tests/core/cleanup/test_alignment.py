"""Clips that lean are put upright, upright ones are left alone, and jumps stay jumps."""

from __future__ import annotations

import numpy as np
import pytest

from core.body import joint_positions
from core.cleanup.alignment import Tilt, find_tilt, levelled, on_floor
from core.cleanup.contacts import find_contacts
from core.cleanup.stance import stance
from core.motion import Motion
from core.rotation import rotvec_to_rotmat
from tests.core.cleanup.motions import real, standing


def leaning(motion: Motion, degrees: float, axis: tuple[float, float, float]) -> Motion:
    turn = np.radians(degrees) * np.array(axis)
    return levelled(motion, Tilt((float(turn[0]), float(turn[1]), float(turn[2])), "floor"))


def test_turning_a_clip_turns_every_joint_about_its_first_place():
    motion = standing(20, sway=0.1)
    turned = leaning(motion, 30, (1, 0, 0))
    rotmat = rotvec_to_rotmat(np.array([np.radians(30.0), 0, 0]))
    before, after = joint_positions(motion), joint_positions(turned)
    start = before[0, 0]
    np.testing.assert_allclose(after, start + (before - start) @ rotmat.T, atol=1e-5)


@pytest.mark.parametrize("label", ["walk", "turn_left", "walk_back"])
@pytest.mark.parametrize("degrees", [-12.0, 8.0])
def test_a_leaning_walk_is_put_upright_by_the_places_it_stood_on(label, degrees):
    for clip in real({label: 2}):
        along = clip.trans[-1] - clip.trans[0]
        across = np.array([along[2], 0.0, -along[0]]) / np.hypot(along[0], along[2])
        spoilt = leaning(clip, degrees, tuple(across))
        tilt = find_tilt(spoilt, find_contacts(clip))
        assert tilt.shown_by in ("path", "floor")
        up = rotvec_to_rotmat(np.array(tilt.turn)) @ rotvec_to_rotmat(np.radians(degrees) * across)
        assert np.degrees(np.arccos(np.clip(up[1, 1], -1, 1))) < 1.5


@pytest.mark.parametrize("degrees", [-14.0, 10.0])
def test_a_walk_that_leans_sideways_is_put_upright_by_its_weight(degrees):
    for clip in real({"walk": 2, "walk_left": 1}):
        along = clip.trans[-1] - clip.trans[0]
        along = np.array([along[0], 0.0, along[2]]) / np.hypot(along[0], along[2])
        tilt = find_tilt(leaning(clip, degrees, tuple(along)), find_contacts(clip))
        up = rotvec_to_rotmat(np.array(tilt.turn)) @ rotvec_to_rotmat(np.radians(degrees) * along)
        assert np.degrees(np.arccos(np.clip(up[1, 1], -1, 1))) < 2.5


def test_upright_clips_stay_untouched():
    labels = {"walk": 3, "run": 2, "turn_left": 2, "kick": 3, "punch": 3, "bow": 2, "dash": 2}
    for clip in real(labels):
        assert find_tilt(clip, find_contacts(clip)).turn == (0.0, 0.0, 0.0)


def test_somebody_on_the_spot_is_put_upright_by_their_weight_when_the_tilt_is_large():
    motion = standing()
    tilt = find_tilt(leaning(motion, 25, (0, 0, 1)), find_contacts(motion))
    assert tilt.shown_by == "weight"
    assert abs(tilt.degrees - 25) < 8
    assert find_tilt(leaning(motion, 4, (0, 0, 1)), find_contacts(motion)).degrees == 0


def test_the_floor_comes_under_the_feet_and_a_jump_stays_a_jump():
    motion = standing(90)
    trans = motion.trans.copy()
    trans[:, 1] += 0.4 + np.linspace(0, 0.1, 90)
    trans[40:52, 1] += 0.5 * np.sin(np.linspace(0, np.pi, 12))
    spoilt = motion.replace(trans=trans)
    placed = on_floor(spoilt, find_contacts(spoilt))
    height = stance(placed).sole_height.min(axis=1)
    assert np.abs(height[:38]).max() < 0.02
    assert np.abs(height[54:]).max() < 0.02
    assert 0.4 < height.max() < 0.6
