"""Trails and contacts: what is drawn where."""

from __future__ import annotations

import numpy as np

from studio.viewport.trails import FINENESS, MAX_POINTS, smooth_path
from tests.studio.viewport.test_offscreen import body, drawn


def test_the_curve_goes_through_every_frame_in_its_time() -> None:
    points = np.random.default_rng(0).standard_normal((9, 4, 3)).astype(np.float32)
    path, frames = smooth_path(points)
    at = np.flatnonzero(frames % 1 == 0)
    np.testing.assert_allclose(frames[at], np.arange(9))
    np.testing.assert_allclose(path[at], points, atol=1e-6)
    assert len(path) == 8 * FINENESS + 1


def test_a_straight_steady_way_stays_straight() -> None:
    line = np.linspace(0, 1, 6)[:, None, None] * np.ones((1, 1, 3))
    path, frames = smooth_path(line.astype(np.float32))
    np.testing.assert_allclose(path[:, 0, 0], frames / 5, atol=1e-6)


def test_a_long_clip_does_not_grow_the_trail_without_end() -> None:
    path, frames = smooth_path(np.zeros((20_000, 4, 3), np.float32))
    assert len(path) <= MAX_POINTS + FINENESS
    assert frames[-1] > 19_000


def test_one_frame_has_a_point_and_no_way() -> None:
    path, frames = smooth_path(np.ones((1, 4, 3), np.float32))
    assert len(path) == 1
    assert frames.tolist() == [0.0]


def test_a_trail_shows_where_the_hand_came_from_and_not_where_it_will_go() -> None:
    options = {"background": "dark", "times": (0.3,)}
    plain = drawn(body(), **options)[0].astype(int)
    trail = drawn(body(), trails=True, **options)[0].astype(int)
    changed = np.abs(trail - plain).max(axis=2) > 20
    assert 20 < changed.sum() < 0.03 * changed.size
    first = drawn(body(), trails=True, background="dark", times=(0.0,))[0].astype(int)
    still = drawn(body(), background="dark", times=(0.0,))[0].astype(int)
    assert np.abs(first - still).max() < 20  # no past yet


def test_standing_feet_are_lit_when_contacts_are_asked_for() -> None:
    options = {"background": "dark", "times": (0.3,)}
    plain = drawn(body(), **options)[0].astype(int)
    lit = drawn(body(), contacts=True, **options)[0].astype(int)
    greener = (lit - plain)[..., 1] > 25
    assert greener.sum() > 20
    assert np.flatnonzero(greener.any(axis=1)).min() > 130  # at the feet only
