"""What the options do to the skeleton itself."""

from __future__ import annotations

import numpy as np
import pytest

from core.body import default_body, joint_positions
from core.export import PRESETS, ExportOptions, export_motion, prepared
from core.export.rest import A_POSE_DEGREES, bone_axes, pose_of_rest
from core.export.rig import build_rig, global_matrices
from core.export.root_motion import heading_of
from core.export.self_check.bvh_reader import read as read_bvh
from core.motion import Motion
from core.rotation import quat_multiply, rotvec_to_quat
from core.skeleton import JOINT_INDEX, JOINT_NAMES
from tests.core.export.motions import lively_motion


def rig_of(motion, **choice):
    options = ExportOptions(**choice)
    return build_rig([prepared(motion, options)], ["a"], options)


def test_bones_along_limbs_point_their_y_axis_at_the_next_joint():
    rig = rig_of(lively_motion(2), bones="limbs", rest_pose="a")
    for bone, above in (("left_elbow", "left_shoulder"), ("right_ankle", "right_knee")):
        head, tail = rig.heads[JOINT_INDEX[above]], rig.heads[JOINT_INDEX[bone]]
        along = (tail - head) / np.linalg.norm(tail - head)
        np.testing.assert_allclose(rig.axes[JOINT_INDEX[above]][:, 1], along, atol=1e-12)
    turns = np.linalg.det(rig.axes)
    np.testing.assert_allclose(turns, 1.0, atol=1e-12)


def test_left_and_right_bones_mirror_each_other():
    joints = np.asarray(default_body().rest_joints, float)
    axes = bone_axes("limbs", pose_of_rest("t", joints))
    mirror = np.diag([-1.0, 1.0, 1.0])
    left, right = axes[JOINT_INDEX["left_knee"]], axes[JOINT_INDEX["right_knee"]]
    np.testing.assert_allclose(mirror @ left[:, 1:], right[:, 1:], atol=1e-6)


def test_the_a_pose_hangs_the_arms_and_nothing_else():
    joints = np.asarray(default_body().rest_joints, float)
    heads = pose_of_rest("a", joints).heads
    arm = heads[JOINT_INDEX["left_wrist"]] - heads[JOINT_INDEX["left_shoulder"]]
    was = joints[JOINT_INDEX["left_wrist"]] - joints[JOINT_INDEX["left_shoulder"]]
    drop = np.degrees(np.arctan2(was[1], was[0]) - np.arctan2(arm[1], arm[0]))
    assert drop == pytest.approx(A_POSE_DEGREES, abs=1e-6)
    legs = [JOINT_INDEX[name] for name in JOINT_NAMES if "knee" in name or "head" in name]
    np.testing.assert_array_equal(heads[legs], joints[legs])


def test_the_a_posed_body_is_the_body_posed_so():
    body, motion = default_body(), Motion(poses=np.zeros((1, 24, 3)), trans=np.zeros((1, 3)))
    rig = rig_of(motion, rest_pose="a")
    poses = np.zeros((1, 24, 3))
    for side, sign in (("left", -1), ("right", 1)):
        poses[0, JOINT_INDEX[f"{side}_shoulder"], 2] = sign * np.radians(A_POSE_DEGREES)
    from core.body import skin

    posed = skin(motion.replace(poses=poses), body)[0]
    moved = rig.mesh.vertices - posed
    np.testing.assert_allclose(moved, np.broadcast_to(moved[0], moved.shape), atol=2e-6)


def test_root_motion_walks_on_the_ground_and_turns_about_the_vertical_alone():
    motion = lively_motion(60)
    rig = rig_of(motion, root="motion")
    ground = global_matrices(rig, rig.takes[0])[:, 0]
    pelvis = joint_positions(motion)[:, 0]
    np.testing.assert_allclose(ground[:, 1, 3], 0.0, atol=1e-12)
    np.testing.assert_allclose(ground[:, [0, 2], 3], pelvis[:, [0, 2]], atol=1e-6)
    np.testing.assert_allclose(ground[:, 1, :3], [[0, 1, 0]] * 60, atol=1e-12)
    step = np.diff(heading_of(rotvec_to_quat(motion.poses[:, 0].astype(float))))
    assert np.abs(step).max() < np.radians(15)  # two turns in 60 frames, no jumps


def test_a_somersault_keeps_its_heading():
    angle = np.linspace(0, 2 * np.pi, 61)
    quat = np.stack([np.cos(angle / 2), np.sin(angle / 2), 0 * angle, 0 * angle], axis=1)
    heading = heading_of(quat)
    assert np.abs(np.diff(heading)).max() < 0.1
    np.testing.assert_allclose(np.cos(heading), 1.0, atol=1e-9)


def test_an_upright_bodys_heading_is_where_it_looks():
    turn, lean = np.linspace(0, 6 * np.pi, 90), 0.4
    about_y = np.stack([np.cos(turn / 2), 0 * turn, np.sin(turn / 2), 0 * turn], axis=1)
    forward = np.array([np.cos(lean / 2), np.sin(lean / 2), 0.0, 0.0])
    np.testing.assert_allclose(heading_of(quat_multiply(about_y, forward)), turn, atol=1e-9)


