"""A BVH read back, by three readers that share no code with the writer, is the same motion."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pybvh
import pytest

from core.body import default_body, joint_positions
from core.errors import StudioError
from core.export import ExportOptions, export_motion
from core.export.bvh import BVH_NAMES
from core.export.euler import TABLE_ORDERS
from core.export.prepare import body_of
from core.motion import Motion
from core.rotation import quat_to_rotvec, rotvec_to_quat, slerp_quat
from core.skeleton import JOINT_INDEX
from tests.core.export.bvh_reader import read_bvh
from tests.core.export.motions import lively_motion

SHARED = Path(__file__).resolve().parents[3].parent / "shared"
LIMIT_MM = 0.05


def error_mm(motion: Motion, path: Path, metres_per_unit: float = 0.01) -> float:
    found = read_bvh(path).positions()
    joints = np.stack([found[name] for name in BVH_NAMES], axis=1) * metres_per_unit
    return float(np.linalg.norm(joints - joint_positions(motion), axis=-1).max() * 1000)


@pytest.mark.parametrize("order", ["auto", "table", "ZXY", "XYZ"])
@pytest.mark.parametrize(("unit", "metres"), [("cm", 0.01), ("m", 1.0)])
def test_joints_come_back_within_a_twentieth_of_a_millimetre(tmp_path, order, unit, metres):
    motion = lively_motion(45, seed=5)
    export_motion(motion, tmp_path / "a.bvh", unit=unit, rotation_order=order)
    assert error_mm(motion, tmp_path / "a.bvh", metres) < LIMIT_MM


def test_pybvh_reads_the_same_joints(tmp_path):
    motion = lively_motion(60, seed=2, fps=20)
    export_motion(motion, tmp_path / "a.bvh")
    bvh = pybvh.read_bvh_file(tmp_path / "a.bvh")
    assert bvh.frame_count == 60
    assert bvh.fps == pytest.approx(20, abs=1e-6)
    order = [list(bvh.joint_names).index(name) for name in BVH_NAMES]
    joints = np.asarray(bvh.joint_positions())[:, order] * 0.01
    assert np.linalg.norm(joints - joint_positions(motion), axis=-1).max() * 1000 < LIMIT_MM


def test_the_outside_checker_finds_no_fault(tmp_path):
    tool = SHARED / "tools" / "check_fbx.py"
    if not tool.exists():
        pytest.skip("the outside checker is not beside this checkout")
    motion = lively_motion(60, seed=7)
    export_motion(motion, tmp_path / "a.bvh")
    np.savez(tmp_path / "truth.npz", joints=joint_positions(motion), names=np.array(BVH_NAMES))
    command = [sys.executable, tool, tmp_path / "a.bvh", "--truth", tmp_path / "truth.npz"]
    result = subprocess.run(
        [*map(str, command), "--max-mm", str(LIMIT_MM)], capture_output=True, text=True, timeout=60
    )
    report = json.loads(result.stdout)
    assert result.returncode == 0, report
    assert report["truth"]["common"] == 24
    assert report["truth"]["max_mm"] < LIMIT_MM


def test_the_file_follows_the_conventions_readers_agree_on(tmp_path):
    motion = lively_motion(10, fps=29.97)
    export_motion(motion, tmp_path / "a.bvh")
    bvh = read_bvh(tmp_path / "a.bvh")
    root = bvh.nodes[0]
    np.testing.assert_array_equal(root.offset, 0)
    assert root.channels[:3] == ["Xposition", "Yposition", "Zposition"]
    assert sorted(bvh.names) == sorted(BVH_NAMES)
    assert 1 / bvh.frame_time == pytest.approx(30000 / 1001, abs=1e-6)
    ends = [n for n in bvh.nodes if n.name.startswith("End of")]
    assert len(ends) == 5
    assert all(np.linalg.norm(n.offset) > 5 for n in ends)
    assert all(len(n.channels) == 3 for n in bvh.nodes[1:] if n not in ends)
    pelvis = (default_body().shaped(motion.betas).joints[0] + motion.trans) * 100
    np.testing.assert_allclose(bvh.frames[:, :3], pelvis, atol=1e-4)


def test_no_minus_zero_and_no_exponent_is_written(tmp_path):
    motion = Motion(poses=np.full((3, 24, 3), -1e-9), trans=np.full((3, 3), -1e-12))
    export_motion(motion, tmp_path / "a.bvh")
    text = (tmp_path / "a.bvh").read_text("ascii")
    assert "-0.000000" not in text
    assert "e-" not in text


def test_the_clips_shape_counts_only_on_its_own_body():
    tall = np.zeros(10)
    tall[0] = 2.0
    own = Motion(poses=np.zeros((1, 24, 3)), trans=np.zeros((1, 3)), betas=tall)
    mean = default_body().shaped(np.zeros(10)).joints
    assert np.abs(body_of(own)[1].joints - mean).max() > 0.005
    np.testing.assert_allclose(body_of(own.replace(body_id="smpl-0"))[1].joints, mean)


def test_between_keys_the_joints_stay_near_the_slerped_motion(tmp_path):
    motion = lively_motion(60, seed=11)
    export_motion(motion, tmp_path / "a.bvh")
    bvh = read_bvh(tmp_path / "a.bvh")
    found = bvh.positions(0.5 * (bvh.frames[1:] + bvh.frames[:-1]))
    joints = np.stack([found[n] for n in BVH_NAMES], axis=1) * 0.01
    quat = rotvec_to_quat(motion.poses.astype(float))
    slerped = motion.replace(
        poses=quat_to_rotvec(slerp_quat(quat[:-1], quat[1:], np.full((59, 24), 0.5))),
        trans=0.5 * (motion.trans[1:] + motion.trans[:-1]),
    )
    off_mm = np.linalg.norm(joints - joint_positions(slerped), axis=-1) * 1000
    assert np.percentile(off_mm, 99) < 5  # these swings are far wilder than any recorded motion
    assert np.median(off_mm) < 1


def test_the_fixed_table_is_the_measured_one():
    assert TABLE_ORDERS[JOINT_INDEX["pelvis"]] == "ZXY"
    assert TABLE_ORDERS[JOINT_INDEX["left_shoulder"]] == "ZYX"
    assert TABLE_ORDERS[JOINT_INDEX["left_knee"]] == "YZX"
    assert len(TABLE_ORDERS) == 24


def test_a_wrong_option_says_what_is_possible():
    with pytest.raises(StudioError, match="cm or m"):
        ExportOptions(unit="inch")
    with pytest.raises(StudioError, match="auto or table or XYZ"):
        export_motion(lively_motion(2), Path("a.bvh"), rotation_order="ZZZ")
    with pytest.raises(StudioError, match="no export option colour"):
        export_motion(lively_motion(2), Path("a.bvh"), colour="red")


def test_a_minute_is_written_within_150_ms_of_processor_time(tmp_path):
    motion = lively_motion(1800)
    body_of(motion)

    def seconds() -> float:
        start = time.process_time()
        export_motion(motion, tmp_path / "a.bvh")
        return time.process_time() - start

    assert min(seconds() for _ in range(5)) < 0.15
    assert error_mm(motion, tmp_path / "a.bvh") < LIMIT_MM


def test_every_demo_action_comes_back(tmp_path):
    from core.datasets import demo

    for label in demo.ACTIONS:
        motion = demo.generate(label, 5)
        export_motion(motion, tmp_path / "a.bvh")
        assert error_mm(motion, tmp_path / "a.bvh") < LIMIT_MM, label
