"""Kinematics and skinning: against smplx, and by what a pose must do."""

from __future__ import annotations

import dataclasses
import importlib.util
from pathlib import Path

import numpy as np
import pytest

from core.body import (
    BodyModel,
    bone_matrices,
    default_body,
    floor_height,
    forward_kinematics,
    joint_positions,
    skin,
    to_smplx,
)
from core.body.smpl_file import _checked
from core.motion import Motion
from core.rotation import rotvec_to_rotmat
from core.skeleton import JOINT_INDEX
from tests.core.body.factories import posed, random_motion

SHARED = Path(__file__).resolve().parents[3].parent / "shared"


def smplx_result(body: BodyModel, motion: Motion) -> tuple[np.ndarray, np.ndarray]:
    import torch

    module = to_smplx(body, motion.num_frames)
    poses = torch.tensor(motion.poses)
    with torch.no_grad():
        out = module(
            betas=torch.tensor(motion.betas)[None].expand(motion.num_frames, -1),
            global_orient=poses[:, 0],
            body_pose=poses[:, 1:].reshape(motion.num_frames, -1),
            transl=torch.tensor(motion.trans),
        )
    return out.vertices.numpy(), out.joints[:, :24].numpy()


def with_pose_shapes(body: BodyModel) -> BodyModel:
    shapes = np.random.default_rng(1).normal(size=(body.num_vertices, 3, 207)) * 1e-3
    return dataclasses.replace(body, posedirs=shapes.astype(np.float32))


@pytest.mark.parametrize("pose_shapes", [False, True])
def test_skinning_agrees_with_smplx(pose_shapes: bool) -> None:
    body = with_pose_shapes(default_body()) if pose_shapes else default_body()
    motion = random_motion(40)
    vertices, joints = smplx_result(body, motion)
    assert np.abs(skin(motion, body) - vertices).max() < 1e-5
    assert np.abs(joint_positions(motion, body) - joints).max() < 1e-5
    if pose_shapes:  # they must have made a difference
        assert np.abs(skin(motion, default_body()) - vertices).max() > 1e-3


def test_skinning_agrees_with_smplx_on_the_recipes_synthetic_smpl() -> None:
    recipe = SHARED / "golden" / "actor" / "recipe.py"
    if not recipe.exists():
        pytest.skip("the golden recipe is not beside the checkout")
    spec = importlib.util.spec_from_file_location("actor_recipe", recipe)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    body = _checked(module.synthetic_smpl(), "synthetic.pkl")
    motion = random_motion(3, body_id=body.body_id)
    vertices, joints = smplx_result(body, motion)
    assert np.abs(skin(motion, body) - vertices).max() < 1e-5
    assert np.abs(joint_positions(motion, body) - joints).max() < 1e-5


def test_to_smplx_prints_nothing_and_gives_its_landmarks(capsys: pytest.CaptureFixture) -> None:
    import torch

    module = to_smplx(default_body(), 1)
    assert capsys.readouterr().out == ""
    with torch.no_grad():
        joints = module().joints[0].numpy()
    assert joints.shape == (45, 3)
    assert np.allclose(joints[24], default_body().template[332], atol=1e-6)  # the nose


def test_the_zero_pose_is_the_template() -> None:
    still = Motion(poses=np.zeros((2, 24, 3)), trans=[[0, 0, 0], [1, 2, 3]])
    vertices = skin(still)
    assert np.abs(vertices[0] - default_body().template).max() < 1e-6
    assert np.abs(vertices[1] - default_body().template - [1, 2, 3]).max() < 1e-5
    assert np.abs(joint_positions(still)[0] - default_body().rest_joints).max() < 1e-6


def test_bending_the_left_elbow_moves_the_left_forearm_alone() -> None:
    body = default_body()
    moved = np.linalg.norm(skin(posed(left_elbow=(0, -1.5, 0)))[0] - body.template, axis=1)
    elbow = body.rest_joints[JOINT_INDEX["left_elbow"], 0]
    assert moved[body.template[:, 0] < elbow - 0.15].max() < 1e-5
    assert moved[body.template[:, 0] > elbow + 0.10].min() > 0.03
    hand = joint_positions(posed(left_elbow=(0, -1.5, 0)))[0, JOINT_INDEX["left_hand"]]
    assert hand[2] > 0.25  # forwards


def test_one_frame_equals_the_same_frame_among_many() -> None:
    for body in (default_body(), with_pose_shapes(default_body())):
        motion = random_motion(37)
        whole = skin(motion, body)
        alone = motion.replace(poses=motion.poses[35:36], trans=motion.trans[35:36])
        assert np.abs(skin(alone, body)[0] - whole[35]).max() < 2e-6


def test_each_frame_is_contiguous_enough_to_upload() -> None:
    vertices = skin(random_motion(3))
    assert vertices.shape == (3, default_body().num_vertices, 3)
    assert vertices.dtype == np.float32
    assert vertices[0].T.flags.c_contiguous


def test_bone_matrices_skin_the_rest_vertices() -> None:
    body, motion = default_body(), random_motion(2)
    ids, weights = body.sparse_weights()
    rest = body.shaped(motion.betas).vertices
    homogeneous = np.concatenate([rest, np.ones((len(rest), 1))], axis=1)
    bones = bone_matrices(motion, body)
    assert bones.shape == (2, 24, 3, 4) and bones.dtype == np.float32
    blended = np.einsum("vk,tvkij->tvij", weights, bones[:, ids])
    assert np.abs(np.einsum("tvij,vj->tvi", blended, homogeneous) - skin(motion)).max() < 1e-5


def test_forward_kinematics_keeps_bone_lengths_and_double_precision() -> None:
    motion, rest = random_motion(5), default_body().rest_joints.astype(np.float64)
    rotmats = rotvec_to_rotmat(motion.poses.astype(np.float64))
    rotations, positions = forward_kinematics(rotmats, rest, motion.trans.astype(np.float64))
    assert positions.dtype == np.float64
    length = np.linalg.norm(positions[:, 18] - positions[:, 16], axis=1)
    assert np.allclose(length, np.linalg.norm(rest[18] - rest[16]), atol=1e-12)
    assert np.allclose(rotations @ rotations.swapaxes(-1, -2), np.eye(3), atol=1e-12)


def test_the_floor_is_the_lowest_vertex() -> None:
    for body in (default_body(), with_pose_shapes(default_body())):
        motion = random_motion(4)
        assert floor_height(motion, body) == pytest.approx(skin(motion, body)[..., 1].min())


def test_the_hollow_of_the_knee_does_not_fold_sharply() -> None:
    """Sitting, no mesh edge behind the knee turns by more than a soft crease does."""
    body = default_body()
    vertices = skin(posed(both_hip=(-1.5, 0, 0), both_knee=(1.5, 0, 0)))[0]
    knee = body.rest_joints[JOINT_INDEX["left_knee"]]
    near = np.linalg.norm(body.template - knee, axis=1) < 0.10
    corners = vertices[body.faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    owners: dict[tuple[int, int], list[int]] = {}
    for face in np.flatnonzero(near[body.faces].all(axis=1)):
        a, b, c = sorted(body.faces[face].tolist())
        for edge in ((a, b), (b, c), (a, c)):
            owners.setdefault(edge, []).append(int(face))
    turns = [
        float(np.degrees(np.arccos(np.clip(normals[p[0]] @ normals[p[1]], -1, 1))))
        for p in owners.values()
        if len(p) == 2
    ]
    assert max(turns) < 100
