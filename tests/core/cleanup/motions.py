"""Clips whose feet stand still while they carry: made from formulas, and captured ones."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.spoiled import MOCAP, NAMES, captured
from core.cleanup.contacts import find_contacts
from core.cleanup.footlock import lock_feet
from core.datasets import demo
from core.motion import Motion
from core.rotation import rotvec_to_quat


def standing(num_frames: int = 60, fps: float = 30.0, sway: float = 0.0) -> Motion:
    """Somebody who stands with slightly bent knees, soles on y = 0, and may sway by metres."""
    from core.cleanup.stance import stance

    poses = np.zeros((num_frames, 24, 3))
    poses[:, [1, 2], 0] = -0.2
    poses[:, [4, 5], 0] = 0.4
    poses[:, [7, 8], 0] = -0.2
    trans = np.zeros((num_frames, 3))
    trans[:, 0] = sway * np.sin(np.arange(num_frames) / fps * 4)
    motion = Motion(poses=poses, trans=trans, fps=fps)
    low = float(stance(motion).sole_height.min())
    return motion.replace(trans=trans - [0.0, low, 0.0])


def jogging(seed: int = 3, num_frames: int = 90) -> Motion:
    """A procedural run on the spot with its feet locked: a truth that does not slide."""
    motion = demo.generate("running on the spot", seed, num_frames=num_frames)
    return lock_feet(motion, find_contacts(motion))


def real(labels: dict[str, int], source: int = 0, min_frames: int = 60) -> list[Motion]:
    """Captured clips whose feet were locked: a truth that does not slide. Skips without mocap."""
    if not (MOCAP / NAMES[source]).exists():
        pytest.skip("needs the motion capture in ../shared/mocap")
    out = []
    for _, motion in captured(NAMES[source], labels, min_frames):
        for _ in range(2):
            motion = lock_feet(motion, find_contacts(motion))
        out.append(motion)
    return out


def angles(a: Motion, b: Motion) -> np.ndarray:
    """(T, 24) radians between two motions' local rotations."""
    one, two = (rotvec_to_quat(m.poses.astype(np.float64)) for m in (a, b))
    return 2 * np.arccos(np.clip(np.abs(np.sum(one * two, axis=-1)), 0, 1))
