"""From a video file to clips that can be kept.

Estimating itself belongs to ``core.estimators`` (imported only when work starts, so the window
opens without it); here are the names the clips get and the judgement the Capture page shows.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.errors import FileProblem, StudioError
from core.motion import Motion
from core.progress import Progress
from core.project import AddClips, NewClip
from studio.services.capture_settings import CaptureSettings

if TYPE_CHECKING:
    from core.estimators.base import Estimate
    from core.video.people import People

log = logging.getLogger(__name__)

VIDEO_ENDINGS = (".mp4", ".mov", ".avi", ".mkv", ".webm", ".m4v", ".mpg", ".mpeg", ".wmv", ".mts")
CLIP_ENDINGS = (".npz",)
GOOD_FRAMES = 55  # what the action model's clips are cut to, see the data sets' minimum length


@dataclass(frozen=True, kw_only=True)
class Check:
    """One line of the checklist: what was looked at, and whether it is as it should be."""

    text: str
    is_fine: bool
    is_remark: bool = False  # worth knowing, without weight

    @property
    def mark(self) -> str:
        """The sign before it: colour alone would not tell."""
        return "·" if self.is_remark else "✓" if self.is_fine else "!"


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What is to be said of a clip: one word, and why. The grade "" says that nobody measured."""

    grade: str
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class ImportedPerson:
    """One person of a video as one estimator saw them.

    ``overlay`` the points seen in the video's frames (``core.estimators.base.Overlay``); ``start``
    the second of the video at which the motion begins; ``camera`` draws the body over the video;
    ``attention(seconds)`` where the estimator looked
    (``core.estimators.base.AttentionLookup``). Each of them is None where the estimator has none.
    """

    motion: Motion
    name: str
    estimator: str = "blazepose"
    track: int = 1
    overlay: Any = None
    start: float = 0.0
    camera: Any = None
    attention: Any = None


@dataclass(frozen=True, kw_only=True, eq=False)
class ImportedVideo:
    """The people found in one video, most prominent first, estimator by estimator."""

    path: Path
    people: tuple[ImportedPerson, ...]
    summary: dict[str, Any] = field(default_factory=dict)

    @property
    def motions(self) -> tuple[Motion, ...]:
        return tuple(person.motion for person in self.people)

    @property
    def num_frames(self) -> int:
        """Frames of the longest motion."""
        return max((m.num_frames for m in self.motions), default=0)

    @property
    def frames_per_second(self) -> float:
        """How fast the estimate was, 0 where the estimator does not say."""
        return float(self.summary.get("frames_per_second", 0.0) or 0.0)

    @property
    def source_sha256(self) -> str:
        """SHA-256 of the video, "" where the estimator did not note it."""
        return next((m.provenance.source_sha256 for m in self.motions), "")

    @cached_property
    def grade(self) -> str:
        """The worst of the clips' grades: what to look after."""
        grades = {judged(person.motion).grade for person in self.people}
        return next((grade for grade in ("poor", "usable", "good") if grade in grades), "")

    def command(self) -> AddClips:
        """The undoable command that keeps these clips."""
        new = [NewClip(motion=person.motion, name=person.name) for person in self.people]
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


class VideoImporter:
    """The two halves of an import; a page's tests put another in its place."""

    def find(self, path: Path, *, work_folder: Path | None, progress: Progress) -> People:
        """Find the people of a video. Raises FileProblem, NoPersonFound, ModelProblem, Cancelled.

        With a ``work_folder`` finished chunks are kept there and not done again.
        """
        _check_there(path)
        from core.video.people import find_people

        return find_people(path, progress=progress, work_folder=work_folder)

    def estimate(
        self, path: Path, people: People, *, chosen: tuple[int, ...], settings: CaptureSettings,
        work_folder: Path | None, progress: Progress,
    ) -> ImportedVideo:  # fmt: skip
        """Estimate the chosen people with all estimators in one pass. Raises as :meth:`find`."""
        _check_there(path)
        from core.estimators.estimate import estimate_people

        options = settings.options(chosen, work_folder)
        estimates = estimate_people(path, options, people=people, progress=progress)
        return gathered(path, people, estimates)


def chosen_people(people: People, settings: CaptureSettings, picked: tuple[int, ...]) -> tuple[
    int, ...
]:  # fmt: skip
    """Return the numbers of those to estimate, () while the user has to choose."""
    alive = tuple(i for i in picked if i in people.ids)
    if alive:
        return alive
    if len(people) == 1 or settings.whom == "all":
        return people.ids
    return () if settings.whom == "ask" else (people.preselected,)


def gathered(path: Path, people: People, estimates: dict[str, Estimate]) -> ImportedVideo:
    """Bring several estimators' answers into one list, person by person."""
    found: list[tuple[int, ImportedPerson]] = []
    for estimator, estimate in estimates.items():
        looked = estimate.attention
        for index, motion in enumerate(estimate.motions):
            track = _at(estimate.tracks, index, index + 1)
            name = f"{path.stem}_{_person_name(people, track)}"
            person = ImportedPerson(
                motion=measured(motion),
                name=f"{name}_{estimator}" if len(estimates) > 1 else name,
                estimator=estimator,
                track=track,
                overlay=_at(estimate.landmarks, index, None),
                start=float(_at(estimate.start_seconds, index, 0.0)),
                camera=_at(estimate.cameras, index, None),
                attention=partial(looked.at, index) if looked is not None else None,
            )
            place = people.ids.index(track) if track in people.ids else len(people)
            found.append((place, person))
    found.sort(key=lambda pair: pair[0])  # stable: estimators stay in their order
    summary = dict(next(iter(estimates.values())).summary) if estimates else {}
    video = ImportedVideo(path=path, people=tuple(person for _, person in found), summary=summary)
    log.debug("%s is %s", path.name, video.grade)  # judged here, in the worker's thread
    return video


def measured(motion: Motion) -> Motion:
    """Return the motion with how far each of its frames can be trusted, for the timeline."""
    from core.quality import measure_quality

    return motion.with_channels(**{**measure_quality(motion).channels, **motion.channels})


def _at(values: Any, index: int, otherwise: Any) -> Any:
    return values[index] if values is not None and index < len(values) else otherwise


def _person_name(people: People, track: int) -> str:
    known = next((t for t in people if t.id == track), None)
    name = "_".join(known.name.split()) if known is not None else ""
    return name or f"person{track}"


def _check_there(path: Path) -> None:
    if not path.is_file():
        raise FileProblem(f"{path.name} is not there.", "Check whether it was moved or renamed.")


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


def judged(motion: Motion) -> Judgement:
    """Say how good an estimated clip is, and why: what is as it should be, then what is not."""
    facts = checklist(motion)
    from core.quality import verdict

    said = verdict(motion)
    fine = tuple(check for check in facts if check.is_fine)
    is_good = said.grade == "good"
    reasons = tuple(
        Check(text=reason, is_fine=is_good, is_remark=is_good) for reason in said.reasons
    )
    return Judgement(grade=said.grade, checks=(*fine, *reasons))


def read_clip(path: Path) -> Motion:
    """Read a clip npz that was dropped onto the window. Raises FileProblem."""
    from core.motion_file import load_motion

    motion = load_motion(path)
    if motion.num_frames < 1:
        raise StudioError(f"{path.name} holds no frame.", "Export it again.")
    return motion
