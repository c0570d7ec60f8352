"""Finding the video of compared clips, and where their joints lie in it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.estimators.base import Overlay
from core.motion import Motion, Provenance
from core.video.camera import PersonCamera
from studio.services import compare_video
from studio.services.capture_queue import CaptureQueue, QueueItem
from studio.services.capture_result import save_result
from studio.services.capture_store import CaptureStore
from studio.services.compare_video import find_video, seen_points
from studio.services.importing import ImportedPerson, ImportedVideo
from studio.services.video_frames import VideoFrames

FRAMES = 6


def motion() -> Motion:
    made = Provenance(kind="estimated", estimator="blazepose", source="walk.mp4")
    return Motion(poses=np.zeros((FRAMES, 24, 3)), trans=np.zeros((FRAMES, 3)), provenance=made)


def camera() -> PersonCamera:
    """Upright, five metres away, in the middle of a picture of 400 x 800."""
    return PersonCamera(
        focal=800.0, centre=np.array([200.0, 400.0]), width=400, height=800,
        times=np.arange(FRAMES) / 30, global_orient=np.tile([np.pi, 0, 0], (FRAMES, 1)),
        trans=np.tile([0.0, 0.0, 5.0], (FRAMES, 1)),
    )  # fmt: skip


def overlay(off: float) -> Overlay:
    """The body's own joints where they project, ``off`` pixels to the right."""
    from core.body import joint_positions

    points = camera().project(joint_positions(camera().in_camera(motion())))
    image = np.zeros((FRAMES, 33, 2))
    for joint, landmark in compare_video._LANDMARK_OF.items():
        image[:, landmark] = points[:, joint] + [off, 0]
    return Overlay(
        times=np.arange(FRAMES) / 30, image=image, visibility=np.ones((FRAMES, 33)), edges=(),
        width=400, height=800,
    )  # fmt: skip


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose queue has one estimated video."""
    video = tmp_path / "walk.mp4"
    video.write_bytes(b"not looked at")
    store, queue = CaptureStore(tmp_path), CaptureQueue()
    item = QueueItem(path=video, state="kept", clip_ids=("abc",), clip_names=("walk",))
    queue.items.append(item)
    store.save(queue)
    person = ImportedPerson(motion=motion(), name="walk", camera=camera(), overlay=overlay(7.0))
    save_result(store.work_folder(item), ImportedVideo(path=video, people=(person,), summary={}))

    def pictures(path: Path, progress: object) -> VideoFrames:
        return VideoFrames(
            path=path, size=(400, 800), fps=30.0, times=(0.0,), indices=(0,), jpegs=(b"",)
        )

    monkeypatch.setattr(compare_video, "read_frames", pictures)
    return tmp_path


def test_the_video_is_found_by_its_clip_with_the_joints_in_the_picture(project: Path) -> None:
    found = find_video(project, [("abc", motion()), (None, motion())])
    assert found is not None and found.frames.path.name == "walk.mp4"
    track, unknown = found.tracks
    assert unknown is None and track is not None
    assert track.points.shape == (FRAMES, 24, 2)
    pelvis, head = track.points[0, 0], track.points[0, 15]
    assert abs(pelvis[0] - 0.5) < 0.02 and head[1] < pelvis[1]  # upright, y down


def test_a_results_clip_finds_the_video_by_its_name(project: Path) -> None:
    found = find_video(project, [(None, motion())])
    assert found is not None and found.tracks == (None,)


def test_an_unknown_video_is_none(tmp_path: Path) -> None:
    assert find_video(tmp_path, [("zzz", motion())]) is None
    assert seen_points(tmp_path, "zzz", motion()) is None


def test_the_reprojection_error_is_as_far_as_the_points_are_off(project: Path) -> None:
    from core.compare.quality import clip_quality

    found = seen_points(project, "abc", motion())
    assert found is not None
    points, seen_by = found
    assert np.isfinite(points[:, 4]).all() and np.isnan(points[:, 12]).all()
    quality = clip_quality(motion(), points, seen_by)
    assert abs(quality.value("reprojection") - 7.0) < 0.05


def test_a_clip_that_was_cut_has_no_points(project: Path) -> None:
    short = Motion(poses=np.zeros((3, 24, 3)), trans=np.zeros((3, 3)))
    assert seen_points(project, "abc", short) is None
