"""Videos to motions by VIBE and PARE themselves, from checkpoints in the layouts as published.

The weights are pseudo-random, so the bodies are nonsense; that they are the networks' nonsense, in
the right frames and places, is what is tested.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from core import rotation, weights
from core.errors import ModelProblem
from core.estimators import EstimateOptions, estimate_people
from core.estimators.crop_networks import Pare, Vibe
from core.motion_file import load_motion
from core.video import crops
from core.video.decode import frames, probe
from core.video.people import People, Track
from tests.core.video.factory import make_video
from tests.published import adopt_published


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the networks adopted, and the built-in estimator's files if there."""
    folder = tmp_path_factory.mktemp("home")
    built_in = [weights.FILES[name].path for name in weights.ESTIMATOR_FILES]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOTION_STUDIO_HOME", str(folder))
        for path, name in zip(built_in, weights.ESTIMATOR_FILES, strict=True):
            if path.is_file():
                weights.FILES[name].path.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, weights.FILES[name].path)
        adopt_published(folder)
    return folder


@pytest.fixture(autouse=True)
def at_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTION_STUDIO_HOME", str(home))


def test_a_few_frames_come_out_as_the_networks_see_them(tmp_path: Path) -> None:
    video = make_video(tmp_path / "few.mp4", 4, size=(128, 96))
    boxes = np.array([[60.0, 50, 30, 70], [62, 50, 30, 70], [64, 51, 32, 70], [66, 51, 32, 70]])
    track = Track(1, np.arange(4), boxes, np.full(4, 0.9))
    people = People(probe(video), np.arange(4) / 30, tracks=(track,))
    options = EstimateOptions(estimators=("vibe", "pare"), attention=True)
    results = estimate_people(video, options, people)
    assert {name: r.motions[0].num_frames for name, r in results.items()} == {"vibe": 4, "pare": 4}
    assert all(np.isfinite(r.motions[0].poses).all() for r in results.values())
    attention = results["pare"].attention
    assert attention is not None and results["vibe"].attention is None
    assert attention.at(0, 0.0)[0].shape == (24, 56, 56)  # type: ignore[index]

    exact = EstimateOptions(estimators=("pare",), official=True)
    motion = estimate_people(video, exact, people)["pare"].motions[0]
    squares = crops.squares_of(boxes)
    images = [
        crops.cut_exactly(rgb, s, 1.0) for (_, rgb), s in zip(frames(video), squares, strict=True)
    ]
    network = Pare.loaded(exact)
    seen = network.regressed(network.look(crops.normalised(np.stack(images))))
    found = rotation.rotvec_to_rotmat(np.asarray(motion.poses, np.float64))
    assert np.abs(found[:, 1:] - seen.rotmats[:, 1:]).max() < 1e-4
    assert np.abs(found[:, 0] - np.diag([1, -1, -1]) @ seen.rotmats[:, 0]).max() < 1e-4
    assert np.allclose(motion.betas, np.median(seen.betas, axis=0), atol=1e-4)


def test_vibe_forgets_after_450_frames_officially_and_remembers_otherwise() -> None:
    features = np.random.default_rng(0).normal(0, 1, (460, 2048)).astype(np.float32)
    whole = Vibe.loaded(EstimateOptions(estimators=("vibe",)))
    parts = Vibe.loaded(EstimateOptions(estimators=("vibe",), official=True))
    one, other = (network.regressed({"features": features}) for network in (whole, parts))
    assert np.abs(one.rotmats[:450] - other.rotmats[:450]).max() < 1e-4
    anew = parts.regressed({"features": features[450:]})
    assert np.abs(other.rotmats[450:] - anew.rotmats).max() < 1e-4
    assert np.abs(one.rotmats[450:] - other.rotmats[450:]).max() > 1e-2


def test_a_file_that_went_missing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTION_STUDIO_HOME", str(tmp_path))
    with pytest.raises(ModelProblem, match="vibe_model_wo_3dpw"):
        Vibe.loaded(EstimateOptions())
    with pytest.raises(ModelProblem, match="PARE"):
        Pare.loaded(EstimateOptions())


@pytest.mark.slow
def test_a_real_video_becomes_clips_of_both_people_on_the_command_line(
    shared: Path, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from studio.cli import main

    video = shared / "videos" / "pose2sim_multi_cam01_100f_60fps.mp4"
    if not video.exists() or not weights.is_estimator_installed():
        pytest.skip("the two-person video or the estimator's files are not there")
    line = ["estimate", str(video), "--out", str(tmp_path), "--estimator", "blazepose,vibe,pare"]
    with pytest.raises(SystemExit) as left:
        main([*line, "--precision", "bfloat16"])
    assert not left.value.code, capsys.readouterr().err
    clips = sorted(path.name for path in tmp_path.glob("*.npz"))
    stem = video.stem
    assert clips == sorted(
        f"{stem}{by}_person{person}.npz" for by in ("", "_vibe", "_pare") for person in (1, 2)
    )
    for name in clips:
        motion = load_motion(tmp_path / name)
        assert motion.num_frames == 100 and motion.fps == pytest.approx(60, rel=1e-3)
        assert "blur" in motion.channels
        assert motion.provenance.estimator in name or motion.provenance.estimator == "blazepose"
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert summary["estimators"]["pare"]["people"] == 2
    assert not list((home / "unfinished").glob("*"))
