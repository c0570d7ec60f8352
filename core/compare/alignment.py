"""Laying a clip over the reference: pelvis on pelvis, one heading, or one best similarity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.body import body_for, joint_positions
from core.compare.options import Space
from core.motion import Motion
from core.rotation import rotmat_to_rotvec, rotvec_to_rotmat

FloatArray = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Laid:
    """A clip where it is compared, and what was done: degrees about the vertical, scale."""

    motion: Motion
    heading_degrees: float = 0.0
    scale: float = 1.0


def laid_over(motion: Motion, reference: Motion, frames: tuple[Ints, Ints], space: Space) -> Laid:
    """Lay a clip over the reference; frames (T,) of each that belong together.

    "root" and "heading" move every frame so that the pelvises meet, "procrustes" moves the clip as
    a whole (Umeyama 1991). Its scale is applied to the pelvis's path and returned: a body is drawn
    in its own size, distances are measured with the body scaled too (``compare``).
    """
    if space == "none" or motion is reference or len(frames[0]) == 0:
        return Laid(motion)
    mine, theirs = frames
    if space == "procrustes":
        return _similarity(motion, reference, mine, theirs)
    turn, degrees = np.eye(3), 0.0
    if space == "heading":
        turn, degrees = _heading(motion, reference, mine, theirs)
    turned = _turned(motion, turn)
    shift = _pelvis(reference)[theirs] - _pelvis(turned)[mine]
    # frames without a partner move with the nearest that has one
    order = np.argsort(mine, kind="stable")
    nearest = np.interp(np.arange(motion.num_frames), mine[order], np.arange(len(mine)))
    whole = shift[order][np.round(nearest).astype(int)]
    return Laid(turned.replace(trans=(turned.trans + whole).astype(np.float32)), degrees)


def _pelvis(motion: Motion) -> FloatArray:
    return np.asarray(joint_positions(motion)[:, 0], np.float64)


def _turned(motion: Motion, turn: FloatArray) -> Motion:
    """Turn a clip about the vertical through its first pelvis place, (3, 3)."""
    rest = np.asarray(body_for(motion).rest_joints[0], np.float64)
    root = turn @ rotvec_to_rotmat(np.asarray(motion.poses[:, 0], np.float64))
    poses = motion.poses.copy()
    poses[:, 0] = rotmat_to_rotvec(root)
    pelvis = motion.trans + rest
    moved = (pelvis - pelvis[0]) @ turn.T + pelvis[0] - rest
    return motion.replace(poses=poses, trans=moved.astype(np.float32))


def _heading(
    motion: Motion, reference: Motion, mine: Ints, theirs: Ints
) -> tuple[FloatArray, float]:
    """The turn about the vertical that brings all headings nearest, and its degrees."""
    a = rotvec_to_rotmat(np.asarray(motion.poses[mine, 0], np.float64))
    b = rotvec_to_rotmat(np.asarray(reference.poses[theirs, 0], np.float64))
    difference = (b @ a.swapaxes(-1, -2)).sum(axis=0)  # chordal mean, then its part about y
    angle = np.arctan2(difference[0, 2] - difference[2, 0], difference[0, 0] + difference[2, 2])
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]]), float(np.degrees(angle))


def _similarity(motion: Motion, reference: Motion, mine: Ints, theirs: Ints) -> Laid:
    a = np.asarray(joint_positions(motion)[mine], np.float64).reshape(-1, 3)
    b = np.asarray(joint_positions(reference)[theirs], np.float64).reshape(-1, 3)
    mean_a, mean_b = a.mean(0), b.mean(0)
    u, values, vt = np.linalg.svd((b - mean_b).T @ (a - mean_a))
    sign = np.array([1, 1, np.sign(np.linalg.det(u @ vt))])
    turn = (u * sign) @ vt
    scale = float((values * sign).sum() / ((a - mean_a) ** 2).sum())
    rest = np.asarray(body_for(motion).rest_joints[0], np.float64)
    root = turn @ rotvec_to_rotmat(np.asarray(motion.poses[:, 0], np.float64))
    poses = motion.poses.copy()
    poses[:, 0] = rotmat_to_rotvec(root)
    pelvis = scale * (motion.trans + rest - mean_a) @ turn.T + mean_b
    moved = motion.replace(poses=poses, trans=(pelvis - rest).astype(np.float32))
    return Laid(moved, float(np.degrees(np.arctan2(turn[0, 2], turn[2, 2]))), scale)
