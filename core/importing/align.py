"""Lay a source's limbs along SMPL's in the pose that both call rest."""

from __future__ import annotations

import numpy as np

from core.importing.landmarks import Landmarks, unit
from core.importing.source import Array
from core.rotation import minimal_rotmat, rotvec_to_rotmat
from core.skeleton import JOINT_INDEX


def yaw(angle: float) -> Array:
    """(3, 3) turn about +Y by an angle in radians."""
    return np.asarray(rotvec_to_rotmat(np.array([0.0, angle, 0.0])))


_LIMBS = (
    ("hip", "knee"), ("knee", "ankle"), ("shoulder", "elbow"), ("elbow", "wrist"),
    ("wrist", "hand"),
)  # fmt: skip


def alignment(positions: Array, index: dict[int, int], rest: Array) -> dict[int, Array]:
    """SMPL joint -> (3, 3): the turn of its bone onto SMPL's, in the reference pose.

    From the trunk outwards, each on top of the one before, so that a whole A-pose arm is turned
    before its elbow is. Feet keep flat on the floor and only take over the toes' heading.
    """
    pose = Landmarks(positions, index)
    out: dict[int, Array] = {}
    for side in ("left", "right"):
        turn = np.eye(3)
        for part, following in _LIMBS:
            if part in ("hip", "shoulder"):
                turn = np.eye(3)
            joint, child = JOINT_INDEX[f"{side}_{part}"], JOINT_INDEX[f"{side}_{following}"]
            bone = pose.limb(side, part, following) if child in index else np.zeros(3)
            if np.linalg.norm(bone) > 0.5:
                wanted = unit(rest[child] - rest[joint])
                if part == "shoulder":
                    turn = _raised(bone, wanted)
                turn = np.asarray(minimal_rotmat(turn @ bone, wanted)) @ turn
            out[joint] = turn
        out[JOINT_INDEX[f"{side}_hand"]] = turn
        heading = _foot_heading(pose, side, rest)
        out[JOINT_INDEX[f"{side}_ankle"]] = out[JOINT_INDEX[f"{side}_foot"]] = heading
    return out


def _raised(arm: Array, wanted: Array) -> Array:
    """(3, 3) the turn about the axis of sight that brings an arm to the height of ``wanted``.

    An arm is lifted in the body's plane; the short way would also twist it, up to ten degrees.
    """
    if min(np.hypot(arm[0], arm[1]), np.hypot(wanted[0], wanted[1])) < 0.5:
        return np.eye(3)
    angle = np.arctan2(wanted[1], wanted[0]) - np.arctan2(arm[1], arm[0])
    angle = (angle + np.pi) % (2 * np.pi) - np.pi
    return np.asarray(rotvec_to_rotmat(np.array([0.0, 0.0, angle])))


def _foot_heading(pose: Landmarks, side: str, rest: Array) -> Array:
    if not pose.has(f"{side}_foot"):
        return np.eye(3)
    ankle, foot = JOINT_INDEX[f"{side}_ankle"], JOINT_INDEX[f"{side}_foot"]
    have, wanted = pose.limb(side, "ankle", "foot"), unit(rest[foot] - rest[ankle])
    if np.hypot(have[0], have[2]) < 0.3 or have[2] < 0:
        return np.eye(3)  # a foot that points down or back says nothing about its heading
    turn = np.arctan2(wanted[0], wanted[2]) - np.arctan2(have[0], have[2])
    return yaw(float(turn)) if abs(turn) < np.radians(40.0) else np.eye(3)
