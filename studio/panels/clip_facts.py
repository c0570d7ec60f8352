"""What the timeline tells about a clip: foot contacts, foot slide, jitter, speed. No Qt here."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.motion import Motion
from core.skeleton import JOINT_INDEX

_FEET = (JOINT_INDEX["left_foot"], JOINT_INDEX["right_foot"])
_NEAR_FLOOR = 0.04  # metres above the lowest the foot gets
_AT_REST = 0.35  # metres a second: slower than this, a foot near the floor counts as planted
_GAP = 2  # frames: shorter breaks in a contact are noise
_KEPT = 64


@dataclass(frozen=True, kw_only=True, eq=False)
class ClipFacts:
    """Per frame (T,): ``contacts`` (left, right) bool and ``speed`` m/s, the mean of all joints.

    ``slide_cm_per_s`` is how fast the feet move along the floor while they are down (nan when they
    never are); ``jitter_mm`` the mean second difference of the joints, mm/frame².
    """

    contacts: tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]
    speed: npt.NDArray[np.float32]
    slide_cm_per_s: float
    jitter_mm: float


def clip_facts(motion: Motion) -> ClipFacts:
    """Measure a clip on its own body."""
    from core.body import joint_positions

    joints = np.asarray(joint_positions(motion), dtype=np.float64)  # (T, 24, 3)
    fps, count = motion.fps, len(joints)
    if count < 2:
        still = np.zeros(count, np.float32)
        down = np.ones(count, bool)
        return ClipFacts(contacts=(down, down), speed=still, slide_cm_per_s=0.0, jitter_mm=0.0)
    velocity = np.gradient(joints, axis=0) * fps  # (T, 24, 3)
    contacts, slides = [], []
    for foot in _FEET:
        height = joints[:, foot, 1]
        near = height < np.percentile(height, 2) + _NEAR_FLOOR
        pace = np.linalg.norm(velocity[:, foot], axis=1)
        planted = _closed(near & (pace < _AT_REST))
        contacts.append(planted)
        slides.append(np.linalg.norm(velocity[planted][:, foot][:, [0, 2]], axis=1))
    sliding = np.concatenate(slides)
    jitter = 0.0
    if count > 2:
        jitter = float(np.linalg.norm(np.diff(joints, 2, axis=0), axis=2).mean() * 1000)
    return ClipFacts(
        contacts=(contacts[0], contacts[1]),
        speed=np.linalg.norm(velocity, axis=2).mean(axis=1).astype(np.float32),
        slide_cm_per_s=float(sliding.mean() * 100) if sliding.size else float("nan"),
        jitter_mm=jitter,
    )


def _closed(contact: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    result = contact.copy()
    for start, end in runs(~contact):
        if start > 0 and end < len(contact) and end - start <= _GAP:
            result[start:end] = True
    return result


def runs(mask: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return [start, end) of every run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


class FactsCache:
    """Facts of the clips that were looked at lately, by the motion object itself."""

    def __init__(self) -> None:
        self._facts: OrderedDict[int, tuple[Motion, ClipFacts]] = OrderedDict()

    def of(self, motion: Motion) -> ClipFacts:
        """The motion's facts, measured once."""
        found = self._facts.get(id(motion))
        if found is None or found[0] is not motion:
            found = self._facts[id(motion)] = (motion, clip_facts(motion))
        self._facts.move_to_end(id(motion))
        while len(self._facts) > _KEPT:
            self._facts.popitem(last=False)
        return found[1]
