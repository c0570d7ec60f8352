"""Feet on the floor and legs that follow: plants, heel raises, swings, weight on straight legs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from core.datasets.demo.limbs import leg, swing, turned, unit
from core.datasets.demo.proportions import proportions
from core.rotation import rotmat_to_rotvec, rotvec_to_rotmat
from core.skeleton import JOINT_INDEX

if TYPE_CHECKING:
    from core.datasets.demo.rig import Performance

FloatArray = npt.NDArray[np.float64]
Segment = tuple[FloatArray, FloatArray]
"""A bone over time: its two ends (T, 3)."""

MAX_STRETCH = 0.994
"""Share of a leg's length it may reach: a straight knee pops."""
DOWN = np.array([0.0, -1.0, 0.0])


def _about(axis: int, degrees: FloatArray) -> FloatArray:
    vector = np.zeros((*np.shape(degrees), 3))
    vector[..., axis] = np.radians(degrees)
    return rotvec_to_rotmat(vector)


class Foot:
    """One foot's path: where the ankle is asked to be and how the foot is turned, over time."""

    def __init__(self, show: Performance, side: str, track: str) -> None:
        rest, style = proportions(), show.style
        self.side, self.sign = side, (1.0 if side == "left" else -1.0)
        index = 0 if side == "left" else 1
        self.heel_points, self.toe_points = rest.heels[index], rest.toes[index]
        self.ball = rest.offsets[JOINT_INDEX[f"{side}_foot"]]
        c = show.track(f"foot_{track}", soft=False)
        out, up, fwd, yaw, heel, free, point, knee_out = c.T
        self.free, self.point, self.knee_out = np.clip(free, 0, 1), point, knee_out
        self.heel = heel
        self.yaw = self.sign * (yaw + style.toes_out)  # about +Y
        self.flat = _about(1, self.yaw)
        self.planted = self.flat @ _about(0, heel)
        stand = rest.joints[JOINT_INDEX[f"{side}_ankle"]] - np.array([0.0, rest.floor, 0.0])
        stagger = style.stagger * (0.5 if track == "o" else -0.5)
        offset = np.stack([self.sign * (out + style.stance), up, fwd + stagger], -1)
        # raising the heel turns the foot about its ball, which stays where it was
        roll = turned(self.flat, self.ball) - turned(self.planted, self.ball)
        self.ankle = stand + offset + roll

    def knee_twist(self, pelvis_yaw: FloatArray) -> FloatArray:
        """Turn (T,) of the thigh about itself, radians about +Y: mostly where the toes point."""
        relative = np.radians(self.yaw + 8.0 * self.sign) - pelvis_yaw
        return 0.65 * np.clip(relative, -0.7, 0.7) + self.sign * np.radians(self.knee_out)


def _hips(pelvis: FloatArray, root: FloatArray, side: str) -> FloatArray:
    return pelvis + turned(root, proportions().offsets[JOINT_INDEX[f"{side}_hip"]])


def _length(side: str) -> float:
    limb = leg(side)
    return float(np.linalg.norm(limb.chord(np.array(0.0))))


def _lowered(pelvis: FloatArray, root: FloatArray, feet: list[Foot]) -> FloatArray:
    """Let the pelvis down where a planted leg would have to be longer than it is."""
    drop = np.zeros(len(pelvis))
    for foot in feet:
        hip = _hips(pelvis, root, foot.side)
        reach = MAX_STRETCH * _length(foot.side)
        flat = np.linalg.norm((hip - foot.ankle)[:, [0, 2]], axis=-1)
        highest = foot.ankle[:, 1] + np.sqrt(np.maximum(reach**2 - flat**2, 0.01))
        drop = np.maximum(drop, (hip[:, 1] - highest) * (foot.free < 0.02))
    return pelvis - np.stack([np.zeros_like(drop), drop, np.zeros_like(drop)], -1)


def _solve(foot: Foot, hip: FloatArray, root: FloatArray) -> tuple[FloatArray, ...]:
    """Hip and knee rotations, the foot's rotation, for the foot's present ankle path."""
    limb = leg(foot.side)
    target = foot.ankle - hip
    distance = np.linalg.norm(target, axis=-1, keepdims=True)
    target = target * np.minimum(1.0, MAX_STRETCH * _length(foot.side) / distance)
    inward = np.swapaxes(root, -1, -2)
    direction = unit(turned(inward, target))
    yaw = np.arctan2(root[:, 0, 2], root[:, 2, 2])
    twist = foot.knee_twist(yaw)
    lateral = np.stack([np.cos(twist), np.zeros_like(twist), -np.sin(twist)], -1)
    lateral = turned(swing(np.broadcast_to(DOWN, direction.shape), direction), lateral)
    pole = turned(root, np.cross(direction, lateral))
    thigh, flexion = limb.reach(target, pole)
    shin = thigh @ limb.bend(flexion)
    hanging = shin @ _about(0, foot.point)
    blend = foot.free[:, None]
    step = np.swapaxes(foot.planted, -1, -2) @ hanging
    rotation = foot.planted @ rotvec_to_rotmat(blend * rotmat_to_rotvec(step))
    return thigh, flexion, shin, rotation, hip + turned(thigh, limb.chord(flexion))


def _under_floor(
    foot: Foot, ankle: FloatArray, rotation: FloatArray, toes: FloatArray
) -> FloatArray:
    """How deep (T,) the sole is under the floor, 0 where it is not."""
    heel = ankle[:, None] + foot.heel_points @ np.swapaxes(rotation, -1, -2)
    ball = ankle + turned(rotation, foot.ball)
    toe = ball[:, None] + foot.toe_points @ np.swapaxes(rotation @ toes, -1, -2)
    lowest = np.minimum(heel[..., 1].min(axis=1), toe[..., 1].min(axis=1))
    return np.maximum(-lowest, 0.0)


def leg_rotations(
    show: Performance, pelvis: FloatArray, root: FloatArray
) -> tuple[FloatArray, dict[str, FloatArray], list[Segment]]:
    """Pelvis path (T, 3), let down where needed, local rotations (T, 3, 3) of both legs, thighs."""
    feet = [Foot(show, "right", "d"), Foot(show, "left", "o")]
    pelvis = _lowered(pelvis, root, feet)
    local: dict[str, FloatArray] = {}
    thighs: list[Segment] = []
    for foot in feet:
        hip = _hips(pelvis, root, foot.side)
        toes = _about(0, -foot.heel * (1 - foot.free))
        for _ in range(2):  # lift a swinging foot whose hanging toes would pass through the floor
            thigh, flexion, shin, rotation, ankle = _solve(foot, hip, root)
            depth = _under_floor(foot, ankle, rotation, toes) * (foot.free > 0)
            if not depth.any():
                break
            foot.ankle = foot.ankle + np.stack([0 * depth, depth, 0 * depth], -1)
        thigh, flexion, shin, rotation, _ = _solve(foot, hip, root)
        thighs.append((hip, hip + turned(thigh, leg(foot.side).upper)))
        local[f"{foot.side}_hip"] = np.swapaxes(root, -1, -2) @ thigh
        local[f"{foot.side}_knee"] = leg(foot.side).bend(flexion)
        local[f"{foot.side}_ankle"] = np.swapaxes(shin, -1, -2) @ rotation
        local[f"{foot.side}_foot"] = toes
    return pelvis, local, thighs
