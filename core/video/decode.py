"""Reading videos: true time stamps, upright pictures, and a sentence where a file is no video.

Frames are decoded in order and timed by their own time stamps; frame counts and seek positions of
containers are hints at best. Must not know anything about people or estimators.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from core.errors import FileProblem
from core.video.picture import Picture

_BROKEN_OFF = 0.9  # less than this share of what was declared: the file is cut short
_AHEAD = 4  # pictures decoded ahead of the consumer


@dataclass(frozen=True, kw_only=True)
class VideoInfo:
    """What a video says of itself; ``num_frames`` and ``duration`` are estimates (0: unknown)."""

    path: Path
    width: int  # pixels, upright
    height: int
    fps: float  # mean frames per second
    num_frames: int
    duration: float  # seconds
    rotation: int  # degrees counterclockwise that turn the stored picture upright
    codec: str


def probe(path: Path | str) -> VideoInfo:
    """Open a video and decode one frame of it.

    Raises FileProblem when the file is missing, empty, not a video, or holds no frame.
    """
    path = Path(path)
    with _opened(path) as container:
        stream = container.streams.video[0]
        first = _first_frame(container, path)
        rate = stream.average_rate or stream.guessed_rate
        duration = float((stream.duration or 0) * (stream.time_base or 0))
        if not duration and container.duration:
            duration = container.duration / av.time_base
        fps = float(rate) if rate else 30.0
        turned = first.rotation % 180 != 0
        return VideoInfo(
            path=path,
            width=first.height if turned else first.width,
            height=first.width if turned else first.height,
            fps=fps,
            num_frames=stream.frames or round(duration * fps),
            duration=duration,
            rotation=int(first.rotation),
            codec=stream.codec_context.name,
        )


def frames(path: Path | str) -> Iterator[tuple[float, npt.NDArray[np.uint8]]]:
    """Yield (seconds since the first frame, (H, W, 3) RGB upright) for every frame, in order.

    Raises FileProblem like :func:`pictures`.
    """
    for picture in pictures(path):
        yield picture.time, picture.rgb()


def pictures(path: Path | str) -> Iterator[Picture]:
    """Yield every frame in order as a Picture, decoding a few frames ahead in a thread.

    Times are seconds since the first frame and strictly ascend. Raises FileProblem when the file
    is missing, empty, not a video, without frames, damaged or cut short.
    """
    path = Path(path)
    ready: queue.Queue[Picture | BaseException | None] = queue.Queue(_AHEAD)
    stop = threading.Event()

    def put(item: Picture | BaseException | None) -> bool:
        while not stop.is_set():
            try:
                ready.put(item, timeout=0.1)
                return True
            except queue.Full:
                continue
        return False

    def decode() -> None:
        try:
            for picture in _decoded(path):
                if not put(picture):
                    return
            put(None)
        except BaseException as error:  # handed over and raised where the pictures are used
            put(error)

    worker = threading.Thread(target=decode, name="decode", daemon=True)
    worker.start()
    try:
        while (item := ready.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stop.set()
        worker.join()


def picture_at(path: Path | str, seconds: float) -> Picture:
    """Return the picture shown ``seconds`` after the first one, without decoding all before it.

    The last one where the video is shorter. Raises FileProblem like :func:`pictures`.
    """
    path = Path(path)
    start = None
    with _opened(path) as container:
        stream = container.streams.video[0]
        step = 1.0 / float(stream.average_rate or stream.guessed_rate or 30)
        first = next(container.decode(stream), None)
        if first is None:
            raise _without_frames(path)
        start = first.time or 0.0
        shown = Picture(first, 0.0, round(first.rotation / 90))
        try:
            if stream.time_base:
                container.seek(
                    max(round((start + seconds - step) / float(stream.time_base)), 0), stream=stream
                )
            for frame in container.decode(stream):
                time = (frame.time or 0.0) - start
                shown = Picture(frame, max(time, 0.0), round(frame.rotation / 90))
                if time >= seconds - step / 2:
                    break
        except av.FFmpegError as error:
            raise _damaged(path, 1, stream.frames) from error
        shown.keep()
    return shown


def _decoded(path: Path) -> Iterator[Picture]:
    with _opened(path) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        step = 1.0 / float(stream.average_rate or stream.guessed_rate or 30)
        count, start, last = 0, None, 0.0
        try:
            for frame in container.decode(stream):
                seconds = frame.time
                if seconds is None:
                    seconds = (start or 0.0) + last + (step if count else 0.0)
                start = seconds if start is None else start
                # time stamps that stand still or go back are a muxer's fault: keep them ascending
                time = max(seconds - start, last + step * 1e-3) if count else 0.0
                yield Picture(frame, time, round(frame.rotation / 90))
                count, last = count + 1, time
        except av.FFmpegError as error:
            raise _damaged(path, count, stream.frames) from error
        if count == 0:
            raise _without_frames(path)
        # both: an edited phone video declares more frames than it shows, but not more seconds
        declared = (container.duration or 0) / av.time_base
        if count < _BROKEN_OFF * stream.frames and last + step < _BROKEN_OFF * declared:
            raise _damaged(path, count, stream.frames)


def _opened(path: Path) -> av.container.InputContainer:
    if not path.is_file():
        raise FileProblem(f"{path.name} does not exist.", "Choose another file.")
    if path.stat().st_size == 0:
        raise FileProblem(f"{path.name} is an empty file.", "Copy or record it again.")
    try:
        container = av.open(str(path))
    except PermissionError as error:
        raise FileProblem(f"{path.name} may not be read.", "Change its rights.") from error
    except (av.FFmpegError, OSError, ValueError) as error:
        raise FileProblem(
            f"{path.name} is not a video that can be read.",
            "Choose an MP4, MOV, MKV, WebM or AVI file; if it is one, it was not copied whole.",
        ) from error
    if not container.streams.video:
        container.close()
        raise FileProblem(f"{path.name} holds no picture, only sound.", "Choose a video file.")
    return container


def _first_frame(container: av.container.InputContainer, path: Path) -> av.VideoFrame:
    try:
        for frame in container.decode(container.streams.video[0]):
            return frame
    except av.FFmpegError as error:
        raise _damaged(path, 0, 0) from error
    raise _without_frames(path)


def _without_frames(path: Path) -> FileProblem:
    return FileProblem(f"{path.name} holds no frames.", "Choose another file, or record it again.")


def _damaged(path: Path, count: int, declared: int) -> FileProblem:
    of = f" of {declared}" if declared else ""
    return FileProblem(
        f"{path.name} is damaged: it can be read for {count}{of} frames only.",
        "Copy it again, or cut it to the part that plays.",
    )
