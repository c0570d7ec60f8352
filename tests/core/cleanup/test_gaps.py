"""What nobody saw is found, bridged without a jump, and marked; what was seen is not touched."""

from __future__ import annotations

import numpy as np
import pytest

from core.body import joint_positions
from core.cleanup.gaps import bridge, missing_frames, multiplied
from core.rotation import quat_to_rotmat, rotvec_to_quat, rotvec_to_rotmat
from tests.core.cleanup.motions import angles, jogging, standing


def mask(num_frames: int, *spans: tuple[int, int]) -> np.ndarray:
    out = np.zeros(num_frames, bool)
    for first, stop in spans:
        out[first:stop] = True
    return out


def test_a_short_gap_is_bridged_close_to_the_truth_and_marked():
    truth = jogging()
    missing = mask(90, (30, 35))
    poses, trans = truth.poses.copy(), truth.trans.copy()
    poses[missing], trans[missing] = 0.0, 9.0
    bridged, gaps = bridge(truth.replace(poses=poses, trans=trans), missing)
    assert bridged.inferred == tuple(range(30, 35))
    assert [(gap.first, gap.stop, gap.is_short) for gap in gaps] == [(30, 35, True)]
    assert np.linalg.norm(joint_positions(bridged) - joint_positions(truth), axis=-1).max() < 0.12
    np.testing.assert_array_equal(bridged.poses[~missing], truth.poses[~missing])
    np.testing.assert_array_equal(bridged.trans[~missing], truth.trans[~missing])


@pytest.mark.parametrize(
    "spans", [[(30, 60)], [(0, 10)], [(70, 90)], [(0, 20), (21, 50), (80, 90)]]
)
def test_a_bridge_never_jumps(spans):
    truth = jogging()
    missing = mask(90, *spans)
    poses, trans = truth.poses.copy(), truth.trans.copy()
    poses[missing], trans[missing] = 0.0, 9.0
    bridged, gaps = bridge(truth.replace(poses=poses, trans=trans), missing)
    assert len(gaps) == len(spans)
    steps = np.linalg.norm(np.diff(joint_positions(bridged), axis=0), axis=-1).max()
    usual = np.linalg.norm(np.diff(joint_positions(truth), axis=0), axis=-1).max()
    assert steps < 1.6 * usual
    assert set(np.flatnonzero(missing)) <= set(bridged.inferred)


def test_frozen_frames_and_unbelieved_ones_count_as_missing():
    motion = jogging()
    poses, trans = motion.poses.copy(), motion.trans.copy()
    poses[20:24], trans[20:24] = poses[19], trans[19]
    confidence = np.ones(90)
    confidence[50] = 0.0
    spoilt = motion.replace(poses=poses, trans=trans, confidence=confidence, inferred=(70,))
    assert np.flatnonzero(missing_frames(spoilt)).tolist() == [20, 21, 22, 23, 50, 70]


def test_a_clip_that_stands_still_is_not_missing():
    assert not missing_frames(standing()).any()


def test_nothing_is_invented_where_nothing_was_seen():
    motion = jogging()
    bridged, gaps = bridge(motion, np.ones(90, bool))
    assert bridged is motion
    assert gaps == []


def test_angles_near_half_a_turn_are_bridged_the_short_way():
    motion = standing()
    poses = motion.poses.copy()
    poses[:, 0, 1] = np.linspace(2.8, 3.4, 60)
    bridged, _ = bridge(motion.replace(poses=poses), mask(60, (25, 32)))
    assert angles(bridged, motion.replace(poses=poses)).max() < 0.01


def test_the_quaternion_product_is_the_matrix_product():
    a, b = np.random.default_rng(0).normal(size=(2, 5, 3))
    product = multiplied(rotvec_to_quat(a), rotvec_to_quat(b))
    np.testing.assert_allclose(
        quat_to_rotmat(product), rotvec_to_rotmat(a) @ rotvec_to_rotmat(b), atol=1e-12
    )
