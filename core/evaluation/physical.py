"""What bodies cannot do: trembling, sliding, hanging in the air, bending the wrong way.

Every measure is one number of a set of clips. Real clips have some of each (their retargeting
slides a little), so a number means something beside the real clips' number. Heights are taken from
the floor on which a clip's own feet stand. Must not import torch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.cleanup.alignment import centre_of_mass
from core.cleanup.contacts import Contacts, find_contacts
from core.cleanup.measures import foot_slide
from core.cleanup.signals import runs
from core.cleanup.stance import Stance, stance
from core.evaluation.energy import motion_energy
from core.motion import Motion
from core.rotation import rotmat_to_rotvec
from core.skeleton import JOINT_INDEX

FloatArray = npt.NDArray[np.float64]

FROZEN = 0.1
"""Share of the real clips' mean energy below which a clip counts as frozen."""
AIR_HEIGHT = 0.06  # metres of both soles above the floor: clear of it
AIR_SECONDS = 0.15  # shorter flights are not judged
FALLS = -4.0  # m/s^2 of the centre of mass: a body in the air falls by 9.81; slower than this hangs

# Largest turn of a joint from the rest pose in degrees (a T-pose). No frame of 659 captured clips
# (walks, runs, dashes, bows, gestures) leaves these: 138 of knees, 66 of ankles are their largest.
TURN_LIMITS: dict[str, float] = {
    "spine1": 70.0, "spine2": 70.0, "spine3": 70.0, "neck": 75.0, "head": 75.0,
    "left_knee": 160.0, "right_knee": 160.0, "left_ankle": 75.0, "right_ankle": 75.0,
    "left_elbow": 165.0, "right_elbow": 165.0, "left_collar": 70.0, "right_collar": 70.0,
}  # fmt: skip
# Hinges: axis and sign in which the joint bends; beyond so many degrees the other way it breaks.
HINGES: dict[str, tuple[int, float]] = {
    "left_knee": (0, 1.0), "right_knee": (0, 1.0), "left_elbow": (1, -1.0),
    "right_elbow": (1, 1.0),
}  # fmt: skip
WRONG_WAY = 30.0


@dataclass(frozen=True, kw_only=True)
class PhysicalMeasure:
    """A measure of a set of clips. ``better``: "low", or "real" (near the real clips' number)."""

    name: str
    unit: str
    better: str
    about: str
    measure: Callable[[Sequence[Posed]], float]


@dataclass(frozen=True, eq=False)
class Posed:
    """A clip with its joints and contacts, and how lively real clips of its action are (m/s)."""

    motion: Motion
    stance: Stance
    contacts: Contacts
    real_energy: float

    @classmethod
    def of(cls, motion: Motion, real_energy: float) -> Posed:
        """Work out joints and contacts once for every measure."""
        posed = stance(motion)
        return cls(motion, posed, find_contacts(motion, posed=posed), real_energy)

    @property
    def floor(self) -> float:
        """Height of the floor the feet stand on, metres."""
        standing = self.stance.sole_height[self.contacts.both]
        lowest = self.stance.sole_height
        return float(np.median(standing) if standing.size else lowest.min())


def _jerk(clips: Sequence[Posed]) -> float:
    values = []
    for clip in clips:
        third = np.diff(clip.stance.joints, 3, axis=0)
        if len(third):
            values.append(np.linalg.norm(third, axis=-1).mean() * clip.motion.fps**3)
    return _mean(values)


def _slide(clips: Sequence[Posed]) -> float:
    return _mean(
        [foot_slide(c.stance, c.contacts, c.motion.fps) for c in clips if c.contacts.both.any()]
    )


def _penetration(clips: Sequence[Posed]) -> float:
    return 100 * _mean(
        [np.maximum(c.floor - c.stance.sole_height.min(axis=1), 0.0).mean() for c in clips]
    )


def _liveliness(clips: Sequence[Posed]) -> float:
    real = _mean([clip.real_energy for clip in clips])
    return _mean([motion_energy(clip.motion) for clip in clips]) / max(real, 1e-9)


def _frozen(clips: Sequence[Posed]) -> float:
    return 100 * _mean([motion_energy(c.motion) < FROZEN * c.real_energy for c in clips])


def _bent_wrong(clips: Sequence[Posed]) -> float:
    return 100 * _mean([limit_violations(clip.stance.local).mean() for clip in clips])


def _hangs(clips: Sequence[Posed]) -> float:
    return 100 * _mean([hanging_frames(clip).mean() for clip in clips])


MEASURES: tuple[PhysicalMeasure, ...] = (
    PhysicalMeasure(name="jitter", unit="m/s³", better="real", measure=_jerk,
                    about="mean jerk of the joints"),
    PhysicalMeasure(name="foot slide", unit="cm/s", better="low", measure=_slide,
                    about="speed along the floor of feet that stand"),
    PhysicalMeasure(name="penetration", unit="cm", better="low", measure=_penetration,
                    about="mean depth of the lowest sole under the floor"),
    PhysicalMeasure(name="energy", unit="× real", better="real", measure=_liveliness,
                    about="mean joint speed against the pelvis, over that of real clips"),
    PhysicalMeasure(name="frozen clips", unit="%", better="low", measure=_frozen,
                    about="clips with less than a tenth of their action's energy"),
    PhysicalMeasure(name="joint limits", unit="% frames", better="low", measure=_bent_wrong,
                    about="frames with a joint turned farther than people can"),
    PhysicalMeasure(name="hanging in the air", unit="% frames", better="low", measure=_hangs,
                    about="frames of flights in which the body does not fall"),
)  # fmt: skip
"""The table of measures. Adding one is a function and a line."""


def physical_measures(
    motions: Sequence[Motion], real_energies: Sequence[float] | FloatArray
) -> dict[str, float]:
    """Every measure of a set of clips by name; ``real_energies`` (n,) of each clip's action."""
    clips = [Posed.of(m, float(e)) for m, e in zip(motions, real_energies, strict=True)]
    return {measure.name: measure.measure(clips) for measure in MEASURES}


def limit_violations(local: FloatArray) -> npt.NDArray[np.bool_]:
    """(T,) frames in which a joint of rotations (T, 24, 3, 3) leaves its range."""
    turns = np.degrees(rotmat_to_rotvec(local))  # (T, 24, 3)
    wrong = np.zeros(len(local), bool)
    for name, limit in TURN_LIMITS.items():
        wrong |= np.linalg.norm(turns[:, JOINT_INDEX[name]], axis=-1) > limit
    for name, (axis, sign) in HINGES.items():
        wrong |= sign * turns[:, JOINT_INDEX[name], axis] < -WRONG_WAY
    return wrong


def hanging_frames(clip: Posed) -> npt.NDArray[np.bool_]:
    """(T,) frames of flights whose centre of mass does not fall as gravity has it.

    A flight: both soles clear of the floor for longer than a step of running lasts at this rate.
    A parabola is fitted to the height of the centre of mass over each.
    """
    fps = clip.motion.fps
    clear = clip.stance.sole_height.min(axis=1) > clip.floor + AIR_HEIGHT
    out = np.zeros(len(clear), bool)
    height = centre_of_mass(clip.stance.joints)[:, 1]
    for first, stop in runs(clear):
        if stop - first < max(AIR_SECONDS * fps, 3):
            continue
        time = np.arange(stop - first) / fps
        falling = 2 * np.polyfit(time, height[first:stop], 2)[0]
        out[first:stop] = falling > FALLS
    return out


def _mean(values: Sequence[Any]) -> float:
    return float(np.mean(values)) if len(values) else 0.0
