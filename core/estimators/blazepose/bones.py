"""Making the points agree with the picture and with bones of constant length.

The network reads the picture plane to 2-3 cm but depth to 10 cm only, and its bones change length.
Here each bone gets the direction that fits best between its two points in the picture and the depth
the network gave, on a sphere whose radius is the bone's length: a least-squares problem with one
quadratic constraint, solved in closed form but for one scalar equation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

_PLANE_SIGMA, _DEPTH_SIGMA = 0.05, 0.09  # metres: how far the two readings are off
_LONGEST = 90  # percentile of a bone's length in the picture that the bone must reach
_UNSEEN = 0.3  # visibility below which the picture plane is believed as little as the depth

_HIPS, _SHOULDERS = (23, 24), (11, 12)
# from, to (points), and the SMPL joints whose distance is the bone's least length
_LIMBS = (
    (11, 13, 16, 18), (13, 15, 18, 20), (12, 14, 17, 19), (14, 16, 19, 21),
    (23, 25, 1, 4), (25, 27, 4, 7), (24, 26, 2, 5), (26, 28, 5, 8),
)  # fmt: skip
_FOLLOWERS = {15: (17, 19, 21), 16: (18, 20, 22), 27: (29, 31), 28: (30, 32)}
_HEAD = tuple(range(11))


@dataclass(frozen=True)
class _View:
    """Points in metres at the skeleton's size: picture plane from the rays, depth from before."""

    plane: FloatArray  # (T, 33, 2)
    depth: FloatArray  # (T, 33)
    visibility: FloatArray  # (T, 33)

    def between(self, start: tuple[int, ...], end: tuple[int, ...]) -> FloatArray:
        """(T, 3) from the middle of some points to the middle of others."""
        plane = self.plane[:, list(end)].mean(1) - self.plane[:, list(start)].mean(1)
        depth = self.depth[:, list(end)].mean(1) - self.depth[:, list(start)].mean(1)
        return np.concatenate([plane, depth[:, None]], axis=1)

    def bone(self, start: tuple[int, ...], end: tuple[int, ...], length: float) -> FloatArray:
        """(T, 3) vectors of one length that fit the view best; at least ``length`` metres."""
        vectors = self.between(start, end)
        shown = np.percentile(np.linalg.norm(vectors[:, :2], axis=-1), _LONGEST)
        length = max(length, float(shown))
        seen = np.minimum(self.visibility[:, list(start)].mean(1), 1.0)
        seen = np.minimum(seen, self.visibility[:, list(end)].mean(1))
        belief = np.clip(seen / _UNSEEN, (_PLANE_SIGMA / _DEPTH_SIGMA) ** 2, 1.0)
        return length * on_sphere(
            vectors / length, belief / _PLANE_SIGMA**2, np.full(len(seen), _DEPTH_SIGMA**-2)
        )


def constant_bones(
    points: FloatArray,
    slopes: FloatArray,
    visibility: FloatArray,
    rest_joints: FloatArray,
    trans_depth: FloatArray,
) -> FloatArray:
    """Return points (T, 33, 3) with bones of constant length, origin between the hips.

    points (T, 33, 3) metres in SMPL's axes; slopes (T, 33, 2) from ``trajectory.rays``;
    ``trans_depth`` (T,) z of the middle of the hips in camera space, at the skeleton's size.
    """
    points = points / _relative_size(points, rest_joints)
    points = points - points[:, list(_HIPS)].mean(1, keepdims=True)
    far = -(points[..., 2] + trans_depth[:, None])
    view = _View(slopes * far[..., None], points[..., 2], visibility)
    trunk = _usual(points[:, list(_SHOULDERS)].mean(1))
    out = points.copy()
    hips = view.bone((24,), (23,), _usual(points[:, 23] - points[:, 24]))
    out[:, 23], out[:, 24] = hips / 2, -hips / 2
    chest = view.bone(_HIPS, _SHOULDERS, trunk)
    shoulders = view.bone((12,), (11,), _usual(points[:, 11] - points[:, 12]))
    out[:, 11], out[:, 12] = chest + shoulders / 2, chest - shoulders / 2
    for start, end, joint, child in _LIMBS:
        length = float(np.linalg.norm(rest_joints[child] - rest_joints[joint]))
        out[:, end] = out[:, start] + view.bone((start,), (end,), length)
    for base, ends in _FOLLOWERS.items():
        for end in ends:
            out[:, end] = out[:, base] + points[:, end] - points[:, base]
    moved = (out - points)[:, list(_SHOULDERS)].mean(1, keepdims=True)
    out[:, list(_HEAD)] = points[:, list(_HEAD)] + moved
    return out


def on_sphere(target: FloatArray, plane: FloatArray, depth: FloatArray) -> FloatArray:
    """Unit vectors u (T, 3) that minimise plane |u.xy - target.xy|^2 + depth (u.z - target.z)^2.

    plane, depth: (T,) positive weights. With a multiplier m for the constraint the solution is
    w target / (w + m); m is the largest root of |u| = 1, found by bisection (Golub & Van Loan,
    Matrix Computations, 6.2.1).
    """
    weights = np.stack([plane, plane, depth], axis=-1)
    scaled = weights * target
    low = -weights.min(-1) * (1 - 1e-9)
    high = np.linalg.norm(scaled, axis=-1) + weights.max(-1)
    for _ in range(48):
        middle = (low + high) / 2
        too_long = np.linalg.norm(scaled / (weights + middle[:, None]), axis=-1) > 1
        low, high = np.where(too_long, middle, low), np.where(too_long, high, middle)
    found = scaled / (weights + high[:, None])
    length = np.linalg.norm(found, axis=-1, keepdims=True)
    return np.asarray(np.where(length > 1e-9, found / np.maximum(length, 1e-9), [0.0, 0.0, 1.0]))


def _relative_size(points: FloatArray, rest_joints: FloatArray) -> float:
    """How large the points' bones are in units of the skeleton's."""
    ratios = [
        _usual(points[:, end] - points[:, start])
        / float(np.linalg.norm(rest_joints[child] - rest_joints[joint]))
        for start, end, joint, child in _LIMBS
    ]
    return max(float(np.median(ratios)), 1e-3)


def _usual(vectors: FloatArray) -> float:
    return max(float(np.median(np.linalg.norm(vectors, axis=-1))), 1e-3)
