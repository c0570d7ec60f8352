"""A result comes back from disk as it was; damage is nobody's error."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.estimators.base import Overlay
from core.video.camera import PersonCamera
from studio.services.capture_result import load_result, save_result
from studio.services.importing import ImportedPerson, ImportedVideo
from tests.studio.pages.importer import made_motion


def made(num_frames: int = 60) -> ImportedVideo:
    rng = np.random.default_rng(0)
    camera = PersonCamera(
        focal=1200.5, centre=np.array([320.0, 240.0]), width=640, height=480,
        times=np.arange(num_frames) / 30, trans=rng.normal(size=(num_frames, 3)),
        global_orient=rng.normal(size=(num_frames, 3)),
    )  # fmt: skip
    overlay = Overlay(
        times=np.arange(num_frames) / 30, image=rng.random((num_frames, 33, 2)) * 640,
        visibility=rng.random((num_frames, 33)), edges=((11, 12), (23, 24)), width=640, height=480,
    )  # fmt: skip
    seen = ImportedPerson(
        motion=made_motion("a.mp4", "pare"), name="a_person2_pare", estimator="pare", track=2,
        start=0.5, overlay=overlay, camera=camera,
    )  # fmt: skip
    bare = ImportedPerson(motion=made_motion("a.mp4"), name="a_person1")
    return ImportedVideo(
        path=Path("a.mp4"), people=(seen, bare), summary={"frames_per_second": 9.5}
    )


def test_a_result_comes_back_as_it_was(tmp_path: Path) -> None:
    save_result(tmp_path, made())
    again = load_result(tmp_path, Path("a.mp4"))
    assert again is not None and again.frames_per_second == 9.5
    seen, bare = again.people
    assert (seen.name, seen.estimator, seen.track, seen.start) == ("a_person2_pare", "pare", 2, 0.5)
    want = made().people[0]
    np.testing.assert_array_equal(seen.camera.trans, want.camera.trans)
    np.testing.assert_allclose(seen.overlay.image, want.overlay.image, atol=1e-3)
    assert seen.overlay.edges == want.overlay.edges and seen.camera.focal == 1200.5
    assert bare.camera is None and bare.overlay is None
    np.testing.assert_array_equal(seen.motion.poses, want.motion.poses)


@pytest.mark.parametrize("name", ["result.json", "person0.npz", "seen1.npz"])
def test_what_is_damaged_is_left_out_without_an_error(tmp_path: Path, name: str) -> None:
    save_result(tmp_path, made())
    (tmp_path / name).write_bytes(b"{")
    assert load_result(tmp_path, Path("a.mp4")) is None


def test_nothing_kept_is_nothing_found(tmp_path: Path) -> None:
    assert load_result(tmp_path, Path("a.mp4")) is None
