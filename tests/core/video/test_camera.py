"""Cameras of crops and of the whole picture: the originals' numbers, and that they agree."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core import rotation
from core.body import joint_positions
from core.errors import StudioError
from core.motion import Motion
from core.video import camera


@pytest.fixture(scope="module")
def golden(shared: Path) -> dict[str, np.ndarray]:
    with np.load(shared / "golden" / "vibe" / "utils.npz") as data:
        return {name: data[name] for name in data.files}


def squares(golden: dict[str, np.ndarray]) -> np.ndarray:
    return golden["bbox"][:, :3]  # the originals' boxes are square


def test_the_whole_pictures_camera_is_the_originals(golden: dict[str, np.ndarray]) -> None:
    found = camera.full_image_camera(golden["cam"], squares(golden), 1920, 1080)
    assert np.allclose(found, golden["orig_cam_1920x1080"], rtol=1e-9)


def test_points_of_the_crop_come_where_the_original_puts_them(
    golden: dict[str, np.ndarray],
) -> None:
    found = camera.points_in_image(golden["kp_crop"], squares(golden))
    assert np.allclose(found, golden["kp_img"], atol=1e-6)


def test_projection_into_the_crop_is_the_originals(golden: dict[str, np.ndarray]) -> None:
    found = camera.project_in_crop(golden["proj_joints3d"], golden["proj_cam"])
    assert np.allclose(found, golden["proj_kp2d"], atol=1e-5)


def test_pares_camera_translation_is_the_originals(shared: Path) -> None:
    with np.load(shared / "golden" / "pare" / "networks.npz") as data:
        found = camera.crop_translation(data["pred_cam"])
        assert np.allclose(found, data["pred_cam_t"], rtol=1e-5)


@pytest.mark.parametrize("focal", [800.0, 5000.0])
def test_a_body_falls_on_the_same_pixels_through_both_cameras(focal: float) -> None:
    """Both cameras agree about a body far smaller than its distance."""
    random = np.random.default_rng(3)
    joints = random.normal(0, 0.002, (5, 24, 3))  # flat enough for weak perspective
    cam = np.column_stack([random.uniform(0.7, 1.1, 5), random.uniform(-0.2, 0.2, (5, 2))])
    places = np.column_stack([random.uniform(200, 1700, (5, 2)), random.uniform(200, 600, 5)])
    in_crop = camera.points_in_image(camera.project_in_crop(joints, cam), places)
    trans = camera.translation(cam, places, focal, 1920, 1080)
    eye = camera.camera_of(
        np.tile(np.eye(3), (5, 1, 1)), trans, np.arange(5), focal=focal, width=1920, height=1080
    )
    found = eye.project(joints + trans[:, None])
    assert np.abs(found - in_crop).max() < 1.5


def test_depth_grows_with_the_focal_length_and_the_place_in_the_picture_stays() -> None:
    cam, place = np.array([[0.9, 0.1, -0.2]]), np.array([[1200.0, 300, 400]])
    near, far = (camera.translation(cam, place, f, 1920, 1080) for f in (1000, 2000))
    assert far[0, 2] == pytest.approx(2 * near[0, 2])
    assert np.allclose(near[0, :2], far[0, :2])


def test_a_body_turned_to_y_up_and_back_is_where_it_was() -> None:
    random = np.random.default_rng(0)
    trans, pelvis = random.normal(size=(7, 3)), np.array([0, -0.23, 0.03])
    assert np.allclose(camera.flipped_trans(camera.flipped_trans(trans, pelvis), pelvis), trans)
    turns = rotation.rotvec_to_rotmat(random.normal(size=(7, 3)))
    assert np.allclose(camera.flipped_rotmats(camera.flipped_rotmats(turns)), turns)


def test_a_person_upright_in_the_camera_is_upright_in_the_world() -> None:
    """Half a turn about x is how an upright body comes out of VIBE."""
    poses = np.zeros((3, 24, 3), np.float32)
    poses[:, 0, 0] = np.pi
    seen = joint_positions(Motion(poses=poses, trans=np.zeros((3, 3), np.float32)))
    assert (seen[:, 15, 1] < seen[:, 7, 1]).all()  # the head has the smaller y: y is down
    turned = camera.flipped_rotmats(rotation.rotvec_to_rotmat(poses[:, 0]))
    assert np.allclose(turned, np.eye(3), atol=1e-6)


def test_the_camera_draws_the_motion_it_was_made_for_only() -> None:
    motion = Motion(poses=np.zeros((4, 24, 3), np.float32), trans=np.zeros((4, 3), np.float32))
    eye = camera.camera_of(
        np.tile(np.eye(3), (4, 1, 1)),
        np.full((4, 3), [0, 0, 3.0]),
        np.arange(4) / 30,
        focal=1000,
        width=640,
        height=480,
    )
    assert eye.in_camera(motion).trans[0].tolist() == [0, 0, 3]
    with pytest.raises(StudioError, match="4 frames, the motion 2"):
        eye.in_camera(motion.sliced(0, 2))
    assert (eye.index(0.0), eye.index(0.1), eye.index(5.0)) == (0, 3, None)
    assert np.isnan(eye.project([0, 0, -1.0])).all()
    assert eye.project([0, 0, 2.0]).tolist() == [320, 240]


def test_who_faces_the_camera_at_the_edge_is_turned_towards_it() -> None:
    facing = np.tile(np.diag([1.0, -1, -1]), (3, 1, 1))  # the body's front is its +z
    places = np.array([[-3.0, 0, 3], [0, 0, 4], [2.0, 0, 2]])
    fronts = camera.turned_to_sight(facing, places)[..., 2]
    towards = -places / np.linalg.norm(places, axis=-1, keepdims=True)
    assert np.allclose(fronts, towards, atol=1e-9)
