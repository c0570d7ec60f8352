"""Cutting a part out of a long video: the very frames, wherever key frames lie."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from core.errors import Cancelled, FileProblem
from core.progress import Progress
from core.video.decode import frames
from core.video.span import cut, pictures_between

SIZE = (96, 64)
BITS = 10


def numbered(number: int) -> np.ndarray:
    """A picture that says its number in ten black or white columns."""
    image = np.full((SIZE[1], SIZE[0], 3), 128, np.uint8)
    for bit in range(BITS):
        image[:, 9 * bit : 9 * bit + 8] = 235 if number >> bit & 1 else 20
    return image


def number_of(image: np.ndarray) -> int:
    return sum(1 << bit for bit in range(BITS) if image[:, 9 * bit + 2 : 9 * bit + 6].mean() > 128)


def write(path: Path, times: list[Fraction], *, begin: Fraction = Fraction(0)) -> Path:
    """A film whose frame k is shown at times[k]; key frames are 90 frames apart, with B-frames."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuv420p"
        stream.options = {"g": "90", "bf": "2", "preset": "ultrafast", "crf": "18"}
        stream.codec_context.time_base = Fraction(1, 12800)
        for number, time in enumerate(times):
            frame = av.VideoFrame.from_ndarray(numbered(number), format="rgb24")
            frame.time_base = Fraction(1, 12800)
            frame.pts = round((begin + time) * 12800)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("long")
    return write(folder / "long.mp4", [Fraction(k, 25) for k in range(400)])


@pytest.mark.parametrize(("start", "stop"), [(0.0, 0.4), (0.2, 1.0), (3.6, 4.4), (14.0, 15.2)])
def test_the_frames_between_two_times_are_cut_exactly(
    long: Path, tmp_path: Path, start: float, stop: float
) -> None:
    made = cut(long, start, stop, tmp_path / "part.mp4")
    found = [number_of(image) for _, image in frames(tmp_path / "part.mp4")]
    assert found == list(range(round(start * 25), round(stop * 25)))
    assert (made.first, made.num_frames) == (round(start * 25), len(found))


def test_times_between_two_frames_take_the_nearest(long: Path) -> None:
    """A begin of 10.01 s lies in frame 250 (10.00 s), one of 10.03 s is nearer to frame 251."""
    for start, first in ((10.01, 250), (10.03, 251)):
        shown = next(iter(pictures_between(long, start, start + 1)))
        assert number_of(shown.rgb()) == first


def test_a_video_whose_first_frame_is_late_counts_from_that_frame(tmp_path: Path) -> None:
    path = write(tmp_path / "late.mp4", [Fraction(k, 25) for k in range(150)], begin=Fraction(7, 5))
    found = [number_of(p.rgb()) for p in pictures_between(path, 4.0, 4.4)]
    assert found == list(range(100, 110))


def test_dropped_frames_are_shown_longer_so_that_time_stays_true(tmp_path: Path) -> None:
    kept = [k for k in range(200) if k not in (101, 102)]
    path = write(tmp_path / "gaps.mkv", [Fraction(k, 25) for k in kept])
    made = cut(path, 3.8, 4.4, tmp_path / "part.mp4")
    found = [number_of(image) for _, image in frames(tmp_path / "part.mp4")]
    assert made.num_frames == pytest.approx(15, abs=1)
    assert found.count(100) >= 2  # stands while the two are missing


def test_a_part_behind_the_end_is_refused_with_a_sentence(long: Path, tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match="ends before"):
        cut(long, 30.0, 31.0, tmp_path / "part.mp4")
    assert not (tmp_path / "part.mp4").exists()


def test_cancelling_leaves_no_file(long: Path, tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        cut(long, 1.0, 3.0, tmp_path / "part.mp4", progress=Progress(is_cancelled=lambda: True))
    assert not list(tmp_path.iterdir())


def test_pictures_that_must_be_turned_are_cut_by_the_other_way_to_the_same_frames(
    long: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.video.span._copied", None)
    monkeypatch.setattr("core.video.span.av.codecs_available", {"libx264"} - {"libx264"})
    made = cut(long, 3.6, 4.4, tmp_path / "part.mp4")
    found = [number_of(image) for _, image in frames(tmp_path / "part.mp4")]
    assert found == list(range(90, 110)) and made.num_frames == 20


def test_a_cut_looks_like_its_source(long: Path, tmp_path: Path) -> None:
    cut(long, 2.0, 2.4, tmp_path / "part.mp4")
    whole = [image for _, image in frames(long)][50:60]
    part = [image for _, image in frames(tmp_path / "part.mp4")]
    gaps = [np.abs(a.astype(int) - b).mean() for a, b in zip(whole, part, strict=True)]
    assert max(gaps) < 2.5
