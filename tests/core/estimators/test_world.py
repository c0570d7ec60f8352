"""From camera space to the world: where the body is, what is up, and feet that stand."""

from __future__ import annotations

import numpy as np
import pytest

from core import rotation
from core.estimators.blazepose import contact, gravity, ground, trajectory
from tests.core.estimators.factory import joints_of, points_of, rest_joints, walk

FPS = 30.0


def placed(num_frames: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """Joints of somebody marching, and a path that wanders before the camera."""
    time = np.arange(num_frames) / FPS
    path = np.stack([0.3 * np.sin(time), 0.1 * np.cos(time), -4 - 0.3 * time], axis=1)
    return joints_of(walk(num_frames)), path


def test_the_path_before_a_camera_is_found_from_the_picture() -> None:
    joints, path = placed()
    points = points_of(walk(60)) + joints[:, 1:3].mean(1, keepdims=True)
    for side, joint in ((23, 1), (24, 2)):  # the hips' points lie wider than the joints
        middle = joints[:, 1:3].mean(1)
        points[:, side] = middle + 1.35 * (joints[:, joint] - middle)
    points = points + path[:, None]
    slopes = points[..., :2] / -points[..., 2:]
    found = trajectory.translation(joints, slopes, np.ones((60, 33)), np.arange(60) / FPS)
    assert np.abs(found - path)[5:-5].max() < 0.02


def test_one_wild_point_does_not_move_the_body() -> None:
    joints, path = placed()
    points = points_of(walk(60)) + joints[:, 1:3].mean(1, keepdims=True) + path[:, None]
    slopes = points[..., :2] / -points[..., 2:]
    quiet = trajectory.translation(joints, slopes, np.ones((60, 33)), np.arange(60) / FPS)
    slopes[:, 15] += 0.2  # a wrist seen 80 cm off
    wild = trajectory.translation(joints, slopes, np.ones((60, 33)), np.arange(60) / FPS)
    assert np.abs(wild - quiet).max() < 0.03


@pytest.mark.parametrize("tilt", [(0.0, 0.0, 0.0), (0.35, 0.0, 0.0), (-0.3, 0.0, 0.2)])
def test_up_is_found_from_somebody_who_stands(tilt: tuple[float, float, float]) -> None:
    turn = rotation.rotvec_to_rotmat(np.array(tilt))
    still = np.broadcast_to(np.eye(3), (30, 24, 3, 3))
    joints = np.concatenate([joints_of(still), joints_of(walk(30))])
    up = gravity.up_direction(joints @ turn.T, np.ones((60, 2)))
    assert np.degrees(np.arccos(up @ turn[:, 1])) < 4


def test_up_is_found_from_somebody_who_walks_on_one_foot_at_a_time() -> None:
    turn = rotation.rotvec_to_rotmat(np.array([0.3, 0.0, -0.1]))
    joints = joints_of(walk(60))
    speed = contact.seen_speed(joints[:, [7, 8], :2] / 4.0, np.full(60, 4.0), FPS)
    up = gravity.up_direction(joints @ turn.T, contact.stillness(speed))
    assert np.degrees(np.arccos(up @ turn[:, 1])) < 5


def test_the_centre_of_mass_lies_in_the_belly_of_somebody_who_stands() -> None:
    joints = joints_of(np.eye(3)[None, None].repeat(24, 1))
    centre = gravity.centre_of_mass(joints)[0]
    assert abs(centre[0]) < 1e-6
    assert joints[0, 0, 1] - 0.05 < centre[1] < joints[0, 6, 1]


def test_a_camera_is_taken_to_be_level_where_nobody_stands() -> None:
    lying = rotation.rotvec_to_rotmat(np.array([np.pi / 2, 0, 0]))
    joints = joints_of(np.broadcast_to(np.eye(3), (30, 24, 3, 3))) @ lying.T
    assert gravity.up_direction(joints, np.ones((30, 2))).tolist() == [0, 1, 0]


def test_the_floor_follows_wandering_depth_but_not_a_jump() -> None:
    time = np.arange(90) / FPS
    wander = 0.3 + 0.05 * np.sin(2 * time)
    jump = np.clip(0.5 - 15 * (time - 1.5) ** 2, 0, None)
    floor = ground.floor_under(wander + jump, np.ones(90), FPS)
    on_ground = jump == 0
    assert np.abs(floor - wander)[on_ground][:30].max() < 0.02
    middle = int(1.5 * FPS)
    assert (wander + jump - floor)[middle] > 0.35


def test_nobody_jumps_whose_feet_are_not_seen() -> None:
    heights = np.where((np.arange(90) > 40) & (np.arange(90) < 55), 0.4, 0.0)
    floor = ground.floor_under(heights, np.zeros(90), FPS)
    assert (heights - floor)[44:52].max() < 0.02


def test_a_standing_foot_is_planted_and_a_swinging_one_is_not() -> None:
    joints = joints_of(walk(60))
    slopes = joints[:, [7, 8], :2] / 4.0
    speed = contact.seen_speed(slopes, np.full(60, 4.0), FPS)
    stands = contact.planted(joints, speed, FPS)
    left_up, right_up = 7, 22  # frames at the middle of each foot's swing
    assert stands[left_up, 0] < 0.1 < 0.9 < stands[left_up, 1]
    assert stands[right_up, 1] < 0.1 < 0.9 < stands[right_up, 0]


def test_planted_feet_stop_sliding_and_the_path_is_kept() -> None:
    num_frames = 90
    wander = 0.05 * np.random.default_rng(0).normal(size=(num_frames, 3)).cumsum(0) / 3
    trans = np.zeros((num_frames, 3)) + wander
    ankles = np.zeros((num_frames, 2, 3)) + wander[:, None]
    stands = np.zeros((num_frames, 2))
    stands[:, 0] = 1.0
    still = contact.held(trans, ankles, stands, FPS)
    shift = (still - trans)[:, None]
    slide = [np.abs(np.diff(a[:, 0, [0, 2]], axis=0)).mean() for a in (ankles, ankles + shift)]
    assert slide[1] < 0.15 * slide[0]
    assert np.abs(still - trans).max() < np.ptp(wander)
    free = contact.held(trans, ankles, np.zeros((num_frames, 2)), FPS)
    assert np.allclose(free, trans)


def test_planted_soles_lie_flat_and_free_feet_are_left_alone() -> None:
    local = walk(20).copy()
    local[:, 7] = rotation.rotvec_to_rotmat(np.array([0.5, 0, 0]))
    from core.body import forward_kinematics

    world, _ = forward_kinematics(local, rest_joints(), np.zeros((20, 3)))
    stands = np.zeros((20, 2))
    stands[10:, 0] = 1.0
    mended = contact.flattened(local, np.asarray(world, float), stands)
    turned, _ = forward_kinematics(mended, rest_joints(), np.zeros((20, 3)))
    assert np.allclose(mended[:10], local[:10], atol=1e-6)
    before, after = (w[10:, 7, 1, 1].min() for w in (world, turned))
    assert after > before
    assert after > np.cos(np.radians(25))
