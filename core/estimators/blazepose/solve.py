"""From a track of one person's points to a motion of the free body in the world.

The order matters: flips are repaired before anything is averaged, spikes are taken out before
smoothing, points are smoothed before they become rotations, the translation is solved from the
final rotations.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core import rotation
from core.body import default_body, forward_kinematics
from core.body.skinning import lowest_points
from core.estimators.blazepose import (
    bones,
    contact,
    flips,
    gravity,
    ground,
    lift,
    resample,
    trajectory,
)
from core.estimators.blazepose import refine as fit
from core.estimators.blazepose.landmarks import LIMBS, Landmarks
from core.estimators.blazepose.tracker import Track
from core.motion import Motion
from core.progress import SILENT, Progress
from core.video.decode import VideoInfo

FloatArray = npt.NDArray[np.float64]

_SMOOTHING = 0.04  # seconds: keeps movements up to about 5 Hz
_DEPTH_SMOOTHING = 0.07  # seconds, across the picture's depth, which trembles twice as much
_HIDDEN_SMOOTHING = 0.25  # seconds, of points the network says are hidden
_EXTEND_SECONDS = 0.5  # a person missing so shortly at either end is held there, marked inferred
_SPIKE_METRES, _SPIKE_SHARE = 0.25, 0.12
_FLIP_BELIEF = 0.6  # a frame read the wrong way round and repaired
_FORGET_SECONDS = 0.2  # confidence in a bridged frame fades so fast
_SMPL_FROM_CAMERA = np.array([1.0, -1.0, -1.0])  # y down, z away -> y up, z towards the camera


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A person's points in the frames where they were seen, flips repaired."""

    times: FloatArray  # (N,) seconds
    world: FloatArray  # (N, 33, 3) metres, camera axes
    image: FloatArray  # (N, 33, 2) pixels
    visibility: FloatArray  # (N, 33)
    confidence: FloatArray  # (N,)
    flipped: npt.NDArray[np.bool_] | FloatArray  # (N,), on a clock 0..1


def collected(track: Track, times: FloatArray) -> Seen:
    found: list[tuple[int, Landmarks]] = sorted(track.found.items())
    at = times[[frame for frame, _ in found]]
    marks = [mark for _, mark in found]
    world, image, visibility, flipped = flips.repaired(
        np.stack([mark.world for mark in marks]).astype(np.float64),
        np.stack([mark.image for mark in marks]).astype(np.float64),
        np.stack([mark.visibility for mark in marks]).astype(np.float64),
        at,
    )
    confidence = np.array([mark.confidence for mark in marks])
    confidence = confidence * visibility[:, list(LIMBS)].mean(1) * np.where(flipped, 0.6, 1.0)
    return Seen(
        times=at,
        world=world,
        image=image,
        visibility=visibility,
        confidence=confidence,
        flipped=flipped,
    )


def clock_for(seen: FloatArray, times: FloatArray) -> tuple[FloatArray, float, bool]:
    """Even times (T,) from the first to the last frame with the person, their rate, whether even.

    At a constant frame rate the clock ticks with the video's own frames.
    """
    fps, is_even = resample.frame_rate(times)
    start = times[0] if seen[0] - times[0] <= _EXTEND_SECONDS else seen[0]
    end = times[-1] if times[-1] - seen[-1] <= _EXTEND_SECONDS else seen[-1]
    count = round((end - start) * fps) + 1
    return start + np.arange(count) / fps, fps, is_even


@dataclass(frozen=True)
class Placed:
    """A motion in the world, and the turn (3, 3) from the world to the camera's axes.

    The camera looks along -z, its y is up: SMPL's axes.
    """

    motion: Motion
    camera_from_world: FloatArray


def placed_motion(
    seen: Seen,
    clock: FloatArray,
    fps: float,
    info: VideoInfo,
    focal: float,
    *,
    refine: bool = True,
    progress: Progress = SILENT,
) -> Placed:
    """Lift the points to a motion on the clock, in the world's axes, standing on the floor.

    ``refine`` fits turns, place and the body's betas to all points at once after the closed form;
    it reports to ``progress`` and can be cancelled.
    """
    rest = np.asarray(default_body().rest_joints, np.float64)
    even = _on_the_clock(seen, clock)
    slopes = trajectory.rays(even.image, info.width, info.height, focal)
    local, trans, depth = _lifted(even, slopes, clock, rest)
    speed = contact.seen_speed(slopes[:, [27, 28]], depth, fps)
    away = resample.distance_to_samples(seen.times, clock)
    inferred = away > 0.75 / fps
    confidence = even.confidence * np.exp(-np.where(inferred, away, 0.0) / _FORGET_SECONDS)
    betas = np.zeros(10)
    if refine:
        found = _refined(even, slopes, local, trans, _Stand(rest, speed, fps, confidence), progress)
        local, trans, betas, rest = found.local, found.trans, found.betas, found.rest_joints
    _, joints = _posed(local, rest)
    upright = _upright(joints, speed)
    local, trans = _in_the_world(local, trans, rest, upright, speed, fps)
    motion = Motion(
        poses=rotation.rotmat_to_rotvec(local),
        trans=trans.astype(np.float32),
        betas=betas.astype(np.float32),
        fps=fps,
        confidence=confidence.astype(np.float32),
        inferred=tuple(np.flatnonzero(inferred).tolist()),
    )
    feet_seen = np.clip((even.visibility[:, [27, 28]].max(1) - 0.3) / 0.3, 0, 1)
    return Placed(_on_the_floor(motion, feet_seen), upright.T)


