"""Skeletons of other rest poses, sizes, axes and units end in the same motion of the body."""

from __future__ import annotations

import numpy as np
import pytest

from core.body import default_body, floor_height, forward_kinematics, joint_positions
from core.errors import StudioError
from core.export.bvh import BVH_NAMES
from core.importing import (
    PLAIN,
    JointMap,
    RetargetOptions,
    guess_map,
    import_clips,
    read_clip,
    retarget,
    retargeted,
)
from core.importing.landmarks import between
from core.motion import Motion
from core.rotation import rotmat_to_rotvec, rotvec_to_rotmat
from core.skeleton import JOINT_INDEX, JOINT_NAMES, PARENTS
from tests.core.importing.skeletons import write_bvh

LIMBS = (("hip", "knee"), ("knee", "ankle"), ("shoulder", "elbow"), ("elbow", "wrist"))
NAMES = [name.replace("left_", "Left ").replace("right_", "Right ").title() for name in JOINT_NAMES]


def walk(num_frames: int = 40) -> Motion:
    """Stands, then swings arms and legs while it travels and turns."""
    time = np.arange(num_frames)[:, None] / 30.0
    poses = np.zeros((num_frames, 24, 3))
    for sign, side in ((1.0, "left"), (-1.0, "right")):
        swing = sign * np.sin(4 * time[:, 0])
        poses[:, JOINT_INDEX[f"{side}_hip"], 0] = 0.5 * swing
        poses[:, JOINT_INDEX[f"{side}_knee"], 0] = 0.4 + 0.4 * np.cos(4 * time[:, 0])
        poses[:, JOINT_INDEX[f"{side}_shoulder"], 2] = -sign * 1.1
        poses[:, JOINT_INDEX[f"{side}_shoulder"], 0] = -0.3 * swing
        poses[:, JOINT_INDEX[f"{side}_elbow"], 1] = -sign * 0.6
    poses[:, 3, 1] = 0.2 * np.sin(4 * time[:, 0])
    poses[:, 0, 1] = 0.3 * time[:, 0]
    trans = np.concatenate([0.1 * time, np.zeros_like(time), 1.1 * time], axis=1)
    motion = Motion(poses=poses, trans=trans)
    return motion.replace(trans=motion.trans - [0, floor_height(motion), 0])


def turn(axis: int, degrees: float) -> np.ndarray:
    vector = np.zeros(3)
    vector[axis] = np.radians(degrees)
    return rotvec_to_rotmat(vector)


def foreign(
    motion: Motion, arms_down: float = 0.0, size: float = 1.0, per_metre: float = 100.0,
    world: np.ndarray | None = None, first: str = "",
) -> str:  # fmt: skip
    """BVH text of the motion on a skeleton that rests with its arms lowered by some degrees."""
    world = np.eye(3) if world is None else world
    local = np.tile(np.eye(3), (24, 1, 1))
    local[JOINT_INDEX["left_shoulder"]] = turn(2, -arms_down)
    local[JOINT_INDEX["right_shoulder"]] = turn(2, arms_down)
    joints = default_body().rest_joints.astype(np.float64) * size
    rest, places = forward_kinematics(local[None], joints, np.zeros((1, 3)))
    rest, places = rest[0], places[0]
    poses = rotvec_to_rotmat(motion.poses.astype(np.float64))
    trans = motion.trans.astype(np.float64) + default_body().rest_joints[0]
    turned = forward_kinematics(poses, joints, np.zeros_like(trans))[0]
    moving = world @ turned @ rest.swapaxes(-1, -2) @ world.T  # the zero pose is the rest pose
    if first == "t":
        moving = np.concatenate([world @ rest.swapaxes(-1, -2)[None] @ world.T, moving])
        trans = np.concatenate([trans[:1], trans])
    down = moving.copy()
    for joint in range(1, 24):
        down[:, joint] = moving[:, PARENTS[joint]].swapaxes(-1, -2) @ moving[:, joint]
    offsets = (places - places[list(PARENTS)]) @ world.T * per_metre
    offsets[0] = 0
    root = trans @ world.T * size * per_metre
    return write_bvh(NAMES, list(PARENTS), offsets, down, root, order="ZXY")


