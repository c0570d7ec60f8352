"""SMPL's joint regressor: joints as non-negative means of surface vertices, over many shapes."""

from __future__ import annotations

import numpy as np
from scipy.optimize import nnls

from core.skeleton import JOINT_NAMES, MIRROR

NEAREST = {"pelvis": 1100, "spine1": 1100, "spine2": 1100, "spine3": 1100, "hip": 700,
           "neck": 700, "shoulder": 700, "collar": 700}  # fmt: skip
NEAREST_ELSE = 320
CHOSEN = 170
SUM_WEIGHT, TEMPLATE_WEIGHT, RIDGE = 30.0, 10.0, 0.05


def _spread_out(points: np.ndarray, count: int) -> np.ndarray:
    """Farthest-point sampling from the first point on: nearest-only would pick one side."""
    chosen = [0]
    distance = np.linalg.norm(points - points[0], axis=1)
    while len(chosen) < min(count, len(points)):
        chosen.append(int(np.argmax(distance)))
        distance = np.minimum(distance, np.linalg.norm(points - points[chosen[-1]], axis=1))
    return np.array(chosen)


def _fit(shapes: np.ndarray, joints: np.ndarray, rest: np.ndarray, joint: np.ndarray) -> np.ndarray:
    """Weights (n,) of candidates: shapes (S, n, 3), joints (S, 3), rest (n, 3), joint (3,)."""
    n = shapes.shape[1]
    rows = [
        shapes.transpose(0, 2, 1).reshape(-1, n),
        np.full((1, n), SUM_WEIGHT),
        rest.T * TEMPLATE_WEIGHT,
        np.eye(n) * RIDGE,
    ]
    right = [joints.ravel(), [SUM_WEIGHT], joint * TEMPLATE_WEIGHT, np.zeros(n)]
    weights, _ = nnls(np.concatenate(rows), np.concatenate(right), maxiter=20 * n)
    return np.asarray(weights / weights.sum())


def joint_regressor(
    shapes: np.ndarray,
    joints: np.ndarray,
    rest: np.ndarray,
    rest_joints: np.ndarray,
    mirror: np.ndarray,
    candidates: np.ndarray,
) -> np.ndarray:
    """(24, V) regressor from shapes (S, V, 3) with joints (S, 24, 3); only ``candidates`` used."""
    out = np.zeros((24, rest.shape[0]))
    for j, name in enumerate(JOINT_NAMES):
        if name.startswith("right_"):
            continue
        distance = np.linalg.norm(rest[candidates] - rest_joints[j], axis=1)
        near = candidates[np.argsort(distance)[: NEAREST.get(name.removeprefix("left_"), 320)]]
        chosen = near[_spread_out(rest[near], CHOSEN)]
        if MIRROR[j] == j:
            chosen = np.unique(np.concatenate([chosen, mirror[chosen]]))
        weights = _fit(shapes[:, chosen], joints[:, j], rest[chosen], rest_joints[j])
        out[j, chosen] = weights
        if MIRROR[j] == j:
            out[j] = (out[j] + out[j, mirror]) / 2
        else:
            out[MIRROR[j]] = out[j, mirror]
    return out