def _lifted(
    even: Seen, slopes: FloatArray, clock: FloatArray, rest: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Turns (T, 24, 3, 3), translation (T, 3) and the hips' depth (T,), all in camera axes."""
    _, joints = _posed(lift.lift(even.world, rest), rest)
    trans = trajectory.translation(joints, slopes, even.visibility, clock)
    depth = joints[:, 1:3, 2].mean(1) + trans[:, 2]
    points = bones.constant_bones(even.world, slopes, even.visibility, rest, depth)
    local = _smoothed(lift.lift(points, rest), clock)
    _, joints = _posed(local, rest)
    return local, trajectory.translation(joints, slopes, even.visibility, clock), depth


@dataclass(frozen=True)
class _Stand:
    """What tells whether feet stand: rest (24, 3), ankles' speed (T, 2), fps; confidence (T,)."""

    rest: FloatArray
    speed: FloatArray
    fps: float
    confidence: FloatArray


def _refined(
    even: Seen,
    slopes: FloatArray,
    local: FloatArray,
    trans: FloatArray,
    stand: _Stand,
    progress: Progress,
) -> fit.Refined:
    """Fit everything at once, beginning from the closed form."""
    _, joints = _posed(local, stand.rest)
    upright = _upright(joints, stand.speed)
    stands = contact.planted((joints + trans[:, None]) @ upright.T, stand.speed, stand.fps)
    distance = -(joints[:, 0] + trans)[:, 2]
    seen = fit.evidence(
        even.world,
        slopes,
        even.visibility,
        stand.confidence,
        np.asarray(even.flipped, np.float64),
        distance,
        stands,
        stand.fps,
    )
    return fit.refined(local, trans, seen, default_body(), progress=progress)


def _on_the_clock(seen: Seen, clock: FloatArray) -> Seen:
    """Return the points at even times (T,), smoothed, in SMPL's axes."""
    held = np.clip(clock, seen.times[0], seen.times[-1])
    plane, depth, hidden = (
        resample.smoother(seen.times, seen.confidence, held, width)
        for width in (_SMOOTHING, _DEPTH_SMOOTHING, _HIDDEN_SMOOTHING)
    )
    visibility = np.clip(plane(seen.visibility), 0.0, 1.0)
    world = resample.without_spikes(seen.world, seen.times, limit=_SPIKE_METRES)
    world = world * _SMPL_FROM_CAMERA
    image = _without_image_spikes(seen)
    # points that are hardly seen are guesses, and guesses tremble
    sure = np.clip((visibility - 0.2) / 0.4, 0.0, 1.0)[..., None]
    points = np.concatenate([plane(world[..., :2]), depth(world[..., 2:])], axis=-1)
    return Seen(
        times=clock,
        world=sure * points + (1 - sure) * hidden(world),
        image=sure * plane(image) + (1 - sure) * hidden(image),
        visibility=visibility,
        confidence=np.clip(plane(seen.confidence), 0.0, 1.0),
        flipped=np.clip(plane(seen.flipped.astype(np.float64)), 0.0, 1.0),
    )


def _without_image_spikes(seen: Seen) -> FloatArray:
    """Take points out of the picture's track that leap a tenth of the person's size and back."""
    size = float(np.median(np.ptp(seen.image, axis=1).max(-1)))
    return resample.without_spikes(seen.image, seen.times, limit=_SPIKE_SHARE * size)


def _posed(local: FloatArray, rest: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Global rotations (T, 24, 3, 3) and joints (T, 24, 3) of a body that stays at its place."""
    world, joints = forward_kinematics(local, rest, np.zeros((len(local), 3)))
    return np.asarray(world, np.float64), np.asarray(joints, np.float64)


def _smoothed(local: FloatArray, clock: FloatArray) -> FloatArray:
    """Smooth rotations (T, 24, 3, 3) lightly as 6D numbers, which have no seams."""
    smooth = resample.smoother(clock, np.ones(len(clock)), clock, _SMOOTHING / 2)
    columns = rotation.rotmat_to_rot6d_columns(local)
    return np.asarray(rotation.rot6d_columns_to_rotmat(smooth(columns)))


def _in_the_world(
    local: FloatArray,
    trans: FloatArray,
    rest: FloatArray,
    upright: FloatArray,
    speed: FloatArray,
    fps: float,
) -> tuple[FloatArray, FloatArray]:
    """Turn camera space upright; planted feet stay where they are and lie flat."""
    local = local.copy()
    local[:, 0] = upright @ local[:, 0]
    trans = (trans + rest[0]) @ upright.T - rest[0]  # a body turns about its pelvis
    turns, joints = _posed(local, rest)
    placed = joints + trans[:, None]
    stands = contact.planted(placed, speed, fps)
    trans = contact.held(trans, placed[:, 7:9], stands, fps)
    return contact.flattened(local, turns, stands), trans


def _upright(joints: FloatArray, speed: FloatArray) -> FloatArray:
    """(3, 3) turn from camera space to the world, whose y is up."""
    up = gravity.up_direction(joints, contact.stillness(speed))
    return np.asarray(rotation.minimal_rotmat(up, np.array([0.0, 1.0, 0.0])))


def _on_the_floor(motion: Motion, feet_seen: FloatArray) -> Motion:
    """Put the feet on y = 0 and the start above the origin."""
    lowest = np.asarray(lowest_points(motion), np.float64)
    shift = np.zeros((motion.num_frames, 3))
    shift[:, [0, 2]] = motion.trans[0, [0, 2]]
    shift[:, 1] = ground.floor_under(lowest, feet_seen, motion.fps)
    return motion.replace(trans=motion.trans - shift)
