"""Points of a known body lift back to that body's pose."""

from __future__ import annotations

import numpy as np
import pytest

from core import rotation
from core.estimators.blazepose import bones
from core.estimators.blazepose.lift import lift
from tests.core.estimators.factory import (
    LIMB_JOINTS,
    joints_of,
    points_of,
    rest_joints,
    walk,
)


def rooted(joints: np.ndarray) -> np.ndarray:
    return joints - joints[:, 1:3].mean(1, keepdims=True)


def test_a_marching_body_is_lifted_back_to_its_joints() -> None:
    true = walk(40)
    lifted = lift(points_of(true), rest_joints())
    error = np.linalg.norm(rooted(joints_of(true)) - rooted(joints_of(lifted)), axis=-1)
    assert error[:, LIMB_JOINTS].max() < 0.02


def test_every_result_is_a_rotation() -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, (60, 33, 3))
    local = lift(points_of(walk(60)) + noise, rest_joints())
    identity = local @ np.swapaxes(local, -1, -2)
    assert np.abs(identity - np.eye(3)).max() < 1e-6
    assert np.abs(np.linalg.det(local) - 1).max() < 1e-6


def test_a_turned_body_is_lifted_to_the_same_pose_turned() -> None:
    turn = rotation.rotvec_to_rotmat(np.array([0.3, 2.0, -0.2]))
    points = points_of(walk(20))
    straight, turned = (lift(p, rest_joints()) for p in (points, points @ turn.T))
    assert np.abs(turned[:, 0] - turn @ straight[:, 0]).max() < 1e-6
    assert np.abs(turned[:, 1:] - straight[:, 1:]).max() < 1e-6


def test_knees_and_elbows_never_bend_the_wrong_way() -> None:
    points = points_of(walk(30))
    for knee, ankle in ((25, 27), (26, 28)):
        points[:, ankle, 2] = points[:, knee, 2] + 0.25  # shins kicked forwards through the knee
    local = lift(points, rest_joints())
    for joint in (4, 5):
        bend = rotation.rotmat_to_rotvec(local[:, joint])[:, 0]
        assert bend.min() > np.radians(-12)


def test_a_straight_limb_takes_its_twist_from_the_body_not_from_noise() -> None:
    straight = np.broadcast_to(np.eye(3), (50, 24, 3, 3))
    noise = np.random.default_rng(1).normal(0, 0.004, (50, 33, 3))
    local = lift(points_of(straight) + noise, rest_joints())
    for joint in (1, 2, 16, 17):  # hips and shoulders
        turn = np.linalg.norm(rotation.rotmat_to_rotvec(local[:, joint]), axis=-1)
        assert turn.max() < np.radians(15)


def test_wild_hands_do_not_wring_the_forearm() -> None:
    points = points_of(walk(50))
    points[:, 17:23] = np.random.default_rng(2).normal(0, 0.3, (50, 6, 3))
    local = lift(points, rest_joints())
    for joint in (20, 21):
        turn = np.linalg.norm(rotation.rotmat_to_rotvec(local[:, joint]), axis=-1)
        assert turn.max() < np.radians(110)


def test_bones_get_one_length_and_their_depth_back() -> None:
    true = points_of(walk(40))
    distance = 4.0
    slopes = true[..., :2] / (distance - true[..., 2:])
    seen = true.copy()
    seen[..., 2] *= 0.5  # flattened, as networks do where they are unsure
    mended = bones.constant_bones(
        seen, slopes, np.ones((40, 33)), rest_joints(), np.full(40, -distance)
    )
    thighs = np.linalg.norm(mended[:, 25] - mended[:, 23], axis=-1)
    assert np.ptp(thighs) < 1e-6
    limbs = [11, 12, 13, 14, 15, 16, 25, 26, 27, 28]
    before, after = (
        np.linalg.norm(points[:, limbs] - true[:, limbs], axis=-1).mean()
        for points in (seen, mended)
    )
    assert after < 0.9 * before


@pytest.mark.parametrize("target", [(0.3, 0.2, 0.4), (2.0, 0.0, 0.0), (0.0, 0.0, -0.5), (0, 0, 0)])
def test_the_best_direction_on_a_sphere_is_the_best(target: tuple[float, float, float]) -> None:
    goal, plane, depth = np.array([target], float), np.array([4.0]), np.array([1.0])
    found = bones.on_sphere(goal, plane, depth)
    assert np.linalg.norm(found) == pytest.approx(1, abs=1e-6)
    others = np.random.default_rng(4).normal(size=(20_000, 3))
    others /= np.linalg.norm(others, axis=-1, keepdims=True)

    def cost(u: np.ndarray) -> np.ndarray:
        return ((u - goal) ** 2 * [4.0, 4.0, 1.0]).sum(-1)

    assert cost(found)[0] <= cost(others).min() + 1e-6
