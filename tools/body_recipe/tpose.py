"""Bring any shape into SMPL's T-pose with the fine 163-bone rig, and read SMPL's joints off it.

The target directions are averages of SMPL's rest offsets, so axis-angle poses of SMPL estimators
mean the same on this body.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.spatial.transform import Rotation

from body_recipe.source import Source

UPPER_ARM = (0.993, -0.058, -0.104)
FOREARM = (0.999, 0.036, -0.025)
HAND = (0.985, -0.09, -0.10)
THIGH = (0.112, -0.994, 0.004)
SHIN = (-0.040, -0.996, -0.085)
TOE_OUT_DEGREES = 14.0
HIP_LERP = 0.085 / 0.102
"""MakeHuman's hips lie at x = .102, SMPL's at about .065: the pivot goes part of the way."""
PELVIS = np.array([0.0, -0.235, 0.028])
"""Where every shape's pelvis is put (SMPL's is near (0, -.23, .03)), so translations agree."""


def _unit(v: np.ndarray) -> np.ndarray:
    return v / np.linalg.norm(v)


def smallest_rotation(a: np.ndarray, b: np.ndarray) -> Rotation:
    """The rotation by the smallest angle that takes direction a to direction b."""
    a, b = _unit(a), _unit(b)
    axis = np.cross(a, b)
    sine = np.linalg.norm(axis)
    if sine < 1e-12:
        return Rotation.identity()
    return Rotation.from_rotvec(axis / sine * np.arctan2(sine, a @ b))


def _part(rotation: Rotation, fraction: float) -> Rotation:
    return Rotation.from_rotvec(rotation.as_rotvec() * fraction)


def _arm(source: Source, v: np.ndarray, side: str, sx: float) -> dict[str, Rotation]:
    def cube(name: str) -> np.ndarray:
        return source.cube(v, f"{side.lower()}-{name}")

    flip = np.array([sx, 1.0, 1.0])
    upper, fore, hand = (_unit(np.array(d)) * flip for d in (UPPER_ARM, FOREARM, HAND))
    shoulder, elbow, wrist = cube("shoulder"), cube("elbow"), cube("hand")
    r_upper = smallest_rotation(elbow - shoulder, upper)
    r_fore = smallest_rotation(r_upper.apply(wrist - elbow), fore) * r_upper
    r_hand = smallest_rotation(r_fore.apply(cube("finger-3-1") - wrist), hand) * r_fore
    across = r_hand.apply(cube("finger-5-1") - cube("finger-2-1"))
    palm = sx * np.cross(across, r_hand.apply(cube("finger-3-1") - wrist))
    palm = _unit(palm - (palm @ hand) * hand)
    down = np.array([0.0, -1.0, 0.0])
    down = _unit(down - (down @ hand) * hand)
    if palm @ down < -0.2:
        palm = -palm
    angle = np.arctan2(np.cross(palm, down) @ hand, palm @ down)
    return {
        f"clavicle.{side}": _part(r_upper, 0.15),
        f"shoulder01.{side}": _part(r_upper, 0.45),
        f"upperarm01.{side}": r_upper,
        f"upperarm02.{side}": r_upper,
        f"lowerarm01.{side}": Rotation.from_rotvec(fore * 0.33 * angle) * r_fore,
        f"lowerarm02.{side}": Rotation.from_rotvec(fore * 0.70 * angle) * r_fore,
        f"wrist.{side}": Rotation.from_rotvec(hand * angle) * r_hand,
    }


def _leg(source: Source, v: np.ndarray, side: str, sx: float) -> dict[str, Rotation]:
    def cube(name: str) -> np.ndarray:
        return source.cube(v, f"{side.lower()}-{name}")

    flip = np.array([sx, 1.0, 1.0])
    hip, knee, ankle = cube("upper-leg"), cube("knee"), cube("ankle")
    # the thigh's direction is meant from the moved pivot, so the mesh's own thigh leans inwards
    pivot_from_hip = np.array([hip[0] * (HIP_LERP - 1), 0.0, 0.0])
    length = np.linalg.norm(knee - hip)
    thigh = pivot_from_hip + length * _unit(np.array(THIGH)) * flip
    r_thigh = smallest_rotation(knee - hip, thigh)
    r_shin = smallest_rotation(r_thigh.apply(ankle - knee), np.array(SHIN) * flip) * r_thigh
    toes = cube("toe-2-1") - ankle
    yaw = sx * np.radians(TOE_OUT_DEGREES) - np.arctan2(toes[0], toes[2])
    return {
        f"upperleg01.{side}": _part(r_thigh, 0.7),
        f"upperleg02.{side}": r_thigh,
        f"lowerleg01.{side}": r_shin,
        f"lowerleg02.{side}": r_shin,
        f"foot.{side}": Rotation.from_rotvec([0.0, yaw, 0.0]),
    }


def to_tpose(
    source: Source, head_matrix: sparse.csr_matrix, v: np.ndarray
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Pose one shape (N, 3); return its vertices and the posed bone heads by name."""
    rest_heads = head_matrix @ v
    own = {}
    for side, sx in (("L", 1.0), ("R", -1.0)):
        own |= _arm(source, v, side, sx) | _leg(source, v, side, sx)
    count = len(source.bones)
    rotations, heads = np.empty((count, 3, 3)), np.empty((count, 3))
    for i, bone in enumerate(source.bones):
        if bone.parent < 0:
            rotations[i], heads[i] = np.eye(3), rest_heads[i]
            continue
        above = rotations[bone.parent]
        rotations[i] = own[bone.name].as_matrix() if bone.name in own else above
        heads[i] = heads[bone.parent] + above @ (rest_heads[i] - rest_heads[bone.parent])
    offsets = heads - np.einsum("bij,bj->bi", rotations, rest_heads)
    blended = source.weights @ np.concatenate([rotations.reshape(count, 9), offsets], axis=1)
    turned = np.einsum("nij,nj->ni", blended[:, :9].reshape(-1, 3, 3), v)
    return turned + blended[:, 9:], {b.name: heads[i] for i, b in enumerate(source.bones)}


