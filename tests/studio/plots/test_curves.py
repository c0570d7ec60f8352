"""Curves of trainings: smoothing and thinning."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import lfilter

from studio.plots.curves import smoothed, thinned


@pytest.mark.parametrize("count", [3, 63, 64, 65, 1000])
@pytest.mark.parametrize("amount", [0.02, 0.6, 0.98])
def test_smoothing_is_the_exponential_mean_without_its_lag(count, amount):
    values = np.random.default_rng(0).normal(size=count)
    share = 1 - amount
    expected = lfilter([share], [1, -amount], values) / lfilter(
        [share], [1, -amount], np.ones(count)
    )
    np.testing.assert_allclose(smoothed(values, amount), expected, atol=1e-10)


def test_a_constant_stays_what_it_is():
    np.testing.assert_allclose(smoothed(np.full(200, 3.0), 0.9), 3.0)


def test_thinning_keeps_means_and_the_last_place():
    x = np.arange(10_001.0)
    few_x, few_y = thinned(x, 2 * x, most=100)
    assert len(few_x) <= 100
    np.testing.assert_allclose(few_y, 2 * few_x)
    assert few_x[-1] > 9_900
