"""Motions that are hard to export: fast, spinning, near gimbal lock."""

from __future__ import annotations

import numpy as np

from core.motion import Motion
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
