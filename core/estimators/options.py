"""How a video is to be estimated: one frozen value that window, command line and batch share.

Must stay light: no network, no video library.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.errors import StudioError

PRECISIONS = ("float32", "bfloat16")
People = Literal["all", "prominent"] | tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class EstimateOptions:
    """What to estimate with and how; checked when made.

    Raises StudioError for a value that makes no sense, with what would.
    """

    estimators: tuple[str, ...] = ("blazepose",)  # names in core.estimators.ESTIMATORS
    focal: float | None = None  # pixels of the upright picture; None: see ``focal_pixels``
    fov_degrees: float | None = None  # of the picture's diagonal; ``focal`` wins over it
    official: bool = False  # VIBE and PARE with the originals' camera, batches and smoothing
    smooth: bool | None = None  # VIBE and PARE; None: as officially (not), otherwise yes
    refine: bool = True  # the built-in estimator's fit of the whole track
    people: People = "all"  # or the ids of tracks
    max_people: int = 4  # followed at a time
    precision: str = "float32"
    device: str = "auto"  # "cpu", "cuda", ...; auto: CUDA where there is one
    clean: bool = False  # clean the motions up afterwards
    attention: bool = False  # keep where PARE looked for each joint
    work_folder: Path | None = None  # finished chunks are kept here, for going on after a crash

    def __post_init__(self) -> None:
        if isinstance(self.estimators, str):
            raise StudioError("Estimators are given as a tuple of names.")
        object.__setattr__(self, "estimators", tuple(dict.fromkeys(self.estimators)))
        if not self.estimators:
            raise StudioError("No estimator was chosen.", "Choose at least one.")
        if self.focal is not None and not self.focal > 0:
            raise StudioError(
                "The focal length must be above zero pixels.", "Leave it out to guess."
            )
        if self.fov_degrees is not None and not 1 <= self.fov_degrees <= 170:
            raise StudioError(
                f"A field of view of {self.fov_degrees:g} degrees is not possible.",
                "Give 1 to 170 degrees of the picture's diagonal, or leave it out to guess.",
            )
        if self.precision not in PRECISIONS:
            raise StudioError(
                f"There is no precision {self.precision}.", f"Choose from: {', '.join(PRECISIONS)}."
            )
        if not 1 <= self.max_people <= 16:
            raise StudioError(f"{self.max_people} people cannot be followed.", "Choose 1 to 16.")
        if isinstance(self.people, str) and self.people not in ("all", "prominent"):
            raise StudioError(
                f"People cannot be {self.people!r}.", "Choose all, prominent, or their numbers."
            )
        if not isinstance(self.people, str):
            object.__setattr__(self, "people", tuple(int(i) for i in self.people))

    @property
    def is_smoothed(self) -> bool:
        """Whether VIBE's and PARE's rotations are smoothed."""
        return not self.official if self.smooth is None else self.smooth

    @property
    def is_focal_guessed(self) -> bool:
        return self.focal is None and self.fov_degrees is None

    def focal_pixels(self, width: int, height: int) -> float:
        """Focal length for a picture in pixels; without one given, its diagonal (53 degrees)."""
        diagonal = math.hypot(width, height)
        if self.focal is not None:
            return float(self.focal)
        if self.fov_degrees is not None:
            return diagonal / 2 / math.tan(math.radians(self.fov_degrees) / 2)
        return diagonal
