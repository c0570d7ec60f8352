"""The report's four constraints as checks, each with a reason a person can follow.

(1) the whole move and nothing else, (2) one person, (3) one fixed camera, (4) a good picture. A
check passes, wants a look, or fails; what failed is rejected unless a person says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from core.datasets.finegym.elements import Neighbour
from core.datasets.finegym.looking import Look
from core.video.people import Track

State = Literal["pass", "look", "fail"]
TITLES: dict[str, str] = {
    "whole": "The whole move, and only it",
    "person": "One person",
    "camera": "One fixed camera",
    "quality": "A good picture",
}
_ROUND_OFF = "round-off"


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What the checks hold a clip against."""

    margin_seconds: float = 0.2  # a neighbour nearer than this is worth a look
    seen_share: float = 0.9  # of the frames the person must be seen in
    second_frames: int = 5  # frames a second person may be seen in
    second_area: float = 0.2  # of the first person's; smaller ones are judges and audience
    pan_look: float = 0.05  # picture widths a second the camera may move before one should look
    pan_fail: float = 0.35
    picture_height: int = 720  # pixels
    person_height: float = 120.0  # pixels, median over the clip
    sharpness: float = 50.0  # variance of the Laplacian of the person at 256 pixels height


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What one check says. ``frame`` of the clip shows why, -1 where none does."""

    check: str
    state: State
    reason: str
    frame: int = -1


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is judged: the span in seconds of the video and in frames of the clip."""

    name: str  # of the move
    start: float
    stop: float
    first: int
    end: int  # exclusive
    fps: float
    min_frames: int
    is_interpolated: bool
    before: Neighbour | None
    after: Neighbour | None
    problem: str = ""  # of the length rule


def judge(facts: Facts, look: Look, limits: Limits) -> tuple[Verdict, ...]:
    """Hold a clip against the four constraints, in their order."""
    return tuple(check(facts, look, limits) for check in CHECKS)


def is_failed(verdicts: tuple[Verdict, ...]) -> bool:
    """Whether any check failed."""
    return any(verdict.state == "fail" for verdict in verdicts)


def check_whole(facts: Facts, look: Look, limits: Limits) -> Verdict:
    """Constraint 1: long enough, and no neighbour within the span or right beside it."""
    frames = facts.end - facts.first
    if facts.problem or (frames < facts.min_frames and not facts.is_interpolated):
        told = facts.problem or f"it has {frames} frames, {facts.min_frames} are wanted"
        return _verdict("whole", "fail", f"too short: {told}")
    for neighbour, gap, side in (
        (facts.before, facts.start - facts.before.stop if facts.before else np.inf, "before"),
        (facts.after, facts.after.start - facts.stop if facts.after else np.inf, "after"),
    ):
        name = _bare(neighbour.name) if neighbour is not None else ""
        who = f"{name or 'another element'} {side} it"
        frame = facts.first if side == "before" else facts.end - 1
        if gap < -0.5 / facts.fps:
            return _verdict("whole", "fail", f"{who} reaches {-gap:.2f} s into the clip", frame)
        if gap < limits.margin_seconds:
            joined = ": a connected series, trim it to the move" if _ROUND_OFF in name else ""
            return _verdict(
                "whole", "look", f"{who} is only {max(gap, 0):.2f} s away{joined}", frame
            )
    if facts.is_interpolated and frames < facts.min_frames:
        return _verdict("whole", "pass", f"{frames} frames, to be interpolated")
    return _verdict("whole", "pass", f"{frames} frames, no neighbour near")


