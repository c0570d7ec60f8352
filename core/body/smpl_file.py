"""A user's own SMPL file, pickle or npz, checked and turned into a :class:`BodyModel`.

Also writes a body as npz, which opens faster and needs no unpickling; into the user's own data
folder only, as SMPL's licence does not allow passing the model on.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.atomic import written_whole
from core.body.model import NUM_POSE_FEATURES, BodyModel, id_of_template
from core.body.smpl_pickle import read_pickle, value_of
from core.errors import FileProblem
from core.motion import NUM_BETAS
from core.skeleton import NUM_JOINTS, PARENTS
from core.unpickle import RefusedPickle

MAX_BYTES = 2**30
NEEDED = ("v_template", "shapedirs", "J_regressor", "weights", "kintree_table", "f")
OPTIONAL = ("posedirs", "vt", "ft")
OTHER_BODIES = {16: "MANO, a hand", 52: "SMPL-H", 55: "SMPL-X", 5: "FLAME, a head"}
USE_SMPL = "Choose an SMPL file with 24 joints, such as SMPL_NEUTRAL.pkl."
GET_AGAIN = "Download it again and compare its size with the original's."


def read_smpl(path: Path) -> BodyModel:
    """Read an SMPL body from a pickle or npz; only the arrays it needs are looked at.

    Raises FileProblem for a missing, oversized, damaged, foreign or hostile file.
    """
    path = Path(path)
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        reason = "is a folder" if path.is_dir() else "cannot be opened"
        raise FileProblem(
            f"{path.name} {reason}.", "Choose an SMPL file (.pkl or .npz)."
        ) from error
    if size > MAX_BYTES:
        raise FileProblem(f"{path.name} is over 1 GiB, far larger than any SMPL file.", USE_SMPL)
    if size == 0:
        raise FileProblem(f"{path.name} is empty.", GET_AGAIN)
    read = _read_npz if start[:2] == b"PK" else _read_pickle
    return _checked(read(path), path.name)


def _missing(keys: list[str], name: str) -> FileProblem:
    return FileProblem(f"{name} is not an SMPL body: it has no {', '.join(keys)}.", USE_SMPL)


def _read_npz(path: Path) -> dict[str, npt.NDArray]:
    try:
        with zipfile.ZipFile(path) as archive:
            too_large = any(info.file_size > MAX_BYTES for info in archive.infolist())
            members = {info.filename for info in archive.infolist()}
        if too_large:
            raise FileProblem(f"{path.name} unpacks to over 1 GiB; it is no SMPL file.", USE_SMPL)
        absent = [key for key in NEEDED if key + ".npy" not in members]
        if absent:
            raise _missing(absent, path.name)
        with np.load(path, allow_pickle=False) as data:
            wanted = [*NEEDED, *(key for key in OPTIONAL if key + ".npy" in members)]
            return {key: data[key] for key in wanted}
    except FileProblem:
        raise
    except Exception as error:  # a damaged header can make numpy's reader raise anything
        if "allow_pickle" in str(error):
            raise FileProblem(
                f"{path.name} stores arrays as Python objects, which are not opened.",
                "Choose the original pickle instead: that is read safely.",
            ) from error
        raise FileProblem(f"{path.name} is damaged or cut short.", GET_AGAIN) from error


def _read_pickle(path: Path) -> dict[str, npt.NDArray]:
    try:
        with path.open("rb") as file:
            content = read_pickle(file)
    except RefusedPickle as error:
        raise FileProblem(
            f"{path.name} was refused: it asks for {error}, which no SMPL file needs.",
            "Nothing in it was run. Do not open this file elsewhere; get SMPL from its own site.",
        ) from error
    except Exception as error:  # a damaged pickle can make Python's reader raise anything
        raise FileProblem(
            f"{path.name} is not an SMPL file, or it is damaged or cut short.", GET_AGAIN
        ) from error
    absent = [key for key in NEEDED if key not in content]
    if absent:
        raise _missing(absent, path.name)
    wanted = [*NEEDED, *(key for key in OPTIONAL if key in content)]
    return {key: _evaluated(content[key], key, path.name) for key in wanted}


def _evaluated(node: Any, key: str, name: str) -> npt.NDArray:
    try:
        return value_of(node)
    except Exception as error:  # stub states come from the file and can be anything
        raise FileProblem(
            f"{name}: {key} cannot be read, {error}.",
            "Saved posed models do not work; choose the original file.",
        ) from error


def _check_tree(tree: npt.NDArray, name: str) -> None:
    joints = tree.shape[1] if tree.ndim == 2 else 0
    if joints != NUM_JOINTS:
        what = OTHER_BODIES.get(joints, "another model")
        raise FileProblem(f"{name} has {joints} joints: it is {what}, not SMPL.", USE_SMPL)
    if tuple(int(p) for p in tree[0, 1:]) != PARENTS[1:]:
        raise FileProblem(f"{name} has another joint tree than SMPL's.", USE_SMPL)


def _texture(arrays: dict[str, npt.NDArray]) -> npt.NDArray[np.float32] | None:
    """(F, 3, 2) of the files' ``vt`` and ``ft``, taken out; None where they do not fit."""
    points, corners = arrays.pop("vt", None), arrays.pop("ft", None)
    if points is None or corners is None or points.dtype.kind not in "fiu":
        return None
    fits = points.ndim == 2 and points.shape[1:] == (2,) and corners.shape == arrays["f"].shape
    if not fits or corners.dtype.kind not in "iu" or not corners.size or corners.min() < 0:
        return None
    if corners.max() >= len(points) or not np.isfinite(points).all():
        return None
    return np.asarray(points, np.float32)[corners.astype(np.int64)]


