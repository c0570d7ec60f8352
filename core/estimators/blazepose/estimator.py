"""The built-in estimator: follow a person with BlazePose, lift the points to SMPL, place the body.

Its results are BlazePose with inverse kinematics and are called so.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core import weights
from core.errors import Cancelled, NoPersonFound
from core.estimators.base import Estimate, Overlay
from core.estimators.blazepose import detector, landmarks, solve
from core.estimators.blazepose.detector import Detector
from core.estimators.blazepose.landmarks import LandmarkFinder
from core.estimators.blazepose.network import Network
from core.estimators.blazepose.preview import EDGES, preview
from core.estimators.blazepose.tracker import Track, Tracker
from core.progress import Progress
from core.video.decode import VideoInfo, pictures, probe

FloatArray = npt.NDArray[np.float64]

_PREVIEW_EVERY = 10  # frames
_MIN_SECONDS = 0.25  # of a person followed; less is a wrong detection
_MIN_FRAMES = 3


class BlazePose:
    """Detector and landmark networks, loaded once; raises ModelProblem where not installed."""

    def __init__(self) -> None:
        self._detector = Detector(Network(weights.path_of("pose_detection"), detector.OUTPUTS))
        self._finder = LandmarkFinder(
            Network(weights.path_of("pose_landmark_full"), landmarks.OUTPUTS)
        )

    def estimate(self, path: Path, *, progress: Progress, focal: float | None) -> Estimate:
        """Follow the most prominent person; see :class:`core.estimators.base.Estimator`."""
        info = probe(path)
        track, times = self._followed(info, progress)
        progress.step(0.95, "Lifting the points to a body")
        seen = solve.collected(track, times)
        focal_pixels = focal or float(np.hypot(info.width, info.height))
        clock, fps, is_even = solve.clock_for(seen.times, times)
        motion = solve.body_motion(seen, clock, fps, info, focal_pixels)
        inferred = len(motion.inferred)
        assert motion.confidence is not None
        summary: dict[str, Any] = {
            "video_frames": len(times),
            "frames": motion.num_frames,
            "estimated_frames": len(seen.times),
            "inferred_frames": inferred,
            "flips_repaired": int(seen.flipped.sum()),
            "fps": round(fps, 6),
            "variable_frame_rate": not is_even,
            "start_seconds": round(float(clock[0]), 6),
            "mean_confidence": round(float(np.mean(motion.confidence)), 4),
            "focal_pixels": round(focal_pixels, 1),
            "focal_is_guess": focal is None,
            "width": info.width,
            "height": info.height,
            "people": 1,
        }
        overlay = Overlay(
            times=seen.times,
            image=seen.image,
            visibility=seen.visibility,
            edges=EDGES,
            width=info.width,
            height=info.height,
        )
        return Estimate(
            motions=[motion],
            summary=summary,
            landmarks=[overlay],
            start_seconds=[float(clock[0])],
        )

    def _followed(self, info: VideoInfo, progress: Progress) -> tuple[Track, FloatArray]:
        """Return the track of the most prominent person and the times of all frames."""
        tracker = Tracker(self._detector, self._finder)
        times: list[float] = []
        for picture in pictures(info.path):
            if progress.is_cancelled():
                raise Cancelled("Estimating was cancelled.")
            seen = tracker.see(picture)
            times.append(picture.time)
            if (len(times) - 1) % _PREVIEW_EVERY == 0:
                share = len(times) / max(info.num_frames, len(times))
                text = f"Frame {len(times)} of {info.num_frames or '?'}"
                progress.step(0.95 * share, text, preview(picture, seen))
        track = tracker.best()
        frames = 0 if track is None else len(track.found)
        step = times[-1] / max(len(times) - 1, 1)
        if track is None or frames < _MIN_FRAMES or frames * step < min(_MIN_SECONDS, times[-1]):
            raise NoPersonFound(
                f"Nobody could be followed in {info.path.name}.",
                "Use a video that shows one person whole, close enough and well lit.",
            )
        return track, np.array(times)
