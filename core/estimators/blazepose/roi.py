"""The square a person is looked at in: where it lies, how large, how far it is turned."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

CROP_SIZE = 256  # pixels of the landmark network's input
_MARGIN = 1.25


@dataclass(frozen=True, kw_only=True)
class Roi:
    """Centre and side in pixels of the upright picture; angle in radians, 0 for upright."""

    x: float
    y: float
    side: float
    angle: float

    @classmethod
    def from_points(cls, centre: npt.ArrayLike, extent: npt.ArrayLike) -> Roi:
        """Make the square around mid-hip ``centre`` (2,) that reaches to ``extent`` (2,).

        The second point gives scale and rotation; straight above the hips means upright.
        """
        (cx, cy), (ex, ey) = np.asarray(centre, float), np.asarray(extent, float)
        angle = math.pi / 2 - math.atan2(cy - ey, ex - cx)
        return cls(
            x=float(cx),
            y=float(cy),
            side=2 * _MARGIN * math.hypot(ex - cx, ey - cy),
            angle=(angle + math.pi) % (2 * math.pi) - math.pi,
        )

    def image_from_crop(self) -> npt.NDArray[np.float64]:
        """(2, 3) map from the crop's pixels (x, y, 1) to the picture's."""
        turn = self.rotation() * (self.side / CROP_SIZE)
        shift = np.array([self.x, self.y]) - turn @ np.full(2, CROP_SIZE / 2)
        return np.column_stack([turn, shift])

    def rotation(self) -> npt.NDArray[np.float64]:
        """(2, 2) rotation by the angle."""
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        return np.array([[cos, -sin], [sin, cos]])

    def distance(self, other: Roi) -> float:
        """Distance of the centres in units of the larger side."""
        return math.hypot(self.x - other.x, self.y - other.y) / max(self.side, other.side, 1e-6)

    def prominence(self, width: int, height: int) -> float:
        """How much the square asks to be the one meant: large, and near the picture's middle."""
        off = math.hypot((self.x - width / 2) / width, (self.y - height / 2) / height)
        return self.side / max(width, height) * (1.0 - 0.5 * min(off / 0.5, 1.0))

    def nearly(self, other: Roi) -> bool:
        """Whether the network would see the same in both."""
        turn = (self.angle - other.angle + math.pi) % (2 * math.pi) - math.pi
        return (
            self.distance(other) < 0.04
            and 0.93 < self.side / max(other.side, 1e-6) < 1.07
            and abs(turn) < 0.08
        )
