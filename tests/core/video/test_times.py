"""Times that cannot be true are made even; true ones, however uneven, are left alone."""

from __future__ import annotations

import numpy as np
import pytest

from core.video.times import believable


def test_uneven_times_of_a_real_camera_are_left_alone():
    times = np.cumsum([0.0, 0.03, 0.04, 0.03, 0.5, 0.03])
    assert believable(times, 30.0) is times


@pytest.mark.parametrize("step", [1e-6, 3600.0])
def test_steps_no_camera_has_become_the_declared_rate(step):
    times = np.arange(10) * step
    assert np.allclose(np.diff(believable(times, 25.0)), 1 / 25)


def test_a_leap_of_hours_spoils_the_mean_step_alone_and_is_found():
    times = np.concatenate([np.arange(5) / 30, 7200 + np.arange(5) / 30])
    assert np.allclose(np.diff(believable(times, 30.0)), 1 / 30)


def test_a_declared_rate_that_is_no_better_gives_way_to_thirty():
    assert np.allclose(np.diff(believable(np.arange(4) * 1e-6, 1e6)), 1 / 30)


def test_one_frame_has_nothing_to_mend():
    assert believable(np.zeros(1), 30.0).tolist() == [0.0]
