"""Bodies over the video: where the camera says, live and in a movie, gone while they are away."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.body import joint_positions, skin
from core.errors import StudioError
from core.motion import Motion
from core.video.camera import PersonCamera
from studio.viewport.overlay import PictureCamera, attention_layer, draw_over, in_view
from studio.viewport.overlay_movie import OverlayPerson, laid_over, on_frames, write_overlay

WIDTH, HEIGHT = 320, 240


def standing(num_frames: int = 6) -> tuple[Motion, PersonCamera]:
    """Somebody four metres before a camera at hip height, walking to its right."""
    poses = np.zeros((num_frames, 24, 3))
    motion = Motion(poses=poses, trans=np.zeros((num_frames, 3)))
    orient, trans = np.zeros((num_frames, 3)), np.zeros((num_frames, 3))
    orient[:, 0] = np.pi  # y down, looking back at the camera
    trans[:, 0], trans[:, 2] = np.linspace(-0.5, 0.5, num_frames), 4.0
    return motion, PersonCamera(
        focal=300.0, centre=np.array([WIDTH / 2, HEIGHT / 2]), width=WIDTH, height=HEIGHT,
        times=np.arange(num_frames) / 30, global_orient=orient, trans=trans,
    )  # fmt: skip


def test_the_drawn_body_covers_what_the_camera_projects() -> None:
    motion, camera = standing()
    for frame in (0, 5):
        layer = draw_over(motion, camera, frame, "#ff9f4a")
        rows, columns = np.where(layer.picture[..., 3] > 128)
        left, top, width, height = layer.rect
        h, w = layer.picture.shape[:2]
        drawn = [
            (left + width * columns.min() / w) * WIDTH, (top + height * rows.min() / h) * HEIGHT,
            (left + width * (columns.max() + 1) / w) * WIDTH,
            (top + height * (rows.max() + 1) / h) * HEIGHT,
        ]  # fmt: skip
        skinned = skin(camera.in_camera(motion).sliced(frame, frame + 1))[0]
        pixels = camera.project(skinned)
        np.testing.assert_allclose(drawn, [*pixels.min(0), *pixels.max(0)], atol=1.6)


def test_a_body_half_outside_the_picture_is_cut_at_its_edge() -> None:
    motion, camera = standing()
    near = PersonCamera(**{**vars(camera), "trans": camera.trans - [0, 0, 2.6]})
    layer = draw_over(motion, near, 0, "#ff9f4a")
    left, top, width, height = layer.rect
    assert left >= 0 and top >= 0 and left + width <= 1 and top + height <= 1


def test_the_view_with_y_up_holds_the_same_picture() -> None:
    motion, camera = standing()
    seen = joint_positions(in_view(motion, camera))
    pixels = PictureCamera.of(camera).project(seen[3], (WIDTH, HEIGHT))[:, :2]
    np.testing.assert_allclose(
        pixels, camera.project(joint_positions(camera.in_camera(motion))[3]), atol=0.01
    )


def test_the_graphics_cards_matrix_agrees_with_the_projection() -> None:
    motion, camera = standing()
    pinhole = PictureCamera.of(camera).cropped((40, 20, 300, 220), (WIDTH, HEIGHT))
    points = joint_positions(in_view(motion, camera))[2]
    clip = np.concatenate([points, np.ones((24, 1))], axis=1) @ pinhole.clip_from_world(1.3).T
    ndc = clip[:, :2] / clip[:, 3:]
    by_matrix = (ndc * [1, -1] + 1) / 2 * [pinhole.width, pinhole.height]
    size = (pinhole.width, pinhole.height)
    np.testing.assert_allclose(by_matrix, pinhole.project(points, size)[:, :2], atol=0.01)


def test_nobody_stands_in_frames_they_are_not_in() -> None:
    motion, camera = standing()
    later = PersonCamera(**{**vars(camera), "times": camera.times + 0.1})
    times = np.arange(12) / 30
    moved = on_frames(OverlayPerson(motion=motion, camera=later, color="#ffffff"), times, 30.0)
    behind = moved.trans[:, 2] > 0
    assert moved.num_frames == 12 and behind[0] and behind[-1] and not behind[3:9].any()


def test_attention_shines_where_the_estimator_looked() -> None:
    maps = np.zeros((24, 56, 56), np.float32)
    maps[5, 28, 28] = 1.0
    layer = attention_layer(maps, np.array([100.0, 60.0, 80.0]), (WIDTH, HEIGHT))
    alpha = layer.picture[..., 3]
    y, x = np.unravel_index(alpha.argmax(), alpha.shape)
    assert abs(x / alpha.shape[1] * WIDTH - 100) < 4 and abs(y / alpha.shape[0] * HEIGHT - 60) < 4
    assert alpha[:, -5:].max() == 0


def test_an_empty_layer_changes_nothing_and_a_full_one_covers() -> None:
    ground = np.full((4, 4, 3), 200, np.uint8)
    body = np.zeros((4, 4, 4), np.uint8)
    assert (laid_over(ground, body) == ground).all()
    body[..., 3] = 255
    assert (laid_over(ground, body, opacity=1.0) == 0).all()


def test_without_people_there_is_no_movie(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="Nobody"):
        write_overlay(tmp_path / "a.mp4", [], tmp_path / "b.mp4")


@pytest.mark.slow
def test_the_movie_is_the_video_with_the_body_in_its_place(tmp_path: Path) -> None:
    from core.video.decode import frames
    from studio.viewport.offscreen import NoOffscreen
    from studio.viewport.overlay_movie import make_overlay
    from tests.core.video.factory import make_video

    motion, camera = standing()
    video = make_video(tmp_path / "walk.mp4", 6, size=(WIDTH, HEIGHT))
    person = OverlayPerson(motion=motion, camera=camera, color="#ff0000")
    try:
        made = make_overlay(video, [person], tmp_path / "over.mp4")
    except NoOffscreen as reason:
        pytest.skip(str(reason))
    before = [rgb for _, rgb in frames(video)]
    after = [rgb for _, rgb in frames(made)]
    assert len(after) == len(before) and after[0].shape == before[0].shape
    for frame in (0, 5):
        change = np.abs(after[frame].astype(int) - before[frame]).max(axis=-1) > 60
        columns = np.where(change.sum(axis=0) > 5)[0]
        pixels = camera.project(joint_positions(camera.in_camera(motion))[frame])
        assert abs(columns.mean() - pixels[:, 0].mean()) < 8
