"""From what VIBE or PARE says of each crop to a person: motion, camera, and points to draw.

By default the defects of the originals are mended: the camera belongs to the crop with its margin,
rotations are smoothed without seams over true seconds, a person has one shape, the depth does not
tremble, people do not turn as they cross the picture, and the points drawn are those of the body
that comes out. ``official`` leaves all that.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from core import rotation
from core.estimators import blur, smoothing, standing
from core.estimators.base import CropNetwork, Overlay, Person
from core.estimators.blazepose import resample
from core.estimators.blazepose.solve import clock_for
from core.estimators.chunks import Arrays
from core.estimators.one_pass import squares_for
from core.estimators.options import EstimateOptions
from core.motion import Motion
from core.skeleton import PARENTS
from core.video import camera
from core.video.people import People, Track

FloatArray = npt.NDArray[np.float64]

BODY_ID = "smpl"  # betas belong to SMPL, which is not shipped
EDGES = tuple((parent, joint) for joint, parent in enumerate(PARENTS) if parent >= 0)
_DEPTH_SECONDS, _SIGHT_SECONDS = 0.15, 0.035  # smoothing along the line of sight and across it
_FORGET_SECONDS = 0.2  # confidence in a bridged frame fades so fast
_BLURRED = 0.5  # frames half as sharp as usual are believed less


def runs_of(frames: npt.NDArray[np.int64]) -> list[slice]:
    """Return the slices of a track's rows in which frame follows frame."""
    edges = [0, *(np.flatnonzero(np.diff(frames) > 1) + 1).tolist(), len(frames)]
    return [slice(start, end) for start, end in pairwise(edges)]


def regressed(network: CropNetwork, rows: Arrays, track: Track, official: bool) -> dict[str, Any]:
    """Return rotmats (N, 24, 3, 3), betas (N, 10) and cam (N, 3) of a whole track.

    A network with a memory starts anew after a gap; the original does not know of gaps.
    """
    runs = [slice(0, len(track))] if official else runs_of(track.frames)
    parts = [network.regressed({n: v[run] for n, v in rows.items()}) for run in runs]
    return {
        name: np.concatenate([getattr(part, name) for part in parts]).astype(np.float64)
        for name in ("rotmats", "betas", "cam")
    }


def person_of(
    estimator: str,
    network: CropNetwork,
    rows: Arrays,
    track: Track,
    people: People,
    options: EstimateOptions,
) -> Person:
    """Put one person together; ``rows`` are what the network saw in the track's frames."""
    video = people.video
    found = regressed(network, rows, track, options.official)
    seen_at = people.times[track.frames]
    clock, fps, is_even = clock_for(seen_at, people.times)
    if options.official:  # nothing before the first and after the last frame the person is seen in
        clock = clock[(clock >= seen_at[0] - 0.5 / fps) & (clock <= seen_at[-1] + 0.5 / fps)]
    blurred = _sharp(track, seen_at)
    weights = np.maximum(track.scores * np.clip(blurred / _BLURRED, 0.2, 1.0), 1e-3)

    focal = options.focal_pixels(video.width, video.height)
    squares = squares_for(people.only((track.id,)), official=options.official)[track.id]
    if not options.official:  # the original's camera forgets the crop's margin
        squares = squares * [1, 1, network.margin]
    trans = camera.translation(found["cam"], squares, focal, video.width, video.height)
    rotmats, trans = _on_clock(
        found["rotmats"], trans, seen_at, weights, clock, _smoother(estimator, options)
    )
    if not options.official:
        pelvis = trans + standing.rest_pelvis()
        rotmats[:, 0] = camera.turned_to_sight(rotmats[:, 0], pelvis)
    drawn_by = camera.camera_of(
        rotmats[:, 0], trans, clock, focal=focal, width=video.width, height=video.height
    )
    away = resample.distance_to_samples(seen_at, clock)
    inferred = away > 0.75 / fps
    confidence = blur.on_clock(np.clip(weights, 0, 1), seen_at, clock)
    confidence = confidence * np.exp(-np.where(inferred, away, 0.0) / _FORGET_SECONDS)
    local = rotmats.copy()
    local[:, 0] = camera.flipped_rotmats(rotmats[:, 0])
    placed = camera.flipped_trans(trans, standing.rest_pelvis())
    if not options.official:
        local, placed = standing.turned_upright(local, placed, fps)
    motion = standing.on_the_floor(
        Motion(
            poses=rotation.rotmat_to_rotvec(local).astype(np.float32),
            trans=placed.astype(np.float32),
            betas=np.median(found["betas"], axis=0).astype(np.float32),
            fps=fps,
            body_id=BODY_ID,
            confidence=confidence.astype(np.float32),
            inferred=tuple(np.flatnonzero(inferred).tolist()),
        ).with_channels(blur=blur.on_clock(blurred, seen_at, clock))
    )
    return Person(
        motion=motion,
        overlay=_overlay(rotmats, drawn_by, confidence),
        camera=drawn_by,
        start_seconds=float(clock[0]),
        track=track.id,
        summary={
            "track": track.id,
            "name": track.name,
            "frames": motion.num_frames,
            "estimated_frames": len(track),
            "inferred_frames": len(motion.inferred),
            "fps": round(fps, 6),
            "variable_frame_rate": not is_even,
            "start_seconds": round(float(clock[0]), 6),
            "mean_confidence": round(float(confidence.mean()), 4),
            "blurred_frames": int((motion.channels["blur"] < _BLURRED).sum()),
            "focal_pixels": round(focal, 1),
        },
    )


