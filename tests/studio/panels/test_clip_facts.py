"""Foot contacts, slide, jitter and speed, on motions whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from core.motion import Motion
from studio.panels.clip_facts import FactsCache, clip_facts, runs


def standing(num_frames=60, *, drift=0.0, hop=None, noise=0.0):
    """A rest pose on the floor; ``drift`` m/s along x, off the floor in the frames ``hop``."""
    trans = np.zeros((num_frames, 3))
    trans[:, 0] = drift * np.arange(num_frames) / 30.0
    if hop is not None:
        trans[hop[0] : hop[1], 1] = 0.3
    trans += np.random.default_rng(1).normal(0, noise, trans.shape)
    return Motion(poses=np.zeros((num_frames, 24, 3)), trans=trans, fps=30.0)


def test_a_body_that_stands_has_both_feet_down_and_nothing_slides():
    facts = clip_facts(standing())
    assert facts.contacts[0].all() and facts.contacts[1].all()
    assert facts.slide_cm_per_s == pytest.approx(0, abs=1e-6)
    assert facts.jitter_mm == pytest.approx(0, abs=1e-6)


def test_a_body_that_glides_over_the_floor_slides_as_fast_as_it_glides():
    facts = clip_facts(standing(drift=0.2))
    assert facts.slide_cm_per_s == pytest.approx(20, rel=1e-3)
    assert float(facts.speed.mean()) == pytest.approx(0.2, rel=1e-3)


def test_in_the_air_no_foot_is_down():
    facts = clip_facts(standing(hop=(20, 40)))
    assert not facts.contacts[0][22:38].any()
    assert facts.contacts[0][:18].all() and facts.contacts[0][42:].all()


def test_jitter_is_the_mean_second_difference_in_millimetres():
    rough = clip_facts(standing(600, noise=0.01))
    # second difference of white noise of 10 mm an axis: length of a vector of sqrt(6)*10 mm
    assert rough.jitter_mm == pytest.approx(np.sqrt(6) * 10 * np.sqrt(8 / np.pi), rel=0.05)


def test_a_single_frame_has_facts_too():
    facts = clip_facts(standing(1))
    assert facts.speed.shape == (1,)
    assert facts.jitter_mm == 0


def test_runs_are_half_open_and_reach_the_ends():
    assert runs(np.array([True, True, False, True])) == [(0, 2), (3, 4)]
    assert runs(np.zeros(3, bool)) == []


def test_the_cache_measures_a_clip_once():
    cache, motion = FactsCache(), standing(5)
    assert cache.of(motion) is cache.of(motion)
    assert cache.of(standing(5)) is not cache.of(motion)
