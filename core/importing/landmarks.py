"""The few joints that tell how a body stands: torso, sides and limbs as directions.

Works on any pose of a source skeleton given as positions (..., J, 3), in any axes and unit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.importing.source import Array
from core.skeleton import JOINT_INDEX


def unit(vectors: Array) -> Array:
    """(..., 3) -> the same directions with length 1 (zero stays zero)."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-12))


def between(a: Array, b: Array) -> Array:
    """Angle in degrees between directions (..., 3) and (..., 3)."""
    return np.degrees(np.arccos(np.clip(np.sum(unit(a) * unit(b), axis=-1), -1.0, 1.0)))


@dataclass(frozen=True)
class Landmarks:
    """Positions of SMPL's joints that a map found in a pose; ``index``: SMPL joint -> column."""

    positions: Array
    index: dict[int, int]

    def at(self, joint: str) -> Array:
        """(..., 3) position of the source joint that stands for ``joint``."""
        return self.positions[..., self.index[JOINT_INDEX[joint]], :]

    def has(self, joint: str) -> bool:
        """Whether the map knows the joint."""
        return JOINT_INDEX[joint] in self.index

    def middle(self, part: str) -> Array:
        """(..., 3) middle between the left and the right joint of a part."""
        return 0.5 * (self.at(f"left_{part}") + self.at(f"right_{part}"))

    @property
    def up(self) -> Array:
        """(..., 3) unit direction from the hips to the shoulders."""
        return unit(self.middle("shoulder") - self.middle("hip"))

    @property
    def side(self) -> Array:
        """(..., 3) unit direction to the body's left, at right angles to :attr:`up`."""
        wide = unit(self.at("left_shoulder") - self.at("right_shoulder"))
        wide = wide + unit(self.at("left_hip") - self.at("right_hip"))
        return unit(wide - np.sum(wide * self.up, axis=-1, keepdims=True) * self.up)

    @property
    def forward(self) -> Array:
        """(..., 3) unit direction the body faces."""
        return np.cross(self.side, self.up)

    @property
    def leg_length(self) -> Array:
        """(...) hip to knee to ankle, mean of both legs."""
        total = 0.0
        for side in ("left", "right"):
            hip, knee, ankle = (self.at(f"{side}_{part}") for part in ("hip", "knee", "ankle"))
            total = total + np.linalg.norm(knee - hip, axis=-1)
            total = total + np.linalg.norm(ankle - knee, axis=-1)
        return np.asarray(0.5 * total)

    def limb(self, side: str, first: str, last: str) -> Array:
        """(..., 3) unit direction of a limb from one part to another."""
        return unit(self.at(f"{side}_{last}") - self.at(f"{side}_{first}"))


@dataclass(frozen=True)
class Stance:
    """How near a pose is to SMPL's rest pose; angles in degrees, the worse of both sides.

    ``arms``: above (+) or below (-) the horizontal; ``arms_forward``: out of the body's plane;
    ``legs``: away from straight down; ``bends``: elbows and knees, away from straight.
    """

    arms: float
    arms_forward: float
    legs: float
    bends: float

    @property
    def is_usable(self) -> bool:
        """A T-, A- or N-pose: turning each limb the short way to the T-pose is right."""
        return (
            -95 <= self.arms <= 25
            and self.arms_forward <= 40
            and self.legs <= 35
            and self.bends <= 50
        )

    @property
    def distance(self) -> float:
        """One number for how far from a stance; arms may be anywhere from hanging to level."""
        arms = max(0.0, self.arms - 10.0, -90.0 - self.arms)
        return arms + self.arms_forward + 1.5 * self.legs + self.bends

    @property
    def is_clean_t(self) -> bool:
        """A T-pose as drawn in a book."""
        return (
            abs(self.arms) <= 20
            and self.arms_forward <= 20
            and self.legs <= 12
            and self.bends <= 25
        )


def stance_of(pose: Landmarks) -> Stance:
    """Measure one pose (J, 3)."""
    up, side, forward = pose.up, pose.side, pose.forward
    arms, ahead, legs, bends = [], [], [], []
    for name, sign in (("left", 1.0), ("right", -1.0)):
        arm = pose.limb(name, "shoulder", "wrist")
        elevation = np.degrees(np.arctan2(arm @ up, sign * (arm @ side)))
        arms.append(float(elevation))
        ahead.append(float(np.degrees(np.arcsin(np.clip(abs(arm @ forward), 0, 1)))))
        legs.append(float(between(pose.limb(name, "hip", "ankle"), -up)))
        for first, middle, last in (("shoulder", "elbow", "wrist"), ("hip", "knee", "ankle")):
            straight = between(pose.limb(name, first, middle), pose.limb(name, middle, last))
            bends.append(float(straight))
    worst = max(arms, key=abs)
    return Stance(arms=worst, arms_forward=max(ahead), legs=max(legs), bends=max(bends))
