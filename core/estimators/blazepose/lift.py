"""From 33 points to SMPL's joint rotations in closed form, all frames at once.

The points are in SMPL's axes here (x to the person's left when facing the camera's opposite, y up,
z towards the camera). Each bone is turned onto the direction its points show; what points cannot
show (how far a straight limb is twisted) follows the elbow's and knee's hinge where the limb is
bent, and the body's own resting hinge where it is straight. Limits keep joints anatomical.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core import rotation
from core.skeleton import JOINT_INDEX, PARENTS

FloatArray = npt.NDArray[np.float64]

NOSE, LEFT_EAR, RIGHT_EAR = 0, 7, 8
SHOULDERS, HIPS = (11, 12), (23, 24)
_HINGE_SEEN_FROM, _HINGE_SEEN_OVER = 0.15, 0.35  # sine of the bend: not at all, wholly believed
_HEAD_LIMIT, _ANKLE_LIMIT, _WRIST_LIMIT = np.radians([75.0, 45.0, 55.0])
_FOREARM_TWIST_LIMIT = np.radians(80.0)
_HAND_BELIEF = 0.7  # of a wrist's bend: finger points are read badly in depth
_MAX_OVERSTRETCH = np.sin(np.radians(4.0))  # how far a knee or elbow may bend the wrong way


@dataclass(frozen=True)
class _Limb:
    """One arm or leg: its points, its joints, and the hinge's axis in the rest pose."""

    points: tuple[int, int, int]  # shoulder, elbow, wrist or hip, knee, ankle
    joints: tuple[str, str, str]
    hinge: tuple[float, float, float]
    end_points: tuple[int, int]  # index and pinky finger, or toe and heel
    end_rest: tuple[float, float, float]  # heel to toe in the rest pose; of an arm: thumb side


_ARMS = (
    _Limb(
        (11, 13, 15), ("left_shoulder", "left_elbow", "left_wrist"), (0, -1, 0), (19, 17), (0, 0, 1)
    ),
    _Limb(
        (12, 14, 16),
        ("right_shoulder", "right_elbow", "right_wrist"),
        (0, 1, 0),
        (20, 18),
        (0, 0, 1),
    ),
)
_LEGS = (
    _Limb(
        (23, 25, 27),
        ("left_hip", "left_knee", "left_ankle"),
        (1, 0, 0),
        (31, 29),
        (0.03, -0.035, 0.21),
    ),
    _Limb(
        (24, 26, 28),
        ("right_hip", "right_knee", "right_ankle"),
        (1, 0, 0),
        (32, 30),
        (-0.03, -0.035, 0.21),
    ),
)


def lift(points: npt.ArrayLike, rest_joints: npt.ArrayLike) -> FloatArray:
    """Turn points (T, 33, 3) into local joint rotations (T, 24, 3, 3).

    ``points`` are metres in SMPL's axes, any origin; ``rest_joints`` (24, 3) the rest skeleton.
    """
    points = np.array(points, dtype=np.float64)
    offsets = np.asarray(rest_joints, np.float64)
    offsets = offsets - offsets[[max(parent, 0) for parent in PARENTS]]
    world = np.broadcast_to(np.eye(3), (len(points), 24, 3, 3)).copy()
    _trunk(world, points)
    _head(world, points)
    for arm in _ARMS:
        _arm(world, points, offsets, arm)
    for leg in _LEGS:
        _leg(world, points, offsets, leg)
    for side in ("left", "right"):
        world[:, JOINT_INDEX[f"{side}_hand"]] = world[:, JOINT_INDEX[f"{side}_wrist"]]
        world[:, JOINT_INDEX[f"{side}_foot"]] = world[:, JOINT_INDEX[f"{side}_ankle"]]
    local = world.copy()
    for joint, parent in enumerate(PARENTS):
        if parent >= 0:
            local[:, joint] = _transposed(world[:, parent]) @ world[:, joint]
    return local


