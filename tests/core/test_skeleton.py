"""The joint tree is SMPL's, and its derived tables agree with it."""

from __future__ import annotations

import itertools

from core.skeleton import CHILDREN, JOINT_INDEX, JOINT_NAMES, LEVELS, MIRROR, NUM_JOINTS, PARENTS


def test_there_are_24_joints_each_after_its_parent():
    assert NUM_JOINTS == len(JOINT_NAMES) == len(set(JOINT_NAMES)) == 24
    assert PARENTS[0] == -1
    assert all(0 <= parent < joint for joint, parent in enumerate(PARENTS) if joint)


def test_children_and_levels_cover_every_joint_once():
    assert sorted(c for children in CHILDREN for c in children) == list(range(1, 24))
    assert sorted(j for level in LEVELS for j in level) == list(range(24))
    depth = {j: d for d, level in enumerate(LEVELS) for j in level}
    assert all(depth[j] == depth[PARENTS[j]] + 1 for j in range(1, 24))


def test_mirroring_twice_is_nothing_and_swaps_sides():
    assert all(MIRROR[MIRROR[j]] == j for j in range(24))
    assert MIRROR[JOINT_INDEX["left_knee"]] == JOINT_INDEX["right_knee"]
    assert MIRROR[JOINT_INDEX["spine2"]] == JOINT_INDEX["spine2"]
    assert all(
        MIRROR[PARENTS[j]] == PARENTS[MIRROR[j]] for j in range(1, 24)
    )  # the tree is symmetric


def test_the_limbs_hang_where_smpl_has_them():
    chain = ["left_wrist", "left_elbow", "left_shoulder", "left_collar", "spine3"]
    for child, parent in itertools.pairwise(chain):
        assert PARENTS[JOINT_INDEX[child]] == JOINT_INDEX[parent]
