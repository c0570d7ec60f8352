"""What the Compare page shows, computed without Qt: differences, angles, quality, worst moments.

The measures are ``core.compare``'s; here they are asked for in the right order, kept for the last
few settings, and put into the form in which they are drawn. Safe to call from a thread.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt

from core.motion import Motion
from core.progress import SILENT, Progress

if TYPE_CHECKING:
    from core.compare.options import Space, Timing
    from core.project import Clip

FloatArray = npt.NDArray[np.float64]

LookUp = Callable[[str | None, Motion], tuple[FloatArray, Any] | None]

MAX_CLIPS = 4
MAX_MOMENTS = 5
SAME_MOMENT = 0.3
"""Seconds within which two moments of one joint are shoulders of the same peak."""
HEAT_FULL = 45.0
"""Degrees at which a joint is as hot as it gets; a fixed scale, so that pictures compare."""
SPACES: tuple[tuple[str, str, str], ...] = (
    ("none", "not aligned", "Each clip where it was estimated"),
    ("root", "root", "The pelvis of each clip lies on the reference's"),
    ("heading", "root + heading", "Pelvis on pelvis, and turned to face the same way"),
    ("procrustes", "Procrustes", "Turned, moved and scaled once, for the best fit of all joints"),
)
TIMINGS: tuple[tuple[str, str, str], ...] = (
    ("frames", "same frames", "Frame by frame, as clips of one video are"),
    ("shift", "best shift", "Moved in time by what fits best (cross-correlation)"),
    ("warp", "time warping", "Slowed and hurried where it fits best (dynamic time warping)"),
)
FIRST_ANGLE = "left knee flexion"


@dataclass(frozen=True, kw_only=True, eq=False)
class Question:
    """What is compared: motions (the first is the reference), how they are aligned, frame offsets.

    ``offsets`` in frames: how much later each clip begins.
    """

    motions: tuple[Motion, ...]
    clip_ids: tuple[str | None, ...] = ()
    space: str = "heading"
    timing: str = "frames"
    offsets: tuple[int, ...] = ()

    @property
    def key(self) -> tuple[object, ...]:
        return (*map(id, self.motions), self.space, self.timing, self.offsets)


@dataclass(frozen=True, kw_only=True, eq=False)
class Answer:
    """What came out. ``motions`` stand on one clock, T frames each; ``present`` (N, T) says where

    a clip has a frame there. ``difference`` and ``worst`` (N, T) degrees of the joints in the mean
    and of the farthest one, ``worst_joint`` (N, T) which; ``heat`` (T, 24) 0..1 a clip, None for
    the reference; ``missing`` (N, T) frames nobody saw.
    """

    question: Question
    comparison: Any
    motions: tuple[Motion, ...]
    present: npt.NDArray[np.bool_]
    difference: FloatArray
    worst: FloatArray
    worst_joint: npt.NDArray[np.int64]
    heat: tuple[npt.NDArray[np.float32] | None, ...]
    missing: npt.NDArray[np.bool_]
    qualities: tuple[Any, ...]
    moments: tuple[tuple[int, Any], ...]  # (clip, core.compare.Moment), worst first
    mean: tuple[float, ...]
    peak: tuple[float, ...]
    space_text: str
    timing_text: str

    @property
    def num_frames(self) -> int:
        return int(self.comparison.num_frames)

    @property
    def fps(self) -> float:
        return float(self.comparison.fps)


class Comparer:
    """Answers questions; the last few answers, and each clip's quality, are kept.

    ``look_up(clip_id, motion)`` gives the points seen in the video (T, 24, 2) and the camera they
    are seen by, None where they are not known: with them the reprojection error is measured.
    """

    def __init__(self, keep: int = 8, look_up: LookUp = lambda clip_id, motion: None) -> None:
        self._keep, self._look_up = keep, look_up
        self._answers: OrderedDict[tuple[object, ...], Answer] = OrderedDict()
        self._qualities: OrderedDict[int, tuple[Motion, Any]] = OrderedDict()
        self._angles: OrderedDict[tuple[int, str], tuple[Motion, FloatArray]] = OrderedDict()
        self._lock = threading.Lock()

    def known(self, question: Question) -> Answer | None:
        """The answer, if it was given before."""
        with self._lock:
            return self._answers.get(question.key)

    def answer(self, question: Question, progress: Progress = SILENT) -> Answer:
        """Compare. Raises StudioError for what cannot be compared, Cancelled between two steps."""
        known = self.known(question)
        if known is not None:
            return known
        from core.compare import CompareOptions, compare

        progress.step(0.0, "Comparing")
        options = CompareOptions(
            space=cast("Space", question.space), timing=cast("Timing", question.timing),
            offsets=question.offsets or (0,) * len(question.motions),
        )  # fmt: skip
        comparison = compare(question.motions, options)
        progress.step(0.5, "Measuring each clip")
        qualities = []
        ids = question.clip_ids or (None,) * len(question.motions)
        for motion, clip_id in zip(question.motions, ids, strict=True):
            qualities.append(self._quality(motion, clip_id))
            progress.step(0.8, "Measuring each clip")
        answer = _answer(question, comparison, tuple(qualities))
        with self._lock:
            self._answers[question.key] = answer
            while len(self._answers) > self._keep:
                self._answers.popitem(last=False)
        return answer

    def _quality(self, motion: Motion, clip_id: str | None) -> Any:
        from core.compare.quality import clip_quality

        known = self._qualities.get(id(motion))
        if known is None:
            points, camera = self._look_up(clip_id, motion) or (None, None)
            known = (motion, clip_quality(motion, points, camera))
            self._qualities[id(motion)] = known
            while len(self._qualities) > 4 * self._keep:
                self._qualities.popitem(last=False)
        return known[1]

    def angle(self, motion: Motion, name: str) -> FloatArray:
        """(T,) degrees of a joint's angle in a clip."""
        from core.compare.joint_angles import joint_angle

        key = (id(motion), name)
        if key not in self._angles:
            values = np.asarray(joint_angle(motion, name), np.float64)
            self._angles[key] = (motion, values)
            while len(self._angles) > 128:
                self._angles.popitem(last=False)
        return self._angles[key][1]


