"""The four measures, against the originals' numbers and against what must hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.errors import StudioError
from core.evaluation import metrics as m

GOLDEN = Path(__file__).parents[4] / "shared" / "golden" / "actor" / "metrics.npz"


@pytest.fixture(scope="module")
def golden():
    if not GOLDEN.is_file():
        pytest.skip("the golden data of the originals is not beside the checkout")
    return np.load(GOLDEN, allow_pickle=False)


def test_fid_is_the_originals(golden):
    a, b = (m.Statistics.of(golden[name]) for name in ("acts_a", "acts_b"))
    assert np.allclose(a.mean, golden["mu_a"], atol=1e-7)
    assert np.allclose(a.covariance, golden["sigma_a"], atol=1e-12)
    assert m.frechet_distance(a, b) == pytest.approx(float(golden["fid_ab"]), abs=1e-6)
    assert m.frechet_distance(b, a) == pytest.approx(float(golden["fid_ba"]), abs=1e-6)
    assert m.frechet_distance(a, a) == pytest.approx(float(golden["fid_aa"]), abs=1e-5)


def test_fid_of_too_few_clips_is_the_originals(golden):
    few, b = m.Statistics.of(golden["acts_a"][:20]), m.Statistics.of(golden["acts_b"])
    expected = float(golden["fid_rank_deficient_a20_b"])
    assert m.frechet_distance(few, b) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("seed", [0, 1, 19])
def test_diversity_and_multimodality_draw_as_the_originals(golden, seed):
    found = m.official_diversity_multimodality(
        golden["acts_a"], golden["labels_a"], int(golden["labels_a"].max()) + 1,
        np.random.RandomState(seed),
    )  # fmt: skip
    assert np.allclose(found, golden[f"diversity_multimodality_seed{seed}"], atol=1e-6)


def test_the_originals_table_is_the_mean_and_the_variance(golden):
    values = golden["table_values"]
    official = m.mean_and_interval(values, official=True)
    text = str(golden["table_fid"])
    assert f"{official.value:.2f}" in text or f"{official.value:.3f}" in text
    right = m.mean_and_interval(values)
    assert right.value == official.value
    assert right.interval == pytest.approx(1.96 * values.std(ddof=1) / np.sqrt(20))


def test_a_shift_of_the_mean_is_its_square():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(500, 6))
    far = m.frechet_distance(m.Statistics.of(x), m.Statistics.of(x + 2.0))
    assert far == pytest.approx(6 * 4.0, rel=1e-6)


def test_accuracy_is_the_diagonals_share():
    confusion = m.confusion_matrix(np.array([0, 0, 1, 2]), np.array([0, 1, 1, 2]), 4)
    assert confusion.tolist()[0] == [1, 1, 0, 0]
    assert m.accuracy(confusion) == 0.75


def test_no_pair_is_a_clip_with_itself():
    features = np.eye(3, dtype=np.float32)
    rng = np.random.default_rng(0)
    assert m.diversity(features, rng) == pytest.approx(np.sqrt(2))
    twice = np.concatenate([features, features + 5])
    labels = np.array([0, 1, 2, 0, 1, 2])
    assert m.multimodality(twice, labels, 3, rng) == pytest.approx(5 * np.sqrt(3))


def test_a_class_without_clips_is_a_sentence_and_not_a_loop_without_end():
    features, labels = np.eye(4), np.array([0, 0, 2, 2])
    with pytest.raises(StudioError, match="too few are of class 1"):
        m.official_diversity_multimodality(features, labels, 3, np.random.RandomState(0))
    with pytest.raises(StudioError, match="class 1"):
        m.multimodality(features, labels, 3, np.random.default_rng(0))


def test_one_clip_has_no_statistics():
    with pytest.raises(StudioError, match="at least two"):
        m.Statistics.of(np.zeros((1, 5)))