_Resampled = Callable[[FloatArray, FloatArray, FloatArray, FloatArray], FloatArray]


def _smoother(estimator: str, options: EstimateOptions) -> _Resampled | None:
    """Return what takes rotations to the clock, None for leaving them as they are."""
    if not options.is_smoothed:
        return None
    if not options.official:
        return smoothing.smoothed

    def official(rotmats: FloatArray, times: FloatArray, _: FloatArray, clock: FloatArray) -> Any:
        return smoothing.between(smoothing.officially_smoothed(rotmats, estimator), times, clock)

    return official


def _on_clock(
    rotmats: FloatArray,
    trans: FloatArray,
    times: FloatArray,
    weights: FloatArray,
    clock: FloatArray,
    smooth: _Resampled | None,
) -> tuple[FloatArray, FloatArray]:
    """Return rotations and translations at even times; bridged where the person was not seen."""
    held = np.clip(clock, times[0], times[-1])
    if smooth is not smoothing.smoothed:
        rotate = smooth or (lambda r, t, _, c: smoothing.between(r, t, c))
        moved = np.column_stack([np.interp(held, times, column) for column in trans.T])
        return rotate(rotmats, times, weights, held), moved
    # across the line of sight the picture is sure; along it single frames are half a metre off
    sight = resample.smoother(times, weights, held, _SIGHT_SECONDS)(trans[:, :2] / trans[:, 2:])
    depth = np.exp(resample.smoother(times, weights, held, _DEPTH_SECONDS)(np.log(trans[:, 2:])))
    return smooth(rotmats, times, weights, held), np.concatenate([sight * depth, depth], axis=1)


def _sharp(track: Track, times: FloatArray) -> FloatArray:
    if track.sharpness is None:
        return np.ones(len(track))
    return blur.relative_sharpness(track.sharpness, times)


def _overlay(rotmats: FloatArray, drawn_by: camera.PersonCamera, confidence: FloatArray) -> Overlay:
    """The joints of the body that came out, projected: what is drawn is what is exported."""
    image = drawn_by.project(standing.posed(rotmats, drawn_by.trans))
    seen = np.broadcast_to(confidence[:, None], image.shape[:2])
    return Overlay(
        times=drawn_by.times,
        image=np.nan_to_num(image, nan=-1e4),
        visibility=np.where(np.isfinite(image).all(-1), np.maximum(seen, 0.35), 0.0),
        edges=EDGES,
        width=drawn_by.width,
        height=drawn_by.height,
    )
