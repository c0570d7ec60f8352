"""Pictures one after another into a movie, an animated GIF or a numbered sequence of PNG.

The file appears whole when the writer is closed without an error, otherwise not at all. One table
says what each ending is written by. Torch-free and free of Qt.
"""

from __future__ import annotations

import contextlib
import io
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from core.atomic import explain_write_error, written_whole
from core.errors import FileProblem, StudioError

Picture = npt.NDArray[np.uint8]
"""(H, W, 3) RGB, or (H, W, 4) RGBA not premultiplied."""

H264_CODECS = ("libx264", "libopenh264", "h264_videotoolbox", "h264_mf")
QUALITY = "18"  # x264's constant rate factor: no difference to be seen


class PictureSink(Protocol):
    """Takes pictures of one size, in order."""

    def add(self, picture: Picture) -> None:
        """Append a picture."""

    def finish(self) -> None:
        """Write what is still held back."""

    def abandon(self) -> None:
        """Let go of the file; nothing of it will be kept."""


@dataclass(frozen=True, kw_only=True)
class MovieFormat:
    """One ending: a name, a sentence, whether transparency is kept, what writes it."""

    ending: str
    name: str
    description: str
    has_alpha: bool
    open: Callable[[Path, tuple[int, int], float], PictureSink]


@contextlib.contextmanager
def movie_writer(path: Path, size: tuple[int, int], fps: float) -> Iterator[PictureSink]:
    """Give a sink for pictures of ``size`` (width, height) shown ``fps`` a second.

    The ending of ``path`` chooses the format; ".png" stands for a folder of that name without the
    ending, with one numbered picture each. Nothing is left of a movie that was not finished.

    Raises FileProblem (unknown ending, disk full, folder read-only), StudioError for an odd size.
    """
    chosen = format_of(path)
    if not 1.0 <= fps <= 240.0:
        raise StudioError(f"A movie cannot have {fps:g} pictures a second.", "Use 1 to 240.")
    if chosen.ending != ".png" and (size[0] % 2 or size[1] % 2):
        raise StudioError(
            f"A movie of {size[0]} x {size[1]} pixels is not possible.", "Use even numbers."
        )
    whole = _folder_whole if chosen.ending == ".png" else written_whole
    with whole(path) as temporary:
        sink = chosen.open(temporary, size, fps)
        try:
            yield sink
            sink.finish()
        except BaseException:
            sink.abandon()
            raise


def format_of(path: Path) -> MovieFormat:
    """Return the format of a file name. Raises FileProblem listing the endings."""
    chosen = MOVIE_FORMATS.get(path.suffix.lower())
    if chosen is None:
        known = ", ".join(MOVIE_FORMATS)
        raise FileProblem(
            f"{path.name} cannot be written as a movie.", f"Let the name end in {known}."
        )
    return chosen


def exact_rate(fps: float) -> Fraction:
    """Return the rate as broadcasters mean it: 29.97 is 30000/1001."""
    for whole in (24, 30, 48, 60, 120):
        if abs(fps - whole / 1.001) < 0.003:
            return Fraction(whole * 1000, 1001)
    return Fraction(fps).limit_denominator(1000)


# -- H.264, or what there is --


class _Encoded:
    """A movie encoded by PyAV's FFmpeg."""

    def __init__(self, path: Path, size: tuple[int, int], fps: float, codec: str) -> None:
        import av

        self._av = av
        self._container = av.open(str(path), "w", options={"movflags": "+faststart"})
        stream: Any = self._container.add_stream(codec, rate=exact_rate(fps))
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.options = {"crf": QUALITY, "preset": "medium"} if codec == "libx264" else {}
        if not stream.options:
            stream.bit_rate = int(0.12 * size[0] * size[1] * fps)
        for field in ("colorspace", "color_primaries", "color_trc"):
            setattr(stream.codec_context, field, 1)  # BT.709, as players expect of HD
        self._stream = stream

    def add(self, picture: Picture) -> None:
        frame = self._av.VideoFrame.from_ndarray(_opaque(picture), format="rgb24")
        frame = frame.reformat(format="yuv420p", dst_colorspace="ITU709")
        for packet in self._stream.encode(frame):
            self._container.mux(packet)

    def finish(self) -> None:
        for packet in self._stream.encode():
            self._container.mux(packet)
        self._container.close()

    def abandon(self) -> None:
        with contextlib.suppress(Exception):
            self._container.close()


class _Opencv:
    """VP9 by OpenCV, where PyAV has no H.264 encoder."""

    def __init__(self, path: Path, size: tuple[int, int], fps: float) -> None:
        from core._cv2 import cv2

        self._cv2 = cv2
        self._writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"vp09"), fps, size)
        if not self._writer.isOpened():
            raise StudioError(
                "This machine has no encoder for movies.", "Write a GIF or a PNG sequence."
            )

    def add(self, picture: Picture) -> None:
        self._writer.write(self._cv2.cvtColor(_opaque(picture), self._cv2.COLOR_RGB2BGR))

    def finish(self) -> None:
        self._writer.release()

    def abandon(self) -> None:
        self._writer.release()