def _checked(arrays: dict[str, npt.NDArray], name: str) -> BodyModel:
    uvs = _texture(arrays)
    for key, array in arrays.items():
        if array.dtype.kind not in "fiu":
            raise FileProblem(f"{name}: {key} does not hold numbers.", GET_AGAIN)
    _check_tree(arrays["kintree_table"], name)
    vertices = arrays["v_template"].shape[0] if arrays["v_template"].ndim else 0
    faces = arrays["f"]
    shapes: dict[str, Callable[[tuple[int, ...]], bool]] = {
        "v_template": lambda s: s == (vertices, 3) and vertices > 0,
        "shapedirs": lambda s: len(s) == 3 and s[:2] == (vertices, 3) and s[2] >= 1,
        "posedirs": lambda s: s == (vertices, 3, NUM_POSE_FEATURES),
        "J_regressor": lambda s: s == (NUM_JOINTS, vertices),
        "weights": lambda s: s == (vertices, NUM_JOINTS),
        "f": lambda s: len(s) == 2 and s[1] == 3 and s[0] > 0,
    }
    for key, fits in shapes.items():
        if key in arrays and not fits(arrays[key].shape):
            raise FileProblem(
                f"{name}: {key} has shape {arrays[key].shape}, which does not fit "
                f"{vertices} vertices and {NUM_JOINTS} joints.",
                USE_SMPL,
            )
    if faces.dtype.kind not in "iu" or faces.min() < 0 or faces.max() >= vertices:
        raise FileProblem(f"{name}: its triangles name vertices it does not have.", GET_AGAIN)
    floats = {
        k: np.array(v, np.float32) for k, v in arrays.items() if k not in ("f", "kintree_table")
    }
    for key, array in floats.items():
        if not np.isfinite(array).all():
            raise FileProblem(f"{name}: {key} holds numbers that are not finite.", GET_AGAIN)
    shapedirs = np.zeros((vertices, 3, NUM_BETAS), np.float32)
    kept = min(NUM_BETAS, floats["shapedirs"].shape[2])  # newer files have 300
    shapedirs[:, :, :kept] = floats["shapedirs"][:, :, :kept]
    posedirs = floats.get("posedirs")
    return BodyModel(
        body_id=id_of_template(floats["v_template"]),
        name=Path(name).stem,
        template=floats["v_template"],
        faces=faces.astype(np.int32),
        shapedirs=shapedirs,
        posedirs=posedirs if posedirs is not None and posedirs.any() else None,
        joint_regressor=floats["J_regressor"],
        weights=floats["weights"],
        uvs=uvs,
    )


def save_body(path: Path, body: BodyModel) -> None:
    """Write ``body`` as an npz that :func:`read_smpl` opens; whole or not at all.

    Raises FileProblem when the folder cannot be written to or the disk is full.
    """
    parents = np.array([-1, *PARENTS[1:]])
    arrays = {
        "v_template": body.template,
        "shapedirs": body.shapedirs,
        "J_regressor": body.joint_regressor,
        "weights": body.weights,
        "kintree_table": np.stack([parents, np.arange(NUM_JOINTS)]),
        "f": body.faces,
    }
    if body.posedirs is not None:
        arrays["posedirs"] = body.posedirs
    if body.uvs is not None:
        arrays["vt"] = body.uvs.reshape(-1, 2)
        arrays["ft"] = np.arange(3 * len(body.faces)).reshape(-1, 3)
    with written_whole(path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)
