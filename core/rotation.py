"""Rotation maps under one naming, ``a_to_b``, for numpy arrays with any leading dimensions.

Quaternions are (w, x, y, z). The 6D representation (Zhou et al. 2019) exists in two layouts that
are often confused, so both carry their name: ``rot6d_rows`` (ACTOR: the first two rows of R,
row-major) and ``rot6d_columns`` (SPIN, VIBE, PARE: the first two columns, interleaved as a (3, 2)
matrix). The torch twin is :mod:`core.rotation_torch`. Must not import torch.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

_SMALL = 1e-12


def _normalised(vectors: Array) -> Array:
    norm = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / np.maximum(norm, _SMALL)


def rotvec_to_rotmat(rotvec: Array) -> Array:
    """(..., 3) axis-angle -> (..., 3, 3), by Rodrigues' formula in the input's precision."""
    rotvec = np.asarray(rotvec)
    angle2 = np.sum(rotvec * rotvec, axis=-1)
    angle = np.sqrt(angle2)
    small = angle2 < 1e-8  # Taylor series: below, sin(a)/a loses digits
    safe = np.where(small, 1.0, angle)
    a = np.where(small, 1.0 - angle2 / 6.0, np.sin(safe) / safe)  # sin(t) / t
    half = np.sin(safe / 2) / safe
    b = np.where(small, 0.5 - angle2 / 24.0, 2.0 * half * half)  # (1 - cos(t)) / t^2
    x, y, z = rotvec[..., 0], rotvec[..., 1], rotvec[..., 2]
    out = np.empty((*rotvec.shape[:-1], 3, 3), dtype=np.result_type(rotvec, np.float32))
    c = 1.0 - b * angle2
    out[..., 0, 0] = c + b * x * x
    out[..., 1, 1] = c + b * y * y
    out[..., 2, 2] = c + b * z * z
    out[..., 0, 1] = b * x * y - a * z
    out[..., 1, 0] = b * x * y + a * z
    out[..., 0, 2] = b * x * z + a * y
    out[..., 2, 0] = b * x * z - a * y
    out[..., 1, 2] = b * y * z - a * x
    out[..., 2, 1] = b * y * z + a * x
    return out


def rotvec_to_quat(rotvec: Array) -> Array:
    """(..., 3) axis-angle -> (..., 4) unit quaternion (w, x, y, z), not sign-standardised."""
    rotvec = np.asarray(rotvec)
    angle = np.linalg.norm(rotvec, axis=-1, keepdims=True)
    small = angle < 1e-4
    safe = np.where(small, 1.0, angle)
    scale = np.where(small, 0.5 - angle * angle / 48.0, np.sin(safe / 2) / safe)
    return np.concatenate([np.cos(angle / 2), rotvec * scale], axis=-1)


def quat_to_rotvec(quat: Array) -> Array:
    """(..., 4) quaternion -> (..., 3) axis-angle with angle in 0..pi (the short way round)."""
    quat = _normalised(np.asarray(quat))
    quat = np.where(quat[..., :1] < 0, -quat, quat)
    sine = np.linalg.norm(quat[..., 1:], axis=-1, keepdims=True)
    angle = 2 * np.arctan2(sine, quat[..., :1])
    small = sine < 1e-6
    scale = np.where(small, 2.0 + angle * angle / 12.0, angle / np.where(small, 1.0, sine))
    return quat[..., 1:] * scale


def quat_to_rotmat(quat: Array) -> Array:
    """(..., 4) quaternion of any length -> (..., 3, 3)."""
    w, x, y, z = np.moveaxis(_normalised(np.asarray(quat)), -1, 0)
    rows = [
        1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y),
        2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x),
        2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y),
    ]  # fmt: skip
    return np.stack(rows, axis=-1).reshape((*w.shape, 3, 3))


def rotmat_to_quat(rotmat: Array) -> Array:
    """(..., 3, 3) -> (..., 4) with w >= 0, by the largest of the four components (Shepperd)."""
    m = np.asarray(rotmat)
    t = np.trace(m, axis1=-2, axis2=-1)
    d = np.stack([t, m[..., 0, 0], m[..., 1, 1], m[..., 2, 2]], axis=-1)
    largest = np.argmax(d, axis=-1)
    x = m[..., 2, 1] - m[..., 1, 2]
    y = m[..., 0, 2] - m[..., 2, 0]
    z = m[..., 1, 0] - m[..., 0, 1]
    xy, xz, yz = (m[..., i, j] + m[..., j, i] for i, j in ((0, 1), (0, 2), (1, 2)))
    one = np.ones_like(t)
    candidates = np.stack(
        [
            np.stack([one + t, x, y, z], axis=-1),
            np.stack([x, one + 2 * d[..., 1] - t, xy, xz], axis=-1),
            np.stack([y, xy, one + 2 * d[..., 2] - t, yz], axis=-1),
            np.stack([z, xz, yz, one + 2 * d[..., 3] - t], axis=-1),
        ],
        axis=-2,
    )
    quat = np.take_along_axis(candidates, largest[..., None, None], axis=-2)[..., 0, :]
    quat = _normalised(quat)
    return np.where(quat[..., :1] < 0, -quat, quat)


def rotmat_to_rotvec(rotmat: Array) -> Array:
    """(..., 3, 3) -> (..., 3) axis-angle, angle in 0..pi."""
    return quat_to_rotvec(rotmat_to_quat(rotmat))


def rotmat_to_rot6d_rows(rotmat: Array) -> Array:
    """(..., 3, 3) -> (..., 6): the first two rows, as ACTOR stores a rotation."""
    rotmat = np.asarray(rotmat)
    return rotmat[..., :2, :].reshape((*rotmat.shape[:-2], 6))


def rotmat_to_rot6d_columns(rotmat: Array) -> Array:
    """(..., 3, 3) -> (..., 6): the first two columns as a row-major (3, 2), as SPIN stores it."""
    rotmat = np.asarray(rotmat)
    return rotmat[..., :2].reshape((*rotmat.shape[:-2], 6))


def _gram_schmidt(first: Array, second: Array) -> tuple[Array, Array, Array]:
    a = _normalised(first)
    b = _normalised(second - np.sum(a * second, axis=-1, keepdims=True) * a)
    return a, b, np.cross(a, b)


def rot6d_rows_to_rotmat(rot6d: Array) -> Array:
    """(..., 6) -> (..., 3, 3) by Gram-Schmidt, the vectors becoming rows (ACTOR)."""
    rot6d = np.asarray(rot6d)
    return np.stack(_gram_schmidt(rot6d[..., :3], rot6d[..., 3:]), axis=-2)


def rot6d_columns_to_rotmat(rot6d: Array) -> Array:
    """(..., 6) -> (..., 3, 3) by Gram-Schmidt, the vectors becoming columns (SPIN, VIBE, PARE)."""
    rot6d = np.asarray(rot6d)
    return np.stack(_gram_schmidt(rot6d[..., 0::2], rot6d[..., 1::2]), axis=-1)


def rotmat_to_euler(rotmat: Array, order: str) -> Array:
    """(..., 3, 3) -> (..., 3) intrinsic Euler angles in radians, ``order`` such as "ZXY".

    Intrinsic "ZXY" means R = Rz Rx Ry: BVH's reading of its channels from left to right.
    """
    from scipy.spatial.transform import Rotation  # slow to import; the window starts without it

    rotmat = np.asarray(rotmat)
    flat = Rotation.from_matrix(rotmat.reshape(-1, 3, 3)).as_euler(order.upper())
    return np.asarray(flat).reshape((*rotmat.shape[:-2], 3))


def euler_to_rotmat(angles: Array, order: str) -> Array:
    """(..., 3) intrinsic Euler angles in radians -> (..., 3, 3); inverse of rotmat_to_euler."""
    from scipy.spatial.transform import Rotation

    angles = np.asarray(angles)
    flat = Rotation.from_euler(order.upper(), angles.reshape(-1, 3)).as_matrix()
    return np.asarray(flat).reshape((*angles.shape[:-1], 3, 3))


def quat_multiply(a: Array, b: Array) -> Array:
    """(..., 4), (..., 4) -> (..., 4): the rotation b followed by a (as matrices: A B)."""
    aw, ax, ay, az = np.moveaxis(np.asarray(a), -1, 0)
    bw, bx, by, bz = np.moveaxis(np.asarray(b), -1, 0)
    parts = [
        aw * bw - ax * bx - ay * by - az * bz,
        aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx,
        aw * bz + ax * by - ay * bx + az * bw,
    ]
    return np.stack(parts, axis=-1)


def continuous_quat(quat: Array) -> Array:
    """(T, ..., 4) -> the same rotations with signs chosen so that neighbours in time are near."""
    quat = np.array(quat)
    if len(quat) > 1:
        flips = np.sum(quat[1:] * quat[:-1], axis=-1) < 0
        sign = np.where(np.cumsum(flips, axis=0) % 2 == 1, -1.0, 1.0)
        quat[1:] *= sign[..., None]
    return quat


def slerp_quat(a: Array, b: Array, fraction: Array) -> Array:
    """(..., 4), (..., 4), (...) -> (..., 4): spherical interpolation, the short way round."""
    a, b = _normalised(np.asarray(a)), _normalised(np.asarray(b))
    fraction = np.asarray(fraction)[..., None]
    dot = np.sum(a * b, axis=-1, keepdims=True)
    b = np.where(dot < 0, -b, b)
    angle = np.arccos(np.clip(np.abs(dot), 0.0, 1.0))
    sine = np.sin(angle)
    straight = sine < 1e-6
    safe = np.where(straight, 1.0, sine)
    wa = np.where(straight, 1 - fraction, np.sin((1 - fraction) * angle) / safe)
    wb = np.where(straight, fraction, np.sin(fraction * angle) / safe)
    return _normalised(wa * a + wb * b)


def minimal_rotmat(source: Array, target: Array) -> Array:
    """(..., 3), (..., 3) directions -> (..., 3, 3): the smallest rotation of source onto target."""
    a, b = _normalised(np.asarray(source)), _normalised(np.asarray(target))
    cross = np.cross(a, b)
    sine = np.linalg.norm(cross, axis=-1, keepdims=True)
    cosine = np.sum(a * b, axis=-1, keepdims=True)
    # opposite directions: any axis at right angles to a will do
    helper = np.where(np.abs(a[..., :1]) < 0.9, [1.0, 0.0, 0.0], [0.0, 1.0, 0.0])
    fallback = _normalised(np.cross(a, helper))
    axis = np.where(sine > 1e-9, cross / np.maximum(sine, 1e-9), fallback)
    return rotvec_to_rotmat(axis * np.arctan2(sine, cosine))