def _trunk(world: FloatArray, points: FloatArray) -> None:
    """Pelvis after the hips, chest after the shoulders, the spine evenly in between."""
    left_hip, right_hip = points[:, HIPS[0]], points[:, HIPS[1]]
    left_shoulder, right_shoulder = points[:, SHOULDERS[0]], points[:, SHOULDERS[1]]
    up = (left_shoulder + right_shoulder - left_hip - right_hip) / 2
    pelvis = _frame(left_hip - right_hip, up)
    chest = _frame(left_shoulder - right_shoulder, up)
    # the spine bends and twists so far; beyond, the shoulders' depth is misread
    turn = _limited(rotation.rotmat_to_rotvec(_transposed(pelvis) @ chest), np.radians(70.0))
    world[:, 0] = pelvis
    for name, share in (("spine1", 1 / 3), ("spine2", 2 / 3), ("spine3", 1.0)):
        world[:, JOINT_INDEX[name]] = pelvis @ rotation.rotvec_to_rotmat(share * turn)
    for name in ("left_collar", "right_collar"):
        world[:, JOINT_INDEX[name]] = world[:, JOINT_INDEX["spine3"]]


def _head(world: FloatArray, points: FloatArray) -> None:
    """Turn the head where nose and ears look; the neck goes half the way."""
    ears = (points[:, LEFT_EAR] + points[:, RIGHT_EAR]) / 2
    face = _frame(points[:, LEFT_EAR] - points[:, RIGHT_EAR], points[:, NOSE] - ears)
    rest = _frame(np.array([1.0, 0, 0]), np.array([0, -0.01, 0.12]))
    chest = world[:, JOINT_INDEX["spine3"]]
    turn = rotation.rotmat_to_rotvec(_transposed(chest) @ face @ rest.T)
    turn = _limited(turn, _HEAD_LIMIT)
    world[:, JOINT_INDEX["neck"]] = chest @ rotation.rotvec_to_rotmat(0.5 * turn)
    world[:, JOINT_INDEX["head"]] = chest @ rotation.rotvec_to_rotmat(turn)


def _arm(world: FloatArray, points: FloatArray, offsets: FloatArray, arm: _Limb) -> None:
    shoulder, elbow, wrist = (JOINT_INDEX[name] for name in arm.joints)
    chest = world[:, JOINT_INDEX["spine3"]]
    upper = _unit(points[:, arm.points[1]] - points[:, arm.points[0]])
    lower = _unit(points[:, arm.points[2]] - points[:, arm.points[1]])
    axis = np.array(arm.hinge, np.float64)
    towards = np.einsum("tji,tj->ti", chest, upper)
    rest_turn = rotation.minimal_rotmat(np.broadcast_to(offsets[elbow], towards.shape), towards)
    hinge, lower = _hinge(upper, lower, np.einsum("tij,tjk,k->ti", chest, rest_turn, axis))
    world[:, shoulder] = _frame(upper, hinge) @ _frame(offsets[elbow], axis).T
    forearm = _frame(lower, hinge) @ _frame(offsets[wrist], axis).T
    index, pinky = points[:, arm.end_points[0]], points[:, arm.end_points[1]]
    hand = _frame((index + pinky) / 2 - points[:, arm.points[2]], index - pinky)
    hand_rest = _frame(offsets[JOINT_INDEX[arm.joints[2].replace("wrist", "hand")]], arm.end_rest)
    bend = _transposed(forearm) @ hand @ hand_rest.T
    swing, twist = _swing_and_twist(bend, _unit(offsets[wrist]))
    twist = np.clip(twist, -_FOREARM_TWIST_LIMIT, _FOREARM_TWIST_LIMIT)
    # radius and ulna share the forearm's twist: all of it at the wrist would wring the skin
    along = _unit(offsets[wrist])
    world[:, elbow] = forearm @ rotation.rotvec_to_rotmat(0.5 * twist[:, None] * along)
    turned = rotation.rotvec_to_rotmat(twist[:, None] * along)
    bent = _HAND_BELIEF * rotation.rotmat_to_rotvec(swing)
    swing = rotation.rotvec_to_rotmat(_limited(bent, _WRIST_LIMIT))
    world[:, wrist] = forearm @ swing @ turned


