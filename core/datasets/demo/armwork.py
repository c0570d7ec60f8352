"""Arms: blocked by where the hand is, interpolated by the joints, so that hands move on arcs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from core.datasets.demo.curves import SOFTNESS_SECONDS, eased, softened
from core.datasets.demo.limbs import arm, turned, unit
from core.datasets.demo.proportions import proportions
from core.datasets.demo.style import LAGS
from core.rotation import rotmat_to_rotvec, rotvec_to_rotmat
from core.skeleton import JOINT_INDEX

if TYPE_CHECKING:
    from core.datasets.demo.legwork import Segment
    from core.datasets.demo.rig import Performance

FloatArray = npt.NDArray[np.float64]

DRAG_SECONDS = 0.055
"""A loose hand is where the forearm was this long ago."""
MAX_DRAG = np.radians(28.0)
HAND_LENGTH = 0.185
"""Wrist to finger tips (m) of the free body."""
HAND_POINTS = np.array([0.0, 0.09, 0.165])
"""Metres beyond the wrist at which a hand is kept clear of the thighs."""
THIGH_RADIUS = 0.085
"""Of a thigh with a flat hand on it (m)."""
COLLAR_LIFT = np.radians(22.0)
"""The shoulder girdle's rise with the arm overhead (a third of what it is in life)."""


