"""Curves of trainings: smoothing and thinning."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import lfilter

from studio.plots.curves import CurvePlot, Line, smoothed, thinned


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


def test_shares_have_an_axis_of_their_own(dressed, qtbot):
    plot = CurvePlot("Measures")
    qtbot.addWidget(plot)
    plot.resize(300, 200)
    x = np.array([2.0, 4.0, 6.0])
    fid = Line(name="fid", color="#ffffff", x=x, y=np.array([17.0, 9.0, 3.0]))
    accuracy = Line(name="accuracy", color="#ffffff", x=x, y=x / 10, is_share=True)
    plot.show_lines([fid, accuracy])
    assert plot.getViewBox().viewRange()[1][1] > 15
    assert plot._shares.viewRange()[1] == pytest.approx([-0.04, 1.04])
    plot.show_lines([fid])
    assert not plot.getAxis("right").style["showValues"]
    assert not plot._items[True][0].isVisible() and plot._items[False][0].isVisible()


def test_a_single_point_is_drawn_on_whole_epochs(dressed, qtbot):
    plot = CurvePlot("Losses")
    qtbot.addWidget(plot)
    plot.show_lines([Line(name="total", color="#ffffff", x=np.array([3.0]), y=np.array([1.0]))])
    low, high = plot.getViewBox().viewRange()[0]
    assert low == pytest.approx(3, abs=0.15) and high == pytest.approx(4, abs=0.15)


def test_the_legend_stays_in_the_corner(dressed, qtbot):
    plot = CurvePlot("Losses")
    qtbot.addWidget(plot)
    assert plot._legend.isHidden()
    plot.set_legend("total pose")
    plot.resize(500, 200)
    plot.show()
    assert not plot._legend.isHidden() and plot._legend.geometry().right() < plot.width()
    assert plot._legend.x() > 250


def _losses(count):
    x = np.arange(count) / 10
    return [Line(name="total", color="#ffffff", x=x, y=1.0 + np.exp(-x))]


def test_axes_move_now_and_then_as_a_training_goes_on(dressed, qtbot):
    plot = CurvePlot("Losses")
    qtbot.addWidget(plot)
    ranges = []
    for count in range(100, 200):
        plot.show_lines(_losses(count))
        (left, right), (bottom, top) = plot.getViewBox().viewRange()
        assert left <= 0 and right >= (count - 1) / 10
        assert bottom <= 1 + np.exp(-(count - 1) / 10) and top >= 2
        ranges.append((left, right, bottom, top))
    assert 3 < len(set(ranges)) < 25
    plot.show_lines(_losses(20))  # a shorter run is not shown in a corner
    assert plot.getViewBox().viewRange()[0][1] < 2.5


def test_a_logarithmic_scale_is_fitted_anew(dressed, qtbot):
    plot = CurvePlot("Losses")
    qtbot.addWidget(plot)
    x = np.arange(50.0)
    plot.show_lines([Line(name="total", color="#ffffff", x=x, y=10.0 ** (-x / 10))])
    plot.set_log(True)
    low, high = plot.getViewBox().viewRange()[1]
    assert -5.8 < low < -4.9 and 0 <= high < 0.8
    plot.set_log(False)
    low, high = plot.getViewBox().viewRange()[1]
    assert -0.2 < low <= 0 and 1 <= high < 1.3


def test_curves_that_stay_are_not_drawn_anew(dressed, qtbot, monkeypatch):
    plot = CurvePlot("Losses")
    qtbot.addWidget(plot)
    plot.show_lines(_losses(30))
    drawn = []
    monkeypatch.setattr(plot, "_draw", lambda: drawn.append(1))
    plot.show_lines(_losses(30))
    assert not drawn
    plot.show_lines(_losses(31))
    assert drawn
