"""From a score to a Motion: splines, planted feet, hinged limbs, follow-through.

Works in the performer's own frame (acting side = right, -X) and mirrors and turns at the end.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.datasets.demo import legwork
from core.datasets.demo.armwork import arm_rotations
from core.datasets.demo.curves import SOFTNESS_SECONDS, drift, eased, softened
from core.datasets.demo.limbs import turned
from core.datasets.demo.proportions import proportions
from core.datasets.demo.score import Score
from core.datasets.demo.style import LAGS, Style
from core.rotation import rotmat_to_rotvec, rotvec_to_rotmat
from core.skeleton import JOINT_INDEX, MIRROR

FloatArray = npt.NDArray[np.float64]

SPINE_SHARE = {"spine1": 0.34, "spine2": 0.33, "spine3": 0.33}
STANDING_BEND = 0.016
"""How much (m) the pelvis hangs below straight legs: nobody stands with locked knees."""


def euler(pitch: FloatArray, yaw: FloatArray, roll: FloatArray) -> FloatArray:
    """Rotations (T, 3, 3) = Ry(yaw) Rx(pitch) Rz(roll), from degrees (T,)."""
    zero = np.zeros_like(pitch)
    angles = np.radians(
        np.stack(
            [
                np.stack([zero, yaw, zero], -1),
                np.stack([pitch, zero, zero], -1),
                np.stack([zero, zero, roll], -1),
            ]
        )
    )
    y, x, z = rotvec_to_rotmat(angles)
    return np.asarray(y @ x @ z)


class Performance:
    """The score's tracks sampled at the frames' times, with idle life added."""

    def __init__(self, score: Score, style: Style, at: FloatArray, rng: np.random.Generator):
        self.score, self.style, self.at = score, style, at
        self.step = float(at[1] - at[0]) if len(at) > 1 else 1 / 30
        self.noise = drift(rng, at, 16) * style.liveliness
        breath = rng.uniform(0.22, 0.32)
        self.breath = np.sin(2 * np.pi * (breath * at + rng.random()))

    def track(self, name: str, *, soft: bool = True) -> FloatArray:
        times, values = self.score.arrays(name)
        at = self.at - LAGS.get(name, 0.0) * self.style.lag
        curves = eased(times, values, at)
        return softened(curves, SOFTNESS_SECONDS / self.step) if soft else curves

    def pelvis(self) -> tuple[FloatArray, FloatArray]:
        """Pelvis joint over the floor (T, 3) and its rotation (T, 3, 3)."""
        c, n = self.track("pelvis"), self.noise
        standing = proportions().joints[0] - np.array([0.0, proportions().floor, 0.0])
        position = standing + np.stack([-c[:, 0], c[:, 1] - STANDING_BEND, c[:, 2]], -1)
        position[:, [0, 2]] += 0.006 * n[:, 0:2]
        rotation = euler(c[:, 3] + 0.6 * n[:, 2], c[:, 4] + 1.0 * n[:, 3], c[:, 5] + 0.5 * n[:, 4])
        return position, rotation

    def spine(self) -> dict[str, FloatArray]:
        """Local rotations (T, 3, 3) of the three spine joints."""
        c, n = self.track("spine"), self.noise
        pitch = c[:, 0] + self.style.slouch + 0.8 * n[:, 5]
        yaw, roll = c[:, 1] + 1.0 * n[:, 6], c[:, 2] + 0.7 * n[:, 7]
        out = {j: euler(pitch * s, yaw * s, roll * s) for j, s in SPINE_SHARE.items()}
        out["spine3"] = euler(pitch * SPINE_SHARE["spine3"] - 0.8 * self.breath, yaw / 3, roll / 3)
        return out

    def head(self) -> dict[str, FloatArray]:
        """Local rotations (T, 3, 3) of neck and head."""
        c, n = self.track("head"), self.noise
        pitch = c[:, 0] + self.style.chin + 1.2 * n[:, 8] + 0.4 * self.breath
        yaw, roll = c[:, 1] + 2.0 * n[:, 9], c[:, 2] + 1.0 * n[:, 10]
        half = euler(pitch / 2, yaw / 2, roll / 2)
        return {"neck": half, "head": half}


def perform(
    score: Score, style: Style, at: FloatArray, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Play ``score`` at times (T,) -> axis-angle poses (T, 24, 3) and translation (T, 3)."""
    show = Performance(score, style, at, rng)
    rest = proportions()
    pelvis, root = show.pelvis()
    local: dict[str, FloatArray] = {"pelvis": root, **show.spine(), **show.head()}
    pelvis, legs, thighs = legwork.leg_rotations(show, pelvis, root)
    local.update(legs)
    chest = root
    position = pelvis
    for joint in ("spine1", "spine2", "spine3"):
        position = position + turned(chest, rest.offsets[JOINT_INDEX[joint]])
        chest = chest @ local[joint]
    for side, track in (("right", "d"), ("left", "o")):
        local.update(arm_rotations(show, side, track, chest, position, thighs))
    rotations = np.broadcast_to(np.eye(3), (len(at), 24, 3, 3)).copy()
    for name, rotation in local.items():
        rotations[:, JOINT_INDEX[name]] = rotation
    poses = rotmat_to_rotvec(rotations)
    return placed(poses, pelvis, style)


def placed(poses: FloatArray, pelvis: FloatArray, style: Style) -> tuple[FloatArray, FloatArray]:
    """Mirror and turn a performance; returns poses and SMPL's translation, floor at y = 0."""
    if style.mirrored:
        poses = poses[:, list(MIRROR)] * np.array([1.0, -1.0, -1.0])
        pelvis = pelvis * np.array([-1.0, 1.0, 1.0])
    turn = rotvec_to_rotmat(np.array([0.0, np.radians(style.yaw), 0.0]))
    poses = poses.copy()
    poses[:, 0] = rotmat_to_rotvec(turn @ rotvec_to_rotmat(poses[:, 0]))
    return poses, pelvis @ turn.T - proportions().joints[0]
