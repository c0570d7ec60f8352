"""Tremble goes, fast movement stays, and nothing comes late."""

from __future__ import annotations

import numpy as np
import pytest

from core.cleanup.gaps import multiplied
from core.cleanup.measures import tremble
from core.cleanup.smoothing import shrunk, smoothed
from core.cleanup.stance import stance
from core.motion import Motion
from core.rotation import quat_to_rotvec, rotvec_to_quat
from tests.core.cleanup.motions import angles, jogging, real, standing


def trembling(motion: Motion, degrees: float, seed: int = 0) -> Motion:
    noise = np.random.default_rng(seed).normal(scale=np.radians(degrees), size=motion.poses.shape)
    quats = multiplied(rotvec_to_quat(motion.poses.astype(float)), rotvec_to_quat(noise))
    return motion.replace(poses=quat_to_rotvec(quats))


@pytest.mark.parametrize("degrees", [1.0, 3.0])
def test_tremble_goes_and_the_pose_comes_nearer_to_the_truth(degrees):
    truth = jogging()
    noisy = trembling(truth, degrees)
    calm = smoothed(noisy)
    assert tremble(stance(calm), 30) < 0.4 * tremble(stance(noisy), 30)
    assert angles(calm, truth).mean() < 0.9 * angles(noisy, truth).mean()


def test_fast_movement_of_clean_clips_stays():
    for clip in real({"punch": 1, "kick": 1, "dash": 1}):
        assert np.degrees(angles(smoothed(clip), clip)).max() < 15
        assert np.degrees(angles(smoothed(clip), clip)).mean() < 1


def test_nothing_comes_late():
    time = np.arange(120) / 60
    wave = np.sin(2 * np.pi * 1.5 * time)[:, None]
    noise = np.random.default_rng(0).normal(scale=0.05, size=wave.shape)
    calm = shrunk(wave + noise, 60.0, 0.5, 0.0, group=1)
    lags = range(-5, 6)
    fits = [float(np.sum(np.roll(calm, -lag)[10:-10] * wave[10:-10])) for lag in lags]
    assert lags[int(np.argmax(fits))] == 0


def test_half_a_turn_is_not_smeared():
    motion = standing(60)
    poses = motion.poses.copy()
    poses[:, 0, 1] = np.linspace(2.6, 3.7, 60)
    wrapped = quat_to_rotvec(rotvec_to_quat(poses))
    assert np.abs(np.diff(wrapped[:, 0, 1])).max() > 6
    turned = motion.replace(poses=wrapped)
    assert angles(smoothed(turned, 1.0), turned).max() < 0.01


def test_more_strength_smooths_more_and_none_not_at_all():
    noisy = trembling(jogging(), 2.0)
    assert smoothed(noisy, 0.0) is noisy
    calm = [tremble(stance(smoothed(noisy, s)), 30) for s in (0.1, 0.5, 1.0)]
    assert calm[0] > calm[1] > calm[2]


@pytest.mark.parametrize("num_frames", [1, 2, 4, 5, 7])
def test_short_clips_go_through(num_frames):
    assert smoothed(jogging().sliced(0, num_frames), 1.0).num_frames == num_frames
