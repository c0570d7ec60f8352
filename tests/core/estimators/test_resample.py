"""The even clock: smoothing without delay, gaps bridged, uneven times evened."""

from __future__ import annotations

import numpy as np
import pytest

from core.estimators.blazepose import resample


def test_even_times_give_their_own_rate() -> None:
    assert resample.frame_rate(np.arange(50) / 59.94) == (pytest.approx(59.94), True)


def test_uneven_times_give_the_usual_step() -> None:
    times = np.cumsum([0, *[1 / 30] * 20, *[1 / 15] * 5])
    rate, is_even = resample.frame_rate(times)
    assert rate == pytest.approx(30)
    assert not is_even


def test_a_parabola_passes_unchanged() -> None:
    times = np.arange(60) / 30
    values = 3 * times**2 - times + 2
    smooth_onto = resample.smoother(times, np.ones(60), times, 0.04)
    assert np.abs(smooth_onto(values) - values).max() < 5e-3


def test_noise_shrinks_and_nothing_is_delayed() -> None:
    times = np.arange(300) / 60
    true = np.sin(2 * np.pi * 1.5 * times)
    noisy = true + np.random.default_rng(0).normal(0, 0.1, 300)
    smooth = resample.smoother(times, np.ones(300), times, 0.04)(noisy)
    assert np.std(smooth - true) < 0.5 * np.std(noisy - true)
    shifts = [
        np.mean((smooth[10:-10] - true[10 + k : len(true) - 10 + k]) ** 2) for k in (-2, 0, 2)
    ]
    assert np.argmin(shifts) == 1


def test_a_gap_is_bridged_between_its_sides() -> None:
    times = np.concatenate([np.arange(20), np.arange(35, 60)]) / 30
    clock = np.arange(60) / 30
    smooth_onto = resample.smoother(times, np.ones(len(times)), clock, 0.04)
    bridged = smooth_onto(2 * times)
    assert np.abs(bridged - 2 * clock).max() < 0.02
    away = resample.distance_to_samples(times, clock)
    assert np.flatnonzero(away > 0.5 / 30).tolist() == list(range(20, 35))


def test_doubted_samples_count_less() -> None:
    times = np.arange(40) / 30
    values, weights = np.zeros(40), np.ones(40)
    values[20], weights[20] = 1.0, 0.01
    trusting, doubting = (
        np.abs(resample.smoother(times, w, times, 0.04)(values)).max()
        for w in (np.ones(40), weights)
    )
    assert doubting < 0.1 * trusting


def test_spikes_go_and_quick_moves_stay() -> None:
    times = np.arange(40) / 30
    values = np.zeros((40, 1, 3))
    values[20:, 0, 0] = 1.0  # somebody really is elsewhere from here on
    values[10, 0, 1] = 1.0
    cleaned = resample.without_spikes(values, times, limit=0.25)
    assert cleaned[10, 0, 1] == 0
    assert np.array_equal(cleaned[..., 0], values[..., 0])


@pytest.mark.parametrize("count", [1, 2, 3])
def test_very_short_clips_are_handled(count: int) -> None:
    times = np.arange(count) / 30
    smooth_onto = resample.smoother(times, np.ones(count), times, 0.04)
    assert np.allclose(smooth_onto(np.full(count, 5.0)), 5.0)
