"""From a video file to clips that can be kept.

Estimating itself belongs to ``core.estimators`` (imported only when work starts, so the window
opens without it); here are the names the clips get and the judgement the Capture page shows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np

from core.errors import FileProblem, StudioError
from core.motion import Motion
from core.progress import SILENT, Progress
from core.project import AddClips, NewClip

VIDEO_ENDINGS = (".mp4", ".mov", ".avi", ".mkv", ".webm", ".m4v", ".mpg", ".mpeg", ".wmv", ".mts")
CLIP_ENDINGS = (".npz",)
GOOD_FRAMES = 55  # what the action model's clips are cut to, see the data sets' minimum length
Verdict = Literal["good", "usable", "poor"]


@dataclass(frozen=True, kw_only=True)
class Check:
    """One line of the checklist: what was looked at, and whether it is as it should be."""

    text: str
    is_fine: bool


@dataclass(frozen=True, kw_only=True)
class ImportedVideo:
    """The people found in one video and what the estimator said about it.

    ``motions`` holds one motion a person, the most prominent first; ``overlays`` the points seen in
    the video's frames (``core.estimators.base.Overlay``), ``start_seconds`` when each motion's
    first frame is in the video; both may be shorter than ``motions``.
    """

    path: Path
    motions: tuple[Motion, ...]
    summary: dict[str, Any] = field(default_factory=dict)
    overlays: tuple[Any, ...] = ()
    start_seconds: tuple[float, ...] = ()
    estimator: str = "blazepose"

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the clips: "walk_person1", "walk_person2"."""
        return tuple(f"{self.path.stem}_person{i + 1}" for i in range(len(self.motions)))

    @property
    def num_frames(self) -> int:
        """Frames of the longest motion."""
        return max((m.num_frames for m in self.motions), default=0)

    @property
    def start(self) -> float:
        """Second of the video at which the first motion begins."""
        return float(self.start_seconds[0]) if self.start_seconds else 0.0

    @property
    def frames_per_second(self) -> float:
        """How fast the estimate was, 0 where the estimator does not say."""
        return float(self.summary.get("frames_per_second", 0.0) or 0.0)

    def command(self) -> AddClips:
        """The undoable command that keeps these clips."""
        new = [
            NewClip(motion=motion, name=name)
            for motion, name in zip(self.motions, self.names, strict=True)
        ]
        return AddClips(new, verb="import")


def is_video(path: Path) -> bool:
    """Whether the file's ending is one a video has (the content is checked when it is opened)."""
    return path.suffix.lower() in VIDEO_ENDINGS


def videos_in(paths: Sequence[Path]) -> list[Path]:
    """Return the video files among ``paths``, and those directly inside folders among them."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found.extend(sorted(p for p in path.iterdir() if p.is_file() and is_video(p)))
        elif is_video(path):
            found.append(path)
    return found


def import_video(
    path: Path,
    *,
    estimator: str = "blazepose",
    field_of_view: float | None = None,
    progress: Progress = SILENT,
) -> ImportedVideo:
    """Estimate the people of a video.

    field_of_view: of the picture's diagonal, degrees; None takes the estimator's own guess.
    Raises FileProblem, NoPersonFound or ModelProblem with a sentence, Cancelled when stopped.
    """
    if not path.is_file():
        raise FileProblem(f"{path.name} is not there.", "Check whether it was moved or renamed.")
    from core.estimators import estimate_video

    focal = None
    if field_of_view is not None:
        from core.video.decode import probe

        info = probe(path)
        focal = focal_pixels(field_of_view, info.width, info.height)
    estimate = estimate_video(path, estimator=estimator, progress=progress, focal=focal)
    return ImportedVideo(
        path=path,
        motions=tuple(estimate.motions),
        summary=dict(estimate.summary),
        overlays=tuple(estimate.landmarks),
        start_seconds=tuple(estimate.start_seconds),
        estimator=estimator,
    )


def focal_pixels(field_of_view: float, width: int, height: int) -> float:
    """Focal length in pixels of a camera whose diagonal field of view is this many degrees."""
    return 0.5 * math.hypot(width, height) / math.tan(math.radians(field_of_view) / 2)


def sample_video() -> Path:
    """Return the sample video's path.

    Raises FileProblem saying how to get it when it has not been fetched.
    """
    from core import weights

    path = weights.sample_video()
    if path is None:
        raise FileProblem(
            "The sample video is not on this machine yet.",
            "Open File > Model files and press Install, or drop a video of your own here.",
        )
    return Path(path)


def mean_confidence(motion: Motion) -> float | None:
    """Mean of the per-frame confidence over the observed frames, 0..1; None where there is none."""
    if motion.confidence is None:
        return None
    observed = np.ones(motion.num_frames, bool)
    observed[list(motion.inferred)] = False
    chosen = motion.confidence[observed] if observed.any() else motion.confidence
    return float(chosen.mean())


def longest_gap(motion: Motion) -> int:
    """Length in frames of the longest run of frames that were bridged instead of observed."""
    longest = run = 0
    last = -2
    for frame in motion.inferred:
        run = run + 1 if frame == last + 1 else 1
        longest, last = max(longest, run), frame
    return longest


def checklist(motion: Motion, num_people: int = 1) -> list[Check]:
    """What makes a clip work, judged on what the estimator measured."""
    bridged = len(motion.inferred)
    share = 1.0 - bridged / motion.num_frames
    checks = [
        Check(
            text=f"{motion.num_frames} frames, at least {GOOD_FRAMES}",
            is_fine=motion.num_frames >= GOOD_FRAMES,
        ),
        Check(text=f"body found in {share:.0%} of the frames", is_fine=share >= 0.9),
    ]
    confidence = mean_confidence(motion)
    if confidence is not None:
        checks.append(Check(text=f"mean confidence {confidence:.0%}", is_fine=confidence >= 0.6))
    gap = longest_gap(motion)
    checks.append(
        Check(
            text="no frame had to be bridged"
            if not bridged
            else f"{bridged} bridged, longest gap {gap} frame{'s' if gap != 1 else ''}",
            is_fine=gap <= 15,
        )
    )
    if num_people > 1:
        checks.append(Check(text=f"{num_people} people followed", is_fine=True))
    return checks


def verdict(motion: Motion) -> Verdict:
    """One word for the clip: how many of the checks it passes."""
    failed = sum(not check.is_fine for check in checklist(motion))
    return "good" if failed == 0 else "usable" if failed == 1 else "poor"


def read_clip(path: Path) -> Motion:
    """Read a clip npz that was dropped onto the window. Raises FileProblem."""
    from core.motion_file import load_motion

    motion = load_motion(path)
    if motion.num_frames < 1:
        raise StudioError(f"{path.name} holds no frame.", "Export it again.")
    return motion
