"""The pictures of a video, small, in memory, to stand beside the body in step with playback.

Decoding happens once in a thread; the frames are kept as JPEG (a few hundred kilobytes a second of
video), so any time can be shown at once. Must not import Qt: a picture leaves as an array.
"""

from __future__ import annotations

import bisect
import io
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from core.errors import FileProblem
from core.progress import SILENT, Progress

Picture = npt.NDArray[np.uint8]

MAX_SIDE = 720  # pixels of the longer side that are kept
MAX_FRAMES = 6000  # kept frames; a longer video keeps every second, third, ... one
QUALITY = 82


@dataclass(frozen=True, kw_only=True)
class VideoFrames:
    """Frames of one video: ``times`` (seconds, rising) and one JPEG each.

    ``size`` is the video's own (width, height), upright; ``indices`` say which frame of the video
    each kept picture is.
    """

    path: Path
    size: tuple[int, int]
    fps: float
    times: tuple[float, ...]
    indices: tuple[int, ...]
    jpegs: tuple[bytes, ...] = field(repr=False)

    @property
    def num_frames(self) -> int:
        return len(self.times)

    @property
    def num_bytes(self) -> int:
        """Memory the pictures take."""
        return sum(map(len, self.jpegs))

    def index_at(self, seconds: float) -> int:
        """Index of the picture on screen at ``seconds`` after the first one."""
        at = bisect.bisect_right(self.times, self.times[0] + seconds + 1e-4) - 1
        return min(max(at, 0), len(self.times) - 1)

    def picture(self, index: int) -> Picture:
        """Return a picture (H, W, 3) uint8 RGB; takes about 2 ms."""
        with Image.open(io.BytesIO(self.jpegs[index])) as image:
            return np.asarray(image.convert("RGB"))


def read_frames(
    path: Path, progress: Progress = SILENT, *, max_side: int = MAX_SIDE
) -> VideoFrames:
    """Decode a video into small pictures.

    Raises FileProblem when it is not a readable video, Cancelled between two frames.
    """
    from core.video.decode import frames, probe

    info = probe(path)
    expected = int(getattr(info, "num_frames", 0) or 0)
    stride = max(1, -(-expected // MAX_FRAMES))
    times: list[float] = []
    jpegs: list[bytes] = []
    indices: list[int] = []
    size = (0, 0)
    for index, (seconds, rgb) in enumerate(frames(path)):
        size = (rgb.shape[1], rgb.shape[0])
        if index % stride:
            continue
        progress.step(index / expected if expected else 0.0, "Reading the pictures")
        times.append(float(seconds))
        indices.append(index)
        jpegs.append(_jpeg(rgb, max_side))
        if len(jpegs) >= MAX_FRAMES:
            break
    if not jpegs:
        raise FileProblem(f"{path.name} holds no picture.", "Choose another video.")
    return VideoFrames(
        path=path,
        size=size,
        fps=float(getattr(info, "fps", 30.0) or 30.0),
        times=tuple(times),
        indices=tuple(indices),
        jpegs=tuple(jpegs),
    )


def _jpeg(rgb: Picture, max_side: int) -> bytes:
    image = Image.fromarray(rgb)
    image.thumbnail((max_side, max_side), Image.Resampling.BILINEAR, reducing_gap=1.0)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=QUALITY)
    return buffer.getvalue()
