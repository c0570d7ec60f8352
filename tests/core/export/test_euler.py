"""Euler curves are the same rotations, have no jumps, and stay near slerp between keys."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.transform import Rotation, Slerp

from core.export.euler import ORDERS, choose_orders, euler_curves, euler_from_rotmat, unrolled
from core.rotation import rotvec_to_quat, rotvec_to_rotmat
from core.skeleton import JOINT_INDEX
from tests.core.export.motions import lively_motion, swing

ANGLES = st.floats(-7, 7, allow_nan=False, width=32)


@pytest.mark.parametrize("order", ORDERS)
@given(angles=arrays(np.float64, 3, elements=ANGLES))
@settings(max_examples=60, deadline=None)
def test_angles_of_any_rotation_multiply_back_to_it(order, angles):
    wanted = Rotation.from_euler(order, angles).as_matrix()
    found = Rotation.from_euler(order, euler_from_rotmat(wanted, order)).as_matrix()
    np.testing.assert_allclose(found, wanted, atol=1e-7)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("middle", [np.pi / 2, -np.pi / 2])
def test_gimbal_lock_loses_nothing(order, middle):
    wanted = rotvec_to_rotmat(np.eye(3)["XYZ".index(order[1])] * middle)
    wanted = np.rint(wanted) @ rotvec_to_rotmat(np.array([0.0, 0.0, 0.0]))
    for turn in range(4):
        spin = np.linalg.matrix_power(
            np.rint(rotvec_to_rotmat(np.eye(3)["XYZ".index(order[0])] * np.pi / 2)), turn
        )
        found = Rotation.from_euler(order, euler_from_rotmat(spin @ wanted, order)).as_matrix()
        np.testing.assert_allclose(found, spin @ wanted, atol=1e-12)


@given(angles=arrays(np.float64, (3, 12, 2), elements=ANGLES), order=st.sampled_from(ORDERS))
@settings(max_examples=60, deadline=None)
def test_unrolling_keeps_every_rotation(angles, order):
    before = Rotation.from_euler(order, angles.reshape(3, -1).T).as_matrix()
    after = Rotation.from_euler(order, unrolled(angles).reshape(3, -1).T).as_matrix()
    np.testing.assert_allclose(after, before, atol=1e-9)


def test_unrolling_at_once_is_unrolling_frame_by_frame():
    angles = np.random.default_rng(1).uniform(-np.pi, np.pi, (3, 200, 4))
    curves = unrolled(angles)
    before = np.zeros((3, 4))
    for now in np.moveaxis(curves, 1, 0):
        twin = np.stack([now[0] + np.pi, np.pi - now[1], now[2] + np.pi])
        twin -= 2 * np.pi * np.rint((twin - before) / (2 * np.pi))
        assert np.all(np.abs(now - before).sum(0) <= np.abs(twin - before).sum(0) + 1e-9)
        assert np.all(np.abs(now - before) <= np.pi + 1e-9)
        before = now


def test_two_turns_are_one_straight_line():
    rotmat = rotvec_to_rotmat(lively_motion(120).poses[:, :1].astype(float))
    turn = np.degrees(euler_curves(rotmat, ["ZXY"]))[:, 0, 2]
    assert turn[-1] - turn[0] == pytest.approx(720, abs=5)
    assert np.abs(np.diff(turn)).max() < 12


def middle_error_deg(motion, orders):
    """(T-1, 24) degrees between linear Euler and slerp half-way between keys, by scipy."""
    rotmat = rotvec_to_rotmat(motion.poses.astype(float))
    curves = euler_curves(rotmat, orders)
    middles = 0.5 * (curves[1:] + curves[:-1])
    out = np.empty(middles.shape[:2])
    for j, order in enumerate(orders):
        at = Rotation.from_matrix(rotmat[:, j])
        wanted = Slerp(np.arange(len(rotmat)), at)(np.arange(len(rotmat) - 1) + 0.5)
        out[:, j] = np.degrees(
            (wanted.inv() * Rotation.from_euler(order, middles[:, j])).magnitude()
        )
    return out


def chosen(motion):
    rotvec = motion.poses.astype(float)
    return choose_orders([rotvec_to_rotmat(rotvec)], [rotvec_to_quat(rotvec)])


def test_no_uniform_order_beats_the_chosen_ones_at_any_joint():
    motion = lively_motion(150, seed=3)
    cost = (middle_error_deg(motion, chosen(motion)) ** 4).mean(axis=0)
    for order in ORDERS:
        assert np.all(cost <= (middle_error_deg(motion, [order] * 24) ** 4).mean(axis=0) * 1.01)


@pytest.mark.parametrize(
    ("joint", "axis", "low", "high"),
    [("left_elbow", 1, 0, -140), ("right_knee", 0, 0, 130), ("left_hip", 0, -110, 20)],
)
def test_limbs_swing_without_gimbal_flips(joint, axis, low, high):
    motion = swing(joint, axis, low, high)
    index = JOINT_INDEX[joint]
    assert middle_error_deg(motion, chosen(motion))[:, index].max() < 0.2
    worst = max(middle_error_deg(motion, [o] * 24)[:, index].max() for o in ORDERS)
    assert worst > 2.0  # so the choice matters here


def test_where_nothing_turns_the_order_is_fbxs_default():
    assert chosen(lively_motion(1)) == ["ZYX"] * 24
    assert chosen(swing("left_elbow", 1, 0, -140)).count("ZYX") >= 23


def test_a_cut_has_no_say_in_the_order():
    motion = swing("left_elbow", 1, 0, -140)
    poses = motion.poses.copy()
    poses[20:, JOINT_INDEX["left_elbow"]] += [0.0, 0.0, 2.5]
    rotvec = poses.astype(float)
    orders = choose_orders([rotvec_to_rotmat(rotvec)], [rotvec_to_quat(rotvec)])
    halves = [rotvec[:20], rotvec[20:]]
    apart = choose_orders(
        [rotvec_to_rotmat(h) for h in halves], [rotvec_to_quat(h) for h in halves]
    )
    assert orders == apart
