"""Small videos made on the spot."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt


def picture(index: int, width: int = 96, height: int = 64) -> npt.NDArray[np.uint8]:
    """A flat grey picture, brighter frame by frame, with a red corner at the top left."""
    image = np.full((height, width, 3), min(40 + 4 * index, 255), np.uint8)
    image[: height // 4, : width // 4] = (220, 30, 30)
    return image


def make_video(
    path: Path,
    num_frames: int = 12,
    *,
    fps: int = 30,
    ticks: list[int] | None = None,
    size: tuple[int, int] = (96, 64),
    pix_fmt: str = "yuv420p",
    header_first: bool = False,
) -> Path:
    """Write an MP4; ``ticks`` are the frames' times in 1/1000 s where they are uneven."""
    options = {"movflags": "faststart"} if header_first else {}
    with av.open(str(path), "w", options=options) as container:
        stream = container.add_stream("mpeg4" if pix_fmt == "yuv420p" else "libx264", rate=fps)
        stream.width, stream.height, stream.pix_fmt = *size, pix_fmt
        stream.bit_rate = 2_000_000
        if ticks is not None:
            stream.codec_context.time_base = Fraction(1, 1000)
        for index in range(num_frames):
            frame = av.VideoFrame.from_ndarray(picture(index, *size), format="rgb24")
            if ticks is not None:
                frame.pts, frame.time_base = ticks[index], Fraction(1, 1000)
            for packet in stream.encode(frame):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    return path


def turn(path: Path, quarter_turns_clockwise: int) -> Path:
    """Write a display rotation into an MP4's track header, as phones do."""
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4 + 4 + 20 + 8 + 8  # version 0: matrix after 40 bytes
    one, minus = 0x10000, -0x10000
    a, b, c, d = {
        0: (one, 0, 0, one),
        1: (0, one, minus, 0),
        2: (minus, 0, 0, minus),
        3: (0, minus, one, 0),
    }[quarter_turns_clockwise]
    data[at : at + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 0x40000000)
    path.write_bytes(bytes(data))
    return path
