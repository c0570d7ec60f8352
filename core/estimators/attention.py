"""Where PARE looked for each joint, looked up by person and time while the video plays."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.estimators.one_pass import Looked
from core.video.people import People

FloatArray = npt.NDArray[np.float64]

_NEAR_SECONDS = 0.1


class Attention:
    """Looks maps up in the finished chunks; see :class:`core.estimators.base.AttentionLookup`."""

    def __init__(self, looked: Looked, people: People) -> None:
        self._looked = looked
        self._people = people

    def at(self, person: int, seconds: float) -> tuple[npt.NDArray[np.float32], FloatArray] | None:
        """Return maps (24, 56, 56), each 1 at its peak, and their square centre x, y, side."""
        track = self._people.tracks[person]
        times = self._people.times[track.frames]
        row = int(np.argmin(np.abs(times - seconds)))
        if abs(float(times[row]) - seconds) > _NEAR_SECONDS:
            return None
        maps = self._looked.attention(track, int(track.frames[row]))
        if maps is None:
            return None
        return maps, self._looked.squares[track.id][row] * [1, 1, self._looked.margin]
