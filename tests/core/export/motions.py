"""Motions that are hard to export: fast, spinning, near gimbal lock."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.motion import Motion
from core.rotation import rotvec_to_quat
from core.skeleton import JOINT_INDEX


def lively_motion(num_frames: int = 90, seed: int = 0, fps: float = 30.0) -> Motion:
    """Smooth wild swings of every joint while turning twice about the vertical."""
    generator = np.random.default_rng(seed)
    time = np.arange(num_frames)[:, None, None] / 30.0
    rate, phase = generator.uniform(1, 5, (2, 1, 24, 3))
    poses = generator.uniform(0.2, 1.3, (1, 24, 3)) * np.sin(rate * time + phase)
    poses[:, 0] = [0.3, 0.0, 0.0]
    poses[:, 0, 1] = np.linspace(0, 4 * np.pi, num_frames)
    trans = np.cumsum(generator.normal(scale=0.02, size=(num_frames, 3)), axis=0)
    return Motion(poses=poses, trans=trans, fps=fps, betas=generator.normal(scale=0.8, size=10))


def swing(joint: str, axis: int, low: float, high: float, num_frames: int = 45) -> Motion:
    """One joint swinging between two angles in degrees at 1 Hz, 30 fps, wobbling by 8 degrees."""
    time = np.arange(num_frames) / 30.0
    wave = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(num_frames) / 30.0)
    poses = np.zeros((num_frames, 24, 3))
    poses[:, JOINT_INDEX[joint]] = np.radians(8) * np.sin(7 * time[:, None] + np.arange(3))
    poses[:, JOINT_INDEX[joint], axis] = np.radians(low + (high - low) * wave)
    return Motion(poses=poses, trans=np.zeros((num_frames, 3)))


SHARED = Path(__file__).resolve().parents[3].parent / "shared"


def real_motion(num_frames: int, source: str = "bandai", seed: int = 0) -> Motion:
    """Recorded clips joined end to end at 30 fps; skips where the recordings are not there."""
    path = SHARED / "mocap" / f"smpl24_{source}_30fps.npz"
    if not path.exists():
        pytest.skip("the recorded clips are not beside this checkout")
    with np.load(path) as archive:
        lengths, all_poses, all_trans = (archive[k] for k in ("lengths", "poses", "trans"))
    starts = np.cumsum(lengths) - lengths
    poses, trans, place, count = [], [], np.zeros(3), 0
    for clip in np.random.default_rng(seed).permutation(len(lengths)):
        rows = slice(starts[clip], starts[clip] + lengths[clip])
        moved = all_trans[rows] + (place - all_trans[rows][0]) * [1, 0, 1]
        poses.append(all_poses[rows].astype(np.float32))
        trans.append(moved)
        place, count = moved[-1], count + lengths[clip]
        if count >= num_frames:
            break
    return Motion(
        poses=np.concatenate(poses)[:num_frames], trans=np.concatenate(trans)[:num_frames]
    )


def far_travelled(motion: Motion, metres: float) -> Motion:
    """The same motion carried ``metres`` along a diagonal, as on a moving walkway."""
    way = np.linspace(0.0, metres, motion.num_frames)[:, None] * [0.6, 0.0, 0.8]
    return motion.replace(trans=motion.trans + way.astype(np.float32))


def without_jumps(motion: Motion, degrees: float = 40.0) -> np.ndarray:
    """(T - 1,) whether no joint turns by more than ``degrees`` from a frame to the next."""
    quat = rotvec_to_quat(motion.poses.astype(float))
    cosine = np.abs(np.sum(quat[1:] * quat[:-1], axis=-1)).clip(0, 1)
    return np.degrees(2 * np.arccos(cosine)).max(axis=1) < degrees
