"""Corrections fade without a kink and meet where they are near."""

from __future__ import annotations

import numpy as np

from core.cleanup.fading import fade


def faded(spans: list[tuple[int, int]], values: np.ndarray) -> np.ndarray:
    offsets = np.zeros((len(values), 1))
    for first, stop in spans:
        offsets[first:stop, 0] = values[first:stop]
    fade(offsets, spans, 60.0)
    return offsets[:, 0]


def test_a_correction_fades_to_nothing_on_both_sides_without_a_kink():
    wave = 0.05 * np.sin(np.arange(120) / 9)
    spans = [(40, 70)]
    offsets = faded(spans, wave)
    np.testing.assert_array_equal(offsets[40:70], wave[40:70])
    assert not offsets[:20].any()
    assert not offsets[95:].any()
    inside = np.abs(np.diff(wave[40:70], 2)).max()
    assert np.abs(np.diff(offsets, 2)).max() < 3 * inside + 1e-3


def test_near_corrections_pass_into_each_other():
    level = np.where(np.arange(60) < 30, 0.04, 0.02)
    offsets = faded([(0, 27), (33, 60)], level)
    assert offsets.min() > 0.0199
    assert (np.diff(offsets) <= 1e-12).all()


def test_without_a_stretch_nothing_is_filled():
    assert not faded([], np.ones(10)).any()
