"""Where the body goes: the root's way in proportion to the legs, and the floor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.body import BodyModel, forward_kinematics
from core.importing.landmarks import Landmarks
from core.importing.reference import Reference
from core.importing.source import Array, Source
from core.skeleton import JOINT_INDEX, NUM_JOINTS

NEAR_FLOOR = 0.25  # metres a source's ground may be off and still be meant as the floor
FOOT = ("ankle", "foot")


@dataclass(frozen=True)
class Travel:
    """trans (T, 3) metres; metres a unit of the source's places; how far all was lifted."""

    trans: Array
    scale: float
    lifted: float = 0.0


def travel_as_told(source: Source, pelvis: int, rest: Array, metres: float) -> Travel:
    """The pelvis where the source has it, in its own metres."""
    return Travel(source.positions[:, pelvis] * metres - rest[0], metres)


def travel(
    source: Source,
    reference: Reference,
    index: dict[int, int],
    local: Array,
    rest: Array,
    floor_of: BodyModel | None,
) -> Travel:
    """Let the middle of the hips travel as the source's does, in proportion to the legs.

    ``floor_of``: the body whose soles shall stand on the floor; None leaves the height.
    """
    pose = Landmarks(source.positions, index)
    hips = [JOINT_INDEX["left_hip"], JOINT_INDEX["right_hip"]]
    own_leg = float(Landmarks(rest, {j: j for j in range(NUM_JOINTS)}).leg_length)
    leg = float(Landmarks(reference.positions, index).leg_length)
    scale = own_leg / max(leg, 1e-9)
    offset = rest[hips].mean(axis=0) - rest[0]
    pelvis = pose.middle("hip") * scale - (local[:, 0] @ offset)
    lifted = 0.0 if floor_of is None else _floor_shift(local, pelvis, rest, floor_of)
    pelvis[:, 1] += lifted
    return Travel(pelvis - rest[0], scale, lifted)


def _floor_shift(local: Array, pelvis: Array, rest: Array, body: BodyModel) -> float:
    """Metres that bring standing feet, heel or ball, to height zero.

    Only where the source's ground is near zero already: a clip on a staircase stays there.
    """
    positions = forward_kinematics(local, rest, pelvis - rest[0])[1]
    feet = [JOINT_INDEX[f"{side}_{part}"] for side in ("left", "right") for part in FOOT]
    above_sole = rest[feet, 1] - float(body.template[:, 1].min())
    lowest = (positions[:, feet, 1] - above_sole).min(axis=1)
    standing = float(np.percentile(lowest, 10))
    return -standing if abs(standing) <= NEAR_FLOOR else 0.0