def _leg(world: FloatArray, points: FloatArray, offsets: FloatArray, leg: _Limb) -> None:
    hip, knee, ankle = (JOINT_INDEX[name] for name in leg.joints)
    upper = _unit(points[:, leg.points[1]] - points[:, leg.points[0]])
    lower = _unit(points[:, leg.points[2]] - points[:, leg.points[1]])
    axis = np.array(leg.hinge, np.float64)
    hinge, lower = _hinge(upper, lower, world[:, 0, :, 0])
    world[:, hip] = _frame(upper, hinge) @ _frame(offsets[knee], axis).T
    world[:, knee] = _frame(lower, hinge) @ _frame(offsets[ankle], axis).T
    toe, heel = points[:, leg.end_points[0]], points[:, leg.end_points[1]]
    foot = _frame(toe - heel, hinge) @ _frame(leg.end_rest, axis).T
    bend = rotation.rotmat_to_rotvec(_transposed(world[:, knee]) @ foot)
    world[:, ankle] = world[:, knee] @ rotation.rotvec_to_rotmat(_limited(bend, _ANKLE_LIMIT))


def _hinge(
    upper: FloatArray, lower: FloatArray, fallback: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the axis (T, 3) a limb bends about, and its lower bone without overstretching.

    The bend shows the axis where the limb is clearly bent, and bent the right way; otherwise the
    fallback does.
    """
    fallback = _unit(fallback - _dot(fallback, upper) * upper)
    cross = np.cross(upper, lower)
    sine = np.linalg.norm(cross, axis=-1, keepdims=True)
    seen = cross / np.maximum(sine, 1e-9)
    belief = np.clip((sine - _HINGE_SEEN_FROM) / _HINGE_SEEN_OVER, 0, 1)
    belief = belief * np.clip((_dot(seen, fallback) + 0.3) / 0.6, 0, 1)
    axis = _unit(belief * seen + (1 - belief) * fallback)
    axis = _unit(axis - _dot(axis, upper) * upper)
    bending = np.cross(axis, upper)  # where the lower bone goes when the joint bends
    over = np.minimum(_dot(lower, bending) + _MAX_OVERSTRETCH, 0.0)
    return axis, _unit(lower - over * bending)


def _swing_and_twist(rotmat: FloatArray, axis: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Split (T, 3, 3) into a twist angle (T,) about ``axis`` (3,) first, then a swing (T, 3, 3)."""
    quat = rotation.rotmat_to_quat(rotmat)
    twist = 2 * np.arctan2(quat[:, 1:] @ axis, quat[:, 0])
    twist = (twist + np.pi) % (2 * np.pi) - np.pi
    return rotmat @ rotation.rotvec_to_rotmat(-twist[:, None] * axis), twist


def _limited(rotvec: FloatArray, limit: float) -> FloatArray:
    """Keep rotations below ``limit`` radians, easing into it so that motion does not stop dead."""
    angle = np.linalg.norm(rotvec, axis=-1, keepdims=True)
    knee = 0.6 * limit
    eased = knee + (limit - knee) * np.tanh((angle - knee) / (limit - knee))
    return rotvec * np.where(angle > knee, eased / np.maximum(angle, 1e-9), 1.0)


def _frame(first: npt.ArrayLike, second: npt.ArrayLike) -> FloatArray:
    """Rotation whose first column is along ``first``, the second as near ``second`` as can be."""
    a = _unit(np.asarray(first, np.float64))
    b = np.asarray(second, np.float64)
    b = _unit(b - _dot(a, b) * a)
    return np.stack([a, b, np.cross(a, b)], axis=-1)


def _unit(vectors: FloatArray) -> FloatArray:
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-9))


def _dot(a: FloatArray, b: FloatArray) -> FloatArray:
    return np.asarray(np.sum(a * b, axis=-1, keepdims=True))


def _transposed(rotmat: FloatArray) -> FloatArray:
    return np.swapaxes(rotmat, -1, -2)
