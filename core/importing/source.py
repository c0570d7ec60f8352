"""What a file of another program holds, before anything is understood: a tree of moving joints.

Everything is kept in the file's own axes and unit; :mod:`core.importing.frame` finds out which
those are. Numpy only.
"""

from __future__ import annotations

import dataclasses
import hashlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import StudioError
from core.motion import Provenance

Array = npt.NDArray[np.float64]

MAX_JOINTS = 2000
MAX_JOINT_FRAMES = 4_000_000
"""Frames x joints: an hour of 37 joints at 30 fps is about 1.2 GB while it is worked on."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Source:
    """One clip of a foreign skeleton: J joints, parents before children, T frames.

    rest_rotations (J, 3, 3) and rest_positions (J, 3): the pose the file calls rest (zero angles,
    bind pose); rotations (T, J, 3, 3) and positions (T, J, 3): each frame. All are global, in the
    file's axes and unit. ``metres_per_unit`` and ``up`` ("x", "y", "z", "-y", ...) where the file
    says so, else None. ``roles``: SMPL joint -> name, where the file itself says which joint is
    which (a VRM's humanoid). ``other_rest``: another pose the file knows, rotations (J, 3, 3) and
    positions (J, 3), should the first be no stance. ``origin``: what this program wrote about
    itself into a file of its own; ``provenance`` of the clip therein.
    """

    clip: str
    file_format: str
    names: tuple[str, ...]
    parents: tuple[int, ...]
    rest_rotations: Array
    rest_positions: Array
    rotations: Array
    positions: Array
    fps: float
    metres_per_unit: float | None = None
    up: str | None = None
    roles: dict[str, str] = field(default_factory=dict)
    other_rest: tuple[Array, Array] | None = None
    origin: dict[str, Any] = field(default_factory=dict)
    provenance: Provenance | None = None

    @property
    def num_frames(self) -> int:
        return int(self.positions.shape[0])

    @property
    def num_joints(self) -> int:
        return len(self.names)

    @property
    def signature(self) -> str:
        """16 hex digits that are the same for every file with these names in this hierarchy."""
        tree = "\n".join(f"{name}\t{p}" for name, p in zip(self.names, self.parents, strict=True))
        return hashlib.sha256(tree.encode()).hexdigest()[:16]

    def replace(self, **changes: Any) -> Source:
        """Return a copy with some fields changed."""
        return dataclasses.replace(self, **changes)


def checked_tree(names: list[str], parents: list[int], file: str) -> None:
    """Raise StudioError unless every parent stands before its child, the names are of a tree."""
    if not names:
        raise StudioError(f"{file} holds no skeleton.", "Choose a file with animated bones.")
    if len(names) > MAX_JOINTS:
        raise StudioError(f"{file} has {len(names)} joints, more than any body.", USE_ANOTHER)
    for joint, parent in enumerate(parents):
        if not -1 <= parent < joint:
            raise StudioError(f"{file}: {names[joint]} hangs on itself or on nothing.", USE_ANOTHER)


def checked_size(num_frames: int, num_joints: int, file: str) -> None:
    """Raise StudioError for a clip that would not fit into memory, or without a frame."""
    if num_frames < 1:
        raise StudioError(f"{file} holds a skeleton but no motion.", "Export it with animation.")
    if num_frames * num_joints > MAX_JOINT_FRAMES:
        raise StudioError(
            f"{file} holds {num_frames:,} frames of {num_joints} joints, too many at once.",
            "Cut it into shorter clips.",
        )


def checked_density(num_frames: int, num_keys: int, file: str) -> None:
    """Raise StudioError where a few keys would be drawn out to a great many frames."""
    if num_frames > 20_000 + 100 * num_keys:
        raise StudioError(
            f"{file} is damaged: its {num_keys} keys lie {num_frames:,} frames apart.", USE_ANOTHER
        )


USE_ANOTHER = "Export the file again from the program that made it."


def unique_names(names: list[str]) -> tuple[str, ...]:
    """Return the names with " (2)", " (3)" after those that stand there twice."""
    seen: dict[str, int] = {}
    out = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        out.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(out)


def nice_fps(frame_time: float, digits: int | None = None) -> float:
    """Frames a second of a frame time in seconds that was rounded when it was written.

    ``digits``: decimals it was written with; the usual rate nearest within that rounding is meant
    (0.033333 is 30, 0.0333667 is 29.97). Without, a usual rate within 0.01 % is.
    """
    raw = 1.0 / frame_time
    slack = 1e-4 * frame_time
    if digits is not None:
        slack = max(0.51 * 10.0**-digits, 1e-6 * frame_time)
    if digits is not None and slack > 0.2 * frame_time:  # "0.0": says nothing; keep the number
        slack = 1e-4 * frame_time
    near = [rate for rate in USUAL_RATES if abs(1.0 / rate - frame_time) <= slack]
    return min(near, key=lambda rate: abs(rate - raw)) if near else raw


USUAL_RATES = (
    10.0, 12.0, 15.0, 20.0, 24000 / 1001, 24.0, 25.0, 30000 / 1001, 30.0, 48.0, 50.0, 60000 / 1001,
    60.0, 72.0, 90.0, 96.0, 100.0, 120000 / 1001, 120.0, 144.0, 150.0, 180.0, 200.0, 240.0, 250.0,
    300.0, 360.0, 480.0, 500.0, 1000.0,
)  # fmt: skip
