"""FID, accuracy, diversity and multimodality of recogniser features, as Action2Motion defined them.

Sources: Heusel et al. 2017 (FID); Guo et al., "Action2Motion", ACM MM 2020, section 4.2 (the rest);
their use in ACTOR (Petrovich et al. 2021). ``official`` draws reproduce the originals' numbers for
a seed; the default draws the same quantities without pairing a clip with itself.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.errors import StudioError

FloatArray = npt.NDArray[np.floating]
Ints = npt.NDArray[np.int64]

DIVERSITY_PAIRS = 200
MULTIMODALITY_PAIRS = 20  # of each class
_JITTER = 1e-6  # on the diagonals where the root of the product is not finite
_NORMAL_95 = 1.96


@dataclass(frozen=True, eq=False)
class Statistics:
    """Mean (D,) and covariance (D, D) of features."""

    mean: FloatArray
    covariance: FloatArray

    @classmethod
    def of(cls, features: FloatArray) -> Statistics:
        """Statistics of features (N, D). Raises StudioError for fewer than two rows."""
        if features.ndim != 2 or len(features) < 2:
            raise StudioError(
                f"FID needs the features of at least two clips, not {features.shape}.",
                "Evaluate on a larger data set.",
            )
        return cls(features.mean(axis=0), np.cov(features, rowvar=False))


def frechet_distance(a: Statistics, b: Statistics) -> float:
    """Squared Frechet distance of two normal distributions (Dowson & Landau 1982).

    Raises StudioError when the covariances' product has no real root.
    """
    import scipy.linalg  # deferred: a window that shows reports needs none of it

    product = a.covariance @ b.covariance
    with warnings.catch_warnings():  # fewer clips than features: singular, and still has a root
        warnings.simplefilter("ignore", scipy.linalg.LinAlgWarning)
        root = scipy.linalg.sqrtm(product)
    if not np.isfinite(root).all():
        small = _JITTER * np.eye(len(a.mean))
        root = scipy.linalg.sqrtm((a.covariance + small) @ (b.covariance + small))
    if np.iscomplexobj(root):
        if not np.allclose(np.diagonal(root).imag, 0, atol=1e-3):
            raise StudioError("FID cannot be computed: the covariances are ill-conditioned.")
        root = root.real
    apart = a.mean - b.mean
    traces = np.trace(a.covariance) + np.trace(b.covariance) - 2 * np.trace(root)
    return float(apart @ apart + traces)


def confusion_matrix(labels: Ints, predicted: Ints, num_classes: int) -> Ints:
    """(C, C) counts: rows are the true classes, columns the recognised ones."""
    counts = np.zeros((num_classes, num_classes), np.int64)
    np.add.at(counts, (labels, predicted), 1)
    return counts


def accuracy(confusion: Ints) -> float:
    """Share of clips on the diagonal."""
    return float(np.trace(confusion) / max(int(confusion.sum()), 1))


def diversity(features: FloatArray, rng: np.random.Generator) -> float:
    """Mean distance of random pairs of different clips."""
    count = len(features)
    if count < 2:
        raise StudioError("Diversity needs at least two clips.", "Evaluate on more clips.")
    first = rng.integers(0, count, DIVERSITY_PAIRS)
    second = (first + rng.integers(1, count, DIVERSITY_PAIRS)) % count
    return _mean_distance(features, first, second)


def multimodality(
    features: FloatArray, labels: Ints, num_classes: int, rng: np.random.Generator
) -> float:
    """Mean distance of random pairs of different clips of the same class, classes alike.

    Raises StudioError naming classes with fewer than two clips.
    """
    first, second = [], []
    members = [np.flatnonzero(labels == label) for label in range(num_classes)]
    _check_classes([len(found) for found in members], 2)
    for found in members:
        a = rng.integers(0, len(found), MULTIMODALITY_PAIRS)
        b = (a + rng.integers(1, len(found), MULTIMODALITY_PAIRS)) % len(found)
        first.append(found[a])
        second.append(found[b])
    return _mean_distance(features, np.concatenate(first), np.concatenate(second))


def official_diversity_multimodality(
    features: FloatArray, labels: Ints, num_classes: int, random: np.random.RandomState
) -> tuple[float, float]:
    """Both by the originals' draws in their order: pairs may be a clip with itself.

    Draws clips one by one and rejects those of a class that has its pairs, and partners of another
    class. Raises StudioError for a class without clips, for which that would never end.
    """
    _check_classes(np.bincount(labels, minlength=num_classes).tolist(), 1)
    count = len(features)
    first = random.randint(0, count, DIVERSITY_PAIRS)
    second = random.randint(0, count, DIVERSITY_PAIRS)
    spread = _mean_distance(features, first, second)
    left = np.full(num_classes, MULTIMODALITY_PAIRS)
    total = 0.0
    while left.any():
        one = random.randint(0, count)
        if not left[labels[one]]:
            continue
        other = random.randint(0, count)
        while labels[other] != labels[one]:
            other = random.randint(0, count)
        left[labels[one]] -= 1
        total += float(np.linalg.norm(features[one] - features[other]))
    return spread, total / (MULTIMODALITY_PAIRS * num_classes)


@dataclass(frozen=True)
class Mean:
    """Mean of a measure over seeds, and half the width of its interval."""

    value: float
    interval: float


def mean_and_interval(values: npt.ArrayLike, *, official: bool = False) -> Mean:
    """Mean over seeds and its 95 % interval: 1.96 standard deviations over the root of the count.

    ``official`` gives what ACTOR's tables print, 1.96 times the variance. With one seed 0.
    """
    numbers = np.asarray(values, np.float64)
    if official:
        return Mean(float(numbers.mean()), float(_NORMAL_95 * numbers.var()))
    if len(numbers) < 2:
        return Mean(float(numbers.mean()), 0.0)
    deviation = numbers.std(ddof=1) / np.sqrt(len(numbers))
    return Mean(float(numbers.mean()), float(_NORMAL_95 * deviation))


def _mean_distance(features: FloatArray, first: Ints, second: Ints) -> float:
    return float(np.linalg.norm(features[first] - features[second], axis=1).mean())


def _check_classes(counts: list[int], least: int) -> None:
    few = [str(label) for label, count in enumerate(counts) if count < least]
    if few:
        raise StudioError(
            f"Multimodality needs at least {least} clips of each class; too few are of class "
            f"{', '.join(few)}.",
            "Leave these classes out, or add clips.",
        )
