"""Resampling keeps the motion where it was."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from core.body import joint_positions
from core.export.resample import exact_rate, resampled
from core.motion import Motion
from tests.core.export.motions import lively_motion


def test_rounded_rates_are_what_is_meant():
    assert exact_rate(29.97) == Fraction(30000, 1001)
    assert exact_rate(23.976) == Fraction(24000, 1001)
    assert exact_rate(59.94) == Fraction(60000, 1001)
    assert exact_rate(20.0) == 20
    assert exact_rate(30.0) == 30
    assert exact_rate(12.5) == Fraction(25, 2)


def test_twice_the_rate_keeps_every_old_frame():
    motion = lively_motion(31)
    twice = resampled(motion, 60.0)
    assert (twice.num_frames, twice.fps) == (61, 60.0)
    np.testing.assert_allclose(joint_positions(twice)[::2], joint_positions(motion), atol=1e-5)


def test_there_and_back_is_where_it_was():
    motion = lively_motion(31)
    back = resampled(resampled(motion, 120.0), 30.0)
    np.testing.assert_allclose(joint_positions(back), joint_positions(motion), atol=1e-5)


def test_the_same_rate_changes_nothing():
    motion = lively_motion(5)
    assert resampled(motion, 30.0) is motion


def test_a_turn_past_180_degrees_takes_the_short_way():
    poses = np.zeros((2, 24, 3))
    poses[0, 0, 1], poses[1, 0, 1] = np.radians(170), np.radians(-170)
    middle = resampled(Motion(poses=poses, trans=np.zeros((2, 3)), fps=30), 60.0).poses[1, 0]
    assert np.linalg.norm(middle) == pytest.approx(np.pi, abs=1e-5)


def test_measurements_and_bridged_frames_come_along():
    motion = lively_motion(4).replace(
        confidence=np.array([1.0, 0.5, 0.0, 1.0]),
        inferred=(2,),
        channels={"blur": np.array([0.0, 1.0, 2.0, 3.0])},
    )
    twice = resampled(motion, 60.0)
    np.testing.assert_allclose(twice.confidence, [1, 0.75, 0.5, 0.25, 0, 0.5, 1])
    np.testing.assert_allclose(twice.channels["blur"], np.arange(7) / 2)
    assert set(twice.inferred) >= {4} and set(twice.inferred) <= {3, 4, 5}


def test_a_single_frame_stays_one():
    assert resampled(lively_motion(1), 120.0).num_frames == 1
