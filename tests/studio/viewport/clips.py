"""Motions for the viewport's tests."""

from __future__ import annotations

import numpy as np

from core.motion import Motion

STANDING = 1.17
"""Height of the root that puts the free body's soles near the floor."""


def swinging(num_frames: int = 20, *, fps: float = 30.0, travel: float = 0.0) -> Motion:
    """Arms down, the left arm swings up; walks ``travel`` metres along +Z."""
    swing = np.sin(np.linspace(0, np.pi, num_frames))
    poses = np.zeros((num_frames, 24, 3), np.float32)
    poses[:, 16, 2] = -1.2 + 1.9 * swing
    poses[:, 17, 2] = 1.2
    trans = np.zeros((num_frames, 3), np.float32)
    trans[:, 1] = STANDING
    trans[:, 2] = travel * np.linspace(0, 1, num_frames)
    return Motion(poses=poses, trans=trans, fps=fps)
