"""The plane the latent map shows: where each action lies, and what lies between.

ACTOR's decoder sees only the sum of the latent and the action's own vector, so that sum is the
space in which actions have places and can be blended. It has some two hundred dimensions; the plane
keeps the distances between actions as well as a plane can (multidimensional scaling), and draws
every action's own clips as a cloud of the same size along its two widest directions.
Must not import torch: arrays in, arrays out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
Array = npt.NDArray[np.float64]

NEIGHBOURS = 6
CLOUD = 0.22  # a cloud's root mean square radius, of the middle distance to the next cloud
SCALING_STEPS = 300


@dataclass(frozen=True, kw_only=True, eq=False)
class LatentMap:
    """Dots of the map and the vectors behind them.

    points (N, 2) in the plane; vectors (N, D) = latent + action vector; label_of (N,) index into
    ``labels``.
    """

    labels: tuple[str, ...]
    points: FloatArray
    vectors: FloatArray
    label_of: npt.NDArray[np.int64]

    def project(self, vector: npt.ArrayLike) -> tuple[float, float]:
        """Place of a vector (D,): between the dots whose vectors are nearest."""
        nearest, weights = _nearest(self.vectors, np.asarray(vector, np.float32))
        x, y = weights @ self.points[nearest]
        return float(x), float(y)

    def blend(self, x: float, y: float) -> tuple[int, FloatArray]:
        """What lies at a place: the nearest dot's label index, and a vector (D,).

        The vector is the mean of the nearest dots weighted by inverse squared distance: on a dot it
        is that dot's own, between two clouds it is a mixture of both actions.
        """
        nearest, weights = _nearest(self.points, np.array([x, y], np.float32))
        vector = weights @ self.vectors[nearest]
        return int(self.label_of[nearest[0]]), vector.astype(np.float32)


def _nearest(among: FloatArray, place: FloatArray) -> tuple[npt.NDArray[np.int64], FloatArray]:
    """Rows nearest to a place, nearest first, and their inverse squared distances as weights."""
    gaps = ((among - place) ** 2).sum(axis=1)
    nearest = np.argsort(gaps, kind="stable")[: min(NEIGHBOURS, len(gaps))]
    scale = max(float(gaps[nearest].mean()), 1e-12)
    weights = 1.0 / (gaps[nearest] / scale + 1e-6)
    return nearest, (weights / weights.sum()).astype(np.float32)


def build_map(
    labels: tuple[str, ...], latents: npt.ArrayLike, label_of: npt.ArrayLike, biases: npt.ArrayLike
) -> LatentMap:
    """Lay out latents (N, D) of the actions label_of (N,), with action vectors biases (C, D)."""
    owner = np.asarray(label_of, np.int64)
    vectors = np.asarray(latents, np.float64) + np.asarray(biases, np.float64)[owner]
    present = np.unique(owner)
    middles = np.stack([vectors[owner == c].mean(axis=0) for c in present])
    places = scaled(middles)
    radius = CLOUD * _middle_gap(places)
    points = np.empty((len(owner), 2))
    for c, place in zip(present, places, strict=True):
        mine = owner == c
        points[mine] = place + radius * _cloud(vectors[mine])
    return LatentMap(
        labels=labels,
        points=points.astype(np.float32),
        vectors=vectors.astype(np.float32),
        label_of=owner,
    )


def scaled(middles: Array) -> Array:
    """Place points (C, D) in the plane (C, 2) so that their distances change as little as can be.

    Multidimensional scaling by majorisation (SMACOF, de Leeuw 1977), begun at the two principal
    components, so it is the same every time.
    """
    centred = middles - middles.mean(axis=0)
    places = _widest(centred)
    wanted = np.linalg.norm(middles[:, None] - middles[None], axis=-1)
    for _ in range(SCALING_STEPS):
        have = np.linalg.norm(places[:, None] - places[None], axis=-1)
        pull = np.where(have > 1e-9, -wanted / np.maximum(have, 1e-9), 0.0)
        np.fill_diagonal(pull, 0.0)
        np.fill_diagonal(pull, -pull.sum(axis=1))
        places = pull @ places / len(places)
    return places


def _cloud(vectors: Array) -> Array:
    """One action's vectors (n, D) along their two widest directions, (n, 2), radius about 1."""
    flat = _widest(vectors - vectors.mean(axis=0))
    round_: Array = flat / np.maximum(flat.std(axis=0) * np.sqrt(2.0), 1e-9)
    return round_


def _widest(centred: Array) -> Array:
    """Coordinates (n, 2) along the two principal directions of centred vectors (n, D)."""
    axes: Array = np.linalg.svd(centred, full_matrices=False)[2][:2]
    axes = axes * np.where(axes.sum(axis=1, keepdims=True) < 0, -1.0, 1.0)  # else arbitrary
    flat = np.zeros((len(centred), 2))
    flat[:, : len(axes)] = centred @ axes.T
    return flat


def _middle_gap(places: Array) -> float:
    """Median distance from a place to the next one; 1 where there is only one."""
    if len(places) < 2:
        return 1.0
    gaps = np.linalg.norm(places[:, None] - places[None], axis=-1)
    np.fill_diagonal(gaps, np.inf)
    return float(np.median(gaps.min(axis=1)))
