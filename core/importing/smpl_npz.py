"""Read npz files of SMPL motion: the studio's own, the plain SMPL layout, AMASS.

AMASS (Mahmood et al. 2019) is SMPL-H, z up: 52 joints of which the first 22 are SMPL's, so hands
stay straight; its translation is turned to y up about the rest pelvis. Never unpickles.
"""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.body import default_body
from core.errors import FileProblem, StudioError
from core.motion import FREE_BODY_ID, NUM_BETAS, Motion, Provenance
from core.motion_file import load_motion
from core.rotation import rotmat_to_rotvec, rotvec_to_rotmat
from core.skeleton import NUM_JOINTS

MAX_BYTES = 1 << 30
BODY_JOINTS = 22  # SMPL-H's and SMPL-X's first 22 joints are SMPL's; then hands begin
_UNREADABLE = (
    zipfile.BadZipFile, zlib.error, ValueError, EOFError, KeyError, TypeError, RuntimeError,
    OverflowError, MemoryError,
)  # fmt: skip
_POSES = ("poses", "pose", "full_pose", "smpl_poses", "thetas")
_TRANS = ("trans", "transl", "translation", "smpl_trans")
_FPS = ("mocap_framerate", "mocap_frame_rate", "fps", "framerate", "frame_rate")
_KNOWN = {*_POSES, *_TRANS, *_FPS, "betas", "gender", "up_axis", "studio_provenance"} | {
    "studio_betas", "studio_body_id", "root_orient", "global_orient", "pose_body", "body_pose",
    "surface_model_type", "body_id",
}  # fmt: skip
_Z_TO_Y = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])


def read(path: Path, fps: float | None = None) -> list[Motion]:
    """Return the file's one motion. Raises FileProblem saying what is wrong with it."""
    arrays = _arrays(path)
    if {"body_id", "trans", "poses"} <= arrays.keys() and np.ndim(arrays["poses"]) == 3:
        return [load_motion(path)]
    try:
        return [_motion(arrays, path, fps)]
    except FileProblem:
        raise
    except StudioError as error:
        raise FileProblem(f"{path.name} is damaged: {error.message}", error.hint) from error
    except (ValueError, TypeError) as error:
        raise FileProblem(f"{path.name} is damaged: {error}.", "Copy it again.") from error


def is_ours(path: Path) -> bool:
    """Whether an npz was written by this program: its clip, or SMPL or AMASS arrays it exported."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = set(archive.namelist())
    except (OSError, *_UNREADABLE):
        return False
    return "studio_body_id.npy" in members or {"body_id.npy", "provenance.npy"} <= members


def _arrays(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise FileProblem(f"{path.name} is larger than 1 GB, too large for a clip.")
        with zipfile.ZipFile(path) as archive:
            if sum(member.file_size for member in archive.infolist()) > MAX_BYTES:
                raise FileProblem(f"{path.name} unpacks to more than 1 GB, too large for a clip.")
        with np.load(path, allow_pickle=False) as archive:
            return {key: archive[key] for key in archive.files if key in _KNOWN}
    except OSError as error:
        raise FileProblem(
            f"{path.name} cannot be read: {error.strerror or error}.", "Check the name and rights."
        ) from error
    except _UNREADABLE as error:
        raise FileProblem(
            f"{path.name} is not a readable npz file.", "It is truncated or of another kind."
        ) from error


def _first(arrays: dict[str, Any], names: tuple[str, ...]) -> Any:
    return next((arrays[name] for name in names if name in arrays), None)


def _motion(arrays: dict[str, Any], path: Path, fps: float | None) -> Motion:
    poses, width = _poses(arrays, path)
    trans = _first(arrays, _TRANS)
    trans = np.zeros((len(poses), 3)) if trans is None else np.asarray(trans, np.float64)
    trans = trans.reshape(-1, 3)
    if len(trans) != len(poses):
        raise FileProblem(
            f"{path.name} is damaged: {len(poses)} poses but {len(trans)} translations.",
            "Copy it again.",
        )
    rate = _first(arrays, _FPS)
    body_id = str(arrays.get("studio_body_id", FREE_BODY_ID))
    betas = arrays.get("studio_betas")
    if is_z_up(arrays, width):
        shape = betas if body_id == FREE_BODY_ID else None
        pelvis = default_body().shaped(shape).joints[0].astype(np.float64)
        poses, trans = y_up(poses, trans, pelvis)
    provenance = Provenance(kind="imported", source=path.name)
    if "studio_provenance" in arrays:
        provenance = Provenance.from_json(str(arrays["studio_provenance"]))
    return Motion(
        poses=poses.astype(np.float32),
        trans=trans.astype(np.float32),
        betas=np.zeros(NUM_BETAS, np.float32) if betas is None else betas,
        fps=fps or (float(rate) if rate is not None else 30.0),
        body_id=body_id,
        provenance=provenance,
    )


def _poses(arrays: dict[str, Any], path: Path) -> tuple[npt.NDArray[np.float64], int]:
    """(T, 24, 3) poses and how many joints the file has."""
    poses = _first(arrays, _POSES)
    root = _first(arrays, ("root_orient", "global_orient"))
    if root is not None and (poses is None or np.size(poses) != np.size(root)):
        body = _first(arrays, ("pose_body", "body_pose"))
        if body is not None:
            frames = len(root)
            poses = np.concatenate(
                [np.reshape(root, (frames, 3)), np.reshape(body, (frames, -1))], axis=1
            )
    if poses is None:
        raise FileProblem(
            f"{path.name} holds no SMPL motion: it has no poses.",
            "Choose a clip of this program, an SMPL or an AMASS npz.",
        )
    poses = np.asarray(poses, np.float64)
    if poses.ndim == 4 and poses.shape[-2:] == (3, 3):
        poses = rotmat_to_rotvec(poses)
    if poses.ndim not in (2, 3) or len(poses) == 0 or poses[0].size % 3:
        raise FileProblem(
            f"{path.name} holds poses of shape {poses.shape}, which is no SMPL layout.",
            "SMPL has 72 numbers a frame, AMASS 156 or 165.",
        )
    poses = poses.reshape(len(poses), -1, 3)
    width = poses.shape[1]
    if width < BODY_JOINTS:
        raise FileProblem(
            f"{path.name} holds {width} joints; SMPL needs at least {BODY_JOINTS}.",
            "SMPL has 72 numbers a frame, AMASS 156 or 165.",
        )
    out = np.zeros((len(poses), NUM_JOINTS, 3))
    kept = NUM_JOINTS if width == NUM_JOINTS else BODY_JOINTS  # beyond 22 another body's hands
    out[:, :kept] = poses[:, :kept]
    return out, width


def is_z_up(arrays: dict[str, Any], width: int) -> bool:
    """What the file says, else AMASS's convention for its layouts (52 or 55 joints)."""
    if "up_axis" in arrays:
        return str(arrays["up_axis"]).lower().startswith("z")
    is_amass = "mocap_framerate" in arrays or "mocap_frame_rate" in arrays
    return width in (52, 55) or (is_amass and width != NUM_JOINTS)


def y_up(
    poses: npt.NDArray[np.float64],
    trans: npt.NDArray[np.float64],
    pelvis: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Turn a z-up motion to y up: poses (T, 24, 3), trans (T, 3), rest pelvis (3,)."""
    out = poses.copy()
    out[:, 0] = rotmat_to_rotvec(_Z_TO_Y @ rotvec_to_rotmat(poses[:, 0]))
    return out, (trans + pelvis) @ _Z_TO_Y.T - pelvis
