"""What a caller hands to the viewport. Must not import vispy, Qt or torch."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.errors import StudioError
from core.motion import Motion
from core.skeleton import NUM_JOINTS

_HEX = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True, kw_only=True, eq=False)
class BodyItem:
    """One body on the floor.

    ``key`` names it for selection and for reuse: an item whose key and ``motion`` object stay the
    same keeps what is on the graphics card. ``position`` (x, y, z) metres is added to the motion;
    ``color`` is "#rrggbb"; ``opacity`` 0..1 (below 1 the body is a ghost of itself);
    ``start`` is the second of the shared clock at which the clip begins. ``heat`` (T, 24), 0..1 for
    each frame and joint, colours the body by it instead; the same array object is uploaded once.

    Raises StudioError for a colour, an opacity or a heat that cannot be drawn.
    """

    key: str
    motion: Motion
    color: str = "#b9c0cf"
    label: str = ""
    sublabel: str = ""
    position: tuple[float, float, float] = (0.0, 0.0, 0.0)
    opacity: float = 1.0
    start: float = 0.0
    heat: npt.NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        if not _HEX.fullmatch(self.color):
            raise StudioError(f"A body's colour must look like #3fd0bd, not {self.color!r}.")
        if not 0.0 <= self.opacity <= 1.0:
            raise StudioError(f"A body's opacity must lie in 0..1, not {self.opacity}.")
        if self.heat is not None and self.heat.shape != (self.motion.num_frames, NUM_JOINTS):
            raise StudioError(
                f"A body's heat must have shape ({self.motion.num_frames}, {NUM_JOINTS}), "
                f"not {self.heat.shape}."
            )


SIDE_BY_SIDE = 1.1
"""Metres between the middles of two bodies that stand beside each other."""


def side_by_side(motions: Sequence[Motion]) -> list[tuple[float, float, float]]:
    """Return where each body goes so that they stand in one row, the row's middle at the origin."""
    first = -0.5 * SIDE_BY_SIDE * (len(motions) - 1)
    places = []
    for index, motion in enumerate(motions):
        middle = 0.5 * (motion.trans.min(axis=0) + motion.trans.max(axis=0))
        places.append((first + index * SIDE_BY_SIDE - float(middle[0]), 0.0, -float(middle[2])))
    return places


def hex_to_rgb(color: str) -> tuple[float, float, float]:
    """Turn "#rrggbb" into three floats in 0..1 (still in sRGB, not linear)."""
    red, green, blue = (int(color[i : i + 2], 16) / 255.0 for i in (1, 3, 5))
    return red, green, blue


def frame_at(motion: Motion, seconds: float, *, looping: bool = False) -> float:
    """Return the fractional frame shown at ``seconds``; a clip holds its last frame, or loops."""
    last = motion.num_frames - 1
    frame = seconds * motion.fps
    if looping and last > 0:
        # a loop has one frame's pause from the last frame back to the first: no invented blend
        frame = frame % motion.num_frames
    return min(max(frame, 0.0), float(last))