def worst_limb(a: Motion, b: Motion) -> float:
    """Largest angle in degrees between the directions of limbs."""
    first, second = (joint_positions(m).astype(np.float64) for m in (a, b))
    worst = 0.0
    for side in ("left", "right"):
        for upper, lower in LIMBS:
            i, j = JOINT_INDEX[f"{side}_{upper}"], JOINT_INDEX[f"{side}_{lower}"]
            angle = between(first[:, j] - first[:, i], second[:, j] - second[:, i])
            worst = max(worst, float(angle.max()))
    return worst


def worst_joint(a: Motion, b: Motion) -> float:
    first, second = (rotvec_to_rotmat(m.poses.astype(np.float64)) for m in (a, b))
    off = rotmat_to_rotvec(first.swapaxes(-1, -2) @ second)
    return float(np.degrees(np.linalg.norm(off, axis=-1)).max())


@pytest.mark.parametrize("arms_down", [0, 20, 60, 85])
def test_any_rest_pose_of_the_arms_ends_in_the_same_motion(tmp_path, arms_down):
    motion = walk()
    (tmp_path / "a.bvh").write_text(foreign(motion, arms_down, size=1.1))
    found = retarget(read_clip(tmp_path / "a.bvh"))
    assert worst_limb(motion, found) < 0.06  # the lowest height of BVH's own rounding
    assert worst_joint(motion, found) < 1.0, "and the arms are not twisted"


@pytest.mark.parametrize(("size", "per_metre"), [(0.6, 100), (1.3, 1), (1.0, 39.37), (1.1, 17.7)])
def test_travel_is_in_proportion_to_the_legs_and_feet_stay_on_the_floor(tmp_path, size, per_metre):
    motion = walk()
    (tmp_path / "a.bvh").write_text(foreign(motion, 30, size, per_metre))
    found = retarget(read_clip(tmp_path / "a.bvh"))
    travelled = found.trans - found.trans[0]
    np.testing.assert_allclose(travelled, motion.trans - motion.trans[0], atol=2e-3)
    assert abs(floor_height(found)) < 0.02


def test_without_scaling_the_sources_own_metres_are_kept(tmp_path):
    motion = walk()
    (tmp_path / "a.bvh").write_text(foreign(motion, 30, 1.2))
    found = retarget(read_clip(tmp_path / "a.bvh"), options=RetargetOptions(scale_root=False))
    travelled = (found.trans - found.trans[0])[:, [0, 2]]
    wanted = 1.2 * (motion.trans - motion.trans[0])[:, [0, 2]]
    np.testing.assert_allclose(travelled, wanted, atol=2e-3)


@pytest.mark.parametrize(
    ("world", "up"),
    [
        (turn(0, 90), "z"),
        (turn(1, 180), "y"),
        (turn(1, -90), "y"),
        (turn(2, 90) @ turn(0, 90), "z"),
        (turn(2, -90), "x"),
    ],
)
def test_any_axes_are_recognised(tmp_path, world, up):
    motion = walk()
    (tmp_path / "a.bvh").write_text(foreign(motion, 45, 1.05, world=world))
    result = retargeted(read_clip(tmp_path / "a.bvh"))
    assert result.frame.up == up
    assert worst_limb(motion, result.motion) < 0.06


def test_a_bind_frame_is_left_out_and_a_real_first_frame_kept(tmp_path):
    motion = walk()
    (tmp_path / "bind.bvh").write_text(foreign(motion, 45, 1.05, first="t"))
    (clip,) = import_clips(tmp_path / "bind.bvh")
    assert clip.motion.num_frames == motion.num_frames
    assert any("left out" in note for note in clip.notes)
    (tmp_path / "plain.bvh").write_text(foreign(motion, 45, 1.05))
    assert import_clips(tmp_path / "plain.bvh")[0].motion.num_frames == motion.num_frames


