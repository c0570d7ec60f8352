"""The orbiting camera: where things land on the picture."""

from __future__ import annotations

import numpy as np
import pytest

from studio.viewport.camera import PRESETS, OrbitCamera, View

SIZE = (800.0, 600.0)


def test_the_target_is_in_the_middle_of_the_picture() -> None:
    camera = OrbitCamera()
    camera.jump(View(target=(0.3, 1.1, -0.4), distance=3.0, yaw=40.0, pitch=15.0))
    x, y, depth = camera.project([(0.3, 1.1, -0.4)], SIZE)[0]
    assert (x, y) == pytest.approx((400.0, 300.0))
    assert depth == pytest.approx(3.0)


def test_from_the_front_the_bodys_left_is_on_the_right_of_the_picture() -> None:
    camera = OrbitCamera()
    camera.jump(View(yaw=0.0, pitch=0.0))
    left_hand, head = camera.project([(0.5, 1.0, 0.0), (0.0, 1.6, 0.0)], SIZE)
    assert left_hand[0] > 400
    assert head[1] < 300


@pytest.mark.parametrize("preset", sorted(PRESETS))
@pytest.mark.parametrize("aspect", [0.6, 1.0, 2.4])
def test_framing_holds_all_points_within_the_margins_and_touches_one(
    preset: str, aspect: float
) -> None:
    points = np.random.default_rng(3).uniform([-2, 0, -1], [2.5, 2, 1], (60, 3))
    camera = OrbitCamera()
    yaw, pitch = PRESETS[preset]
    camera.jump(View(yaw=yaw, pitch=pitch))
    margins = (0.1, 0.05, 0.08, 0.2)
    camera.jump(camera.framed(points, aspect, margins=margins))
    x, y, _ = camera.project(points, (aspect, 1.0)).T
    slack = np.array(
        [
            x.min() - 0.1 * aspect,
            0.95 * aspect - x.max(),
            y.min() - 0.08,
            0.8 - y.max(),
        ]
    )
    assert slack.min() > -1e-6
    assert slack.min() < 2e-3  # not farther away than needed


def test_a_pan_keeps_the_target_plane_under_the_mouse() -> None:
    camera = OrbitCamera()
    camera.jump(View(yaw=25.0, pitch=10.0))
    before = camera.project([camera.view.target], SIZE)[0]
    old = camera.view.target
    camera.pan(0.1, -0.05)
    camera.jump(camera.goal)
    after = camera.project([old], SIZE)[0]
    assert after[0] - before[0] == pytest.approx(0.1 * SIZE[1], abs=1.0)
    assert after[1] - before[1] == pytest.approx(-0.05 * SIZE[1], abs=1.0)


def test_the_camera_glides_to_its_goal_and_arrives() -> None:
    camera = OrbitCamera()
    camera.goal = View(target=(1.0, 1.0, 0.0), distance=8.0, yaw=90.0, pitch=5.0)
    steps = 0
    while camera.advance(0.016):
        steps += 1
        assert steps < 200
    assert camera.view == camera.goal
    assert steps > 10  # a glide, not a jump


def test_a_preset_is_reached_the_short_way_round() -> None:
    camera = OrbitCamera()
    camera.jump(View(yaw=350.0))
    camera.turn_to("front")
    assert camera.goal.yaw == pytest.approx(360.0)


def test_the_ray_through_a_points_pixel_passes_through_the_point() -> None:
    camera = OrbitCamera()
    point = np.array([0.4, 1.3, 0.2])
    x, y, _ = camera.project([point], SIZE)[0]
    origin, direction = camera.ray(x, y, SIZE)
    away = np.linalg.norm(np.cross(point - origin, direction))
    assert away < 1e-9


def test_zoom_and_pitch_stay_within_what_can_be_looked_at() -> None:
    camera = OrbitCamera()
    camera.zoom(500)
    assert camera.goal.distance == pytest.approx(0.4)
    camera.zoom(-500)
    assert camera.goal.distance == pytest.approx(60.0)
    camera.orbit(0.0, 50.0)
    assert camera.goal.pitch < 90.0
