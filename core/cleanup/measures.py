"""Numbers that say what a clean-up changed: the same measures on the clip before and after."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.cleanup.contacts import Contacts
from core.cleanup.footlock import weight_on_sole
from core.cleanup.stance import ANKLES, HIPS, KNEES, Stance

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One number before and after. Less is better, but ``bridged`` only tells what was filled."""

    name: str
    before: float
    after: float
    unit: str

    def __str__(self) -> str:
        return f"{self.name}: {self.before:.1f} -> {self.after:.1f} {self.unit}".rstrip()


def foot_slide(posed: Stance, contacts: Contacts, fps: float) -> float:
    """Mean speed along the floor of the carrying parts of the soles while they stand, cm/s."""
    stands = contacts.both
    both = stands[1:] & stands[:-1]
    if not both.any():
        return 0.0
    return float(slide_speed(posed, fps)[both].mean())


def slide_speed(posed: Stance, fps: float) -> FloatArray:
    """(T - 1, 2) cm/s along the floor: the speeds of heel, ball and toe by the weight they carry.

    A foot that turns on the spot slides, though the mean of its sole stays.
    """
    weight = weight_on_sole(posed.soles)
    speed = np.linalg.norm(np.diff(posed.soles[..., [0, 2]], axis=0), axis=-1) * fps * 100
    return np.asarray(np.sum((weight[1:] + weight[:-1]) / 2 * speed, axis=-1))


def tremble(posed: Stance, fps: float) -> float:
    """Mean acceleration of the joints against the pelvis, m/s^2."""
    if len(posed.joints) < 3:
        return 0.0
    joints = posed.joints - posed.joints[:, :1]
    return float(np.linalg.norm(np.diff(joints, 2, axis=0), axis=-1).mean() * fps**2)


def off_floor(posed: Stance, contacts: Contacts) -> float:
    """Mean distance of the standing soles from the floor, above or below, cm."""
    stands = contacts.both
    return float(np.abs(posed.sole_height[stands]).mean() * 100) if stands.any() else 0.0


def under_floor(posed: Stance) -> float:
    """Deepest any sole goes below the floor, cm."""
    return float(max(-posed.sole_height.min(), 0.0) * 100)


def knee_pop(posed: Stance, fps: float) -> float:
    """Largest angular acceleration of a knee, 1,000 degrees/s^2: what shows as a pop."""
    if len(posed.joints) < 3:
        return 0.0
    thigh = posed.joints[:, list(KNEES)] - posed.joints[:, list(HIPS)]
    shin = posed.joints[:, list(ANKLES)] - posed.joints[:, list(KNEES)]
    size = np.linalg.norm(thigh, axis=-1) * np.linalg.norm(shin, axis=-1)
    bend = np.degrees(np.arccos(np.clip(np.sum(thigh * shin, axis=-1) / size, -1, 1)))
    return float(np.abs(np.diff(bend, 2, axis=0)).max() * fps**2 / 1000)
