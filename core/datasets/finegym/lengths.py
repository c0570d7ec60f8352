"""How an element shorter than a model's clips becomes long enough: one rule, chosen and recorded.

Nearly all elements last less than two seconds, so 55 frames at 25 or 30 frames a second cannot come
from the annotated span alone. How the report reached its 55 is not stated; here it is a choice.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Literal

from core.datasets.finegym.elements import Element

Rule = Literal["pad", "pad_interpolate", "interpolate", "reject"]
RULES: dict[Rule, str] = {
    "pad": "add as much before as after, up to the neighbours; reject what stays too short",
    "pad_interpolate": "the same, and interpolate poses after estimation where it stays too short",
    "interpolate": "keep the annotated span and interpolate poses after estimation",
    "reject": "keep the annotated span and reject what is too short",
}
MIN_FRAMES = 55


@dataclass(frozen=True, kw_only=True)
class Planned:
    """The span to cut, seconds of the video; frames added on either side; whether poses are to be
    interpolated; ``problem`` says why the element is too short, "" where it is not."""

    start: float
    stop: float
    num_frames: int
    added_before: int = 0
    added_after: int = 0
    is_interpolated: bool = False
    problem: str = ""


def planned_span(element: Element, fps: float, rule: Rule, min_frames: int = MIN_FRAMES) -> Planned:
    """Apply a rule at the source's frame rate: never into a neighbour, never out of the routine."""
    annotated = max(round((element.stop - element.start) * fps), 1)
    short = min_frames - annotated
    plain = Planned(start=element.start, stop=element.stop, num_frames=annotated)
    if short <= 0:
        return plain
    told = f"it has {annotated} frames at {fps:g} fps, {min_frames} are wanted"
    if rule == "reject":
        return _with(plain, problem=told)
    if rule == "interpolate":
        return _with(plain, is_interpolated=True)
    before, after = (math.floor(max(room, 0.0) * fps + 1e-6) for room in _room(element))
    wanted = (short // 2, short - short // 2)
    if before >= wanted[0] and after >= wanted[1]:
        return _padded(element, fps, *wanted, problem="", is_interpolated=False)
    side = min(before, after, wanted[0])
    reached = annotated + 2 * side
    if rule == "pad_interpolate":
        return _padded(element, fps, side, side, problem="", is_interpolated=reached < min_frames)
    problem = f"{told}, and only {reached} fit symmetrically between its neighbours"
    return _padded(element, fps, side, side, problem=problem, is_interpolated=False)


def _room(element: Element) -> tuple[float, float]:
    """Seconds free before and after: up to the neighbour or the end of the routine."""
    first = max(element.event_start, element.before.stop if element.before else -math.inf)
    last = min(element.event_stop, element.after.start if element.after else math.inf)
    return element.start - first, last - element.stop


def _padded(
    element: Element, fps: float, before: int, after: int, *, problem: str, is_interpolated: bool
) -> Planned:
    frames = max(round((element.stop - element.start) * fps), 1) + before + after
    return Planned(
        start=element.start - before / fps, stop=element.stop + after / fps, num_frames=frames,
        added_before=before, added_after=after, is_interpolated=is_interpolated, problem=problem,
    )  # fmt: skip


def _with(planned: Planned, **changes: object) -> Planned:

    return dataclasses.replace(planned, **changes)  # type: ignore[arg-type]
