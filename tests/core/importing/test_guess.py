"""Joint names of the programs people use are understood; what nobody could know is left open."""

from __future__ import annotations

import pytest

from core.errors import StudioError
from core.export import export_motion
from core.export.presets import PRESETS
from core.importing import (
    REQUIRED,
    JointMap,
    forget_map,
    guess_map,
    map_for,
    read_clip,
    save_map,
    saved_map,
)
from core.importing.names import read_name
from core.skeleton import JOINT_NAMES, PARENTS
from tests.core.export.motions import lively_motion

LIMBS = {
    "left_hip": 0, "left_knee": 1, "left_ankle": 2, "left_foot": 3,
    "left_collar": 4, "left_shoulder": 5, "left_elbow": 6, "left_wrist": 7,
}  # fmt: skip


def skeleton(root, spine, neck, head, limbs, side):
    """Names and parents of a usual skeleton; ``limbs`` as in LIMBS, ``side(word, 'left')``."""
    names, parents = [root], [-1]

    def add(name, parent):
        names.append(name)
        parents.append(parent)
        return len(names) - 1

    chest = 0
    for word in spine:
        chest = add(word, chest)
    at = chest
    for word in (*neck, head):
        at = add(word, at)
    for which in ("left", "right"):
        for group, start in ((limbs[:4], 0), (limbs[4:], chest)):
            at = start
            for word in group:
                if word:
                    at = add(side(word, which), at)
    return names, parents


PROGRAMS = {
    "xsens": skeleton(
        "Hips", ["Chest", "Chest2", "Chest3", "Chest4"], ["Neck"], "Head",
        ["Hip", "Knee", "Ankle", "Toe", "Collar", "Shoulder", "Elbow", "Wrist"],
        lambda w, s: s.title() + w,
    ),
    "biped": skeleton(
        "Bip01 Pelvis", ["Bip01 Spine", "Bip01 Spine1"], ["Bip01 Neck"], "Bip01 Head",
        ["Thigh", "Calf", "Foot", "Toe0", "Clavicle", "UpperArm", "Forearm", "Hand"],
        lambda w, s: f"Bip01 {s[0].upper()} {w}",
    ),
    "daz": skeleton(
        "hip", ["abdomenLower", "abdomenUpper", "chestLower", "chestUpper"], ["neckLower"], "head",
        ["ThighBend", "Shin", "Foot", "Toe", "Collar", "ShldrBend", "ForearmBend", "Hand"],
        lambda w, s: s[0] + w,
    ),
    "asf": skeleton(
        "root", ["lowerback", "upperback", "thorax"], ["lowerneck", "upperneck"], "head",
        ["femur", "tibia", "foot", "toes", "clavicle", "humerus", "radius", "wrist"],
        lambda w, s: s[0] + w,
    ),
    "rokoko": skeleton(
        "Hips", ["Spine", "Spine1", "Spine2", "Spine3"], ["Neck"], "Head",
        ["Thigh", "Shin", "Foot", "Toe", "Shoulder", "Arm", "ForeArm", "Hand"],
        lambda w, s: s.title() + w,
    ),
    "no collar": skeleton(
        "pelvis", ["torso"], [], "head",
        ["leg_upper", "leg_lower", "foot", "", "", "arm_upper", "arm_lower", "hand"],
        lambda w, s: f"{w}.{s[0].upper()}",
    ),
    "vroid": skeleton(
        "J_Bip_C_Hips", ["J_Bip_C_Spine", "J_Bip_C_Chest", "J_Bip_C_UpperChest"],
        ["J_Bip_C_Neck"], "J_Bip_C_Head",
        ["UpperLeg", "LowerLeg", "Foot", "ToeBase", "Shoulder", "UpperArm", "LowerArm", "Hand"],
        lambda w, s: f"J_Bip_{s[0].upper()}_{w}",
    ),
    "character creator": skeleton(
        "CC_Base_Hip", ["CC_Base_Waist", "CC_Base_Spine01", "CC_Base_Spine02"],
        ["CC_Base_NeckTwist01"], "CC_Base_Head",
        ["Thigh", "Calf", "Foot", "ToeBase", "Clavicle", "Upperarm", "Forearm", "Hand"],
        lambda w, s: f"CC_Base_{s[0].upper()}_{w}",
    ),
}  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS)
def test_usual_skeletons_are_understood(program):
    names, parents = PROGRAMS[program]
    found = guess_map(names, parents)
    assert found.is_complete, found.missing
    assert not found.doubled
    assert found.joints["pelvis"] == names[0]
    start = len(names) // 2
    assert found.joints["head"].lower().endswith("head")
    for joint in ("left_hip", "left_knee", "left_shoulder", "left_elbow", "left_wrist"):
        mirrored = found.joints[joint.replace("left", "right")]
        assert mirrored != found.joints[joint]
    below = [names.index(found.joints[f"left_{p}"]) for p in ("hip", "knee", "ankle")]
    assert below == sorted(below)
    assert parents[below[1]] == below[0]
    assert start


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_of_the_export_is_understood_completely(preset):
    names = PRESETS[preset].bone_names()
    found = guess_map(names, PARENTS)
    assert dict(found.joints) == dict(zip(JOINT_NAMES, names, strict=True))


