"""Real motion capture of other skeletons against a retargeting made apart from this code.

The truth holds float16 angles (about 1e-3 rad of rounding); ``PLAIN`` is its method.
"""

from __future__ import annotations

import zipfile

import numpy as np
import pytest

from core.body import default_body, floor_height, joint_positions
from core.importing import (
    PLAIN,
    RetargetOptions,
    import_motions,
    read_clip,
    retarget,
    retargeted,
)
from core.importing.landmarks import between
from core.rotation import rotmat_to_rotvec, rotvec_to_rotmat
from core.skeleton import JOINT_INDEX
from tests.core.importing.skeletons import cmu_bvh

TOLERANCE_DEGREES = 0.1  # float16 axis-angle over three radians
BANDAI = (
    "dataset-1_bow_normal_001.bvh",
    "dataset-1_kick_normal_001.bvh",
    "dataset-2_walk_normal_001.bvh",
)


def degrees_between(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    first, second = (rotvec_to_rotmat(np.asarray(p, np.float64)) for p in (a, b))
    turn = rotmat_to_rotvec(first.swapaxes(-1, -2) @ second)
    return np.degrees(np.linalg.norm(turn, axis=-1))


def truth_of(path, name):
    """First clip whose name begins so: poses (T, 24, 3), pelvis (T, 3), start, end."""
    with np.load(path) as data:
        names = list(data["names"])
        i = next(i for i, n in enumerate(names) if n.startswith(name + ":"))
        start = int(data["lengths"][:i].sum())
        rows = slice(start, start + int(data["lengths"][i]))
        a, b = map(int, names[i].rpartition(":")[2].split("-"))
        return data["poses"][rows].astype(np.float32), data["trans"][rows], a, b


@pytest.fixture(scope="module")
def mocap(shared):
    return shared / "mocap"


@pytest.mark.parametrize("name", BANDAI)
def test_bandai_agrees_with_the_truth(mocap, name):
    poses, pelvis, a, b = truth_of(mocap / "smpl24_bandai_30fps.npz", name)
    found = retarget(read_clip(mocap / "bvh_samples" / name), options=PLAIN).sliced(a, b)
    assert degrees_between(poses, found.poses).max() < TOLERANCE_DEGREES
    rest_pelvis = default_body().rest_joints[0]
    np.testing.assert_allclose(found.trans + rest_pelvis, pelvis, atol=1e-4)


@pytest.mark.parametrize("name", BANDAI[2:])
def test_limbs_point_where_the_sources_point(mocap, name):
    source = read_clip(mocap / "bvh_samples" / name)
    result = retargeted(source, options=RetargetOptions(keep_feet=False))
    joints = joint_positions(result.motion).astype(np.float64)
    column = {name: i for i, name in enumerate(source.names)}
    for side, letter in (("left", "L"), ("right", "R")):
        for first, last, upper, lower in (
            ("shoulder", "elbow", "UpperArm", "LowerArm"),
            ("elbow", "wrist", "LowerArm", "Hand"),
            ("hip", "knee", "UpperLeg", "LowerLeg"),
            ("knee", "ankle", "LowerLeg", "Foot"),
        ):
            ours = (
                joints[:, JOINT_INDEX[f"{side}_{last}"]]
                - (joints[:, JOINT_INDEX[f"{side}_{first}"]])
            )
            theirs = (
                source.positions[:, column[f"{lower}_{letter}"]]
                - (source.positions[:, column[f"{upper}_{letter}"]])
            )
            assert between(ours, theirs).max() < 0.05
    assert abs(floor_height(result.motion)) < 0.03


def test_cmu_agrees_with_the_truth_and_loses_its_t_pose(mocap, tmp_path):
    member = "test/walking/walking_1.txt"
    with zipfile.ZipFile(mocap / "cmu8_expmap_120fps.zip") as archive:
        text = archive.read(member).decode()
    rows = np.array([list(map(float, line.split(","))) for line in text.split()])
    (tmp_path / "cmu.bvh").write_text(cmu_bvh(rows))
    poses, pelvis, a, b = truth_of(mocap / "smpl24_cmu8_30fps.npz", member)
    result = retargeted(read_clip(tmp_path / "cmu.bvh"), options=PLAIN)
    found = result.motion
    assert found.fps == 120
    assert found.num_frames == len(rows) - 1
    assert (result.frame.unit, result.frame.up) == ("CMU unit", "y")
    mine = found.sliced(a - 1, b - 1)
    error = degrees_between(poses, mine.poses[::4])[:, :22]  # the truth leaves hands straight
    assert error.max() < TOLERANCE_DEGREES
    rest_pelvis = default_body().rest_joints[0]
    np.testing.assert_allclose(mine.trans[::4] + rest_pelvis, pelvis, atol=1e-4)
    (upright,) = import_motions(tmp_path / "cmu.bvh")
    assert abs(floor_height(upright)) < 0.03
