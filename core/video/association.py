"""Which of the boxes seen now is which of the people followed so far: a Hungarian assignment.

Appearance does not count, only motion: everybody goes on as fast as they went (constant velocity),
and all boxes are given out at once so that the sum of the surprises is least. Must not know where
the boxes come from.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

FloatArray = npt.NDArray[np.float64]

_NEAR, _FASTEST, _FARTHEST = 0.2, 3.0, 0.5
"""A box may lie this far from where it is expected, in its own sizes, plus sizes a second since the
person was seen last, but no farther than the third."""
_GROWTH = 2.0  # a person's box becomes at most so much larger or smaller from look to look
_VELOCITY_SECONDS = 0.1  # memory of the velocity
_COASTING_SECONDS = 0.3  # a lost person slows down so fast
_FORBIDDEN = 1e6


@dataclass
class Moving:
    """A person's box (4,) centre x, y, width, height in pixels when last seen, and its velocity."""

    box: FloatArray
    seconds: float
    velocity: FloatArray  # (2,) pixels a second

    @classmethod
    def started(cls, box: npt.ArrayLike, seconds: float) -> Moving:
        return cls(np.array(box, np.float64), seconds, np.zeros(2))

    def expected(self, seconds: float) -> FloatArray:
        """Return the box at a later time: as fast as before, slowing down while not seen."""
        gone = max(seconds - self.seconds, 0.0)
        travelled = _COASTING_SECONDS * (1.0 - math.exp(-gone / _COASTING_SECONDS))
        box = self.box.copy()
        box[:2] += self.velocity * travelled
        return box

    def seen(self, box: npt.ArrayLike, seconds: float) -> None:
        """Note where the person is now."""
        new = np.array(box, np.float64)
        gone = seconds - self.seconds
        if gone > 0:
            share = 1.0 - math.exp(-gone / _VELOCITY_SECONDS)
            self.velocity += share * ((new[:2] - self.box[:2]) / gone - self.velocity)
        self.box, self.seconds = new, seconds

    def reach(self, seconds: float) -> float:
        """How far from the expected box, in sizes, the person may be."""
        return min(_NEAR + _FASTEST * max(seconds - self.seconds, 0.0), _FARTHEST)


def surprise(expected: npt.ArrayLike, box: npt.ArrayLike) -> float:
    """Distance of two boxes' centres in units of the larger one, plus how unlike their sizes are.

    Infinite where one is more than twice as large as the other.
    """
    a, b = np.asarray(expected, np.float64), np.asarray(box, np.float64)
    sizes = max(a[2], a[3], 1e-6), max(b[2], b[3], 1e-6)
    growth = abs(math.log(sizes[0] / sizes[1]))
    if growth > math.log(_GROWTH):
        return math.inf
    return float(math.hypot(*(a[:2] - b[:2])) / max(sizes) + 0.3 * growth)


def assigned(people: list[Moving], boxes: FloatArray, seconds: float) -> list[int | None]:
    """Return for every box (M, 4) the index of the person it shows, None for somebody new."""
    owners: list[int | None] = [None] * len(boxes)
    if not people or len(boxes) == 0:
        return owners
    cost = np.full((len(people), len(boxes)), _FORBIDDEN)
    for row, person in enumerate(people):
        expected, reach = person.expected(seconds), person.reach(seconds)
        for column, box in enumerate(boxes):
            value = surprise(expected, box)
            if value <= reach:
                # of two people in reach, the one seen a moment ago rather than the one lost
                cost[row, column] = value + 0.1 * min(seconds - person.seconds, 1.0)
    for row, column in zip(*linear_sum_assignment(cost), strict=True):
        if cost[row, column] < _FORBIDDEN:
            owners[column] = int(row)
    return owners
