"""Keep feet where the source has them: bend each leg a little so that its ankle follows.

Limbs that only copy directions carry the foot elsewhere when thigh and shin have another ratio than
the source's, or the hips another width; a standing foot then slides. Two-bone inverse kinematics
puts the ankle back: first the knee's angle (law of cosines), then the leg as a whole. The foot's
own orientation stays, so soles stay flat.
"""

from __future__ import annotations

import numpy as np

from core.body import forward_kinematics
from core.importing.landmarks import Landmarks, unit
from core.importing.reference import Reference
from core.importing.source import Array, Source
from core.importing.travel import Travel
from core.rotation import minimal_rotmat, rotmat_to_quat, rotvec_to_rotmat
from core.skeleton import JOINT_INDEX

STILL = 0.03  # metres a second below which ankle and ball stand alike
SMOOTH = 0.05  # seconds over which the foot rolls from heel to ball
REACH = 0.9995  # of the leg's length: beyond, a leg is straight and the foot stays behind
MOST_BEND = np.radians(15.0)  # towards which a knee's correction is held back


def feet_kept(
    local: Array, rest: Array, trans: Array, targets: dict[str, Array], fps: float
) -> Array:
    """Return local rotations (T, 24, 3, 3) whose ankles are at the targets, where legs reach.

    rest (24, 3), trans (T, 3) metres; targets: side -> (T, 3) ankle positions in the world.
    """
    rotations, positions = (np.asarray(a, float) for a in forward_kinematics(local, rest, trans))
    out = local.copy()
    for side, target in targets.items():
        hip, knee, ankle = (JOINT_INDEX[f"{side}_{part}"] for part in ("hip", "knee", "ankle"))
        h, k, a = (positions[:, joint] for joint in (hip, knee, ankle))
        bend = _knee_turn(h, k, a, target, rotations[:, hip, :, 0], fps)
        reached = k + (bend @ (a - k)[..., None])[..., 0]
        swing = minimal_rotmat(reached - h, target - h)
        thigh = swing @ rotations[:, hip]
        shin = swing @ bend @ rotations[:, knee]
        out[:, hip] = rotations[:, 0].swapaxes(-1, -2) @ thigh
        out[:, knee] = thigh.swapaxes(-1, -2) @ shin
        out[:, ankle] = shin.swapaxes(-1, -2) @ rotations[:, ankle]
    return out


def ankle_targets(
    source: Source,
    reference: Reference,
    index: dict[int, int],
    local: Array,
    rest: Array,
    way: Travel,
) -> dict[str, Array]:
    """Side -> (T, 3): where the ankles have to be for the feet to go as the source's do.

    Bodies differ in the width of their hips, the share of the thigh and the length of the foot, so
    that ankle and ball of a body that stands alike are a little elsewhere; that much is added,
    turned about the vertical alone. The foot turns about its ball or its ankle, whichever is still.
    """
    pose, bound = Landmarks(source.positions, index), Landmarks(reference.positions, index)
    own = Landmarks(rest, {joint: joint for joint in range(len(rest))})
    rotations = np.asarray(forward_kinematics(local, rest, way.trans)[0], np.float64)
    lift = np.array([0.0, way.lifted, 0.0])
    out = {}
    for side in ("left", "right"):
        foot = rotations[:, JOINT_INDEX[f"{side}_ankle"]]
        turned = _about_vertical(foot)
        ours, theirs = _standing(own, own, side), _standing(bound, own, side)
        ankle = pose.at(f"{side}_ankle") * way.scale + lift
        ankle = ankle + turned @ (ours - theirs * way.scale)
        if bound.has(f"{side}_foot"):
            toes = own.at(f"{side}_foot") - own.at(f"{side}_ankle")
            length = np.linalg.norm(bound.at(f"{side}_foot") - bound.at(f"{side}_ankle"))
            ball = pose.at(f"{side}_foot") * way.scale + lift
            # their foot as it lies in our rest pose: measured, as soles may differ in thickness
            lying = _lying(pose, side, foot, toes, float(length))
            ball = ball + turned @ (ours + toes - (theirs + lying) * way.scale)
            on_ball = _ball_stands(ankle, ball, source.fps)[:, None]
            ankle = on_ball * (ball - foot @ toes) + (1.0 - on_ball) * ankle
        out[side] = ankle
    return out