def check_person(facts: Facts, look: Look, limits: Limits) -> Verdict:
    """Constraint 2: one person, seen all the time, and nobody else of a size that matters."""
    main = look.main(facts.first, facts.end)
    if main is None:
        return _verdict("person", "fail", "nobody was found", facts.first)
    num_frames = facts.end - facts.first
    areas = _areas(main, facts)
    seen = areas > 0
    for other in look.people:
        if other.id == main.id:
            continue
        theirs = _areas(other, facts)
        beside = (theirs > limits.second_area * np.where(seen, areas, np.inf)) & seen
        alone = (theirs > 0) & ~seen  # the same person under a new number, or another shot
        if beside.sum() > limits.second_frames:
            worst = int(np.argmax(theirs * beside)) + facts.first
            share = float(np.median(theirs[beside] / areas[beside]))
            reason = f"a second person is seen in {beside.sum()} frames, {share:.0%} as large"
            return _verdict("person", "fail", reason, worst)
        seen |= alone
    missing = int((~seen).sum())
    if missing > (1 - limits.seen_share) * num_frames:
        frame = facts.first + int(np.argmin(seen))
        state: State = "fail" if missing > 0.5 * num_frames else "look"
        return _verdict("person", state, f"not seen in {missing} of {num_frames} frames", frame)
    return _verdict("person", "pass", f"one person in {num_frames - missing} frames")


def check_camera(facts: Facts, look: Look, limits: Limits) -> Verdict:
    """Constraint 3: no change of shot within the span, and a camera that stands."""
    cuts = [cut for cut in look.people.cuts if facts.first < cut < facts.end]
    if cuts:
        times = f"{(cuts[0] - facts.first) / facts.fps:.2f} s"
        more = f" and {len(cuts) - 1} more times" if len(cuts) > 1 else ""
        return _verdict("camera", "fail", f"the shot changes after {times}{more}", cuts[0])
    speed = look.camera[facts.first + 1 : facts.end] * facts.fps
    known = speed[np.isfinite(speed)]
    if len(known) < 0.5 * max(len(speed), 1):
        return _verdict("camera", "look", "the background is too plain to tell whether it stands")
    pan = float(known.mean())
    reason = f"the camera moves {pan:.2f} picture widths a second"
    frame = facts.first + 1 + int(np.nanargmax(speed))
    if pan > limits.pan_fail:
        return _verdict("camera", "fail", reason, frame)
    if pan > limits.pan_look:
        return _verdict("camera", "look", reason, frame)
    return _verdict("camera", "pass", "one shot, a camera that stands")


def check_quality(facts: Facts, look: Look, limits: Limits) -> Verdict:
    """Constraint 4: high enough a picture, a person large enough in it, and not blurred."""
    height = look.people.video.height
    if height < limits.picture_height:
        reason = f"the picture is {height} pixels high, {limits.picture_height} are wanted"
        return _verdict("quality", "fail", reason)
    main = look.main(facts.first, facts.end)
    if main is None:
        return _verdict("quality", "look", "without a person their sharpness is not known")
    inside = (main.frames >= facts.first) & (main.frames < facts.end)
    size = float(np.median(main.boxes[inside, 2:].max(axis=1)))
    if size < limits.person_height:
        reason = f"the person is {size:.0f} pixels high, {limits.person_height:.0f} are wanted"
        return _verdict("quality", "fail", reason, facts.first)
    sharp = look.sharpness[facts.first : facts.end]
    if not np.isfinite(sharp).any():
        return _verdict("quality", "look", "the sharpness could not be measured")
    value = float(np.nanmedian(sharp))
    if value < limits.sharpness:
        frame = facts.first + int(np.nanargmin(sharp))
        reason = f"blurred: sharpness {value:.0f}, {limits.sharpness:.0f} is wanted"
        return _verdict("quality", "fail", reason, frame)
    return _verdict("quality", "pass", f"{height} lines, person {size:.0f} pixels, sharp")


Check = Callable[[Facts, Look, Limits], Verdict]
CHECKS: tuple[Check, ...] = (check_whole, check_person, check_camera, check_quality)


def _areas(track: Track, facts: Facts) -> np.ndarray:
    """(end - first,) area of a person's box in each frame of the span, 0 where not seen."""
    areas = np.zeros(facts.end - facts.first)
    inside = (track.frames >= facts.first) & (track.frames < facts.end)
    areas[track.frames[inside] - facts.first] = np.prod(track.boxes[inside, 2:], axis=1)
    return areas


def _bare(name: str) -> str:
    return name.partition(") ")[2] or name


def _verdict(check: str, state: State, reason: str, frame: int = -1) -> Verdict:
    return Verdict(check=check, state=state, reason=reason, frame=frame)