def _key_rotations(side: str, keys: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Shoulder rotations (K, 3, 3) in the chest's axes and flexions (K,) of keyed hand places."""
    mirror = np.array([1.0 if side == "left" else -1.0, 1.0, 1.0])
    return arm(side).reach(keys[:, 0:3] * mirror * proportions().arm_length, keys[:, 3:6] * mirror)


def _reference(side: str) -> FloatArray:
    """Shoulder rotation from which the splines measure: the arm forward and out, level.

    Every pose an arm takes lies within about 120 degrees of it, so its log has no seam.
    """
    place = np.array([[0.55, -0.1, 0.6, 0.7, -0.7, -0.3]])
    return np.asarray(_key_rotations(side, place)[0][0])


def arm_rotations(
    show: Performance,
    side: str,
    track: str,
    chest: FloatArray,
    chest_at: FloatArray,
    thighs: list[Segment],
) -> dict[str, FloatArray]:
    """Local rotations (T, 3, 3) of one arm's collar, shoulder, elbow and wrist.

    chest (T, 3, 3) and chest_at (T, 3): rotation and place of spine3 over the floor. thighs: what
    a hand must not pass through.
    """
    name = f"arm_{track}"
    times, keys = show.score.arrays(name)
    keys = keys.copy()
    keys[:, 0] += show.style.arms_out * np.clip(-keys[:, 1], 0.0, 1.0)
    rotations, flexion = _key_rotations(side, keys)
    reference = _reference(side)
    logs = rotmat_to_rotvec(reference.T @ rotations)
    channels = np.concatenate([logs, flexion[:, None], keys[:, 6:8]], axis=-1)
    at = show.at - LAGS[name] * show.style.lag
    curves = softened(eased(times, channels, at), SOFTNESS_SECONDS / show.step)
    n = show.noise[:, 11:13] if track == "d" else show.noise[:, 13:15]
    curves[:, 0:2] += 0.02 * n
    curves[:, 3] = np.clip(curves[:, 3] + 0.03 * n[:, 0], 0.0, arm(side).max_flexion)
    shoulder = reference @ rotvec_to_rotmat(curves[:, :3])
    collar = _collar(side, shoulder)
    shoulder, bend = _held(show, side, track, shoulder, curves[:, 3], chest, chest_at, collar)
    shoulder, bend = _clear(show, side, shoulder, bend, chest, chest_at, collar, thighs)
    return {
        f"{side}_collar": collar,
        f"{side}_shoulder": np.swapaxes(collar, -1, -2) @ shoulder,
        f"{side}_elbow": arm(side).bend(bend),
        f"{side}_wrist": _wrist(show, side, bend, curves[:, 4], curves[:, 5]),
    }


def _collar(side: str, shoulder: FloatArray) -> FloatArray:
    """The collar bone lifts with the upper arm and comes forward with it."""
    sign = 1.0 if side == "left" else -1.0
    upper = turned(shoulder, arm(side).upper)
    upper = upper / np.linalg.norm(arm(side).upper)
    lift = COLLAR_LIFT * np.clip((upper[:, 1] + 0.3) / 1.3, 0.0, 1.0) ** 1.5
    forward = np.radians(14.0) * np.clip(upper[:, 2] - 0.3, -0.5, 1.0)
    zero = np.zeros_like(lift)
    return rotvec_to_rotmat(np.stack([zero, -sign * forward, sign * lift], -1))


def _held(
    show: Performance,
    side: str,
    track: str,
    shoulder: FloatArray,
    bend: FloatArray,
    chest: FloatArray,
    chest_at: FloatArray,
    collar: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Pull the wrist to a point of the world where the score holds it there."""
    name = f"hold_{track}"
    if name not in show.score.tracks:
        return shoulder, bend
    rest, limb = proportions(), arm(side)
    hold = show.track(name, soft=False)
    weight = np.clip(hold[:, :1], 0.0, 1.0)
    place = np.stack([-hold[:, 1], hold[:, 2], hold[:, 3]], -1)
    root = rest.offsets[JOINT_INDEX[f"{side}_collar"]] + turned(
        collar, rest.offsets[JOINT_INDEX[f"{side}_shoulder"]]
    )
    inward = np.swapaxes(chest, -1, -2)
    target = turned(inward, place - chest_at) - root
    free = turned(shoulder, limb.chord(bend))
    elbow = turned(shoulder, limb.upper)
    pole = elbow - 0.5 * free
    pulled = free + weight * (target - free)
    length = np.linalg.norm(pulled, axis=-1, keepdims=True)
    pulled = pulled * np.minimum(1.0, 0.985 * rest.arm_length / length)
    shoulder, bend = limb.reach(pulled, pole)
    forearm = unit(turned(shoulder @ limb.bend(bend), limb.lower))
    tip = turned(chest, root + turned(shoulder, limb.chord(bend)) + HAND_LENGTH * forearm)
    low = np.maximum(0.01 - (tip + chest_at)[:, 1], 0.0) * weight[:, 0]
    lifted = pulled + turned(inward, np.stack([0 * low, low, 0 * low], -1))
    return limb.reach(lifted, pole)


def _clear(
    show: Performance,
    side: str,
    shoulder: FloatArray,
    bend: FloatArray,
    chest: FloatArray,
    chest_at: FloatArray,
    collar: FloatArray,
    thighs: list[Segment],
) -> tuple[FloatArray, FloatArray]:
    """Push the hand out of the thighs where it would pass through them."""
    rest, limb = proportions(), arm(side)
    root = rest.offsets[JOINT_INDEX[f"{side}_collar"]] + turned(
        collar, rest.offsets[JOINT_INDEX[f"{side}_shoulder"]]
    )
    inward = np.swapaxes(chest, -1, -2)
    for _ in range(2):
        chord = turned(shoulder, limb.chord(bend))
        forearm = unit(turned(shoulder @ limb.bend(bend), limb.lower))
        hand = root + chord + HAND_POINTS[:, None, None] * forearm  # (3, T, 3) in the chest's axes
        hand = chest_at + turned(chest, hand)
        push = sum(_out_of(thigh, hand) for thigh in thighs)
        if not np.any(push):
            break
        push = turned(inward, softened(np.asarray(push), SOFTNESS_SECONDS / show.step))
        pole = turned(shoulder, limb.upper) - 0.5 * chord
        shoulder, bend = limb.reach(chord + push, pole)
    return shoulder, bend


def _out_of(thigh: Segment, points: FloatArray) -> FloatArray:
    """The push (T, 3) that takes the deepest of ``points`` (N, T, 3) out of a thigh."""
    start, bone = thigh[0], thigh[1] - thigh[0]
    along = np.sum((points - start) * bone, -1) / np.sum(bone * bone, -1)
    away = points - start - np.clip(along, 0.0, 1.0)[..., None] * bone
    depth = np.maximum(THIGH_RADIUS - np.linalg.norm(away, axis=-1), 0.0)
    # onto a level thigh a hand is lifted, or else it would flip from one side to the other
    level = 1.0 - np.abs(unit(bone)[:, 1])
    away = away + level[:, None] * np.array([0.0, 0.9 * THIGH_RADIUS, 0.0])
    deepest = np.argmax(depth, axis=0), np.arange(len(start))
    return np.asarray(depth[deepest][:, None] * unit(away[deepest]))


def _wrist(
    show: Performance, side: str, bend: FloatArray, flex: FloatArray, tilt: FloatArray
) -> FloatArray:
    """Keyed wrist plus drag: the hand trails the forearm's turning."""
    sign = 1.0 if side == "left" else -1.0
    speed = np.gradient(bend, show.step) if len(bend) > 1 else np.zeros_like(bend)
    drag = MAX_DRAG * np.tanh(-DRAG_SECONDS * speed / MAX_DRAG)
    drag = softened(drag[:, None], 0.03 / show.step)[:, 0]
    # palms face the thighs in the hanging arm and down in the rest pose: flexion is about Z
    out = np.zeros((len(bend), 3))
    out[:, 1] = -sign * (drag + np.radians(tilt))
    out[:, 2] = -sign * np.radians(flex)
    return rotvec_to_rotmat(out)
