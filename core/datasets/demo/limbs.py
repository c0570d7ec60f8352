"""Two-bone limbs with a true hinge: closed-form reach, in any number of frames at once.

The middle joint (elbow, knee) turns about one fixed axis, so it can neither twist nor bend
sideways whatever is asked of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from core.datasets.demo.proportions import proportions
from core.rotation import rotvec_to_rotmat
from core.skeleton import JOINT_INDEX

FloatArray = npt.NDArray[np.float64]


def unit(v: FloatArray) -> FloatArray:
    """(..., 3) -> the same directions with length 1."""
    return np.asarray(v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-9))


def frame(a: FloatArray, b: FloatArray) -> FloatArray:
    """Rotation (..., 3, 3) with columns a, b orthogonalised to a, and their cross product."""
    a = unit(a)
    b = unit(b - np.sum(a * b, axis=-1, keepdims=True) * a)
    return np.stack([a, b, np.cross(a, b)], axis=-1)


def turned(rotmat: FloatArray, v: FloatArray) -> FloatArray:
    """(..., 3, 3) times (..., 3)."""
    return np.asarray((rotmat @ v[..., None])[..., 0])


def swing(start: FloatArray, end: FloatArray) -> FloatArray:
    """Least rotation (..., 3, 3) taking unit vectors ``start`` to ``end``."""
    axis = np.cross(start, end)
    sine = np.linalg.norm(axis, axis=-1, keepdims=True)
    angle = np.arctan2(sine, np.sum(start * end, axis=-1, keepdims=True))
    return rotvec_to_rotmat(axis / np.maximum(sine, 1e-9) * angle)


@dataclass(frozen=True)
class Limb:
    """Upper and lower bone (3,) in the rest frame and the hinge axis between them (3,)."""

    upper: FloatArray
    lower: FloatArray
    hinge: FloatArray
    max_flexion: float  # radians

    def bend(self, flexion: FloatArray) -> FloatArray:
        """Local rotation (..., 3, 3) of the hinge for flexions (...)."""
        return rotvec_to_rotmat(np.asarray(flexion)[..., None] * self.hinge)

    def chord(self, flexion: FloatArray) -> FloatArray:
        """Root-to-tip vector (..., 3) in the upper bone's frame."""
        return self.upper + turned(self.bend(flexion), self.lower)

    def flexion_for(self, distance: FloatArray) -> FloatArray:
        """Flexion (...) that puts the tip ``distance`` (...) from the root, within the limits."""
        e, w, a = self.upper, self.lower, self.hinge
        along = float((e @ a) * (w @ a))
        e_across, w_across = e - (e @ a) * a, w - (w @ a) * a
        product = float(np.linalg.norm(e_across) * np.linalg.norm(w_across))
        offset = float(np.arctan2(np.cross(e_across, w_across) @ a, e_across @ w_across))
        cosine = (np.square(distance) - e @ e - w @ w - 2 * along) / (2 * product)
        flexion = np.arccos(np.clip(cosine, -1.0, 1.0)) - offset
        return np.asarray(np.clip(flexion, 0.0, self.max_flexion))

    def reach(self, target: FloatArray, pole: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Upper-bone rotation (..., 3, 3) and flexion (...) that bring the tip to ``target``.

        target (..., 3) is relative to the limb's root; the middle joint points towards ``pole``
        (..., 3). What is out of reach is approached as near as the limits allow.
        """
        flexion = self.flexion_for(np.linalg.norm(target, axis=-1))
        chord = self.chord(flexion)
        rest = frame(chord, np.cross(chord, self.hinge))  # second: where the middle joint points
        return frame(target, pole) @ np.swapaxes(rest, -1, -2), flexion


@cache
def arm(side: str) -> Limb:
    """The arm of ``side`` ("left" or "right"): the elbow flexes about -Y, right about +Y."""
    offsets = proportions().offsets
    sign = 1.0 if side == "left" else -1.0
    upper = offsets[JOINT_INDEX[f"{side}_elbow"]]
    hinge = np.array([0.0, -sign, 0.0])
    return Limb(upper, offsets[JOINT_INDEX[f"{side}_wrist"]], hinge, np.radians(145.0))


@cache
def leg(side: str) -> Limb:
    """The leg of ``side``: the knee flexes about +X."""
    offsets = proportions().offsets
    upper = offsets[JOINT_INDEX[f"{side}_knee"]]
    lower = offsets[JOINT_INDEX[f"{side}_ankle"]]
    return Limb(upper, lower, np.array([1.0, 0.0, 0.0]), np.radians(150.0))