def smpl_joints(heads: dict[str, np.ndarray]) -> np.ndarray:
    """(24, 3) joints in SMPL's order from the posed bone heads."""

    def lerp(a: str, b: str, t: float) -> np.ndarray:
        return heads[a] * (1 - t) + heads[b] * t

    pelvis = lerp("spine05", "spine04", 0.85)
    hip_z = (heads["upperleg01.L"][2] + heads["upperleg01.R"][2]) / 2
    pelvis = np.array([0.0, pelvis[1], hip_z + 0.015])
    sides = {}
    for s in "LR":
        sides[s] = {
            "hip": heads[f"upperleg01.{s}"] * [HIP_LERP, 1, 1],
            "knee": heads[f"lowerleg01.{s}"],
            "ankle": heads[f"foot.{s}"],
            "foot": lerp(f"toe2-1.{s}", f"toe3-1.{s}", 0.5),
            "collar": lerp(f"clavicle.{s}", f"shoulder01.{s}", 0.6),
            "shoulder": heads[f"upperarm01.{s}"],
            "elbow": heads[f"lowerarm01.{s}"],
            "wrist": heads[f"wrist.{s}"],
            "hand": heads[f"finger3-1.{s}"],
        }
    left, right = sides["L"], sides["R"]
    return np.array(
        [
            pelvis, left["hip"], right["hip"], lerp("spine03", "spine02", 0.6),
            left["knee"], right["knee"], lerp("spine02", "spine01", 0.75),
            left["ankle"], right["ankle"], lerp("spine01", "neck01", 0.12),
            left["foot"], right["foot"], heads["neck01"], left["collar"], right["collar"],
            lerp("neck01", "head", 0.85), left["shoulder"], right["shoulder"],
            left["elbow"], right["elbow"], left["wrist"], right["wrist"],
            left["hand"], right["hand"],
        ]
    )  # fmt: skip


def anchored_tposes(source: Source, shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Shapes (S, N, 3) -> T-posed vertices (S, N, 3) and joints (S, 24, 3), pelvis at PELVIS."""
    head_matrix = source.head_matrix()
    vertices, joints = np.empty_like(shapes), np.empty((len(shapes), 24, 3))
    for i, shape in enumerate(shapes):
        vertices[i], heads = to_tpose(source, head_matrix, shape)
        joints[i] = smpl_joints(heads)
        shift = PELVIS - joints[i, 0]
        vertices[i] += shift
        joints[i] += shift
    return vertices, joints
