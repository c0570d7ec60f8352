"""The built-in estimator end to end, on a real video and on videos made on the spot."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from core import weights
from core.body import joint_positions
from core.body.skinning import lowest_points
from core.errors import Cancelled, FileProblem, ModelProblem, NoPersonFound, StudioError
from core.estimators import ESTIMATORS, Estimate, estimate_video
from core.progress import Progress
from tests.core.estimators.factory import LIMB_JOINTS, LIMB_POINTS
from tests.core.video.factory import make_video

SHARED = Path(__file__).resolve().parents[3].parent / "shared"
REFERENCE = SHARED / "videos" / "pose2sim_single_cam01_reference.npz"

needs_models = pytest.mark.skipif(
    not weights.is_estimator_installed(), reason="the estimator's files are not installed"
)


@pytest.fixture(scope="module")
def video() -> Path:
    path = weights.sample_video()
    if path is None or not weights.is_estimator_installed():
        pytest.skip("the estimator's files or the sample video are not installed")
    return path


@pytest.fixture(scope="module")
def previews() -> list[tuple[float, str, np.ndarray]]:
    return []


@pytest.fixture(scope="module")
def estimate(video: Path, previews: list[tuple[float, str, np.ndarray]]) -> Estimate:
    def report(fraction: float, text: str, preview: np.ndarray | None = None) -> None:
        if preview is not None:
            previews.append((fraction, text, preview))

    return estimate_video(video, progress=Progress(report=report))


def aligned_error(found: np.ndarray, true: np.ndarray) -> np.ndarray:
    """(T, P) metres between points after the best turn, shift and scale of each frame."""
    errors = []
    for a, b in zip(found, true, strict=True):
        a, b = a - a.mean(0), b - b.mean(0)
        u, values, vt = np.linalg.svd(a.T @ b)
        sign = np.array([1, 1, np.sign(np.linalg.det(u @ vt))])
        scale = (values * sign).sum() / (a**2).sum()
        errors.append(np.linalg.norm(scale * a @ (u * sign) @ vt - b, axis=-1))
    return np.array(errors)


def test_a_real_person_is_followed_through_the_video(estimate: Estimate) -> None:
    (motion,) = estimate.motions
    assert motion.num_frames == 100
    assert motion.fps == pytest.approx(60)
    assert estimate.summary["estimated_frames"] >= 98
    assert motion.confidence is not None and motion.confidence.mean() > 0.8
    assert motion.inferred == ()


def test_the_posed_body_is_near_the_triangulated_one(estimate: Estimate) -> None:
    if not REFERENCE.exists():
        pytest.skip("the triangulated reference is not beside this checkout")
    with np.load(REFERENCE) as data:
        true = data["joints_cam"][:, LIMB_POINTS]
    camera = estimate.cameras[0]
    assert camera is not None
    joints = joint_positions(camera.in_camera(estimate.motions[0]))[:, LIMB_JOINTS]
    assert aligned_error(joints, true).mean() <= 0.074
    hips = [LIMB_POINTS.index(23), LIMB_POINTS.index(24)]
    rooted = [points - points[:, hips].mean(1, keepdims=True) for points in (joints, true)]
    assert np.linalg.norm(rooted[0] - rooted[1], axis=-1).mean() <= 0.095


def test_the_fitted_body_moves_smoothly_and_has_a_size_of_its_own(estimate: Estimate) -> None:
    (motion,) = estimate.motions
    steps = np.diff(joint_positions(motion), n=2, axis=0)
    assert np.linalg.norm(steps, axis=-1).mean() <= 0.006
    assert motion.body_id == "free"
    assert 0.05 < np.abs(motion.betas).max() <= 3.0


def test_the_body_stands_upright_on_the_floor(estimate: Estimate) -> None:
    (motion,) = estimate.motions
    lowest = lowest_points(motion)
    assert np.abs(lowest).max() < 0.03
    joints = joint_positions(motion)
    upright = joints[:15, 12] - joints[:15, [7, 8]].mean(1)  # he stands at first
    assert (upright[:, 1] / np.linalg.norm(upright, axis=-1)).min() > np.cos(np.radians(15))
    lifted = joints[48, 11, 1] - joints[48, 10, 1]  # then he balances, his right leg raised
    assert lifted > 0.1
    assert motion.trans[0, [0, 2]].tolist() == pytest.approx([0, 0], abs=1e-6)


def test_the_motion_is_smooth_and_the_standing_foot_still(estimate: Estimate) -> None:
    joints = joint_positions(estimate.motions[0])
    jitter = np.linalg.norm(np.diff(joints, n=2, axis=0), axis=-1).mean()
    assert jitter < 0.008  # metres a frame squared at 60 frames a second
    foot = joints[28:54, 7]  # he balances on his left foot
    assert np.ptp(foot[:, [0, 2]], axis=0).max() < 0.05


def test_where_it_came_from_is_kept(estimate: Estimate, video: Path) -> None:
    origin = estimate.motions[0].provenance
    assert (origin.kind, origin.estimator, origin.source) == ("estimated", "blazepose", video.name)
    assert origin.source_sha256 == weights.FILES["sample_video"].sha256


def test_previews_show_the_points_while_it_runs(
    estimate: Estimate, previews: list[tuple[float, str, np.ndarray]]
) -> None:
    assert len(previews) == 10
    fractions = [fraction for fraction, _, _ in previews]
    assert fractions == sorted(fractions) and fractions[-1] <= 1
    assert "Frame 91 of 100" in previews[-1][1]
    picture = previews[5][2]
    assert picture.dtype == np.uint8 and picture.shape == (480, 270, 3)
    orange = (picture[..., 0] > 230) & (picture[..., 1] > 140) & (picture[..., 2] < 110)
    assert orange.sum() > 50  # the left side's lines


def test_the_points_lie_over_the_picture_in_time(estimate: Estimate) -> None:
    (overlay,) = estimate.landmarks
    assert (overlay.width, overlay.height) == (1080, 1920)
    at = overlay.at(0.5)
    assert at is not None
    points, visibility = at
    assert points.shape == (33, 2) and visibility.shape == (33,)
    assert ((points > 0) & (points < [1080, 1920])).all()
    assert overlay.at(99.0) is None


def test_cancelling_stops_within_a_frame(video: Path) -> None:
    asked = 0

    def is_cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked > 5

    with pytest.raises(Cancelled):
        estimate_video(video, progress=Progress(is_cancelled=is_cancelled))
    assert asked == 6
    assert "decode" not in {thread.name for thread in threading.enumerate()}


@needs_models
def test_a_video_without_a_person_is_told_with_the_next_step(tmp_path: Path) -> None:
    path = make_video(tmp_path / "empty room.mp4", 30, size=(320, 240))
    with pytest.raises(NoPersonFound) as caught:
        estimate_video(path)
    assert "empty room.mp4" in caught.value.message
    assert "one person" in caught.value.hint


@needs_models
def test_what_is_no_video_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"no video" * 100)
    with pytest.raises(FileProblem):
        estimate_video(tmp_path / "a.mp4")


def test_a_missing_network_is_told_before_anything_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOTION_STUDIO_HOME", str(tmp_path))
    path = make_video(tmp_path / "a.mp4", 3)
    with pytest.raises(ModelProblem, match="pose_detection"):
        estimate_video(path)


def test_an_unknown_estimator_or_focal_length_is_told(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="vibe2") as caught:
        estimate_video(tmp_path / "a.mp4", estimator="vibe2")
    assert all(name in caught.value.hint for name in ESTIMATORS)
    with pytest.raises(StudioError, match="focal"):
        estimate_video(tmp_path / "a.mp4", focal=-1)
