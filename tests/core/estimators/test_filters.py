"""The filters do what scipy's do."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import solveh_banded
from scipy.ndimage import gaussian_filter1d, minimum_filter1d

from core.estimators.blazepose import filters


@pytest.mark.parametrize("sigma", [0.3, 1.5, 6.0])
@pytest.mark.parametrize("num_frames", [1, 3, 50])
def test_gaussian_smoothing_is_the_known_one(sigma: float, num_frames: int) -> None:
    values = np.random.default_rng(0).normal(size=(num_frames, 2, 3))
    known = gaussian_filter1d(
        values, sigma, axis=0, mode="nearest", radius=max(round(4 * sigma), 1)
    )
    assert np.abs(filters.gaussian(values, sigma) - known).max() < 1e-12


@pytest.mark.parametrize("size", [1, 5, 27])
@pytest.mark.parametrize("num_frames", [1, 4, 60])
def test_the_lowest_near_by_is_the_known_one(size: int, num_frames: int) -> None:
    values = np.random.default_rng(1).normal(size=num_frames)
    known = minimum_filter1d(values, size, mode="nearest")
    assert np.array_equal(filters.lowest(values, size), known)


def test_a_chain_of_equations_is_solved() -> None:
    rng = np.random.default_rng(2)
    diagonal, right = 2.01 + rng.random(40), rng.normal(size=(40, 2))
    banded = np.stack([np.full(40, -1.0), diagonal])
    assert np.abs(filters.solve_chain(diagonal, right) - solveh_banded(banded, right)).max() < 1e-10
