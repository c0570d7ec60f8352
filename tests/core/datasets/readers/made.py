"""Small data sets in every layout, made of known motions."""

from __future__ import annotations

import pickle
from pathlib import Path

import joblib
import numpy as np

from core.datasets.readers.camera_clips import HALF_TURN_X
from core.motion import Motion
from core.rotation import rotmat_to_rotvec, rotvec_to_rotmat


def standing(num_frames: int = 30, seed: int = 0) -> np.ndarray:
    """(T, 24, 3) small turns about standing upright."""
    rng = np.random.default_rng(seed)
    start = rng.normal(0, 0.15, (24, 3))
    return start + np.cumsum(rng.normal(0, 0.01, (num_frames, 24, 3)), axis=0)


def motion(num_frames: int = 30, seed: int = 0, fps: float = 30.0) -> Motion:
    path = np.cumsum(np.random.default_rng(seed).normal(0, 0.01, (num_frames, 3)), axis=0)
    return Motion(poses=standing(num_frames, seed), trans=path, fps=fps)


def camera_poses(poses: np.ndarray) -> np.ndarray:
    """(T, 72) the same bodies in a camera's axes, y down."""
    out = poses.copy()
    out[:, 0] = rotmat_to_rotvec(HALF_TURN_X @ rotvec_to_rotmat(poses[:, 0]))
    return out.reshape(len(out), 72)


def vibe_joints(num_frames: int, seed: int = 0) -> np.ndarray:
    """(T, 49, 3)."""
    return np.random.default_rng(seed).normal(0, 0.5, (num_frames, 49, 3))


def write_ntu(folder: Path, names: list[str], *, upright: bool = False) -> Path:
    """NTU13 in Action2Motion's layout; clip i is ``standing(20 + i, i)``."""
    folder.mkdir(parents=True)
    for i, name in enumerate(names):
        poses = standing(20 + i, i)
        flat = poses.reshape(-1, 72) if upright else camera_poses(poses)
        joblib.dump({1: {"pose": flat, "joints3d": vibe_joints(len(poses), i)}}, folder / name)
    (folder / "ntu_vibe_list.txt").write_text("\n".join(names) + "\n")
    return folder


def write_humanact12(path: Path, classes: list[int]) -> Path:
    poses = [camera_poses(standing(20 + i, i)) for i in range(len(classes))]
    joints = [np.random.default_rng(i).normal(0, 1, (len(p), 24, 3)) for i, p in enumerate(poses)]
    content = {"poses": poses, "oldposes": [], "joints3D": joints, "y": classes}
    path.write_bytes(pickle.dumps(content))
    return path


def write_uestc(folder: Path, names: list[str], *, stored_paths: bool = False) -> Path:
    (folder / "info").mkdir(parents=True)
    (folder / "info" / "names.txt").write_text("\n".join(names) + "\n")
    rng = np.random.default_rng(5)
    clips = [standing(20 + i, i) for i in range(len(names))]
    content = {
        "pose": [camera_poses(clip) for clip in clips],
        "joints3d": [vibe_joints(len(clip), i) for i, clip in enumerate(clips)],
        "orig_cam": [rng.uniform(0.5, 1.5, (len(clip), 4)) for clip in clips],
    }
    joblib.dump(content, folder / "vibe_cache_refined.pkl")
    if stored_paths:
        joblib.dump([rng.normal(size=(len(c), 3)) for c in clips], folder / "globtrans_usez.pkl")
    return folder