def _standing(body: Landmarks, own: Landmarks, side: str) -> Array:
    """(3,) ankle from the middle of the hips, of a body that stands as our rest pose stands."""
    place = body.at(f"{side}_hip") - body.middle("hip")
    for upper, lower in (("hip", "knee"), ("knee", "ankle")):
        bone = body.at(f"{side}_{lower}") - body.at(f"{side}_{upper}")
        place = place + np.linalg.norm(bone) * own.limb(side, upper, lower)
    return np.asarray(place)


def _lying(pose: Landmarks, side: str, foot: Array, toes: Array, length: float) -> Array:
    """(3,) from the source's ankle to its ball in the axes of our foot at rest, the usual one."""
    bone = pose.at(f"{side}_foot") - pose.at(f"{side}_ankle")
    own = np.median((foot.swapaxes(-1, -2) @ bone[..., None])[..., 0], axis=0)
    return np.asarray(unit(own) * length) if np.linalg.norm(own) > 1e-9 else unit(toes) * length


def _about_vertical(rotations: Array) -> Array:
    """(T, 3, 3) -> the part of each rotation that turns about +Y (its twist)."""
    quat = rotmat_to_quat(rotations)
    angle = 2.0 * np.arctan2(quat[..., 2], quat[..., 0])
    return np.asarray(rotvec_to_rotmat(angle[..., None] * np.array([0.0, 1.0, 0.0])))


def _ball_stands(ankle: Array, ball: Array, fps: float) -> Array:
    """(T,) 0..1: 1 where the ball of the foot is stiller than the ankle, as when the heel lifts."""
    moves = []
    for place in (ankle, ball):
        speed = np.zeros(len(place))
        if len(place) > 1:
            speed = np.linalg.norm(np.gradient(place, axis=0), axis=-1) * fps
        moves.append(speed**2 + STILL**2)
    share = moves[0] / (moves[0] + moves[1])
    return _smoothed(share, fps)


def _smoothed(values: Array, fps: float) -> Array:
    from scipy.ndimage import gaussian_filter1d  # slow to import, and only needed here

    return np.asarray(gaussian_filter1d(values, SMOOTH * fps, mode="nearest"))


def _knee_turn(
    hip: Array, knee: Array, ankle: Array, target: Array, side: Array, fps: float
) -> Array:
    """(T, 3, 3) turn of the shin about the knee that brings the ankle to the target's distance.

    ``side`` (T, 3): the thigh's own axis for knees too straight to have one.
    """
    upper, lower = knee - hip, ankle - knee
    a, b = (np.linalg.norm(bone, axis=-1) for bone in (upper, lower))
    distance = np.clip(np.linalg.norm(target - hip, axis=-1), abs(a - b) + 1e-6, REACH * (a + b))
    wanted = np.arccos(np.clip((distance**2 - a**2 - b**2) / (2 * a * b), -1.0, 1.0))
    have = np.arccos(np.clip(np.sum(upper * lower, axis=-1) / (a * b), -1.0, 1.0))
    axis = np.cross(upper, lower)
    is_over = np.sum(axis * side, axis=-1) < 0  # stretched beyond straight
    have, axis = np.where(is_over, -have, have), np.where(is_over[:, None], -axis, axis)
    is_bent = np.linalg.norm(axis, axis=-1, keepdims=True) > 0.05 * (a * b)[:, None]
    axis = np.where(is_bent, unit(axis), _across(side, upper))
    # near a straight leg millimetres are many degrees: hold back and smooth, or knees would pop
    turn = MOST_BEND * np.tanh((wanted - have) / MOST_BEND)
    turn = _smoothed(turn, fps)
    return np.asarray(rotvec_to_rotmat(axis * turn[:, None]))


def _across(side: Array, upper: Array) -> Array:
    """The thigh's side axis, made exactly square to it; knees bend back about it."""
    along = unit(upper)
    return unit(side - np.sum(side * along, axis=-1, keepdims=True) * along)
