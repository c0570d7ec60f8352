"""The model store: what is there, what is refused, and that nothing is left half-done."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from core import weights
from core.errors import Cancelled, FileProblem, ModelProblem
from core.progress import Progress

CONTENT = b"network" * 100
LICENCE = b"Do as you like."


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store with small files in place of the real ones, in a data folder of its own."""
    monkeypatch.setenv("MOTION_STUDIO_HOME", str(tmp_path / "home"))
    small = {
        name: replace(file, size=len(CONTENT), sha256=hashlib.sha256(CONTENT).hexdigest())
        for name, file in weights.FILES.items()
    }
    monkeypatch.setattr(weights, "FILES", small)
    return tmp_path / "home"


def make_wheel(path: Path, content: bytes = CONTENT, *, without: str = "") -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name in weights.ESTIMATOR_FILES:
            if name != without:
                archive.writestr(weights.FILES[name].member, content)
        wheel = weights.FILES["pose_detection"].wheel
        assert wheel is not None
        archive.writestr(wheel.licence_member, LICENCE)
    return path


def test_an_empty_store_names_the_missing_file_and_the_next_step(store: Path) -> None:
    assert weights.installed() == []
    assert len(weights.missing()) == len(weights.FILES)
    assert weights.sample_video() is None
    with pytest.raises(ModelProblem) as caught:
        weights.path_of("pose_detection")
    assert "pose_detection.tflite" in caught.value.message
    assert "models --install" in caught.value.hint


def test_a_wheel_at_hand_is_unpacked_with_its_licence_and_origin(
    store: Path, tmp_path: Path
) -> None:
    paths = weights.install_estimator(source=make_wheel(tmp_path / "mediapipe-0.10.14-x.whl"))
    assert [path.read_bytes() for path in paths] == [CONTENT, CONTENT]
    folder = store / "models" / "blazepose"
    assert (folder / "LICENSE").read_bytes() == LICENCE
    assert "mediapipe 0.10.14" in (folder / "ORIGIN.pose_detection.txt").read_text()
    assert weights.is_estimator_installed()
    assert {file.name for file in weights.installed()} == set(weights.ESTIMATOR_FILES)


def test_a_second_install_touches_nothing(store: Path, tmp_path: Path) -> None:
    make_wheel(tmp_path / "mediapipe-0.10.14-x.whl")
    first = weights.install_estimator(source=tmp_path)  # the folder that holds the wheel
    before = [path.stat().st_mtime_ns for path in first]
    again = weights.install_estimator(source=tmp_path / "nothing here")
    assert [path.stat().st_mtime_ns for path in again] == before


def test_loose_files_in_a_folder_are_taken(store: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copied"
    folder.mkdir()
    for name in ("pose_detection.tflite", "pose_landmark_full.tflite"):
        (folder / name).write_bytes(CONTENT)
    weights.install_estimator(source=folder)
    assert weights.is_estimator_installed()


@pytest.mark.parametrize("damage", ["wrong bytes", "member missing"])
def test_wrong_content_is_refused_and_nothing_is_left(
    store: Path, tmp_path: Path, damage: str
) -> None:
    wheel = tmp_path / "w.whl"
    if damage == "wrong bytes":
        make_wheel(wheel, CONTENT + b"!")
    else:
        make_wheel(wheel, without="pose_landmark_full")
    with pytest.raises(ModelProblem, match="is not the file the program knows"):
        weights.install_estimator(source=wheel)
    assert not list(store.rglob("*.tflite"))


def test_a_file_that_is_no_wheel_is_refused_with_a_sentence(store: Path, tmp_path: Path) -> None:
    (tmp_path / "w.whl").write_bytes(b"not a zip")
    with pytest.raises(FileProblem, match="cannot be read as a wheel"):
        weights.install_estimator(source=tmp_path / "w.whl")


def test_a_failing_download_says_so_and_leaves_nothing(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = replace(weights._MEDIAPIPE, requirement="mediapipe==0.0.0", pip_options=("--no-index",))
    for name in weights.ESTIMATOR_FILES:
        weights.FILES[name] = replace(weights.FILES[name], wheel=wheel)
    with pytest.raises(ModelProblem) as caught:
        weights.install_estimator()
    assert "could not be downloaded" in caught.value.message
    assert "network" in caught.value.hint
    assert not store.exists()


def test_a_download_can_be_cancelled(store: Path) -> None:
    with pytest.raises(Cancelled):
        weights.install_estimator(Progress(is_cancelled=lambda: True))
    assert not store.exists()


def test_a_cut_file_does_not_count_as_installed(store: Path, tmp_path: Path) -> None:
    paths = weights.install_estimator(source=make_wheel(tmp_path / "w.whl"))
    paths[0].write_bytes(CONTENT[:10])
    assert not weights.is_estimator_installed()