def test_in_place_stays_above_the_origin_and_keeps_its_height():
    motion = lively_motion(30)
    pelvis = joint_positions(prepared(motion, ExportOptions(root="in_place")))[:, 0]
    np.testing.assert_allclose(pelvis[:, [0, 2]], 0.0, atol=1e-6)
    np.testing.assert_allclose(pelvis[:, 1], joint_positions(motion)[:, 0, 1], atol=1e-6)


def test_start_and_floor_move_the_clip_as_a_whole():
    from core.body import floor_height

    motion = lively_motion(20)
    moved = prepared(motion, ExportOptions(start_at_origin=True, on_floor=True))
    shift = moved.trans - motion.trans
    np.testing.assert_allclose(shift, np.broadcast_to(shift[0], shift.shape), atol=1e-6)
    np.testing.assert_allclose(joint_positions(moved)[0, 0, [0, 2]], 0.0, atol=1e-6)
    assert floor_height(moved) == pytest.approx(0.0, abs=1e-5)


@pytest.mark.parametrize("rest_pose", ["t", "a"])
def test_the_pelvis_is_never_straight_above_the_ground_bone_at_rest(rest_pose):
    """Blender would join the two and drop the pelvis' travel (seen with 4.5)."""
    rig = rig_of(lively_motion(2), root="motion", rest_pose=rest_pose)
    assert np.hypot(*rig.heads[1, [0, 2]]) > 0.005
    assert rig.mesh.vertices[:, 1].min() == pytest.approx(0.0, abs=1e-9)


def test_the_bind_frame_is_the_rest_pose_on_the_ground():
    motion = lively_motion(5)
    rig = rig_of(motion, bind_frame=True, root="motion", bones="limbs")
    take = rig.takes[0]
    assert take.num_frames == 6
    np.testing.assert_allclose(global_matrices(rig, take)[0, :, :3, 3], rig.heads, atol=1e-9)


@pytest.mark.parametrize(
    ("choice", "front", "up"),
    [
        ({}, (0, 0, 1), (0, 1, 0)),
        ({"facing": "-z"}, (0, 0, -1), (0, 1, 0)),
        ({"facing": "+x"}, (1, 0, 0), (0, 1, 0)),
        ({"facing": "-x"}, (-1, 0, 0), (0, 1, 0)),
        ({"up": "z"}, (0, -1, 0), (0, 0, 1)),
        ({"up": "z", "facing": "-z"}, (0, 1, 0), (0, 0, 1)),
    ],
)
def test_a_bvh_faces_and_stands_where_it_is_told(tmp_path, choice, front, up):
    still = Motion(poses=np.zeros((2, 24, 3)), trans=np.zeros((2, 3)))
    export_motion(still, tmp_path / "a.bvh", **choice)
    found = read_bvh(tmp_path / "a.bvh")
    at = dict(zip(found.names, found.matrices[0, :, :3, 3], strict=True))
    toes = at["L_Foot"] - at["L_Ankle"] + at["R_Foot"] - at["R_Ankle"]
    assert toes @ front > 10 and abs(toes @ np.cross(front, up)) < 1
    assert (at["Head"] - at["Pelvis"]) @ up > 40
    left = at["L_Shoulder"] - at["R_Shoulder"]
    assert left @ np.cross(up, front) > 20  # not mirrored


def test_every_preset_names_each_bone_once_in_ascii():
    for key, preset in PRESETS.items():
        names = (*preset.bone_names(), preset.root_name)
        assert len(set(names)) == 25, key
        assert all(name.isascii() and len(name) < 63 for name in names), key
        assert not any(set(name) & set(" |*/\\:") for name in preset.names), key
        sides = [PRESETS[key].names[JOINT_INDEX[f"{side}_hip"]] for side in ("left", "right")]
        assert sides[0] != sides[1], key


@pytest.mark.parametrize(
    ("key", "joint", "name"),
    [
        ("mixamo", "left_knee", "mixamorig:LeftLeg"),
        ("hik", "right_wrist", "RightHand"),
        ("unreal", "spine3", "spine_03"),
        ("unreal5", "spine3", "spine_05"),
        ("unity", "left_collar", "LeftShoulder"),
        ("vrm", "right_foot", "rightToes"),
        ("rigify", "left_elbow", "forearm.L"),
    ],
)
def test_the_presets_use_their_programs_words(key, joint, name):
    assert PRESETS[key].bone_names()[JOINT_INDEX[joint]] == name


def test_a_colon_never_enters_a_bvh(tmp_path):
    export_motion(lively_motion(2), tmp_path / "a.bvh", skeleton="mixamo")
    assert ":" not in (tmp_path / "a.bvh").read_text().split("MOTION")[0]


def test_unreal_gets_a_root_bone_and_may_be_told_otherwise():
    assert rig_of(lively_motion(2), skeleton="unreal").names[:2] == ("root", "pelvis")
    assert rig_of(lively_motion(2), skeleton="unreal", root="none").names[0] == "pelvis"
