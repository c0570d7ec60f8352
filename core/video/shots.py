"""Where a new shot begins: PySceneDetect's adaptive detector fed with the pictures read anyway.

Must not decode on its own where somebody else already does: :class:`CutFinder` takes pictures.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.progress import SILENT, Progress
from core.video.decode import pictures, probe
from core.video.picture import Picture

_LONGEST = 128  # pixels of the small picture that is compared; finer ones find nothing more
_MIN_SCENE_SECONDS = 0.3
_REPORT_EVERY = 25  # frames


class CutFinder:
    """Feed it every picture in order with :meth:`see`; :meth:`cuts` are the first frames of shots.

    The content score of a frame must stand out from those around it (adaptive threshold 3, as
    PySceneDetect sets it), so that a moving camera or a fast person is no cut.
    """

    def __init__(self, fps: float) -> None:
        # half a second to import: not before a video is read
        from scenedetect import FrameTimecode
        from scenedetect.detectors import AdaptiveDetector

        self._fps = float(fps)
        self._timecode: Any = FrameTimecode
        self._detector: Any = AdaptiveDetector(min_scene_len=max(int(_MIN_SCENE_SECONDS * fps), 2))
        self._found: list[int] = []
        self._frame = -1

    def see(self, picture: Picture) -> None:
        """Look at the next picture."""
        scale = _LONGEST / max(picture.width, picture.height)
        size = (max(round(n * scale), 1) for n in (picture.width, picture.height))
        self.see_small(np.ascontiguousarray(picture.coarse(*size)[..., ::-1]))

    def see_small(self, image: npt.NDArray[np.uint8]) -> None:
        """Look at the next picture, (H, W, 3) BGR, always of the same size."""
        self._frame += 1
        found = self._detector.process_frame(self._timecode(self._frame, self._fps), image)
        self._found.extend(int(cut.frame_num) for cut in found)

    def cuts(self) -> tuple[int, ...]:
        """Return the first frames of new shots among the pictures seen so far."""
        return tuple(sorted({cut for cut in self._found if cut > 0}))


def find_cuts(path: Path | str, *, progress: Progress = SILENT) -> tuple[int, ...]:
    """Return the index of the first frame of every shot but the first.

    Raises FileProblem as the video cannot be read, Cancelled.
    """
    info = probe(path)
    finder = CutFinder(info.fps)
    for index, picture in enumerate(pictures(path)):
        finder.see(picture)
        if index % _REPORT_EVERY == 0:
            progress.step(index / max(info.num_frames, index + 1), "Looking for shots")
    return finder.cuts()
