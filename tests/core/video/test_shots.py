"""Where shots begin, and that a moving picture is no cut."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.errors import FileProblem
from core.video.shots import CutFinder, find_cuts
from tests.core.video.factory import make_video


def scene(seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    coarse = random.integers(0, 255, (6, 9, 3), np.uint8)
    return np.ascontiguousarray(np.kron(coarse, np.ones((12, 14, 1), np.uint8)))


def test_a_cut_is_found_at_the_first_frame_of_the_new_shot() -> None:
    finder = CutFinder(30)
    for index in range(90):
        shot = scene(index // 30)
        moved = np.roll(shot, index % 30, axis=1)  # the camera pans through every shot
        finder.see_small(moved)
    assert finder.cuts() == (30, 60)


def test_a_pan_and_a_slow_fade_are_no_cuts() -> None:
    finder = CutFinder(30)
    for index in range(60):
        finder.see_small(np.roll(scene(1), 2 * index, axis=1))
    for index in range(60):
        mix = index / 60
        faded = (1 - mix) * scene(1).astype(float) + mix * scene(2)
        finder.see_small(faded.astype(np.uint8))
    assert all(abs(cut - 60) < 2 for cut in finder.cuts())  # where the pan stops dead, if at all


def test_a_video_of_one_shot_has_no_cut(tmp_path: Path) -> None:
    assert find_cuts(make_video(tmp_path / "a.mp4", 20)) == ()
    (tmp_path / "b.mp4").write_bytes(b"no video")
    with pytest.raises(FileProblem):
        find_cuts(tmp_path / "b.mp4")
