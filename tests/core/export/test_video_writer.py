"""Movies, GIFs and picture sequences come back as they were written, or not at all."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from core.errors import FileProblem, StudioError
from core.export import video_writer
from core.export.video_writer import exact_rate, movie_writer


def pictures(count: int = 12) -> list[np.ndarray]:
    """A bright square that walks to the right, (48, 64, 4)."""
    out = []
    for i in range(count):
        picture = np.full((48, 64, 4), (30, 40, 60, 0), np.uint8)
        picture[10:30, 3 * i : 3 * i + 16] = (230, 120, 40, 255)
        out.append(picture)
    return out


def written(path: Path, fps: float = 30.0) -> None:
    with movie_writer(path, (64, 48), fps) as sink:
        for picture in pictures():
            sink.add(picture)


@pytest.mark.parametrize("fps", [30.0, 24.0, 29.97])
def test_an_mp4_is_h264_with_the_exact_rate_and_the_same_pictures(
    tmp_path: Path, fps: float
) -> None:
    written(tmp_path / "a.mp4", fps)
    with av.open(str(tmp_path / "a.mp4")) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.name == "h264"
        assert stream.average_rate == exact_rate(fps)
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    assert len(frames) == 12
    for frame, picture in zip(frames, pictures(), strict=True):
        assert np.abs(frame.astype(int) - picture[..., :3]).mean() < 6


def test_a_gif_keeps_true_time(tmp_path: Path) -> None:
    written(tmp_path / "a.gif")
    with Image.open(tmp_path / "a.gif") as image:
        assert image.n_frames == 12
        total = 0
        for index in range(12):
            image.seek(index)
            total += image.info["duration"]
        assert (
            np.abs(np.asarray(image.convert("RGB")).astype(int) - pictures()[-1][..., :3]).mean()
            < 4
        )
    assert total == 400


def test_a_gif_of_many_pictures_a_second_leaves_some_out(tmp_path: Path) -> None:
    written(tmp_path / "a.gif", 100.0)
    with Image.open(tmp_path / "a.gif") as image:
        assert image.n_frames == 6


def test_a_sequence_keeps_transparency_and_replaces_only_its_like(tmp_path: Path) -> None:
    written(tmp_path / "walk.png")
    written(tmp_path / "walk.png")
    files = sorted((tmp_path / "walk").iterdir())
    assert [f.name for f in files] == [f"{i:04d}.png" for i in range(1, 13)]
    assert np.array_equal(np.asarray(Image.open(files[3])), pictures()[3])
    (tmp_path / "walk" / "thesis.txt").write_text("mine")
    with pytest.raises(FileProblem, match="holds other files"):
        written(tmp_path / "walk.png")
    assert (tmp_path / "walk" / "thesis.txt").read_text() == "mine"


@pytest.mark.parametrize("name", ["a.mp4", "a.gif", "a.png"])
def test_nothing_is_left_of_a_movie_that_was_not_finished(tmp_path: Path, name: str) -> None:
    with pytest.raises(RuntimeError), movie_writer(tmp_path / name, (64, 48), 30) as sink:
        sink.add(pictures()[0])
        raise RuntimeError("stopped")
    assert list(tmp_path.iterdir()) == []


def test_without_an_h264_encoder_opencv_writes_vp9(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(video_writer, "H264_CODECS", ("no-such-codec",))
    written(tmp_path / "a.mp4")
    with av.open(str(tmp_path / "a.mp4")) as container:
        assert container.streams.video[0].codec_context.name == "vp9"
        assert sum(1 for _ in container.decode(video=0)) == 12


def test_wrong_wishes_are_sentences(tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match=r"a\.avi cannot be written as a movie"):
        written(tmp_path / "a.avi")
    with (
        pytest.raises(StudioError, match="63 x 48"),
        movie_writer(tmp_path / "a.mp4", (63, 48), 30),
    ):
        pass
    with (
        pytest.raises(StudioError, match="0 pictures"),
        movie_writer(tmp_path / "a.mp4", (64, 48), 0),
    ):
        pass
