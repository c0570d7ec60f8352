"""Planted feet that stay where they stand.

First the root is shifted so that what the standing feet slide in common disappears: in estimates
most of it is the root's depth, misread from frame to frame. What is left is taken up by the legs
(``two_bone``). Where a foot lets go or lands, the correction fades over a moment, so nothing jumps.

A standing foot is not one fixed point: it rolls from heel to toe. So what is held still is the
material of the sole that is lowest, step by step, and the corrections are summed up.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.cleanup.contacts import Contacts
from core.cleanup.fading import BLEND_SECONDS, fade
from core.cleanup.foot_turn import without_turning
from core.cleanup.signals import gaussian, runs, smoothstep
from core.cleanup.stance import ANKLES, HIPS, KNEES, Stance, stance
from core.cleanup.two_bone import legs_reach
from core.motion import Motion
from core.rotation import rotmat_to_rotvec

FloatArray = npt.NDArray[np.float64]
_FLOOR = [0, 2]  # the axes along the floor

_ROLL = 0.012  # metres: parts of the sole within this of the lowest share the weight
_RETURN_SECONDS = 0.5  # how soon the root returns to where it was seen
_MAX_LEG_SHIFT = 0.08  # metres: what the legs take; where an estimate creeps on, the root takes it
_LOOSE = 0.05  # how much a step with no foot down may change the shift, against one with
_ROOT_SECONDS = 0.1  # the root takes what is slower than this, the legs the rest
_LIFT_SECONDS = 0.06
_LEVEL_SECONDS = 0.12
_MAX_LIFT = 0.12  # metres: feet farther from the floor than this are not pulled to it
_BENT, _STRAIGHT = 0.9, 0.97  # share of the leg's length: the hips need not follow, they do
_FOLLOW_REST, _FOLLOW_SECONDS, _MAX_FOLLOW = 0.1, 0.02, 0.06
_REACH = 0.99  # share of the leg's length: beyond, the pelvis comes down


def lock_feet(motion: Motion, contacts: Contacts, amount: float = 1.0) -> Motion:
    """Hold the soles still while ``contacts`` say they stand; ``amount`` 0..1 of the correction.

    The floor is y = 0: soles that stand are brought to it.
    """
    if amount <= 0 or motion.num_frames < 3 or not contacts.both.any():
        return motion
    stands = contacts.both
    before = stance(motion)
    posed = without_turning(before, stands, motion.fps, amount)
    shift = amount * _root_shift(posed, stands, motion.fps)
    motion = motion.replace(trans=motion.trans + shift)
    posed = _moved(posed, shift)
    offset = amount * _foot_offsets(posed, stands, motion.fps)
    targets = posed.joints[:, list(ANKLES)] + offset
    shift = _shared_excess(offset, stands, motion.fps)
    shift += _hips_follow(_moved(posed, shift), posed, targets, motion.fps)
    shift += _pelvis_drop(_moved(posed, shift), targets, stands, motion.fps)
    posed = _moved(posed, shift)
    local = legs_reach(posed, targets)
    changed = np.flatnonzero(np.abs(local - before.local).max(axis=(0, 2, 3)) > 1e-12)
    poses = motion.poses.copy()
    poses[:, changed] = rotmat_to_rotvec(local[:, changed])
    return motion.replace(poses=poses, trans=motion.trans + shift)


def weight_on_sole(soles: FloatArray) -> FloatArray:
    """(T, 2, 3) how much of a foot's weight heel, ball and toe carry, by their heights; sums to 1.

    soles (T, 2, 3, 3) as in :class:`Stance`.
    """
    height = soles[..., 1]
    above = height - height.min(axis=-1, keepdims=True)
    weight = np.exp(-above / _ROLL)
    return np.asarray(weight / weight.sum(axis=-1, keepdims=True))


def slides(soles: FloatArray) -> FloatArray:
    """(T - 1, 2, 2) metres along the floor that the carrying part of each sole moves in a step."""
    weight = weight_on_sole(soles)
    weight = (weight[1:] + weight[:-1]) / 2
    return np.asarray(np.einsum("tfp,tfpc->tfc", weight, np.diff(soles[..., _FLOOR], axis=0)))


def _root_shift(posed: Stance, stands: npt.NDArray[np.bool_], fps: float) -> FloatArray:
    """(T, 3) shift of the root that takes out what the standing feet do in common.

    Along the floor s minimises sum c |s[t+1] - s[t] + slide|^2 + loose |s[t+1] - s[t]|^2 + small
    |s|^2 over the steps t, c being 1 where a foot stands: a tridiagonal system.
    """
    from scipy.linalg import solveh_banded

    num_frames = len(stands)
    both = (stands[1:] & stands[:-1]).astype(np.float64)
    total = both.sum(axis=1)
    slide = np.einsum("tf,tfc->tc", both, slides(posed.soles)) / np.maximum(total, 1)[:, None]
    firm = np.where(total > 0, 1.0, _LOOSE)
    pull = np.where(total > 0, 1.0, 0.0)[:, None] * slide
    bands = np.zeros((2, num_frames))
    bands[1] = 1.0 / (_RETURN_SECONDS * fps) ** 2
    bands[1, 1:] += firm
    bands[1, :-1] += firm
    bands[0, 1:] = -firm
    right = np.zeros((num_frames, 2))
    right[1:] -= pull
    right[:-1] += pull
    shift = np.zeros((num_frames, 3))
    shift[:, _FLOOR] = gaussian(solveh_banded(bands, right), _ROOT_SECONDS * fps)
    near = np.clip(posed.sole_height, -_MAX_LIFT, _MAX_LIFT)
    carried = gaussian(stands.astype(np.float64), _LEVEL_SECONDS * fps).sum(axis=1)
    level = gaussian(np.where(stands, near, 0.0), _LEVEL_SECONDS * fps).sum(axis=1)
    shift[:, 1] = -level / np.maximum(carried, 0.3)
    return shift


def _foot_offsets(posed: Stance, stands: npt.NDArray[np.bool_], fps: float) -> FloatArray:
    """(T, 2, 3) by how much to move each foot: still while it stands, faded in between."""
    offsets = np.zeros((len(stands), 2, 3))
    steps = slides(posed.soles)
    height = posed.sole_height
    for side in (0, 1):
        spans = runs(stands[:, side])
        for first, stop in spans:
            along = np.zeros((stop - first, 2))
            along[1:] = -np.cumsum(steps[first : stop - 1, side], axis=0)
            offsets[first:stop, side, 0] = along[:, 0] - along[:, 0].mean()
            offsets[first:stop, side, 2] = along[:, 1] - along[:, 1].mean()
            offsets[first:stop, side, 1] = -np.clip(height[first:stop, side], -_MAX_LIFT, _MAX_LIFT)
        fade(offsets[:, side], spans, fps)
        offsets[:, side, 1] += _lifted(height[:, side] + offsets[:, side, 1], stands[:, side], fps)
    return offsets


def _lifted(height: FloatArray, stands: npt.NDArray[np.bool_], fps: float) -> FloatArray:
    """(T,) by how much to lift a foot in the air so that it does not go through the floor."""
    from scipy.ndimage import maximum_filter1d, minimum_filter1d

    under = np.where(stands, 0.0, np.maximum(-height, 0.0))
    if under.max() < 1e-4:
        return np.zeros(len(height))
    frames = _LIFT_SECONDS * fps
    lift = gaussian(maximum_filter1d(under, 2 * round(frames) + 1), frames)
    free = minimum_filter1d((~stands).astype(np.float64), 2 * round(1.5 * frames) + 1)
    return np.asarray(lift * smoothstep(gaussian(free, frames)))


def _shared_excess(offsets: FloatArray, stands: npt.NDArray[np.bool_], fps: float) -> FloatArray:
    """(T, 3) what the standing feet's ``offsets`` (T, 2, 3) have in common beyond the legs' share.

    Somebody stands for long while the estimate creeps on: then the body was misplaced, not the leg.
    """
    shift = np.zeros((len(stands), 3))
    carries = stands.astype(np.float64)
    common = np.einsum("tf,tfc->tc", carries, offsets[..., _FLOOR])
    common /= np.maximum(carries.sum(axis=1), 1.0)[:, None]
    size = np.linalg.norm(common, axis=-1, keepdims=True)
    if size.max() > _MAX_LEG_SHIFT:
        excess = common * np.maximum(1 - _MAX_LEG_SHIFT / np.maximum(size, 1e-9), 0.0)
        shift[:, _FLOOR] = gaussian(excess, BLEND_SECONDS * fps)
    return shift


def _hips_follow(posed: Stance, before: Stance, targets: FloatArray, fps: float) -> FloatArray:
    """(T, 3) by how much the hips follow the feet so that straight legs keep their length.

    A nearly straight knee turns by tens of degrees where a foot is moved along the leg by a
    centimetre. So the hips move by r: least squares of u.r = change of length over both legs, u
    being the leg's direction, straight legs weighing most, and |r|^2 weakly.
    """
    normal = np.tile(_FOLLOW_REST * np.eye(3), (len(targets), 1, 1))
    right = np.zeros((len(targets), 3))
    for side in (0, 1):
        hip, knee, ankle = (before.joints[:, part[side]] for part in (HIPS, KNEES, ANKLES))
        length = np.linalg.norm(knee - hip, axis=-1) + np.linalg.norm(ankle - knee, axis=-1)
        own = np.linalg.norm(ankle - hip, axis=-1)
        leg = targets[:, side] - posed.joints[:, HIPS[side]]
        now = np.linalg.norm(leg, axis=-1)
        along = leg / now[:, None]
        straight = smoothstep((np.maximum(own, now) / length - _BENT) / (_STRAIGHT - _BENT))
        normal += straight[:, None, None] * along[:, :, None] * along[:, None, :]
        right += (straight * (now - own))[:, None] * along
    follow = np.linalg.solve(normal, right[..., None])[..., 0]
    size = np.linalg.norm(follow, axis=-1, keepdims=True)
    follow *= _MAX_FOLLOW / np.maximum(size, _MAX_FOLLOW)
    return gaussian(follow, _FOLLOW_SECONDS * fps)


def _pelvis_drop(
    posed: Stance, targets: FloatArray, stands: npt.NDArray[np.bool_], fps: float
) -> FloatArray:
    """(T, 3) by how much the pelvis comes down so that standing feet are within reach."""
    from scipy.ndimage import maximum_filter1d

    down = np.zeros((len(targets), 3))
    need = np.zeros(len(targets))
    for side in (0, 1):
        hip, knee, ankle = (posed.joints[:, part[side]] for part in (HIPS, KNEES, ANKLES))
        length = np.linalg.norm(knee - hip, axis=-1) + np.linalg.norm(ankle - knee, axis=-1)
        own = np.linalg.norm(ankle - hip, axis=-1)
        reach = np.maximum(_REACH * length, own)  # legs that were straight may stay straight
        away = hip - targets[:, side]
        across = np.sum(away[:, _FLOOR] ** 2, axis=-1)
        highest = np.sqrt(np.maximum(reach**2 - across, 0.0))
        need = np.maximum(need, np.where(stands[:, side], away[:, 1] - highest, 0.0))
    need = np.minimum(need, _MAX_LIFT)
    if need.max() > 1e-4:
        half = max(round(_LEVEL_SECONDS * fps), 1)
        down[:, 1] = -gaussian(maximum_filter1d(need, 2 * half + 1), half / 2)
    return down


def _moved(posed: Stance, shift: FloatArray) -> Stance:
    return Stance(
        posed.local,
        posed.world,
        posed.joints + shift[:, None],
        posed.soles + shift[:, None, None],
        posed.rest_joints,
    )
