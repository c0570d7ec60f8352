"""The still camera of a clip is found from what is seen, and its error is what was put in."""

from __future__ import annotations

import numpy as np
import pytest

from core.body import joint_positions
from core.compare.quality import clip_quality
from core.compare.resection import resected
from core.datasets.demo import generate
from core.errors import StudioError
from core.motion import Motion
from core.rotation import rotvec_to_rotmat

WIDTH, HEIGHT = 1280, 720
FOCAL = float(np.hypot(WIDTH, HEIGHT))
ARMS_AND_LEGS = [1, 2, 4, 5, 7, 8, 16, 17, 18, 19, 20, 21]


@pytest.fixture(scope="module")
def squat() -> Motion:
    return generate("squat down", 3, 40)


def seen_from(motion: Motion, yaw: float, pitch: float, place: tuple[float, float, float]):
    """(T, 24, 2) pixels through a camera turned by yaw and pitch; only arms and legs are seen."""
    turn = rotvec_to_rotmat(np.radians([pitch, 0.0, 0.0])) @ rotvec_to_rotmat(
        np.radians([0.0, yaw, 0.0])
    )
    placed = joint_positions(motion) @ (turn @ np.diag([1.0, -1.0, -1.0])).T + np.array(place)
    pixels = FOCAL * placed[..., :2] / placed[..., 2:] + [WIDTH / 2, HEIGHT / 2]
    points = np.full_like(pixels, np.nan)
    points[:, ARMS_AND_LEGS] = pixels[:, ARMS_AND_LEGS]
    return points


@pytest.mark.parametrize("yaw", [0.0, 130.0, -75.0])
def test_an_exact_camera_is_found_whatever_way_it_looked(squat, yaw):
    points = seen_from(squat, yaw, 12.0, (0.4, 1.1, 4.5))
    camera = resected(squat, points, WIDTH, HEIGHT)
    assert clip_quality(squat, points, camera).value("reprojection") < 0.05


def test_noise_of_the_points_comes_back_as_the_error(squat):
    points = seen_from(squat, 30.0, 5.0, (0.0, 1.0, 5.0))
    noisy = points + np.random.default_rng(0).normal(0, 4.0, points.shape)
    camera = resected(squat, noisy, WIDTH, HEIGHT)
    expected = 4.0 * np.sqrt(np.pi / 2)  # mean length of a Rayleigh variable
    found = clip_quality(squat, noisy, camera).value("reprojection")
    assert found == pytest.approx(expected, rel=0.06)


def test_knees_that_bend_too_little_miss_the_picture(squat):
    points = seen_from(squat, 60.0, 5.0, (0.0, 1.0, 5.0))
    poses = squat.poses.copy()
    poses[:, [4, 5]] *= 0.7
    weak = squat.replace(poses=poses)
    off = clip_quality(weak, points, resected(weak, points, WIDTH, HEIGHT)).value("reprojection")
    assert off > 5


def test_a_few_points_far_off_do_not_move_the_camera(squat):
    points = seen_from(squat, 30.0, 5.0, (0.0, 1.0, 5.0))
    wrong = points.copy()
    wrong[10:12] += 300.0
    camera = resected(squat, wrong, WIDTH, HEIGHT)
    assert clip_quality(squat, points, camera).value("reprojection") < 3.0


def test_too_few_points_are_a_sentence(squat):
    with pytest.raises(StudioError, match="too little"):
        resected(squat, np.full((40, 24, 2), np.nan), WIDTH, HEIGHT)
