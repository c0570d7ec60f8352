"""Make the skin a mannequin's: chest, groin, cleft and navel filled in smoothly in every shape.

Solves a thin plate that is free where a soft mask is 1 and held to the skin where it is 0. The
system does not depend on the shape, so template and shape directions are calmed alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import splu

from body_recipe.source import NUM_BODY_VERTICES, Source

NIPPLES = (*range(1778, 1794), *range(8450, 8466))
HOLD = 4.0
"""How fast the plate is held again as the mask falls; larger keeps more of the skin."""


@dataclass(frozen=True)
class Patch:
    """An ellipsoid of skin to calm, mirrored to the other side: free within ``core`` of it."""

    centre: tuple[float, float, float]
    radii: tuple[float, float, float]
    core: float

    def mask(self, vertices: np.ndarray) -> np.ndarray:
        """(N,) 1 inside the core, falling smoothly to 0 at the ellipsoid."""
        near = np.inf * np.ones(len(vertices))
        for side in (1, -1):
            offset = (vertices - self.centre * np.array([side, 1, 1])) / self.radii
            near = np.minimum(near, np.linalg.norm(offset, axis=1))
        t = np.clip((1 - near) / (1 - self.core), 0, 1)
        return t * t * (3 - 2 * t)


def _patches(source: Source, v: np.ndarray) -> tuple[Patch, ...]:
    nipple = v[list(NIPPLES)] * np.where(v[list(NIPPLES), :1] < 0, [-1, 1, 1], 1)
    x, y, z = nipple.mean(axis=0)
    return (
        Patch((x, y + 0.01, z - 0.02), (0.105, 0.115, 0.12), 0.45),
        Patch((0.0, -0.40, 0.03), (0.085, 0.12, 0.15), 0.35),  # groin
        Patch((0.0, -0.34, -0.085), (0.105, 0.165, 0.10), 0.42),  # cleft
        Patch((0.0, -0.165, 0.10), (0.06, 0.07, 0.06), 0.30),  # navel
    )


def _laplacian(v: np.ndarray, triangles: np.ndarray) -> sparse.csr_matrix:
    """Cotangent Laplacian (N, N), divided by the vertices' areas."""
    rows, columns, values = [], [], []
    areas = np.zeros(len(v))
    for a, b, c in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        p, q, r = (v[triangles[:, k]] for k in (a, b, c))
        cross = np.linalg.norm(np.cross(q - p, r - p), axis=1)
        cotangent = np.clip(np.einsum("ij,ij->i", q - p, r - p) / np.maximum(cross, 1e-12), 0, 20)
        rows += [triangles[:, b], triangles[:, c]]
        columns += [triangles[:, c], triangles[:, b]]
        values += [cotangent / 2] * 2
        np.add.at(areas, triangles[:, a], cross / 6)
    shape = (len(v), len(v))
    where = (np.concatenate(rows), np.concatenate(columns))
    weights = sparse.csr_matrix((np.concatenate(values), where), shape=shape)
    stiffness = sparse.diags(np.asarray(weights.sum(axis=1)).ravel()) - weights
    return (sparse.diags(1 / np.maximum(areas, 1e-9)) @ stiffness).tocsr()


def calmed(source: Source, template: np.ndarray, shapes: np.ndarray) -> np.ndarray:
    """Calm every shape (S, N, 3), all in the template's (N, 3) pose; returns new ones."""
    masks = np.stack([patch.mask(template) for patch in _patches(source, template)])
    mask = 1 - np.prod(1 - masks, axis=0)
    mask[NUM_BODY_VERTICES:] = 0
    mask[~np.isin(np.arange(len(mask)), source.triangles)] = 0
    inside = np.flatnonzero(mask > 1e-3)
    laplacian = _laplacian(template, source.triangles)
    plate = (laplacian.T @ laplacian).tocsr()
    scale = np.median(plate.diagonal()[inside])
    hold = scale * 1e-3 * HOLD * ((1 - mask[inside]) / mask[inside]) ** 2
    rows = plate[inside]
    outside = np.setdiff1d(np.unique(rows.indices), inside)
    factor = splu((rows[:, inside] + sparse.diags(hold)).tocsc())
    flat = shapes.transpose(1, 0, 2).reshape(shapes.shape[1], -1)
    right = hold[:, None] * flat[inside] - rows[:, outside] @ flat[outside]
    out = flat.copy()
    out[inside] = factor.solve(right)
    calm = out.reshape(shapes.shape[1], -1, 3).transpose(1, 0, 2)
    # the quads' diagonals are not mirrored, so neither is the plate: take the mean of both
    body = np.arange(NUM_BODY_VERTICES)
    calm[:, body] = (calm[:, body] + calm[:, source.mirror[body]] * [-1, 1, 1]) / 2
    return calm
