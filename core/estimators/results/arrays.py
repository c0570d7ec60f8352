"""Arrays out of foreign files: whatever shape they come in, checked and said in one way.

Every function names the key in its complaint, so that a user can tell the tool's author.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from core.errors import FileProblem
from core.estimators.results.track import FloatArray, IntArray
from core.rotation import quat_to_rotmat, rotmat_to_quat, rotvec_to_rotmat

BODY_JOINTS = 22  # joints SMPL, SMPL-H and SMPL-X share, pelvis to wrists, in the same order
_COUNTS = (22, 24, 52, 55)  # body alone, SMPL, SMPL-H, SMPL-X
MAX_ROWS = 2_000_000  # ten hours at 60 fps
MAX_SKEW = 0.1  # of |R^T R - 1|: beyond it the numbers are no rotations


def numbers(value: Any, name: str) -> FloatArray:
    """A numpy array, torch tensor or (nested) list of numbers as float64. Raises FileProblem."""
    if hasattr(value, "detach"):  # a torch tensor
        value = value.detach().cpu().numpy()
    try:
        array = np.asarray(value)
        if array.dtype == object:  # lists of arrays of one shape
            array = np.stack([numbers(part, name) for part in array.ravel()])
        if array.dtype.kind not in "fiub":
            raise ValueError(f"holds {array.dtype}")
        return array.astype(np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise FileProblem(
            f"{name} does not hold numbers in equal rows.", "The file is damaged."
        ) from error


def rows(value: Any, name: str, width: int, count: int | None = None) -> FloatArray:
    """(N, width); (N, 1, width) and a single (width,) for all rows are taken too."""
    array = numbers(value, name)
    if array.ndim == 1 and array.shape[0] == width and count is not None:
        array = np.broadcast_to(array, (count, width)).copy()
    if array.ndim == 3 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 2 or array.shape[1] < width or (count is not None and len(array) != count):
        raise FileProblem(
            f"{name} has shape {array.shape} where ({count if count is not None else 'N'}, "
            f"{width}) is needed.",
            "The file is damaged, or of a version this program does not know.",
        )
    return array[:, :width]


def frame_numbers(value: Any, name: str, count: int) -> IntArray:
    """(count,) whole numbers, at least 0; None counts from 0. Raises FileProblem."""
    if value is None:
        return np.arange(count)
    array = numbers(value, name).ravel()
    if len(array) != count or not np.isfinite(array).all() or (array != np.round(array)).any():
        raise FileProblem(f"{name} does not number the {count} frames.", "The file is damaged.")
    frames: IntArray = array.astype(np.int64)
    if count and (frames.min() < 0 or frames.max() - frames.min() > 1_000_000):
        raise FileProblem(
            f"{name} runs from {frames.min()} to {frames.max()}, which no clip does.",
            "The file is damaged.",
        )
    return frames


def pose(value: Any, name: str) -> tuple[FloatArray, str]:
    """Rotations of 24 joints (N, 24, 3, 3) and how the file stores them, for the preview.

    Taken: axis-angle (N, 3J) or (N, J, 3) and matrices (N, J, 3, 3) of J = 22 (body), 24 (SMPL),
    52 (SMPL-H) or 55 (SMPL-X) joints; of the last two the body's 22 count and the hands stay flat.
    """
    array = numbers(value, name)
    if array.ndim == 5 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim == 4 and array.shape[2:] == (3, 3) and array.shape[1] in _COUNTS:
        _check_rows(array, name)
        return smpl_joints(_clean(array, name)), f"matrices {array.shape[1]}x3x3"
    if array.ndim == 3 and array.shape[2] == 3 and array.shape[1] in _COUNTS:
        array = array.reshape(len(array), -1)
    if array.ndim == 2 and array.shape[1] % 9 == 0 and array.shape[1] // 9 in _COUNTS:
        return pose(array.reshape(len(array), -1, 3, 3), name)
    if array.ndim == 2 and array.shape[1] % 3 == 0 and array.shape[1] // 3 in _COUNTS:
        _check_rows(array, name)
        joints = array.shape[1] // 3
        rotmats = rotvec_to_rotmat(array.reshape(len(array), joints, 3))
        return smpl_joints(rotmats), f"axis-angle {joints}x3"
    raise FileProblem(
        f"{name} has shape {array.shape}, which is no body pose this program knows.",
        "Known are axis-angle or matrices of 22, 24, 52 or 55 joints.",
    )


def smpl_joints(rotmats: FloatArray) -> FloatArray:
    """(N, J, 3, 3) of a body with the same first 22 joints -> SMPL's 24, the hands unturned."""
    if rotmats.shape[1] == 24:
        return rotmats
    out = np.broadcast_to(np.eye(3), (len(rotmats), 24, 3, 3)).copy()
    out[:, :BODY_JOINTS] = rotmats[:, :BODY_JOINTS]
    return out


def _check_rows(array: FloatArray, name: str) -> None:
    if len(array) == 0:
        raise FileProblem(f"{name} holds no frames.", "Estimate the video again.")
    if len(array) > MAX_ROWS:
        raise FileProblem(f"{name} holds {len(array)} frames, too many.", "Cut the clip.")


def _clean(rotmats: FloatArray, name: str) -> FloatArray:
    """The nearest rotations; rows that are not finite stay so, to be bridged later."""
    finite = np.isfinite(rotmats).all((1, 2, 3))
    good = rotmats[finite]
    skew = np.abs(np.swapaxes(good, -1, -2) @ good - np.eye(3)).max(initial=0.0)
    if skew > MAX_SKEW or (np.linalg.det(good) < 0).any():
        raise FileProblem(
            f"{name} holds matrices that are no rotations.",
            "The file is damaged, or stores something else under that name.",
        )
    out = np.full_like(rotmats, np.nan)
    out[finite] = quat_to_rotmat(rotmat_to_quat(good))
    return out


def median_betas(value: Any, name: str, count: int) -> FloatArray:
    """One shape (10,) for the track: the median over its frames; zeros where there is none."""
    if value is None:
        return np.zeros(10)
    array = numbers(value, name)
    if array.ndim == 1:
        array = array[None]
    array = array.reshape(-1, array.shape[-1])
    array = array[np.isfinite(array).all(1)]
    if not len(array) or array.shape[1] == 0:
        return np.zeros(10)
    out = np.zeros(10)
    width = min(10, array.shape[1])
    out[:width] = np.median(array, axis=0)[:width]
    return out


def is_table(value: Any, *keys: str) -> bool:
    """Whether value is a dictionary that has all these keys."""
    return isinstance(value, Mapping) and all(key in value for key in keys)
