"""How far a clip can be trusted, frame by frame and as a whole, in words a user understands.

What ruins estimates is known: frames nobody saw, blurred pictures, joints that jump, feet that
slide. Each is measured for every frame; together they give a quality from 0 to 1, kept as a channel
of the motion, and a verdict with its reasons. The limits stand here with where they come from;
docs/cleanup.md shows the figures. Must not import torch or Qt.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from core.cleanup.contacts import Contacts, find_contacts
from core.cleanup.gaps import SHORT_SECONDS, missing_frames
from core.cleanup.measures import slide_speed
from core.cleanup.signals import runs, smoothstep, without_short
from core.cleanup.stance import Stance, stance
from core.errors import StudioError
from core.motion import Motion
from core.skeleton import JOINT_INDEX

FloatArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]
Grade = Literal["good", "usable", "poor"]

BLURRED = 0.5
"""Sharpness (variance of the Laplacian over its rolling median, in the person's box) below which a
frame counts as blurred: half as sharp as the clip usually is."""

# Greatest accelerations in 219 captured clips of 22 actions, dashes, kicks and punches among them,
# were 169, 140, 39 and 33 m/s^2 (steps of 1/30 s); an estimate that takes the wrong arm shows 300
# to 800. Hands and feet are the worse of the two.
JUMPS: dict[str, tuple[tuple[str, ...], float]] = {
    "hands": (("left_wrist", "right_wrist"), 200.0),
    "feet": (("left_ankle", "right_ankle"), 165.0),
    "head": (("head",), 60.0),
    "body": (("pelvis",), 45.0),
}
_JUMP_STEP = 1 / 30  # seconds: the limits hold for accelerations over this step

SLIDE_CM_PER_S = 40.0
"""Mean slide of standing feet that is worth a word: half the captured clips are below 4 to 12, 95
in 100 below 19 to 52 (their retargeting slides a little), the built-in estimate is at 19 to 33."""

_SURE, _DOUBTED = 0.7, 0.2  # confidence: wholly believed, not at all
_JUMP_COST, _SLIDE_COST = 0.6, 0.15  # how much of its quality such a frame loses
_LOW_QUALITY = 0.5
_MERGE_SECONDS = 0.25  # blurred stretches nearer than this are told as one


@dataclass(frozen=True, eq=False)
class Quality:
    """Per-frame measurements of a clip, all (T,).

    confidence 0..1 (1 where the estimator gives none); blur: sharpness relative to the clip, None
    where the picture is not known; missing: not observed; jumps: by part of the body; spike: any
    jump; slide: cm/s of the standing feet; quality 0..1 is all of it together.
    """

    confidence: FloatArray
    blur: FloatArray | None
    missing: BoolArray
    jumps: dict[str, BoolArray]
    spike: BoolArray
    slide: FloatArray
    quality: FloatArray

    @property
    def channels(self) -> dict[str, FloatArray]:
        """What to keep in the motion: ``motion.with_channels(**quality.channels)``."""
        kept = {"spike": self.spike.astype(np.float32), "quality": self.quality}
        return kept if self.blur is None else {"blur": self.blur, **kept}


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a clip is good for, and why: one short sentence a reason, the weightiest first."""

    grade: Grade
    reasons: tuple[str, ...]


def measure_quality(motion: Motion, blur: npt.ArrayLike | None = None) -> Quality:
    """Measure every frame of a motion.

    ``blur`` (T,) is each frame's sharpness relative to the clip; None takes the channel "blur".
    Raises StudioError when it is of another length.
    """
    given = motion.channels.get("blur") if blur is None else np.asarray(blur, np.float32)
    if given is not None and given.shape != (motion.num_frames,):
        raise StudioError(
            f"blur must have one number a frame, {motion.num_frames}, not {given.shape}."
        )
    posed = stance(motion)
    missing = missing_frames(motion)
    jumps = {part: _jumps(posed, motion.fps, *JUMPS[part]) for part in JUMPS}
    spike = np.any(list(jumps.values()), axis=0)
    slide = _slide(posed, Contacts.of(motion) or find_contacts(motion, posed=posed), motion.fps)
    confidence = np.ones(motion.num_frames, np.float32)
    if motion.confidence is not None:
        confidence = motion.confidence
    quality = smoothstep((confidence - _DOUBTED) / (_SURE - _DOUBTED))
    if given is not None:
        quality *= np.clip(given / (2 * BLURRED), 0.0, 1.0)
    quality *= 1 - _JUMP_COST * spike
    quality *= 1 - _SLIDE_COST * smoothstep(slide / (2 * SLIDE_CM_PER_S))
    quality[missing] = 0.0
    return Quality(confidence, given, missing, jumps, spike, slide, quality.astype(np.float32))


def verdict(motion: Motion, quality: Quality | None = None) -> Verdict:
    """Say whether a clip is good, usable after a look, or poor, and why."""
    quality = quality if quality is not None else measure_quality(motion)
    found = [
        finding
        for check in (_about_length, _about_missing, _about_confidence, _about_blur, _about_jumps,
                      _about_slide)
        for finding in check(motion, quality)
    ]  # fmt: skip
    low = float((quality.quality < _LOW_QUALITY).mean())
    if low > 0.4 and not any(grade == "poor" for grade, _ in found):
        found.append(("poor", f"{low:.0%} of the frames are of low quality"))
    order: dict[Grade, int] = {"poor": 0, "usable": 1, "good": 2}
    found.sort(key=lambda finding: order[finding[0]])
    if not found:
        return Verdict(grade="good", reasons=("every frame was seen and moves as a body can",))
    return Verdict(grade=found[0][0], reasons=tuple(reason for _, reason in found))


Finding = tuple[Grade, str]


def _about_length(motion: Motion, quality: Quality) -> list[Finding]:
    if motion.duration >= 0.5:
        return []
    return [("poor", f"the clip lasts only {motion.duration:.1f} s")]


def _about_missing(motion: Motion, quality: Quality) -> list[Finding]:
    count, total = int(quality.missing.sum()), motion.num_frames
    if not count:
        return []
    longest = max(stop - first for first, stop in runs(quality.missing)) / motion.fps
    reason = f"{count} of {total} frames were not seen"
    if longest > SHORT_SECONDS:
        reason += f", up to {longest:.1f} s at a time"
    share = count / total
    if share > 0.3:
        return [("poor", reason)]
    return [("usable" if share > 0.05 or longest > SHORT_SECONDS else "good", reason)]


def _about_confidence(motion: Motion, quality: Quality) -> list[Finding]:
    seen = quality.confidence[~quality.missing]
    if not len(seen) or motion.confidence is None:
        return []
    mean = float(seen.mean())
    if mean >= _SURE:
        return []
    return [("usable" if mean >= 0.45 else "poor", f"the body was seen with {mean:.0%} confidence")]


def _about_blur(motion: Motion, quality: Quality) -> list[Finding]:
    if quality.blur is None:
        return []
    blurred = without_short(quality.blur < BLURRED, round(_MERGE_SECONDS * motion.fps), value=False)
    blurred &= ~quality.missing
    blurred = without_short(blurred, 2)
    share = float(blurred.mean())
    if not blurred.any():
        return []
    spans = [f"{a / motion.fps:.1f} s and {b / motion.fps:.1f} s" for a, b in runs(blurred)]
    reason = f"blurred between {spans[0]}"
    if len(spans) > 1:
        more = len(spans) - 1
        reason += f" and at {more} more place{'s' if more > 1 else ''}"
    grade: Grade = "poor" if share > 0.5 else "usable" if share > 0.1 else "good"
    return [(grade, reason)]


def _about_jumps(motion: Motion, quality: Quality) -> list[Finding]:
    findings: list[Finding] = []
    for part, mask in quality.jumps.items():
        count = len(runs(without_short(mask, round(0.1 * motion.fps), value=False)))
        if not count:
            continue
        verb = "jumps" if part in ("head", "body") else "jump"
        times = {1: "once", 2: "twice"}.get(count, f"{count} times")
        reason = f"the {part} {verb} {times}"
        a_second = count / motion.duration
        grade: Grade = (
            "poor" if mask.mean() > 0.25 else "usable" if count > 1 and a_second > 0.5 else "good"
        )
        findings.append((grade, reason))
    return findings


def _about_slide(motion: Motion, quality: Quality) -> list[Finding]:
    stands = quality.slide > 0
    if stands.mean() < 0.1:
        return []
    mean = float(quality.slide[stands].mean())
    if mean <= SLIDE_CM_PER_S:
        return []
    return [("usable", f"the feet slide {mean:.0f} cm/s while they stand")]


def _jumps(posed: Stance, fps: float, names: tuple[str, ...], limit: float) -> BoolArray:
    """(T,) frames in which one of the joints accelerates as no body does."""
    joints = posed.joints[:, [JOINT_INDEX[name] for name in names]]
    out = np.zeros(len(joints), bool)
    step = max(round(_JUMP_STEP * fps), 1)
    if len(joints) <= 2 * step:
        return out
    bent = joints[2 * step :] - 2 * joints[step:-step] + joints[: -2 * step]
    acceleration = np.linalg.norm(bent, axis=-1).max(axis=1) * (fps / step) ** 2
    out[step:-step] = acceleration > limit
    return out


def _slide(posed: Stance, contacts: Contacts, fps: float) -> FloatArray:
    """(T,) cm/s of the standing feet, 0 where none stands in this frame and the next."""
    stands = contacts.both
    both = stands[1:] & stands[:-1]
    speed = slide_speed(posed, fps)
    out = np.zeros(len(stands), np.float32)
    out[:-1] = np.where(both, speed, 0.0).sum(axis=1) / np.maximum(both.sum(axis=1), 1)
    return out
