"""Videos are read with their own times, upright, or refused with a sentence."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from core._cv2 import cv2
from core.errors import FileProblem
from core.video.decode import frames, pictures, probe
from tests.core.video.factory import make_video, turn


def test_a_video_says_what_it_is(tmp_path: Path) -> None:
    info = probe(make_video(tmp_path / "a.mp4", 12, fps=25))
    assert (info.width, info.height, info.num_frames) == (96, 64, 12)
    assert info.fps == pytest.approx(25)
    assert info.duration == pytest.approx(12 / 25, abs=0.02)


def test_frames_come_in_order_with_their_times(tmp_path: Path) -> None:
    seen = list(frames(make_video(tmp_path / "a.mp4", 12, fps=25)))
    assert [time for time, _ in seen] == pytest.approx([i / 25 for i in range(12)], abs=1e-6)
    greys = [int(image[60, 90].mean()) for _, image in seen]
    assert np.abs(np.array(greys) - (40 + 4 * np.arange(12))).max() <= 4


def test_uneven_times_are_kept(tmp_path: Path) -> None:
    ticks = [0, 33, 66, 100, 133, 200, 266, 333, 400, 466]
    seen = list(frames(make_video(tmp_path / "a.mp4", 10, ticks=ticks)))
    assert [time * 1000 for time, _ in seen] == pytest.approx(ticks, abs=1.0)


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_a_phone_s_rotation_is_applied_as_opencv_does(tmp_path: Path, turns: int) -> None:
    path = turn(make_video(tmp_path / "a.mp4", 3), turns)
    info = probe(path)
    picture = next(iter(pictures(path)))
    image = picture.rgb()
    reader = cv2.VideoCapture(str(path))
    expected = reader.read()[1][:, :, ::-1]
    reader.release()
    assert image.shape == expected.shape == (info.height, info.width, 3)
    assert np.abs(image.astype(int) - expected).mean() < 3
    whole = picture.scaled(info.width, info.height)
    assert np.abs(whole.astype(int) - image).mean() < 3
    size = min(info.width, info.height)
    crop = picture.crop(np.array([[1.0, 0, 0], [0, 1.0, 0]]), size)
    assert np.abs(crop.astype(int) - image[:size, :size]).mean() < 4


def test_a_crop_outside_the_picture_is_black(tmp_path: Path) -> None:
    picture = next(iter(pictures(make_video(tmp_path / "a.mp4", 2))))
    crop = picture.crop(np.array([[1.0, 0, 500], [0, 1.0, 500]]), 16)
    assert crop.max() <= 2


def test_other_pixel_formats_give_the_same_colours(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mp4", 2, pix_fmt="yuv444p")
    picture = next(iter(pictures(path)))
    crop = picture.crop(np.array([[1.0, 0, 0], [0, 1.0, 0]]), 64)
    assert np.abs(crop.astype(int) - picture.rgb()[:64, :64]).mean() < 4


def test_what_is_no_video_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("not a video at all " * 50)
    (tmp_path / "empty.mp4").write_bytes(b"")
    for name, said in (
        ("text.mp4", "not a video"),
        ("empty.mp4", "empty file"),
        ("absent.mp4", "does not exist"),
    ):
        for read in (probe, lambda path: list(pictures(path))):
            with pytest.raises(FileProblem, match=said) as caught:
                read(tmp_path / name)
            assert caught.value.hint


def test_a_truncated_video_is_refused_not_shortened(tmp_path: Path) -> None:
    whole = make_video(tmp_path / "a.mp4", 40).read_bytes()
    (tmp_path / "cut.mp4").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(FileProblem):
        list(pictures(tmp_path / "cut.mp4"))


def test_a_file_whose_pictures_are_cut_away_says_how_far_it_plays(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mp4", 40, size=(320, 240))
    data = bytearray(path.read_bytes())
    start = data.index(b"mdat") + 4
    end = data.index(b"moov") - 4
    middle = start + (end - start) // 2
    data[middle:end] = bytes(end - middle)  # the header stays, half of the pictures are zeros
    path.write_bytes(bytes(data))
    with pytest.raises(FileProblem, match="damaged") as caught:
        list(pictures(path))
    assert "40" in caught.value.message


def test_a_streaming_file_cut_short_is_refused(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mp4", 40, size=(320, 240), header_first=True)
    whole = path.read_bytes()
    assert whole.index(b"moov") < whole.index(b"mdat")
    path.write_bytes(whole[: len(whole) // 2])
    assert probe(path).num_frames == 40  # it opens: only reading it through shows the damage
    with pytest.raises(FileProblem, match="damaged") as caught:
        list(pictures(path))
    assert "of 40" in caught.value.message


def test_sound_without_pictures_is_refused(tmp_path: Path) -> None:
    import wave

    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setparams((1, 2, 8000, 800, "NONE", ""))
        file.writeframes(bytes(1600))
    with pytest.raises(FileProblem, match="only sound"):
        probe(tmp_path / "a.wav")


def test_leaving_early_stops_the_decoding_thread(tmp_path: Path) -> None:
    reading = pictures(make_video(tmp_path / "a.mp4", 40))
    next(reading)
    reading.close()
    assert "decode" not in {thread.name for thread in threading.enumerate()}