def test_twists_and_fingers_are_not_taken_for_limbs():
    names = [
        "pelvis", "spine_01", "neck_01", "head", "clavicle_l", "upperarm_l", "upperarm_twist_01_l",
        "lowerarm_l", "lowerarm_twist_01_l", "hand_l", "thumb_01_l", "index_01_l", "middle_01_l",
        "ik_hand_l", "thigh_l", "thigh_twist_01_l", "calf_l", "foot_l", "ball_l",
    ]  # fmt: skip
    found = guess_map(names).joints
    assert found["left_shoulder"] == "upperarm_l"
    assert found["left_elbow"] == "lowerarm_l"
    assert found["left_wrist"] == "hand_l"
    assert found["left_hand"] == "middle_01_l"
    assert found["left_hip"] == "thigh_l"


def test_ambiguous_words_are_settled_by_what_else_is_there():
    shoulder_is_arm = ["LeftShoulder", "LeftElbow", "LeftWrist"]
    shoulder_is_collar = ["LeftShoulder", "LeftArm", "LeftForeArm", "LeftHand"]
    assert guess_map(shoulder_is_arm, [-1, 0, 1]).joints["left_shoulder"] == "LeftShoulder"
    found = guess_map(shoulder_is_collar, [-1, 0, 1, 2]).joints
    assert found["left_collar"] == "LeftShoulder"
    assert found["left_shoulder"] == "LeftArm"


def test_nothing_is_made_up_for_meaningless_names():
    found = guess_map([f"joint{i}" for i in range(24)], list(PARENTS))
    assert not found.joints
    assert found.missing == REQUIRED


@pytest.mark.parametrize(
    ("name", "side", "word"),
    [
        ("mixamorig:LeftUpLeg", "left", "upleg"), ("lfemur", "left", "femur"), ("ribs", "", "ribs"),
        ("RHipJoint", "right", "hip"), ("thigh.L", "left", "thigh"), ("root", "", "root"),
        ("Bip01 R Forearm", "right", "forearm"), ("LOWERBACK", "", "lowerback"),
        ("leg_upper.R", "right", "legupper"), ("左", "", ""), ("", "", ""),
    ],
)  # fmt: skip
def test_names_are_taken_apart(name, side, word):
    reading = read_name(name)
    assert (reading.side, reading.word) == (side, word)


def test_a_corrected_map_is_kept_for_the_skeleton(tmp_path, monkeypatch):
    monkeypatch.setenv("MOTION_STUDIO_HOME", str(tmp_path))
    joint_map = JointMap({"pelvis": "a"}).with_joint("head", "b").with_joint("pelvis", None)
    assert saved_map("0123") is None
    path = save_map("0123", joint_map)
    kept = saved_map("0123")
    assert kept is not None
    assert dict(kept.joints) == {"head": "b"}
    path.write_text("{broken")
    assert saved_map("0123") is None
    forget_map("0123")
    assert not path.exists()


def test_a_map_knows_only_joints_that_exist():
    with pytest.raises(StudioError, match="tail"):
        JointMap({"tail": "x"})
    with pytest.raises(StudioError, match="does not have"):
        JointMap({"pelvis": "x"}).indices(("a", "b"))


@pytest.mark.parametrize("skeleton", ["smpl", "mixamo", "unreal"])
@pytest.mark.parametrize("rest_pose", ["t", "a"])
def test_names_that_say_nothing_are_replaced_by_the_shape(tmp_path, skeleton, rest_pose):
    path = tmp_path / "a.glb"
    export_motion(lively_motion(4), path, skeleton=skeleton, rest_pose=rest_pose, mesh=False)
    source = read_clip(path)
    truth = guess_map(source.names, source.parents)
    blind = source.replace(names=tuple(f"n{i}" for i in range(source.num_joints)))
    assert not guess_map(blind.names, blind.parents).joints
    found = map_for(blind)
    wanted = {joint: f"n{source.names.index(name)}" for joint, name in truth.joints.items()}
    assert dict(found.joints) == wanted
    assert max(found.confidence.values()) <= 0.5


def test_a_skeleton_that_is_no_body_stays_unknown(tmp_path):
    path = tmp_path / "a.glb"
    export_motion(lively_motion(4), path, mesh=False)
    source = read_clip(path)
    chain = source.replace(
        names=tuple(f"n{i}" for i in range(source.num_joints)),
        parents=tuple(range(-1, source.num_joints - 1)),
    )
    assert not map_for(chain).is_complete
