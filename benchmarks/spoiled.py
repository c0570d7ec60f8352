"""Clips whose truth is known, spoilt the way estimates are: for the clean-up's tests and figures.

Motion capture is not part of the repository; :func:`captured` reads it from a folder ``shared``
beside the checkout and says so when there is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.cleanup.flips import READINGS
from core.cleanup.stance import stance
from core.motion import Motion
from core.rotation import quat_to_rotvec, rotmat_to_rotvec, rotvec_to_quat, rotvec_to_rotmat

MOCAP = Path(__file__).parents[2] / "shared" / "mocap"
NAMES = ("smpl24_bandai_30fps.npz", "smpl24_cmu8_30fps.npz")


def captured(name: str, want: dict[str, int], min_frames: int = 60) -> list[tuple[str, Motion]]:
    """Return (label, motion) of the first clips of ``name``, so many a label, standing on y = 0.

    The root's path is scaled to the free body's legs: by the one factor a clip that lets its feet
    slide least, as the people captured were of other sizes.
    """
    with np.load(MOCAP / name, allow_pickle=False) as data:
        poses, trans = data["poses"].astype(np.float32), data["trans"]
        lengths, labels, fps = data["lengths"], data["labels"], float(data["fps"])
    starts = np.concatenate([[0], np.cumsum(lengths)])
    left = dict(want)
    out = []
    for index, label in enumerate(labels.tolist()):
        if left.get(label, 0) > 0 and lengths[index] >= min_frames:
            left[label] -= 1
            rows = slice(starts[index], starts[index + 1])
            out.append((label, _placed(Motion(poses=poses[rows], trans=trans[rows], fps=fps))))
    return out


def _placed(motion: Motion) -> Motion:
    fixed = stance(motion.replace(trans=np.zeros_like(motion.trans)))
    feet = fixed.soles.reshape(motion.num_frames, 6, 3)
    lowest = feet[..., 1].argmin(axis=1)[:-1]
    frame = np.arange(motion.num_frames - 1)
    foot = (feet[frame + 1, lowest] - feet[frame, lowest])[:, [0, 2]]
    root = np.diff(motion.trans, axis=0)[:, [0, 2]]
    scale = 1.0
    for _ in range(10):  # least squares, the frames that do not fit counting less
        miss = np.linalg.norm(scale * root + foot, axis=1)
        weight = 1 / (1 + (miss / 0.005) ** 2) ** 2
        bottom = float(np.sum(weight * (root**2).sum(1)))
        if bottom > 1e-6:
            scale = float(np.clip(-np.sum(weight * (root * foot).sum(1)) / bottom, 0.6, 1.5))
    trans = motion.trans.astype(np.float64) * scale
    height = feet[..., 1].min(axis=1) + trans[:, 1]
    trans[:, 1] -= np.percentile(height, 10)
    return motion.replace(trans=trans)


@dataclass(frozen=True, kw_only=True)
class Damage:
    """What to do to a clip: angles in radians, lengths in metres, shares of all frames."""

    jitter: float = np.radians(1.5)  # white, each joint
    wander: float = np.radians(3.0)  # slow, each joint
    root_jitter: tuple[float, float, float] = (0.004, 0.004, 0.012)
    root_wander: tuple[float, float, float] = (0.008, 0.008, 0.03)
    wander_seconds: float = 0.2
    spikes: int = 6
    spike_angle: float = np.radians(60.0)
    drops: tuple[int, ...] = (4, 9)
    flips: tuple[int, ...] = (3, 6)


@dataclass(frozen=True, eq=False)
class Spoilt:
    """A spoilt motion and which frames were hit: flipped, dropped, spiked (T,)."""

    motion: Motion
    flipped: npt.NDArray[np.bool_]
    dropped: npt.NDArray[np.bool_]
    spiked: npt.NDArray[np.bool_]


def spoilt(motion: Motion, seed: int = 0, damage: Damage | None = None) -> Spoilt:
    """Add an estimate's faults to ``motion``; the same seed gives the same faults."""
    damage = damage if damage is not None else Damage()
    rng = np.random.default_rng(seed)
    count = motion.num_frames
    quats = rotvec_to_quat(motion.poses.astype(np.float64))
    noise = damage.jitter * rng.normal(size=(count, 24, 3)) / np.sqrt(3)
    noise += damage.wander * _slow(rng, (count, 24, 3), damage.wander_seconds * motion.fps) / 3**0.5
    poses = quat_to_rotvec(_product(quats, rotvec_to_quat(noise)))
    trans = motion.trans.astype(np.float64) + np.array(damage.root_jitter) * rng.normal(
        size=(count, 3)
    )
    trans += np.array(damage.root_wander) * _slow(
        rng, (count, 3), damage.wander_seconds * motion.fps
    )
    free = np.ones(count, bool)
    free[:3] = free[-3:] = False
    spiked = np.zeros(count, bool)
    for _ in range(damage.spikes):
        at = _free_run(rng, free, 1)
        if at is None:
            continue
        axis = rng.normal(size=3)
        joint = int(rng.choice([1, 2, 4, 5, 16, 17, 18, 19, 20, 21]))
        turn = damage.spike_angle * axis / np.linalg.norm(axis)
        poses[at, joint] = rotmat_to_rotvec(
            rotvec_to_rotmat(poses[at, joint]) @ rotvec_to_rotmat(turn)
        )
        spiked[at] = True
    flipped = np.zeros(count, bool)
    for length in damage.flips:
        at = _free_run(rng, free, length)
        if at is not None:
            part = slice(at, at + length)
            flipped[part] = True
            poses[part] = rotmat_to_rotvec(READINGS[1].apply(rotvec_to_rotmat(poses[part])))
    dropped = np.zeros(count, bool)
    for length in damage.drops:
        at = _free_run(rng, free, length)
        if at is not None:
            part = slice(at, at + length)
            dropped[part] = True
            poses[part], trans[part] = poses[at - 1], trans[at - 1]
    confidence = np.where(dropped, 0.0, 0.9)
    return Spoilt(
        motion.replace(poses=poses, trans=trans, confidence=confidence), flipped, dropped, spiked
    )


def _slow(
    rng: np.random.Generator, shape: tuple[int, ...], sigma: float
) -> npt.NDArray[np.float64]:
    from scipy.ndimage import gaussian_filter1d

    slow = gaussian_filter1d(rng.normal(size=(shape[0] + 200, *shape[1:])), sigma, axis=0)[100:-100]
    return np.asarray(slow * np.sqrt(2 * np.sqrt(np.pi) * sigma))


def _product(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    from core.cleanup.gaps import multiplied

    return multiplied(a, b)


def _free_run(rng: np.random.Generator, free: npt.NDArray[np.bool_], length: int) -> int | None:
    """Choose where ``length`` free frames begin, and take them with a margin of 4 on each side."""
    inside = np.array([free[i : i + length].all() for i in range(len(free) - length)])
    choices = np.flatnonzero(inside)
    if not len(choices):
        return None
    at = int(rng.choice(choices))
    free[max(at - 4, 0) : at + length + 4] = False
    return at
