"""The originals' filter, number for number, and what is used instead of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core import rotation
from core.estimators import blur, smoothing


@pytest.mark.parametrize(("beta", "name"), [(0.7, "b07"), (1.0, "b10")])
def test_the_one_euro_filter_is_the_originals(shared: Path, beta: float, name: str) -> None:
    with np.load(shared / "golden" / "vibe" / "utils.npz") as data:
        found = smoothing.one_euro(data["euro_in"], beta=beta)
        assert np.allclose(found, data[f"euro_out_mc0004_{name}"], atol=1e-5)


def test_the_filter_over_true_seconds_does_not_depend_on_the_frame_rate() -> None:
    slow = np.arange(0, 2, 1 / 30)
    fast = np.arange(0, 2, 1 / 120)
    out = [
        smoothing.one_euro(np.sin(2 * t), min_cutoff=1.0, beta=0.5, times=t) for t in (slow, fast)
    ]
    assert np.abs(out[0] - out[1][::4][: len(slow)]).max() < 0.06


def turning(times: np.ndarray) -> np.ndarray:
    """Somebody turning about the vertical, upside down as in VIBE: past the seam of axis-angle."""
    angles = np.zeros((len(times), 24, 3))
    angles[:, 1, 0] = 0.5 * np.sin(3 * times)
    rotmats = rotation.rotvec_to_rotmat(angles)
    turn = np.column_stack([0 * times, 2.0 * times, 0 * times])
    rotmats[:, 0] = rotation.rotvec_to_rotmat(turn) @ np.diag([1.0, -1, -1])
    return np.asarray(rotmats)


def degrees(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    turn = rotation.rotmat_to_rotvec(np.swapaxes(a, -1, -2) @ b)
    return np.asarray(np.degrees(np.linalg.norm(turn, axis=-1)))


def test_smoothing_takes_noise_away_and_does_not_lag() -> None:
    times = np.arange(90) / 30
    true = turning(times)
    noise = np.random.default_rng(1).normal(0, np.radians(5), (90, 24, 3))
    noisy = true @ rotation.rotvec_to_rotmat(noise)
    smooth = smoothing.smoothed(noisy, times, np.ones(90), times)
    assert degrees(smooth, true).mean() < 0.65 * degrees(noisy, true).mean()
    assert degrees(smooth, true)[:, 0].max() < 12  # over the seam, too
    assert degrees(smoothing.smoothed(true, times, np.ones(90), times), true).max() < 1.0


def test_the_originals_smoothing_breaks_at_the_seam_where_ours_does_not() -> None:
    times = np.arange(60) / 30
    true = turning(times)
    official = smoothing.officially_smoothed(true, "vibe")
    assert degrees(official, true)[:, 0].max() > 15
    ours = smoothing.smoothed(true, times, np.ones(60), times)
    assert degrees(ours, true)[:, 0].max() < 1


@pytest.mark.parametrize("estimator", ["vibe", "pare"])
def test_officially_smoothed_bodies_are_made_of_rotations(estimator: str) -> None:
    found = smoothing.officially_smoothed(turning(np.arange(20) / 30), estimator)
    assert np.allclose(found @ np.swapaxes(found, -1, -2), np.eye(3), atol=1e-6)
    assert np.allclose(np.linalg.det(found), 1)


def test_frames_between_are_on_the_way_from_one_to_the_other() -> None:
    times = np.array([0.0, 1.0, 2.0])
    rotmats = rotation.rotvec_to_rotmat(np.array([[0, 0, 0], [0, 1.0, 0], [0, 1.0, 0]]))
    found = smoothing.between(rotmats, times, np.array([0.0, 0.25, 1.5, 2.0]))
    assert np.allclose(rotation.rotmat_to_rotvec(found)[:, 1], [0, 0.25, 1, 1])


def test_sharpness_is_relative_to_the_frames_around() -> None:
    times = np.arange(300) / 30
    sharpness = np.where(times < 5, 100.0, 400.0)  # the light goes on
    sharpness[[50, 51, 200]] *= 0.3
    found = blur.relative_sharpness(sharpness, times)
    assert np.allclose(found[[50, 51, 200]], 0.3)
    assert (np.delete(found, [50, 51, 200])[:140] == 1).all() and found[250] == 1
    assert blur.relative_sharpness([5.0], [0.0]).tolist() == [1]
    assert blur.relative_sharpness(np.zeros(9), np.arange(9)).tolist() == [0] * 9
