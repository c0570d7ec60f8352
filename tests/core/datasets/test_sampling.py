"""Frames of a clip: the published draws exactly, and what both laws promise."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from core.datasets.sampling import OfficialDraws, frame_indices
from core.errors import StudioError

GOLDEN = Path(__file__).parents[4] / "shared/golden/actor/sampling.json"


def _cases() -> list[dict[str, object]]:
    if not GOLDEN.is_file():
        pytest.skip("the reference draws lie outside the repository")
    return json.loads(GOLDEN.read_text())


def _drawn(case, rng):
    return frame_indices(
        case["nframes"], case["num_frames"], sampling=case["sampling"], step=case["sampling_step"],
        min_len=case["min_len"], max_len=case["max_len"], rng=rng, official=True,
    )  # fmt: skip


def test_official_draws_are_the_published_ones():
    cases = _cases()
    assert len(cases) == 75
    for case in cases:
        assert _drawn(case, OfficialDraws(case["seed"])).tolist() == case["frame_ix"], case


@given(
    length=some.integers(1, 200), count=some.integers(1, 120),
    step=some.sampled_from([1, 2, 5, -1]),
    sampling=some.sampled_from(["conseq", "random_conseq", "random"]), seed=some.integers(0, 99),
    official=some.booleans(),
)  # fmt: skip
def test_a_window_lies_within_its_clip_in_order(length, count, step, sampling, seed, official):
    rng = np.random.default_rng(seed)
    frames = frame_indices(length, count, sampling=sampling, step=step, rng=rng, official=official)
    assert len(frames) == count
    assert frames.min() >= 0 and frames.max() < length
    assert (np.diff(frames) >= 0).all()
    if count > length:
        assert frames.tolist() == [*range(length), *[length - 1] * (count - length)]


def test_only_the_published_law_never_uses_the_last_start():
    rng = np.random.default_rng(0)
    starts = {official: {int(frame_indices(64, 60, rng=rng, official=official)[0])
                         for _ in range(300)} for official in (True, False)}  # fmt: skip
    assert starts == {True: {0, 1, 2, 3}, False: {0, 1, 2, 3, 4}}


def test_wrong_wishes_are_refused_in_words():
    rng = np.random.default_rng(0)
    for length, count in ((0, 60), (10, 0), (10, -2), (10, -5)):
        with pytest.raises(StudioError):
            frame_indices(length, count, rng=rng)
    with pytest.raises(StudioError, match="sampling"):
        frame_indices(10, 5, sampling="backwards", rng=rng)