def angle_names() -> tuple[str, ...]:
    """The joint angles that can be plotted, knees first."""
    from core.compare.joint_angles import JOINT_ANGLES

    return tuple(getattr(entry, "name", entry) for entry in JOINT_ANGLES)


def _answer(question: Question, comparison: Any, qualities: tuple[Any, ...]) -> Answer:
    frames = np.asarray(comparison.frames)
    present = frames >= 0
    motions = tuple(
        on_one_clock(motion, row, float(comparison.fps))
        for motion, row in zip(comparison.aligned, frames, strict=True)
    )
    angle = np.nan_to_num(np.asarray(comparison.angle, np.float64))
    heat = tuple(
        None if k == 0 else np.clip(angle[k] / HEAT_FULL, 0, 1).astype(np.float32)
        for k in range(len(motions))
    )
    moments = [
        (k, moment)
        for k in range(1, len(motions))
        for moment in comparison.worst(k, 6 * MAX_MOMENTS)
    ]
    return Answer(
        question=question,
        comparison=comparison,
        motions=motions,
        present=present,
        difference=np.stack([_ribbon(comparison, k) for k in range(len(motions))]),
        worst=angle.max(axis=2),
        worst_joint=angle.argmax(axis=2),
        heat=heat,
        missing=np.stack([missing_rows(m, r) for m, r in zip(question.motions, frames)]),
        qualities=qualities,
        moments=told_apart(moments, float(comparison.fps)),
        mean=tuple(float(comparison.mean(k)) for k in range(len(motions))),
        peak=tuple(float(comparison.peak(k)) for k in range(len(motions))),
        space_text=str(comparison.space_text),
        timing_text=str(comparison.timing_text),
    )


