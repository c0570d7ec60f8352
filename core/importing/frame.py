"""Find out a file's axes and unit, where it does not say: which way is up, how long is a metre.

Up: the direction the torso and the ground speak for, in the rest pose and over the clip. Unit: the
usual one that makes the legs most like an adult's. The result is only as good as the body is human.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.importing.landmarks import Landmarks, stance_of, unit
from core.importing.source import Array, Source
from core.rotation import minimal_rotmat

UNITS: dict[str, float] = {
    "m": 1.0, "cm": 0.01, "mm": 0.001, "inch": 0.0254, "CMU unit": 0.056444, "dm": 0.1,
    "foot": 0.3048,
}  # fmt: skip
"""Metres of the units motion files are found in; CMU's is (1 / 0.45) inch."""
_USUAL = {"m": 0.0, "cm": 0.0, "mm": 0.15, "inch": 0.12, "CMU unit": 0.12, "dm": 0.3, "foot": 0.3}
_ADULT_LEG = 0.82  # hip to ankle, metres; between the average woman's and man's
AXES: dict[str, Array] = {
    f"{sign}{axis}": (-1.0 if sign else 1.0) * np.eye(3)[i]
    for sign in ("", "-")
    for i, axis in enumerate("xyz")
}


@dataclass(frozen=True)
class Frame:
    """How to read a file's numbers: ``rotation`` (3, 3) from its axes to y up, metres a unit.

    ``up`` and ``unit`` in words; ``is_told``: the file said so itself.
    """

    rotation: Array
    metres_per_unit: float
    up: str
    unit: str
    is_told: bool


def find_frame(source: Source, index: dict[int, int]) -> Frame:
    """Return the axes and unit of a source; ``index``: SMPL joint -> its joint (complete)."""
    up = source.up if _stands_as_told(source, index) else None
    up = up or find_up(source, index)
    metres = source.metres_per_unit
    if metres is None:
        metres, name = find_unit(source, index)
    else:
        close = [word for word, size in UNITS.items() if abs(size / metres - 1) < 1e-3]
        name = close[0] if close else f"{metres:g} m"
    return Frame(
        rotation=rotation_to_y_up(up),
        metres_per_unit=metres,
        up=up,
        unit=name,
        is_told=source.up is not None and source.metres_per_unit is not None,
    )


def _stands_as_told(source: Source, index: dict[int, int]) -> bool:
    """False where a rest pose that stands says otherwise than the file: some say y by habit."""
    if source.up is None:
        return False
    rest = Landmarks(source.rest_positions, index)
    return not stance_of(rest).is_usable or float(rest.up @ AXES[source.up]) > 0.5


def rotation_to_y_up(up: str) -> Array:
    """(3, 3) the smallest turn that brings an axis ("z", "-y") to +Y."""
    if up == "-y":
        return np.diag([-1.0, -1.0, 1.0])  # about the axis the body faces, not over its side
    return np.round(np.asarray(minimal_rotmat(AXES[up], AXES["y"])), 12)


def find_up(source: Source, index: dict[int, int]) -> str:
    """Name the axis that points up. Ties go to y, which most files use."""
    moving = Landmarks(source.positions[:: max(1, source.num_frames // 200)], index)
    rest = Landmarks(source.rest_positions, index)
    body = unit(moving.middle("shoulder") - moving.middle("ankle"))
    mean = body.mean(axis=0)
    length = float(np.median(moving.leg_length))
    votes = {
        name: float(mean @ axis) + _ground(moving, axis, length) for name, axis in AXES.items()
    }
    if stance_of(rest).is_usable:
        told = max(AXES, key=lambda name: float(rest.up @ AXES[name]))
        if np.mean(body @ AXES[told] > 0.7) > 0.05:  # it stands as its rest pose, now and then
            return told
        for name, axis in AXES.items():  # lies all the time, or the root turns it into other axes
            votes[name] += 1.2 * float(rest.up @ axis)
    votes["y"] += 1e-6
    return max(votes, key=lambda name: votes[name])


def _ground(moving: Landmarks, axis: Array, leg_length: float) -> float:
    """0..1: how much the lowest joint stays near height zero, as feet on the ground do."""
    columns = list(moving.index.values())
    lowest = (moving.positions[:, columns] @ axis).min(axis=1) / max(leg_length, 1e-9)
    low, high = np.percentile(lowest, [10, 90])
    return float(np.exp(-3.0 * abs(np.median(lowest))) * np.exp(-6.0 * (high - low)))


def find_unit(source: Source, index: dict[int, int]) -> tuple[float, str]:
    """Return (metres a unit, its name): the unit that makes the legs nearest to 82 cm.

    Rarer units need to fit clearly better. Where none comes near, the legs decide alone.
    """
    length = float(Landmarks(source.rest_positions, index).leg_length)
    if length < 1e-9:
        length = float(np.median(Landmarks(source.positions, index).leg_length))
    if length < 1e-9:
        return 1.0, "unknown"
    costs = {
        name: abs(np.log(length * metres / _ADULT_LEG)) + _USUAL[name]
        for name, metres in UNITS.items()
    }
    best = min(costs, key=lambda name: costs[name])
    if abs(np.log(length * UNITS[best] / _ADULT_LEG)) > np.log(1.9):
        return _ADULT_LEG / length, "unknown, legs taken as 82 cm"
    return UNITS[best], best