def _open_movie(path: Path, size: tuple[int, int], fps: float) -> PictureSink:
    import av
    from av.error import FFmpegError

    for codec in H264_CODECS:
        if codec in av.codecs_available:
            with contextlib.suppress(FFmpegError, ValueError):
                return _Encoded(path, size, fps, codec)
    return _Opencv(path, size, fps)


# -- GIF --


class _Gif:
    """An animated GIF: 256 colours for the whole movie, times in hundredths of a second kept true.

    A fixed fine pattern is laid over the pictures before their colours are counted out: smooth
    grounds keep their shades where they would show rings, and what stands still stays still.
    """

    _SAMPLED = 12  # pictures the colours are taken from

    def __init__(self, path: Path, size: tuple[int, int], fps: float) -> None:
        self._path, self._fps = path, min(fps, 50.0)  # browsers slow down below 0.02 s
        self._every = max(1, round(fps / self._fps))
        self._count = 0
        self._pictures: list[bytes] = []  # as PNG: a minute of pictures fits into memory

    def add(self, picture: Picture) -> None:
        from PIL import Image

        if self._count % self._every == 0:
            stream = io.BytesIO()
            Image.fromarray(_opaque(picture)).save(stream, format="PNG", compress_level=1)
            self._pictures.append(stream.getvalue())
        self._count += 1

    def finish(self) -> None:
        from PIL import Image

        every = max(1, len(self._pictures) // self._SAMPLED)
        some = np.concatenate([self._picture(png)[::2, ::2] for png in self._pictures[::every]])
        colours = Image.fromarray(some.astype(np.uint8))
        palette = colours.quantize(256, method=Image.Quantize.MEDIANCUT, kmeans=1)
        pattern = _pattern(self._picture(self._pictures[0]).shape)
        images = [
            Image.fromarray(
                np.clip(self._picture(png) + pattern, 0, 255).astype(np.uint8)
            ).quantize(palette=palette, dither=Image.Dither.NONE)
            for png in self._pictures
        ]
        ends = np.round(100 * np.arange(len(images) + 1) / self._fps).astype(int)
        images[0].save(
            self._path,
            format="GIF",
            save_all=True,
            append_images=images[1:],
            duration=[int(d) * 10 for d in np.diff(ends)],
            loop=0,
            optimize=False,
        )

    @staticmethod
    def _picture(png: bytes) -> npt.NDArray[np.int16]:
        from PIL import Image

        return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), np.int16)

    def abandon(self) -> None:
        self._pictures.clear()


def _pattern(shape: tuple[int, ...], height: float = 5.0) -> npt.NDArray[np.int16]:
    """Ordered dither after Bayer, (H, W, 1), ``height`` levels from lowest to highest."""
    cell = np.zeros((1, 1))
    for _ in range(3):
        cell = np.block([[4 * cell, 4 * cell + 2], [4 * cell + 3, 4 * cell + 1]])
    levels = np.round((cell / cell.max() - 0.5) * height).astype(np.int16)
    tiles = (-(-shape[0] // 8), -(-shape[1] // 8))
    return np.tile(levels, tiles)[: shape[0], : shape[1], None]


# -- PNG --


class _Sequence:
    """NAME_0001.png, NAME_0002.png, ... in a folder, transparency kept."""

    def __init__(self, path: Path, size: tuple[int, int], fps: float) -> None:
        self._folder, self._count = path, 0

    def add(self, picture: Picture) -> None:
        from PIL import Image

        self._count += 1
        Image.fromarray(picture).save(self._folder / f"{self._count:04d}.png", compress_level=3)

    def finish(self) -> None:
        return None

    def abandon(self) -> None:
        return None


@contextlib.contextmanager
def _folder_whole(path: Path) -> Iterator[Path]:
    """Give an empty folder to write to; it becomes ``path`` without its ending on success."""
    target = path.with_suffix("")
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{target.name}-"))
        yield temporary
        temporary.chmod(0o755)
        if target.exists():
            _replace_sequence(target)
        temporary.replace(target)
        temporary = None
    except OSError as error:
        raise explain_write_error(path, error) from error
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)


def _replace_sequence(folder: Path) -> None:
    """Remove an earlier sequence; refuse to remove anything else."""
    others = [p for p in folder.iterdir() if not (p.suffix == ".png" and p.stem.isdigit())]
    if others or not folder.is_dir():
        raise FileProblem(
            f"The folder {folder.name} holds other files.", "Choose another name for the pictures."
        )
    shutil.rmtree(folder)


def _opaque(picture: Picture) -> Picture:
    return np.ascontiguousarray(picture[..., :3])


MOVIE_FORMATS: dict[str, MovieFormat] = {
    entry.ending: entry
    for entry in (
        MovieFormat(
            ending=".mp4",
            name="MP4",
            description="H.264 movie for every player, slides and the web.",
            has_alpha=False,
            open=_open_movie,
        ),
        MovieFormat(
            ending=".gif",
            name="GIF",
            description="Animated picture for readmes and chats: 256 colours, large files.",
            has_alpha=False,
            open=_Gif,
        ),
        MovieFormat(
            ending=".png",
            name="PNG sequence",
            description="One numbered picture a frame in a folder, with transparency if wished.",
            has_alpha=True,
            open=_Sequence,
        ),
    )
}
