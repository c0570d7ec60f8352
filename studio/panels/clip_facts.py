"""What the timeline tells about a clip: foot contacts, foot slide, jitter, speed. No Qt here."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.motion import Motion

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
    """Measure a clip on its own body; contacts are those kept in it, or found as for cleaning."""
    from core.cleanup.contacts import Contacts, find_contacts
    from core.cleanup.measures import foot_slide
    from core.cleanup.stance import stance

    count = motion.num_frames
    posed = stance(motion)
    contacts = Contacts.of(motion) or find_contacts(motion, posed=posed)
    feet = (np.asarray(contacts.left), np.asarray(contacts.right))
    if count < 2:
        return ClipFacts(
            contacts=feet, speed=np.zeros(count, np.float32), slide_cm_per_s=0.0, jitter_mm=0.0
        )
    velocity = np.gradient(posed.joints, axis=0) * motion.fps  # (T, 24, 3)
    stands = any((foot[1:] & foot[:-1]).any() for foot in feet)
    jitter = 0.0
    if count > 2:
        jitter = float(np.linalg.norm(np.diff(posed.joints, 2, axis=0), axis=2).mean() * 1000)
    return ClipFacts(
        contacts=feet,
        speed=np.linalg.norm(velocity, axis=2).mean(axis=1).astype(np.float32),
        slide_cm_per_s=foot_slide(posed, contacts, motion.fps) if stands else float("nan"),
        jitter_mm=jitter,
    )


def runs(mask: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return [start, end) of every run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def nothing_measured(motion: Motion) -> ClipFacts:
    """What there is to draw before a clip was measured."""
    nobody = np.zeros(motion.num_frames, bool)
    return ClipFacts(
        contacts=(nobody, nobody), speed=np.zeros(motion.num_frames, np.float32),
        slide_cm_per_s=float("nan"), jitter_mm=float("nan"),
    )  # fmt: skip


class FactsCache:
    """Facts of the clips that were looked at lately, by the motion object itself."""

    def __init__(self) -> None:
        self._facts: OrderedDict[int, tuple[Motion, ClipFacts]] = OrderedDict()

    def known(self, motion: Motion) -> ClipFacts | None:
        """The motion's facts, None while nobody measured them."""
        found = self._facts.get(id(motion))
        if found is None or found[0] is not motion:
            return None
        self._facts.move_to_end(id(motion))
        return found[1]

    def keep(self, motion: Motion, facts: ClipFacts) -> None:
        """Remember what was measured."""
        self._facts[id(motion)] = (motion, facts)
        while len(self._facts) > _KEPT:
            self._facts.popitem(last=False)

    def of(self, motion: Motion) -> ClipFacts:
        """The motion's facts, measured once; takes some milliseconds the first time."""
        facts = self.known(motion)
        if facts is None:
            facts = clip_facts(motion)
            self.keep(motion, facts)
        return facts
