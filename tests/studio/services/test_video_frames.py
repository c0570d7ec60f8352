"""The pictures of a video in step with time."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from core.errors import Cancelled, FileProblem
from core.progress import Progress
from studio.services.video_frames import read_frames


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve frames at 10 a second, each brighter than the one before."""
    path = tmp_path_factory.mktemp("video") / "ramp.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        for index in range(12):
            picture = np.full((96, 160, 3), 20 * index, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    return path


def test_the_picture_at_a_time_is_the_frame_of_that_time(video: Path) -> None:
    frames = read_frames(video)
    assert (frames.num_frames, frames.size, round(frames.fps)) == (12, (160, 96), 10)
    assert [frames.index_at(t) for t in (-1.0, 0.0, 0.39, 0.4, 99.0)] == [0, 0, 3, 4, 11]
    levels = [frames.picture(i).mean() for i in range(12)]
    np.testing.assert_allclose(levels, 20 * np.arange(12), atol=12)


def test_pictures_are_kept_small(video: Path) -> None:
    frames = read_frames(video, max_side=80)
    assert frames.picture(0).shape == (48, 80, 3)
    assert frames.num_bytes < 20_000


def test_what_is_no_video_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "notes.mp4").write_text("hello")
    with pytest.raises(FileProblem, match=r"notes\.mp4"):
        read_frames(tmp_path / "notes.mp4")


def test_reading_stops_when_asked(video: Path) -> None:
    with pytest.raises(Cancelled):
        read_frames(video, Progress(is_cancelled=lambda: True))
