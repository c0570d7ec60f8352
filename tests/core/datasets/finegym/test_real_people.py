"""The checks with the real networks on filmed people; skipped where either is missing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core import weights
from core._cv2 import cv2
from core.datasets.finegym import BuildOptions, Review, build
from core.errors import ModelProblem
from core.export.video_writer import movie_writer
from core.video.decode import frames
from tests.core.datasets.finegym.footage import write_lists

ONE = "pose2sim_single_balancing_cam01_100f_60fps_1080x1920.mp4"
TWO = "pose2sim_multi_cam01_100f_60fps.mp4"
Change = Callable[[int, np.ndarray], np.ndarray]

FILMS: dict[str, tuple[str, Change]] = {
    "oneperson00": (ONE, lambda i, image: image[420:1420]),
    "twopeople00": (TWO, lambda i, image: image),
    "panned00000": (ONE, lambda i, image: image[420:1420, 2 * i : 2 * i + 860]),
    "othershot00": (ONE, lambda i, image: image[420:1420] if i < 52 else 255 - image[300:1300]),
    "blurred0000": (ONE, lambda i, image: cv2.GaussianBlur(image[420:1420], (0, 0), 5)),
    "lowlines000": (ONE, lambda i, image: cv2.resize(image[420:1420], (432, 400))),
}
EXPECTED = {
    "oneperson00": {}, "twopeople00": {"person": "fail"}, "panned00000": {"camera": "look"},
    "othershot00": {"camera": "fail"}, "blurred0000": {"quality": "fail"},
    "lowlines000": {"quality": "fail"},
}  # fmt: skip


@pytest.mark.slow
def test_each_constraint_is_seen_with_filmed_people(shared: Path, tmp_path: Path) -> None:
    try:
        weights.path_of("pose_detection")
    except ModelProblem:
        pytest.skip("the built-in networks are not installed")
    videos = shared / "videos"
    if not (videos / ONE).is_file():
        pytest.skip("the test videos are not among the shared test data")
    for name, (source, change) in FILMS.items():
        images = [
            np.ascontiguousarray(change(i, im)) for i, (_, im) in enumerate(frames(videos / source))
        ]
        height, width = (side // 2 * 2 for side in images[0].shape[:2])
        with movie_writer(tmp_path / f"{name}.mp4", (width, height), 25.0) as sink:
            for image in images:
                sink.add(image[:height, :width])
    annotations, split, categories = write_lists(tmp_path, list(FILMS))
    options = BuildOptions(
        annotations=annotations, splits=(split,), categories=categories, videos=tmp_path,
        moves=("Split Jump",),
    )  # fmt: skip
    build(options, tmp_path / "build")
    found = {
        row.video: {v.check: v.state for v in row.verdicts if v.state != "pass"}
        for row in Review(tmp_path / "build").rows
    }
    assert found == EXPECTED