def test_a_turn_of_the_chest_is_shared_by_the_spine_joints_that_are_missing(tmp_path):
    motion = walk()
    (tmp_path / "a.bvh").write_text(foreign(motion, 30, 1.05))
    source = read_clip(tmp_path / "a.bvh")
    full = guess_map(source.names, source.parents)
    few = full.with_joint("spine1", None).with_joint("spine2", None)
    shared = retarget(source, few).poses
    turn_of = np.linalg.norm(shared[:, [3, 6, 9]], axis=-1)
    np.testing.assert_allclose(turn_of[:, 0], turn_of[:, 1], atol=1e-5)
    np.testing.assert_allclose(turn_of[:, 1], turn_of[:, 2], atol=1e-5)
    left = retarget(source, few, RetargetOptions(spread_spine=False)).poses
    assert np.abs(left[:, [3, 6]]).max() < 1e-6
    assert np.abs(left[:, 9]).max() > 0.1


def test_a_map_with_gaps_is_refused_by_name(tmp_path):
    (tmp_path / "a.bvh").write_text(foreign(walk(3)))
    source = read_clip(tmp_path / "a.bvh")
    with pytest.raises(StudioError, match="left knee"):
        retarget(source, guess_map(source.names, source.parents).with_joint("left_knee", None))
    with pytest.raises(StudioError, match="Nobody"):
        retarget(source, guess_map(source.names).with_joint("head", "Nobody"))


def test_one_frame_is_enough(tmp_path):
    (tmp_path / "a.bvh").write_text(foreign(walk(1), 45, 1.05))
    assert retarget(read_clip(tmp_path / "a.bvh")).num_frames == 1


@pytest.mark.filterwarnings("ignore:Gimbal lock")
def test_a_motion_lying_on_the_ground_stays_lying(tmp_path):
    motion = walk(30)
    poses = motion.poses.copy()
    lying = rotvec_to_rotmat(np.array([-np.pi / 2, 0, 0]))
    poses[:, 0] = rotmat_to_rotvec(lying @ rotvec_to_rotmat(poses[:, 0].astype(np.float64)))
    motion = motion.replace(poses=poses, trans=np.zeros((30, 3)))
    motion = motion.replace(trans=motion.trans - [0, floor_height(motion), 0])
    (tmp_path / "a.bvh").write_text(foreign(motion, 45, 1.05))
    result = retargeted(read_clip(tmp_path / "a.bvh"))
    assert result.frame.up == "y"
    assert worst_limb(motion, result.motion) < 0.06


def test_a_map_by_hand_wins(tmp_path):
    (tmp_path / "a.bvh").write_text(foreign(walk(5), 45, 1.05))
    source = read_clip(tmp_path / "a.bvh")
    full = guess_map(source.names, source.parents)
    swapped = JointMap(
        {
            joint: full.joints[
                joint.replace("left", "#").replace("right", "left").replace("#", "right")
            ]
            for joint in full.joints
        }
    )
    mirrored = retarget(source, swapped)
    assert worst_joint(mirrored, retarget(source, full)) > 30


def test_another_smpl_bodys_rotations_are_taken_as_they_are(tmp_path):
    """A tall SMPL body as smpl2bvh and others write it: not ours, but SMPL's rotations."""
    motion = walk()
    joints = default_body().rest_joints.astype(np.float64) * [1.1, 1.2, 0.9]
    offsets = (joints - joints[list(PARENTS)]) * 100
    offsets[0] = 0
    root = (motion.trans + joints[0]) * 100
    rotmats = rotvec_to_rotmat(motion.poses.astype(np.float64))
    names = [f"m_avg_{name}" for name in BVH_NAMES]
    (tmp_path / "a.bvh").write_text(write_bvh(names, list(PARENTS), offsets, rotmats, root))
    (clip,) = import_clips(tmp_path / "a.bvh")
    assert any("SMPL's skeleton" in note for note in clip.notes)
    assert worst_joint(motion, clip.motion) < 1e-3
    assert abs(floor_height(clip.motion)) < 0.02, "shorter legs, but on the floor"
    found = retarget(read_clip(tmp_path / "a.bvh"), options=PLAIN)
    travelled = found.trans - found.trans[0]
    np.testing.assert_allclose(travelled, motion.trans - motion.trans[0], atol=1e-5)


