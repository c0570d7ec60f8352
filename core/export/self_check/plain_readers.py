"""Reads joint positions of the formats that hold numbers alone: CSV, C3D and the npz layouts."""

from __future__ import annotations

import csv
import warnings
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.errors import FileProblem
from core.export.self_check.read_back import Array, ReadBack

_NUM_JOINTS = 24


def _found(places: npt.NDArray, times: npt.NDArray) -> ReadBack:
    """Positions (T, J, 3) in metres, y up, of SMPL's first J joints."""
    matrices = np.tile(np.eye(4), (*places.shape[:2], 1, 1))
    matrices[..., :3, 3] = places
    joints = list(range(places.shape[1]))
    return ReadBack(names=[], matrices=matrices, times=np.asarray(times, float), joints=joints)


def _from_z_up(places: npt.NDArray) -> Array:
    return np.stack([places[..., 0], places[..., 2], -places[..., 1]], axis=-1)


def read_csv(path: Path, clip: int = 0) -> ReadBack:
    """Read the table's columns by their places in its header."""
    with path.open(newline="", encoding="ascii") as stream:
        head, *rows = csv.reader(stream)
    if len(head) != 2 + 3 * _NUM_JOINTS or not head[2].endswith("_x_m"):
        raise ValueError("the columns are not those of 24 joints")
    numbers = np.array(rows, np.float64)
    return _found(numbers[:, 2:].reshape(len(rows), _NUM_JOINTS, 3), numbers[:, 1])


def read_c3d(path: Path, clip: int = 0) -> ReadBack:
    """Read the points with the library c3d. Raises FileProblem where it is not installed."""
    try:
        import c3d
    except ImportError as error:
        raise FileProblem("C3D cannot be read without the library c3d.") from error
    with warnings.catch_warnings(), path.open("rb") as stream:
        warnings.simplefilter("ignore")
        reader = c3d.Reader(stream)
        rate = float(reader.point_rate)
        places = np.stack([points[:, :3] for _, points, _ in reader.read_frames()])
    return _found(_from_z_up(places.astype(np.float64)) * 0.001, np.arange(len(places)) / rate)


def read_npz(path: Path, clip: int = 0) -> ReadBack:
    """Read poses and translation of any of the three layouts and pose the body with them."""
    from core.body import body_for
    from core.motion import Motion

    with np.load(path, allow_pickle=False) as archive:
        arrays = {key: archive[key] for key in archive.files}
    rate = float(arrays["fps"] if "fps" in arrays else arrays["mocap_framerate"])
    poses = arrays["poses"].reshape(len(arrays["poses"]), -1, 3).astype(np.float64)
    betas = arrays.get("studio_betas", arrays["betas"])[:10]
    body_id = str(next(arrays[key] for key in ("studio_body_id", "body_id") if key in arrays))
    nothing = np.zeros((1, _NUM_JOINTS, 3), np.float32)
    still = Motion(poses=nothing, trans=nothing[:, 0], body_id=body_id)
    body = body_for(still)
    rest = body.shaped(betas if body.body_id == body_id else None).joints.astype(np.float64)
    count = 22 if poses.shape[1] > _NUM_JOINTS else _NUM_JOINTS
    places = _posed(poses[:, :count], rest[:count], arrays["trans"].astype(np.float64))
    if str(arrays.get("up_axis", "y")) == "z":
        places = _from_z_up(places)
    return _found(places, np.arange(len(poses)) / rate)


def _posed(poses: Array, rest: Array, trans: Array) -> Array:
    """Joint positions of SMPL: each parent's turn carries its children's rest offsets."""
    from core.skeleton import PARENTS

    turns = _turns(poses)
    places = np.empty(poses.shape)
    places[:, 0] = rest[0] + trans
    for joint in range(1, poses.shape[1]):
        parent = PARENTS[joint]
        places[:, joint] = places[:, parent] + turns[:, parent] @ (rest[joint] - rest[parent])
        turns[:, joint] = turns[:, parent] @ turns[:, joint]
    return places


def _turns(rotvecs: Array) -> Array:
    """(T, J, 3) -> (T, J, 3, 3) by the exponential map: cos I + sin [k] + (1 - cos) k k^T."""
    angle = np.linalg.norm(rotvecs, axis=-1)[..., None, None]
    axis = rotvecs / np.maximum(angle[..., 0], 1e-300)
    cross = np.zeros((*rotvecs.shape, 3))
    cross[..., 0, 1], cross[..., 0, 2] = -axis[..., 2], axis[..., 1]
    cross[..., 1, 0], cross[..., 1, 2] = axis[..., 2], -axis[..., 0]
    cross[..., 2, 0], cross[..., 2, 1] = -axis[..., 1], axis[..., 0]
    outer = axis[..., :, None] * axis[..., None, :]
    turned = np.cos(angle) * np.eye(3) + np.sin(angle) * cross + (1.0 - np.cos(angle)) * outer
    return np.where(angle > 0, turned, np.eye(3))
