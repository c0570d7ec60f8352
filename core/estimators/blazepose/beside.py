"""What is measured of every picture besides people: shot cuts and blur, in a thread of its own.

The networks' thread sets the pace; OpenCV works here while they do, a few pictures behind at most.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType

import numpy as np
import numpy.typing as npt

from core.estimators.blazepose.tracker import Track
from core.video.picture import Picture
from core.video.shots import CutFinder

_MOST_PENDING = 8  # two a picture; each holds its picture in memory


class Beside:
    """Use it in a ``with``; what it measures is there after :meth:`wait`."""

    def __init__(self, fps: float) -> None:
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="measure")
        self._cuts = self._worker.submit(CutFinder, fps)  # half a second of imports, beside
        self._pending: deque[Future[None]] = deque()

    def __enter__(self) -> Beside:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._worker.shutdown(cancel_futures=True)

    def see(self, picture: Picture) -> None:
        """Look for a cut before this picture; waits where too much has been asked already."""
        while len(self._pending) >= _MOST_PENDING:
            self._pending.popleft().result()
        self._pending.append(self._worker.submit(self._look, picture))

    def measure(
        self,
        frame: int,
        picture: Picture,
        boxes: Sequence[tuple[Track, npt.NDArray[np.float64]]],
    ) -> None:
        """Note how sharp each track's box is in this frame."""
        self._pending.append(self._worker.submit(_measured, frame, picture, boxes))

    def wait(self) -> None:
        """Return when all is measured; raises what went wrong."""
        while self._pending:
            self._pending.popleft().result()

    def cuts(self) -> tuple[int, ...]:
        """Return the first frames of new shots so far."""
        self.wait()
        return self._cuts.result().cuts()

    def _look(self, picture: Picture) -> None:
        self._cuts.result().see(picture)


def _measured(
    frame: int, picture: Picture, boxes: Sequence[tuple[Track, npt.NDArray[np.float64]]]
) -> None:
    for track, box in boxes:
        track.sharpness[frame] = picture.sharpness(box)
