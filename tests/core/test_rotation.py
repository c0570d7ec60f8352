"""Rotation maps: round trips, both 6D layouts by name, the torch twin, the original's values."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.transform import Rotation, Slerp

from core import rotation as rot

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
NUMBERS = st.floats(-4, 4, allow_nan=False, width=64)
ROTVECS = arrays(np.float64, (5, 3), elements=NUMBERS)
QUATS = arrays(np.float64, (5, 4), elements=NUMBERS).filter(
    lambda q: bool((np.linalg.norm(q, axis=-1) > 0.05).all())
)
ORDERS = ("XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX")
fast = settings(max_examples=80, deadline=None)


@pytest.fixture(scope="module")
def golden():
    path = SHARED / "golden" / "actor" / "rotations.npz"
    if not path.exists():
        pytest.skip("the original's rotations are not beside this checkout")
    return np.load(path)


@given(ROTVECS)
@fast
def test_every_way_to_a_matrix_gives_scipys(rotvec):
    wanted = Rotation.from_rotvec(rotvec).as_matrix()
    np.testing.assert_allclose(rot.rotvec_to_rotmat(rotvec), wanted, atol=1e-12)
    through = rot.quat_to_rotmat(rot.rotvec_to_quat(rotvec))
    np.testing.assert_allclose(through, wanted, atol=1e-12)


@given(ROTVECS)
@fast
def test_matrices_survive_every_round_trip(rotvec):
    rotmat = rot.rotvec_to_rotmat(rotvec)
    for there, back in (
        (rot.rotmat_to_rotvec, rot.rotvec_to_rotmat),
        (rot.rotmat_to_quat, rot.quat_to_rotmat),
        (rot.rotmat_to_rot6d_rows, rot.rot6d_rows_to_rotmat),
        (rot.rotmat_to_rot6d_columns, rot.rot6d_columns_to_rotmat),
    ):
        np.testing.assert_allclose(back(there(rotmat)), rotmat, atol=1e-7)


@given(QUATS)
@fast
def test_quaternions_of_any_length_and_sign_are_the_same_rotation(quat):
    rotmat = rot.quat_to_rotmat(quat)
    np.testing.assert_allclose(rot.quat_to_rotmat(-3 * quat), rotmat, atol=1e-12)
    standard = rot.rotmat_to_quat(rotmat)
    assert (standard[..., 0] >= 0).all()
    np.testing.assert_allclose(np.linalg.norm(standard, axis=-1), 1, atol=1e-12)
    np.testing.assert_allclose(rot.quat_to_rotmat(standard), rotmat, atol=1e-9)


@given(ROTVECS)
@fast
def test_the_short_way_round_is_at_most_half_a_turn(rotvec):
    short = rot.rotmat_to_rotvec(rot.rotvec_to_rotmat(rotvec))
    assert (np.linalg.norm(short, axis=-1) <= np.pi + 1e-9).all()


@pytest.mark.parametrize("angle", [0.0, 1e-12, 1e-8, 1e-4, np.pi - 1e-6, np.pi, 2 * np.pi])
@pytest.mark.parametrize("axis", [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0.6, 0, -0.8]])
def test_small_and_half_turns_lose_nothing(angle, axis):
    rotvec = np.array(axis) * angle
    wanted = Rotation.from_rotvec(rotvec).as_matrix()
    np.testing.assert_allclose(rot.rotvec_to_rotmat(rotvec), wanted, atol=1e-12)
    back = rot.rotmat_to_rotvec(wanted)
    np.testing.assert_allclose(Rotation.from_rotvec(back).as_matrix(), wanted, atol=1e-7)


def test_the_two_6d_layouts_are_rows_and_columns_of_one_matrix():
    rotmat = rot.rotvec_to_rotmat(np.array([0.3, -0.8, 0.5]))
    np.testing.assert_array_equal(rot.rotmat_to_rot6d_rows(rotmat), rotmat[:2].ravel())
    np.testing.assert_array_equal(rot.rotmat_to_rot6d_columns(rotmat), rotmat[:, :2].ravel())
    wrong = rot.rot6d_columns_to_rotmat(rot.rotmat_to_rot6d_rows(rotmat))
    assert np.abs(wrong - rotmat).max() > 0.1


@given(arrays(np.float64, (4, 6), elements=NUMBERS))
@fast
def test_any_six_numbers_give_a_rotation(rot6d):
    a, b = rot6d[:, :3], rot6d[:, 3:]
    if (np.linalg.norm(np.cross(a, b), axis=-1) < 1e-3).any():
        return  # the two vectors name no plane
    for back in (rot.rot6d_rows_to_rotmat,):
        rotmat = back(rot6d)
        product = rotmat @ np.swapaxes(rotmat, -1, -2)
        np.testing.assert_allclose(product, np.broadcast_to(np.eye(3), product.shape), atol=1e-9)
        np.testing.assert_allclose(np.linalg.det(rotmat), 1, atol=1e-9)


@pytest.mark.parametrize("order", ORDERS)
@given(angles=ROTVECS)
@settings(max_examples=30, deadline=None)
def test_euler_angles_read_like_bvh_channels(order, angles):
    matrices = rot.rotvec_to_rotmat
    axes = [np.eye(3)["XYZ".index(letter)] for letter in order]
    product = np.eye(3)
    for i, axis in enumerate(axes):
        product = product @ matrices(axis * angles[:, i : i + 1])
    np.testing.assert_allclose(rot.euler_to_rotmat(angles, order), product, atol=1e-12)
    again = rot.euler_to_rotmat(rot.rotmat_to_euler(product, order), order)
    np.testing.assert_allclose(again, product, atol=1e-6)


def test_leading_dimensions_are_free():
    rotvec = np.random.default_rng(0).normal(size=(2, 3, 4, 3))
    for function in (rot.rotvec_to_rotmat, rot.rotvec_to_quat):
        whole = function(rotvec)
        np.testing.assert_array_equal(whole[1, 2, 3], function(rotvec[1, 2, 3]))
    rotmat = rot.rotvec_to_rotmat(rotvec)
    for function in (
        rot.rotmat_to_quat,
        rot.rotmat_to_rotvec,
        rot.rotmat_to_rot6d_rows,
        rot.rotmat_to_rot6d_columns,
    ):
        np.testing.assert_allclose(function(rotmat)[1, 2, 3], function(rotmat[1, 2, 3]), atol=1e-15)


def test_single_precision_stays_single():
    rotvec = np.ones((4, 3), np.float32)
    assert rot.rotvec_to_rotmat(rotvec).dtype == np.float32


def test_continuous_quaternions_are_the_same_rotations_without_sign_jumps():
    angles = np.linspace(0, 6 * np.pi, 100)
    quat = rot.rotmat_to_quat(rot.rotvec_to_rotmat(angles[:, None] * np.array([0, 1.0, 0])))
    smooth = rot.continuous_quat(quat)
    assert (np.sum(smooth[1:] * smooth[:-1], axis=-1) > 0.9).all()
    np.testing.assert_allclose(rot.quat_to_rotmat(smooth), rot.quat_to_rotmat(quat), atol=1e-12)


@given(a=ROTVECS, b=ROTVECS, fraction=st.floats(0, 1))
@fast
def test_slerp_is_scipys_and_meets_its_ends(a, b, fraction):
    qa, qb = rot.rotvec_to_quat(a), rot.rotvec_to_quat(b)
    if (np.abs(np.sum(qa * qb, axis=-1)) < 1e-4).any():
        return  # half a turn apart: two ways are equally short
    found = rot.quat_to_rotmat(rot.slerp_quat(qa, qb, np.full(5, fraction)))
    for i in range(5):
        ends = Rotation.from_rotvec(np.stack([a[i], b[i]]))
        wanted = Slerp([0, 1], ends)(fraction).as_matrix()
        np.testing.assert_allclose(found[i], wanted, atol=1e-6)


@given(a=ROTVECS, b=ROTVECS)
@fast
def test_the_minimal_rotation_turns_one_direction_onto_the_other(a, b):
    if min(np.linalg.norm(a, axis=-1).min(), np.linalg.norm(b, axis=-1).min()) < 1e-3:
        return
    a /= np.linalg.norm(a, axis=-1, keepdims=True)
    b /= np.linalg.norm(b, axis=-1, keepdims=True)
    rotmat = rot.minimal_rotmat(a, b)
    np.testing.assert_allclose(np.einsum("nij,nj->ni", rotmat, a), b, atol=1e-7)
    angle = np.linalg.norm(rot.rotmat_to_rotvec(rotmat), axis=-1)
    np.testing.assert_allclose(np.cos(angle), np.sum(a * b, axis=-1), atol=1e-6)


def test_opposite_directions_have_a_minimal_rotation_too():
    for axis in np.eye(3):
        np.testing.assert_allclose(rot.minimal_rotmat(axis, -axis) @ axis, -axis, atol=1e-9)


def test_the_values_are_the_originals(golden):
    g = golden
    np.testing.assert_allclose(rot.rotvec_to_rotmat(g["aa"]), g["aa_to_matrix"], atol=1e-9)
    matrices = rot.quat_to_rotmat(g["quat_nonunit"])
    np.testing.assert_allclose(matrices, g["quat_nonunit_to_matrix"], atol=1e-9)
    np.testing.assert_array_equal(rot.rotmat_to_rot6d_rows(g["matrix"]), g["matrix_to_d6"])
    np.testing.assert_allclose(rot.rot6d_rows_to_rotmat(g["d6"]), g["d6_to_matrix"], atol=1e-9)
    for order in ("XYZ", "ZYX"):
        angles = rot.rotmat_to_euler(g["matrix"], order)
        np.testing.assert_allclose(angles, g[f"matrix_to_euler_{order}"], atol=1e-7)
    composed = rot.euler_to_rotmat(g["aa"], "ZYX")  # the same numbers, taken as angles
    np.testing.assert_allclose(composed, g["euler_ZYX_to_matrix"], atol=1e-9)


def test_quaternions_are_the_originals_up_to_sign(golden):
    def same_rotation(a, b, atol):
        np.testing.assert_allclose(rot.quat_to_rotmat(a), rot.quat_to_rotmat(b), atol=atol)

    same_rotation(rot.rotvec_to_quat(golden["aa"]), golden["aa_to_quat"], 1e-7)
    # the original's way back is inexact near half turns, so only the others are compared
    angle = np.linalg.norm(golden["matrix_to_aa"], axis=-1)
    well = angle < 3.1
    assert well.sum() > 50
    same_rotation(rot.rotmat_to_quat(golden["matrix"][well]), golden["matrix_to_quat"][well], 1e-6)
    rotvec = rot.rotmat_to_rotvec(golden["matrix"][well])
    np.testing.assert_allclose(rotvec, golden["matrix_to_aa"][well], atol=1e-6)


def test_the_torch_twin_agrees_and_lets_gradients_through():
    torch = pytest.importorskip("torch")
    from core import rotation_torch as twin

    rotvec = np.random.default_rng(0).normal(size=(40, 3))
    rotvec[:3] = [[0, 0, 0], [1e-9, 0, 0], [0, np.pi - 1e-3, 0]]
    rotmat = rot.rotvec_to_rotmat(rotvec)
    rows, columns = rot.rotmat_to_rot6d_rows(rotmat), rot.rotmat_to_rot6d_columns(rotmat)
    quat = rot.rotvec_to_quat(rotvec)
    for name, given_value in (
        ("rotvec_to_rotmat", rotvec),
        ("quat_to_rotmat", quat),
        ("rotmat_to_rot6d_rows", rotmat),
        ("rotmat_to_rot6d_columns", rotmat),
        ("rot6d_rows_to_rotmat", rows),
        ("rot6d_columns_to_rotmat", columns),
    ):
        found = getattr(twin, name)(torch.from_numpy(given_value)).numpy()
        np.testing.assert_allclose(found, getattr(rot, name)(given_value), atol=1e-7, err_msg=name)
    for name in ("rotmat_to_quat", "rotmat_to_rotvec"):
        found = getattr(twin, name)(torch.from_numpy(rotmat)).numpy()
        back = rot.quat_to_rotmat if name.endswith("quat") else rot.rotvec_to_rotmat
        np.testing.assert_allclose(back(found), rotmat, atol=1e-6, err_msg=name)
    leaf = torch.from_numpy(rows).requires_grad_()
    twin.rot6d_rows_to_rotmat(leaf).sum().backward()
    assert leaf.grad is not None
    assert torch.isfinite(leaf.grad).all()
