"""What may be chosen in a comparison, with the words that say so on screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.errors import StudioError

Space = Literal["none", "root", "heading", "procrustes"]
Timing = Literal["frames", "shift", "warp"]

SPACES: dict[Space, str] = {
    "none": "not aligned",
    "root": "root",
    "heading": "root + heading",
    "procrustes": "Procrustes",
}
TIMINGS: dict[Timing, str] = {
    "frames": "same frames",
    "shift": "best shift",
    "warp": "time warping",
}


@dataclass(frozen=True, kw_only=True)
class CompareOptions:
    """How motions are laid over each other.

    space: "none"; "root" lays pelvis on pelvis in every frame; "heading" also turns each clip by
    one angle about the vertical; "procrustes" turns, moves and scales each clip once, for the best
    fit of all joints. timing: "frames" (frame ids of the same video, else frame by frame), "shift"
    (one shift by cross-correlation), "warp" (dynamic time warping). offsets: frames each clip
    begins later, on top. Raises StudioError for other words.
    """

    space: Space = "none"
    timing: Timing = "frames"
    reference: int = 0
    offsets: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        for value, known in ((self.space, SPACES), (self.timing, TIMINGS)):
            if value not in known:
                raise StudioError(f"{value!r} is not one of {', '.join(known)}.")
