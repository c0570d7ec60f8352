"""Crops and boxes are those of the originals, pixel for pixel."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.video import crops
from core.video.decode import pictures
from tests.core.video.factory import make_video, turn


@pytest.fixture(scope="module")
def golden(shared: Path) -> dict[str, np.ndarray]:
    with np.load(shared / "golden" / "vibe" / "utils.npz") as data:
        return {name: data[name] for name in data.files}


def test_the_crop_is_cut_where_the_original_cuts_it(golden: dict[str, np.ndarray]) -> None:
    square = crops.squares_of(golden["crop_bbox"][None])[0]
    assert np.allclose(crops.crop_from_image(square, 1.1), golden["crop_affine"], atol=1e-6)


@pytest.mark.parametrize("name", ["crop", "crop2"])
def test_the_crop_has_the_originals_pixels(golden: dict[str, np.ndarray], name: str) -> None:
    square = crops.squares_of(golden[f"{name}_bbox"][None])[0]
    crop = crops.cut_exactly(golden["frame"], square, 1.1)
    assert np.abs(crop.astype(int) - golden[f"{name}_raw"]).max() <= 1


def test_the_crop_is_normalised_as_the_original_does(golden: dict[str, np.ndarray]) -> None:
    values = crops.normalised(golden["crop_raw"][None])[0]
    assert values.dtype == np.float32 and values.shape == (3, 224, 224)
    assert np.allclose(values[:, ::7, ::7], golden["crop_norm_sub"], atol=2e-6)


def test_boxes_of_points_are_the_originals(golden: dict[str, np.ndarray]) -> None:
    boxes, first, last = crops.boxes_from_points(golden["kps_staf"])
    assert (first, last) == tuple(golden["bbox_t1t2"])
    assert np.allclose(boxes, golden["bbox_params"], atol=1e-9)
    smooth, first, last = crops.smoothed_boxes(golden["kps_staf"])
    assert (first, last) == tuple(golden["smooth_t1t2"])
    assert np.allclose(smooth, golden["smooth_bbox"][first:], atol=1e-9)


def test_nobody_in_the_points_gives_no_boxes() -> None:
    boxes, first, last = crops.boxes_from_points(np.zeros((5, 21, 3)))
    assert (boxes.shape, first, last) == ((0, 3), 0, 0)


@pytest.mark.parametrize("turns", [0, 1])
def test_the_quick_crop_shows_the_same_as_the_exact_one(tmp_path: Path, turns: int) -> None:
    path = turn(make_video(tmp_path / "a.mp4", 3, size=(320, 240)), turns)
    picture = next(iter(pictures(path)))
    square = [picture.width * 0.2, picture.height * 0.3, 200.0]  # reaches over the edge
    exact = crops.cut_exactly(picture.rgb(), square, 1.1).astype(int)
    quick = crops.cut(picture, square, 1.1).astype(int)
    assert np.abs(exact - quick).mean() < 2.5
    assert np.percentile(np.abs(exact - quick), 95) <= 6


def test_steadied_squares_follow_and_do_not_tremble() -> None:
    times = np.arange(60) / 30
    path = np.column_stack([300 + 100 * times, 200 + 0 * times, 150 + 20 * times])
    noisy = path + np.random.default_rng(0).normal(0, 4, path.shape)
    smooth = crops.steadied(noisy, times)
    assert np.abs(smooth - path)[5:-5].mean() < 0.6 * np.abs(noisy - path)[5:-5].mean()
    shaken = np.abs(np.diff(noisy, n=2, axis=0)).mean()
    assert np.abs(np.diff(smooth, n=2, axis=0)).mean() < 0.2 * shaken


def test_squares_on_both_sides_of_a_gap_do_not_pull_at_each_other() -> None:
    times = np.concatenate([np.arange(10), 100 + np.arange(10)]) / 30
    squares = np.repeat([[100.0, 100, 80], [500, 100, 80]], 10, axis=0)
    assert np.allclose(crops.steadied(squares, times), squares)
