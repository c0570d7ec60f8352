"""The built-in estimator: the points BlazePose saw of everybody, lifted to SMPL, placed.

Its results are BlazePose with inverse kinematics and are called so.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core import rotation
from core.body import joint_positions
from core.estimators import blur
from core.estimators.base import Overlay, Person
from core.estimators.blazepose import finding, resample, solve, trajectory
from core.estimators.blazepose.landmarks import Landmarks
from core.estimators.blazepose.preview import EDGES
from core.estimators.blazepose.roi import Roi
from core.estimators.blazepose.tracker import Track as Followed
from core.estimators.options import EstimateOptions
from core.progress import Progress
from core.video.camera import PersonCamera, camera_of, flipped_rotmats, flipped_trans
from core.video.people import People, Track

FloatArray = npt.NDArray[np.float64]

_BLURRED = 0.5  # frames half as sharp as usual count as blurred
_SMOOTHING = 0.04  # seconds, of the points the camera is found from
_NOWHERE = Roi(x=0.0, y=0.0, side=1.0, angle=0.0)


class BlazePose:
    """Lifts people's points; the networks run only where points are missing."""

    def persons(self, people: People, options: EstimateOptions, progress: Progress) -> list[Person]:
        """Estimate everybody; see :class:`core.estimators.base.PointEstimator`."""
        count = max(len(people), 1)
        looked = 0.0 if all(track.points is not None for track in people) else 0.5
        people = finding.with_points(people, progress.part(0.0, looked))
        persons = []
        for i, track in enumerate(people):
            ends = (looked + (1 - looked) * n / count for n in (i, i + 1))
            part = progress.part(*ends)
            part.step(0.0, f"Lifting the points of {track.title} to a body")
            persons.append(self._person(people, track, options, part))
        return persons

    def _person(
        self, people: People, track: Track, options: EstimateOptions, progress: Progress
    ) -> Person:
        video = people.video
        seen = solve.collected(_followed(track), people.times)
        focal = options.focal_pixels(video.width, video.height)
        clock, fps, is_even = solve.clock_for(seen.times, people.times)
        placed = solve.placed_motion(
            seen, clock, fps, video, focal, refine=options.refine, progress=progress
        )
        motion = placed.motion
        if track.sharpness is not None:
            at = people.times[track.frames]
            sharp = blur.relative_sharpness(track.sharpness, at)
            motion = motion.with_channels(blur=blur.on_clock(sharp, at, clock))
        assert motion.confidence is not None
        return Person(
            motion=motion,
            overlay=Overlay(
                times=seen.times,
                image=seen.image,
                visibility=seen.visibility,
                edges=EDGES,
                width=video.width,
                height=video.height,
            ),
            camera=_camera(placed, seen, clock, focal, people),
            start_seconds=float(clock[0]),
            track=track.id,
            summary={
                "track": track.id,
                "name": track.name,
                "frames": motion.num_frames,
                "estimated_frames": len(seen.times),
                "inferred_frames": len(motion.inferred),
                "flips_repaired": int(seen.flipped.sum()),
                "fps": round(fps, 6),
                "variable_frame_rate": not is_even,
                "start_seconds": round(float(clock[0]), 6),
                "mean_confidence": round(float(np.mean(motion.confidence)), 4),
                "blurred_frames": int((motion.channels.get("blur", np.ones(1)) < _BLURRED).sum()),
                "focal_pixels": round(focal, 1),
            },
        )


def _followed(track: Track) -> Followed:
    """Return a track as the lift reads it."""
    points = track.points
    assert points is not None
    return Followed(
        found={
            int(frame): Landmarks(
                image=points.image[row],
                world=points.world[row],
                visibility=points.visibility[row],
                confidence=float(points.confidence[row]),
                roi=_NOWHERE,
                next_roi=_NOWHERE,
            )
            for row, frame in enumerate(track.frames)
        }
    )


def _camera(
    placed: solve.Placed, seen: solve.Seen, clock: FloatArray, focal: float, people: People
) -> PersonCamera:
    """Return the camera that sees the finished motion where the points were seen.

    One turn takes the whole clip from the world back to the camera; then each frame is put under
    its points.
    """
    video, motion, turn = people.video, placed.motion, placed.camera_from_world
    held = np.clip(clock, seen.times[0], seen.times[-1])
    on_clock = resample.smoother(seen.times, seen.confidence, held, _SMOOTHING)
    image, visibility = on_clock(seen.image), np.clip(on_clock(seen.visibility), 0, 1)
    joints = np.asarray(joint_positions(motion), np.float64) - motion.trans[:, None]
    pelvis = joints[0, 0]
    joints = (joints - pelvis) @ turn.T + pelvis  # a body turns about its pelvis
    roots = rotation.rotvec_to_rotmat(np.asarray(motion.poses[:, 0], np.float64))
    slopes = trajectory.rays(image, video.width, video.height, focal)
    trans = trajectory.translation(joints, slopes, visibility, clock)
    return camera_of(
        flipped_rotmats(turn @ roots),
        flipped_trans(trans, pelvis),
        clock,
        focal=focal,
        width=video.width,
        height=video.height,
    )