def told_apart(moments: Sequence[tuple[int, Any]], fps: float) -> tuple[tuple[int, Any], ...]:
    """The worst (clip, moment)s, worst first, without the shoulders beside one that is worse."""
    chosen: list[tuple[int, Any]] = []
    near = SAME_MOMENT * fps
    for k, moment in sorted(moments, key=lambda pair: -float(pair[1].value)):
        is_shoulder = any(
            k == other_k
            and moment.joint == other.joint
            and moment.first - other.last <= near
            and other.first - moment.last <= near
            for other_k, other in chosen
        )
        if not is_shoulder:
            chosen.append((k, moment))
        if len(chosen) == MAX_MOMENTS:
            break
    return tuple(chosen)


def _ribbon(comparison: Any, k: int) -> FloatArray:
    return np.nan_to_num(np.asarray(comparison.ribbon(k), np.float64))


def on_one_clock(motion: Motion, frames: npt.NDArray[np.integer[Any]], fps: float) -> Motion:
    """A clip with one frame for each of ``frames`` (T,), its indices; where it has none (-1) it

    holds the nearest frame it has.
    """
    rows = held(frames)
    if np.array_equal(rows, np.arange(motion.num_frames)) and motion.fps == fps:
        return motion
    rows = np.clip(rows, 0, motion.num_frames - 1)
    inferred = set(motion.inferred)
    return Motion(
        poses=motion.poses[rows],
        trans=motion.trans[rows],
        betas=motion.betas,
        fps=fps,
        body_id=motion.body_id,
        confidence=None if motion.confidence is None else motion.confidence[rows],
        inferred=tuple(i for i, row in enumerate(rows.tolist()) if row in inferred),
        provenance=motion.provenance,
    )


def held(frames: npt.NDArray[np.integer[Any]]) -> npt.NDArray[np.int64]:
    """(T,) with each -1 replaced by the nearest index that is one."""
    frames = np.asarray(frames, np.int64)
    there = np.nonzero(frames >= 0)[0]
    if not len(there):
        return np.zeros(len(frames), np.int64)
    at = np.arange(len(frames))
    right = np.clip(np.searchsorted(there, at), 0, len(there) - 1)
    left = np.maximum(right - 1, 0)
    nearer_left = np.abs(there[left] - at) < np.abs(there[right] - at)
    return np.asarray(frames[np.where(nearer_left, there[left], there[right])])


def missing_rows(motion: Motion, frames: npt.NDArray[np.integer[Any]]) -> npt.NDArray[np.bool_]:
    """(T,) where a clip was bridged because nobody was seen, or has no frame at all."""
    frames = np.asarray(frames)
    mask = np.zeros(motion.num_frames, bool)
    mask[list(motion.inferred)] = True
    return np.asarray(np.where(frames < 0, True, mask[np.clip(frames, 0, motion.num_frames - 1)]))


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Clips of one video by different estimators."""

    title: str
    clip_ids: tuple[str, ...]


_ORDER = {"vibe": 0, "pare": 1}


def pairs_of(clips: Sequence[Clip]) -> list[Pair]:
    """Find what can be compared at once: the same video seen by different estimators.

    VIBE stands before PARE, the report's order; of one estimator the newest clip counts. A video
    with several people gives no pair: who is who is the user's to say.
    """
    groups: dict[str, dict[str, list[Clip]]] = {}
    for clip in clips:
        if clip.estimator and (clip.source_sha256 or clip.source):
            source = clip.source_sha256 or clip.source
            groups.setdefault(source, {}).setdefault(clip.estimator, []).append(clip)
    pairs = []
    for found in groups.values():
        if len(found) < 2 or any(len(of_one) > 2 for of_one in found.values()):
            continue
        names = sorted(found, key=lambda name: (_ORDER.get(name, 9), name))[:MAX_CLIPS]
        chosen = [max(found[name], key=lambda clip: clip.created) for name in names]
        pairs.append(
            Pair(title=chosen[0].source or "a video", clip_ids=tuple(clip.id for clip in chosen))
        )
    return pairs