def test_feet_go_as_the_sources_feet_although_the_legs_are_built_otherwise(tmp_path):
    """Short thighs, long shins, broad hips: directions alone would let a standing foot slide."""
    motion = walk()
    joints = default_body().rest_joints.astype(np.float64)
    offsets = joints - joints[list(PARENTS)]
    for side in ("left", "right"):
        for part, factor in (("hip", 1.3), ("knee", 0.85), ("ankle", 1.15)):
            offsets[JOINT_INDEX[f"{side}_{part}"]] *= factor
    offsets[0] = 0
    rotmats = rotvec_to_rotmat(motion.poses.astype(np.float64))
    root = motion.trans + joints[0]
    names = [name.replace("_", " ") for name in NAMES]
    text = write_bvh(names, list(PARENTS), offsets * 100, rotmats, root * 100)
    (tmp_path / "a.bvh").write_text(text)
    source = read_clip(tmp_path / "a.bvh")
    strayed = {}
    for keep in (False, True):
        result = retargeted(source, options=RetargetOptions(keep_feet=keep))
        found = joint_positions(result.motion).astype(np.float64)
        legs = [np.linalg.norm(joints[j] - joints[PARENTS[j]]) for j in (4, 7)]
        theirs = [np.linalg.norm(offsets[j]) for j in (4, 7)]
        scale = sum(legs) / sum(theirs) / 100
        worst = 0.0
        for side in ("left", "right"):
            column = JOINT_INDEX[f"{side}_ankle"]
            wanted = source.positions[:, source.names.index(names[column])] * scale
            way = (found[:, column] - wanted) - (found[:1, column] - wanted[:1])
            worst = max(worst, float(np.linalg.norm(way[:, [0, 2]], axis=-1).max()))
        strayed[keep] = worst
    assert strayed[False] > 0.03, "the test needs legs that differ"
    assert strayed[True] < 0.012


def test_keeping_feet_does_not_bend_the_trunk_or_turn_the_soles(tmp_path):
    (tmp_path / "a.bvh").write_text(foreign(walk(), 30, 1.2))
    source = read_clip(tmp_path / "a.bvh")
    plain = retarget(source, options=RetargetOptions(keep_feet=False))
    kept = retarget(source)
    legs = [JOINT_INDEX[f"{s}_{p}"] for s in ("left", "right") for p in ("hip", "knee", "ankle")]
    others = [j for j in range(24) if j not in legs]
    np.testing.assert_allclose(plain.poses[:, others], kept.poses[:, others], atol=1e-6)
    rest = default_body().rest_joints.astype(np.float64)
    soles = [
        forward_kinematics(rotvec_to_rotmat(m.poses.astype(np.float64)), rest, m.trans)[0][
            :, [7, 8]
        ]
        for m in (plain, kept)
    ]
    np.testing.assert_allclose(soles[0], soles[1], atol=1e-6)


def test_a_file_that_tells_its_axes_wrongly_is_seen_through(tmp_path):
    motion = walk()
    (tmp_path / "a.bvh").write_text(foreign(motion, 45, 1.05, world=turn(0, 90)))
    source = read_clip(tmp_path / "a.bvh").replace(up="y", metres_per_unit=0.01)
    result = retargeted(source)
    assert result.frame.up == "z"
    assert worst_limb(motion, result.motion) < 6
