"""The plane the latent map shows: where each action lies, and what lies between.

ACTOR's decoder sees only the sum of the latent and the action's own vector, so that sum is the
space in which actions have places and can be blended; the plane is its two widest directions.
Must not import torch: arrays in, arrays out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
NEIGHBOURS = 6


@dataclass(frozen=True, kw_only=True, eq=False)
class LatentMap:
    """Dots of the map and the vectors behind them.

    points (N, 2) in the plane; vectors (N, D) = latent + action vector; label_of (N,) index into
    ``labels``; mean (D,) and axes (2, D) of the projection.
    """

    labels: tuple[str, ...]
    points: FloatArray
    vectors: FloatArray
    label_of: npt.NDArray[np.int64]
    mean: FloatArray
    axes: FloatArray

    def project(self, vector: npt.ArrayLike) -> tuple[float, float]:
        """Place of a vector (D,) in the plane."""
        x, y = self.axes @ (np.asarray(vector, np.float32) - self.mean)
        return float(x), float(y)

    def blend(self, x: float, y: float) -> tuple[int, FloatArray]:
        """What lies at a place: the nearest dot's label index, and a vector (D,).

        The vector is the mean of the nearest dots weighted by inverse squared distance: on a dot it
        is that dot's own, between two clouds it is a mixture of both actions.
        """
        gaps = ((self.points - np.array([x, y], np.float32)) ** 2).sum(axis=1)
        nearest = np.argsort(gaps)[: min(NEIGHBOURS, len(gaps))]
        scale = max(float(self.points.std()), 1e-6) ** 2
        weights = 1.0 / (gaps[nearest] / scale + 1e-6)
        weights /= weights.sum()
        vector = (weights[:, None] * self.vectors[nearest]).sum(axis=0)
        return int(self.label_of[nearest[0]]), vector.astype(np.float32)


def build_map(
    labels: tuple[str, ...], latents: npt.ArrayLike, label_of: npt.ArrayLike, biases: npt.ArrayLike
) -> LatentMap:
    """Lay out latents (N, D) of the actions label_of (N,), with action vectors biases (C, D).

    The plane is the one in which the actions' middles lie furthest apart (principal components of
    the class means, each action counting once).
    """
    z = np.asarray(latents, np.float32)
    owner = np.asarray(label_of, np.int64)
    vectors = z + np.asarray(biases, np.float32)[owner]
    present = np.unique(owner)
    middles = np.stack([vectors[owner == c].mean(axis=0) for c in present])
    mean = middles.mean(axis=0)
    spread = middles - mean if len(present) > 2 else vectors - mean
    axes = np.linalg.svd(spread, full_matrices=False)[2][:2]
    axes *= np.where(axes.sum(axis=1, keepdims=True) < 0, -1, 1)  # the sign is otherwise arbitrary
    if len(axes) < 2:
        axes = np.vstack([axes, np.eye(1, z.shape[1], k=1, dtype=np.float32)])
    return LatentMap(
        labels=labels,
        points=((vectors - mean) @ axes.T).astype(np.float32),
        vectors=vectors,
        label_of=owner,
        mean=mean.astype(np.float32),
        axes=axes.astype(np.float32),
    )
