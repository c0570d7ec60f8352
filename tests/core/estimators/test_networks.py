"""The networks' outputs are read as they are meant; squares and boxes are what they say."""

from __future__ import annotations

import os
from pathlib import Path

import av
import numpy as np
import pytest

from core import weights
from core._cv2 import cv2
from core.errors import ModelProblem
from core.estimators.blazepose import detector, landmarks
from core.estimators.blazepose.hush import without_greeting
from core.estimators.blazepose.network import Network
from core.estimators.blazepose.roi import CROP_SIZE, Roi
from core.video.decode import frames
from core.video.picture import Picture

needs_models = pytest.mark.skipif(
    not weights.is_estimator_installed(), reason="the estimator's files are not installed"
)


def test_there_is_an_anchor_for_every_box() -> None:
    centres = detector.anchors()
    assert centres.shape == (2254, 2)
    assert centres[0].tolist() == centres[1].tolist() == pytest.approx([0.5 / 28, 0.5 / 28])
    assert centres[2, 0] > centres[0, 0] and centres[2, 1] == centres[0, 1]  # row by row
    assert centres[-1].tolist() == pytest.approx([6.5 / 7, 6.5 / 7])


def test_overlapping_boxes_are_one_person_and_distant_ones_two() -> None:
    boxes = np.array([[0, 0, 1, 1], [0.05, 0, 1.05, 1], [3, 3, 4, 4]], float)
    points = np.arange(3)[:, None, None] * np.ones((3, 4, 2))
    found = detector.merged(boxes, points, np.array([0.9, 0.6, 0.8]))
    assert len(found) == 2
    assert found[0][0, 0] == pytest.approx(0.4)  # weighted by score between 0 and 1
    assert found[1][0, 0] == 2


def test_unsure_boxes_are_dropped() -> None:
    raw, logits = np.zeros((2254, 12)), np.full((2254, 1), -5.0)
    logits[7] = 2.0
    boxes, points, scores = detector.decode(raw, logits, detector.anchors())
    assert len(boxes) == len(points) == len(scores) == 1


def test_a_square_maps_its_crop_onto_the_picture() -> None:
    upright = Roi.from_points((100, 200), (100, 120))
    assert upright.angle == pytest.approx(0)
    assert upright.side == pytest.approx(2 * 1.25 * 80)
    middle = upright.image_from_crop() @ [CROP_SIZE / 2, CROP_SIZE / 2, 1]
    assert middle.tolist() == pytest.approx([100, 200])
    lying = Roi.from_points((100, 200), (180, 200))  # head to the right
    top = lying.image_from_crop() @ [CROP_SIZE / 2, 0, 1]
    assert top[0] > 190 and top[1] == pytest.approx(200)


def test_a_large_person_in_the_middle_is_more_prominent() -> None:
    near = Roi(x=960, y=540, side=900, angle=0)
    aside = Roi(x=200, y=540, side=900, angle=0)
    far = Roi(x=960, y=540, side=300, angle=0)
    ranks = [roi.prominence(1920, 1080) for roi in (near, aside, far)]
    assert ranks == sorted(ranks, reverse=True)


def test_points_move_to_the_heat_near_them_and_stay_where_it_is_cold() -> None:
    heat = np.full((64, 64, 3), -20.0)
    heat[20, 31, 0] = 5.0
    heat[20, 33, 1] = 5.0
    points = np.array([[120.0, 80.0], [120.0, 200.0], [-9.0, 300.0]])
    moved = landmarks.refined(points, heat)
    assert moved[0].tolist() == pytest.approx([124, 80], abs=0.1)
    assert moved[1:].tolist() == points[1:].tolist()


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (640, 640), (4000, 500)])
def test_tiles_cover_the_picture_and_overlap(size: tuple[int, int]) -> None:
    width, height = size
    for level, most in ((1, 20), (2, 160)):
        covered = np.zeros((height // 4, width // 4), int)
        found = detector.tiles(width, height, level)
        assert len(found) <= most
        for left, top, side in found:
            assert left >= 0 and top >= 0 and left + side <= width + 1 and top + side <= height + 1
            covered[
                int(top / 4) : round((top + side) / 4), int(left / 4) : round((left + side) / 4)
            ] += 1
        assert covered.min() >= 1


@needs_models
def test_somebody_small_in_a_wide_picture_is_found(tmp_path: Path) -> None:
    sample = weights.sample_video()
    if sample is None:
        pytest.skip("the sample video is not installed")
    _, rgb = next(iter(frames(sample)))
    wide = np.full((1080, 1920, 3), 90, np.uint8)
    wide[500:980, 1500:1770] = cv2.resize(rgb, (270, 480), interpolation=cv2.INTER_AREA)
    picture = Picture(av.VideoFrame.from_ndarray(wide, format="rgb24"), 0.0, 0)
    found = detector.Detector(Network(weights.path_of("pose_detection"), detector.OUTPUTS))
    near = [
        [abs(roi.x - 1613) < 40 and abs(roi.y - 680) < 60 for roi in found.find(picture, level)]
        for level in (0, 1, 2)
    ]
    assert any(near[1]) or any(near[2])


@needs_models
def test_leaving_the_silhouette_out_changes_no_other_number() -> None:
    from ai_edge_litert.interpreter import Interpreter

    path = weights.path_of("pose_landmark_full")
    pixels = np.random.default_rng(0).random((256, 256, 3)).astype(np.float32)
    whole = Interpreter(model_path=str(path), num_threads=1)
    whole.allocate_tensors()
    whole.set_tensor(whole.get_input_details()[0]["index"], pixels[None])
    whole.invoke()
    expected = {d["name"]: whole.get_tensor(d["index"])[0] for d in whole.get_output_details()}
    found = Network(path, landmarks.OUTPUTS).run(pixels)
    for name, values in zip(landmarks.OUTPUTS, found, strict=True):
        assert np.array_equal(values, expected[name])


def test_a_file_that_is_no_network_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.tflite").write_bytes(b"TFL3 is not in here" * 20)
    with pytest.raises(ModelProblem, match=r"a\.tflite cannot be loaded"):
        Network(tmp_path / "a.tflite", landmarks.OUTPUTS)


@needs_models
def test_loading_a_network_says_nothing_and_swallows_nothing(
    capfd: pytest.CaptureFixture[str],
) -> None:
    Network(weights.path_of("pose_detection"), detector.OUTPUTS)
    assert capfd.readouterr().err == ""
    with without_greeting():
        os.write(2, b"something else\nINFO: Created TensorFlow Lite XNNPACK\n")
    assert capfd.readouterr().err == "something else\n"
