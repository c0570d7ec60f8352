"""A part of a long video: decoded from the key frame before it, and cut into a file of its own.

Times are seconds since the video's first frame, as everywhere in this room.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av

from core.atomic import written_whole
from core.errors import FileProblem
from core.progress import SILENT, Progress
from core.video.decode import VideoInfo, _damaged, _opened, _without_frames, probe
from core.video.picture import Picture

_ENCODING = {"crf": "16", "preset": "veryfast"}  # no difference to be seen, and quick
_EARLY = 0.5  # seconds before the span the reader seeks to: some containers seek a little late


@dataclass(frozen=True, kw_only=True)
class Cut:
    """A written part: its frames are the source's ``first`` .. ``first + num_frames`` at ``fps``.

    ``start`` is the time of its first frame in the source.
    """

    path: Path
    first: int
    num_frames: int
    start: float
    fps: float


def pictures_between(path: Path, start: float, stop: float) -> Iterator[Picture]:
    """Yield the frames shown from ``start`` to ``stop`` (exclusive), each with its own time.

    Decodes from the key frame before the span on. Raises FileProblem like
    :func:`core.video.decode.pictures`, also where the video ends before ``start``.
    """
    with _opened(path) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        step = 1.0 / float(stream.average_rate or stream.guessed_rate or 30)
        first = next(container.decode(stream), None)
        if first is None:
            raise _without_frames(path)
        begin = first.time or 0.0
        if start > 2 * _EARLY and stream.time_base:
            at = max(begin + start - _EARLY, 0.0)
            container.seek(round(at / float(stream.time_base)), stream=stream)
        else:
            container.seek(0, stream=stream)
        count = 0
        try:
            for frame in container.decode(stream):
                time = (frame.time or 0.0) - begin
                if time >= stop - step / 2:
                    break
                if time >= start - step / 2:
                    count += 1
                    yield Picture(frame, time, round(frame.rotation / 90))
        except av.FFmpegError as error:
            raise _damaged(path, count, 0) from error
    if not count:
        raise FileProblem(
            f"{path.name} ends before {start:.1f} s, where a part was to be cut.",
            "Is it the whole video, in its published length?",
        )


def cut(
    path: Path, start: float, stop: float, out: Path,
    info: VideoInfo | None = None, progress: Progress = SILENT,
) -> Cut:  # fmt: skip
    """Write the frames from ``start`` to ``stop`` as a movie at the source's rate and size.

    The times become frame numbers once, here: frame k of the source is the one shown nearest to
    k / fps. A side of odd length loses a pixel. Raises FileProblem, Cancelled.
    """
    info = info or probe(path)
    first = max(math.ceil(start * info.fps - 0.5 - 1e-6), 0)
    last = max(math.ceil(stop * info.fps - 0.5 - 1e-6), first + 1)
    shown = _evenly(path, first, last, info.fps, progress)
    is_plain = not (info.rotation or info.width % 2 or info.height % 2)
    if is_plain and "libx264" in av.codecs_available:
        written = _copied(shown, out, info)
    else:
        written = _converted(shown, out, info)
    return Cut(path=out, first=first, num_frames=written, start=first / info.fps, fps=info.fps)


def _evenly(path: Path, first: int, last: int, fps: float, progress: Progress) -> Iterator[Picture]:
    """Yield one picture for every frame number; a dropped one's place is taken by that before."""
    wanted = first
    held: Picture | None = None
    for picture in pictures_between(path, first / fps, last / fps):
        progress.wait_if_paused("Cutting was cancelled.")
        number = round(picture.time * fps)
        while held is not None and wanted < min(number, last):
            yield held
            wanted += 1
        held = picture
        if wanted <= number and wanted < last:
            yield picture
            wanted += 1


def _copied(shown: Iterator[Picture], out: Path, info: VideoInfo) -> int:
    """Encode the decoder's own planes: neither colours nor time are spent on a detour."""
    from core.export.video_writer import exact_rate

    rate, written = exact_rate(info.fps), 0
    with written_whole(out) as temporary, av.open(str(temporary), "w", format="mp4") as container:
        stream: Any = container.add_stream("libx264", rate=rate)
        stream.width, stream.height, stream.pix_fmt = info.width, info.height, "yuv420p"
        stream.options = dict(_ENCODING)
        stream.codec_context.time_base = 1 / rate
        for picture in shown:
            frame: Any = picture.upright_frame()
            if written == 0:  # what the numbers mean travels along
                for field in ("colorspace", "color_range"):
                    setattr(stream.codec_context, field, int(getattr(frame, field)))
            frame.pts, frame.time_base, frame.pict_type = written, 1 / rate, 0
            container.mux(stream.encode(frame))
            written += 1
        container.mux(stream.encode())
    return written


def _converted(shown: Iterator[Picture], out: Path, info: VideoInfo) -> int:
    """Write pictures that must be turned, or lose a pixel, by way of RGB."""
    from core.export.video_writer import movie_writer

    size, written = (info.width // 2 * 2, info.height // 2 * 2), 0
    with movie_writer(out, size, info.fps) as sink:
        for picture in shown:
            sink.add(picture.rgb()[: size[1], : size[0]])
            written += 1
    return written
