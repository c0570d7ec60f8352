"""NTU13, HumanAct12 and UESTC: upright, with the right classes, people, files; damage in words."""

from __future__ import annotations

import pickle

import joblib
import numpy as np
import pytest

from core.actor.published import LABELS
from core.datasets.classes import HUMANACT12, NTU13, UESTC_TRAIN_SUBJECTS
from core.datasets.readers import ImportOptions, import_dataset, inspect_dataset
from core.datasets.readers.uestc import path_of_camera
from core.errors import FileProblem, StudioError
from core.rotation import rotmat_to_rotvec, rotvec_to_rotmat
from tests.core.datasets.readers.made import (
    camera_poses,
    standing,
    write_humanact12,
    write_ntu,
    write_uestc,
)

NTU = [
    "S001C001P003R002A006.pkl", "S001C002P003R002A006.pkl", "S002C003P008R001A100.pkl",
    "S002C003P008R001A102.pkl", "S003C001P008R001A050.pkl",
]  # fmt: skip


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("MOTION_STUDIO_HOME", str(tmp_path / "home"))


def same_rotations(a, b) -> bool:
    gap = np.swapaxes(rotvec_to_rotmat(a), -1, -2) @ rotvec_to_rotmat(np.asarray(b, float))
    return bool(np.linalg.norm(rotmat_to_rotvec(gap), axis=-1).max() < 1e-5)


def test_class_names_are_those_published_checkpoints_get():
    assert tuple(NTU13.values()) == LABELS["ntu13"]
    assert LABELS["humanact12"] == HUMANACT12
    assert len(UESTC_TRAIN_SUBJECTS) == 51 and max(UESTC_TRAIN_SUBJECTS) == 113


def test_ntu13_is_turned_upright_and_knows_people_views_and_performances(tmp_path):
    folder = write_ntu(tmp_path / "ntu13", NTU)
    found = inspect_dataset(folder)
    assert (found.reader, found.num_clips, len(found.labels)) == ("ntu13", 4, 13)  # A050 is none
    assert "y down" in found.note
    store = import_dataset(folder, name="ntu")
    assert store.labels == tuple(NTU13.values()) and store.estimators == ("vibe",)
    assert "turned upright" in store.note
    for i in range(4):
        assert same_rotations(store.motion(i).poses, standing(20 + i, i))
    records = list(store.records)
    assert [store.labels[r.label] for r in records] == ["pick up"] * 2 + ["butt kicks", "side kick"]
    assert [(r.subject, r.view) for r in records[1:3]] == [("P003", "C002"), ("P008", "C003")]
    assert records[0].file == records[1].file != records[2].file  # two cameras, one performance


def test_files_that_stand_upright_already_are_left_so(tmp_path):
    store = import_dataset(write_ntu(tmp_path / "ntu", NTU, upright=True), name="up")
    assert same_rotations(store.motion(2).poses, standing(22, 2))
    assert "were not turned" in store.note


def test_pares_matrices_in_the_same_layout_are_another_data_set(tmp_path):
    folder = write_ntu(tmp_path / "ntu", NTU[:1])
    matrices = rotvec_to_rotmat(camera_poses(standing(20, 0)).reshape(20, 24, 3))
    joblib.dump({1: {"pose": matrices}}, folder / NTU[0])
    store = import_dataset(folder, name="pare", options=ImportOptions(estimator="pare"))
    assert same_rotations(store.motion(0).poses, standing(20, 0))
    assert store.estimators == ("pare",)


def test_clips_without_the_person_or_the_file_are_skipped_as_published(tmp_path):
    folder = write_ntu(tmp_path / "ntu", NTU)
    joblib.dump({2: {"pose": np.zeros((3, 72))}}, folder / NTU[0])
    (folder / NTU[1]).unlink()
    assert "not there: 1" in inspect_dataset(folder).text
    assert [r.name for r in import_dataset(folder, name="n").records] == [
        "S002C003P008R001A100", "S002C003P008R001A102",
    ]  # fmt: skip


def test_humanact12_keeps_its_twelve_classes_and_the_path_of_its_first_joint(tmp_path):
    path = write_humanact12(tmp_path / "humanact12poses.pkl", [11, 0, 3])
    store = import_dataset(tmp_path, name="h12")
    assert store.labels == HUMANACT12
    assert store.features().labels.tolist() == [11, 0, 3]
    with path.open("rb") as stream:
        joints = pickle.load(stream)["joints3D"][1][:, 0]
    moved = (joints - joints[0]) * [1, -1, -1]
    assert np.allclose(store.motion(1).trans - store.motion(1).trans[0], moved, atol=1e-5)
    with pytest.raises(StudioError, match="labelled dance"):
        import_dataset(tmp_path, name="none", options=ImportOptions(labels=("dance",)))


UESTC = [
    "a0_d1_p001_c1_color.avi", "a0_d2_p001_c2_color.avi", "a39_d8_p003_c2_color.avi",
    "a39_d8_p003_c1_color.avi",
]  # fmt: skip


def test_uestc_is_turned_to_the_front_and_split_as_its_authors_did(tmp_path):
    store = import_dataset(write_uestc(tmp_path / "uestc", UESTC), name="u")
    assert [r.name for r in store.records] == [
        "a0_d1_p001_c1_color", "a0_d2_p001_c2_color", "a39_d8_p003_c1_color",
    ]  # fmt: skip
    assert [r.part for r in store.records] == ["train", "train", "test"]
    split = store.split()
    assert (split.by, split.train.tolist(), split.test.tolist()) == ("given", [0, 1], [2])
    assert same_rotations(store.motion(0).poses, standing(20, 0))
    # -2 x 45 degrees about the camera's y, which points down: +90 about ours
    turn = rotvec_to_rotmat(np.array([0.0, np.pi / 2, 0.0]))
    wanted = standing(21, 1)
    wanted[:, 0] = rotmat_to_rotvec(turn @ rotvec_to_rotmat(wanted[:, 0]))
    assert same_rotations(store.motion(1).poses, wanted)
    front = inspect_dataset(tmp_path / "uestc", options=ImportOptions(views="front"))
    assert front.num_clips == 2


def test_uestcs_path_comes_from_the_camera_or_from_the_file_beside_it(tmp_path):
    camera = np.array([[1, 1, 0.1, 0.2], [1, 0.5, 0.3, 0.2]])
    assert np.allclose(
        path_of_camera(camera), [[0, 0, 0], [0.2, 0, 500 / 135 - 500 / 270]], atol=1e-12
    )
    folder = write_uestc(tmp_path / "uestc", UESTC, stored_paths=True)
    store = import_dataset(folder, name="u")
    path = joblib.load(folder / "globtrans_usez.pkl")[0]
    moved = (path - path[0]) * [1, -1, -1]
    assert np.allclose(store.motion(0).trans - store.motion(0).trans[0], moved, atol=1e-5)


def _truncated(path):
    path.write_bytes(path.read_bytes()[:200])


def _hostile(path):
    class Bomb:
        def __reduce__(self):
            return (print, ("gone off",))

    path.write_bytes(pickle.dumps(Bomb()))


def _other_layout(path):
    path.write_bytes(pickle.dumps({"something": [1, 2, 3]}))


def _wrong_shape(path):
    path.write_bytes(pickle.dumps({"poses": [np.zeros((5, 70))], "joints3D": [np.zeros((5, 24, 3))],
                                   "y": [0]}))  # fmt: skip


def _not_finite(path):
    poses = np.full((5, 72), np.nan)
    path.write_bytes(pickle.dumps({"poses": [poses], "joints3D": [np.zeros((5, 24, 3))], "y": [0]}))


@pytest.mark.parametrize("damage", [_truncated, _hostile, _other_layout, _wrong_shape, _not_finite])
def test_a_damaged_file_is_a_sentence_and_leaves_nothing_behind(tmp_path, damage, capsys):
    path = write_humanact12(tmp_path / "humanact12poses.pkl", [1, 2])
    damage(path)
    with pytest.raises(FileProblem) as told:
        import_dataset(path, name="h")
    assert told.value.hint and len(told.value.message) < 250
    assert "gone off" not in capsys.readouterr().out
    home = tmp_path / "home" / "datasets"
    assert not home.exists() or list(home.iterdir()) == []


@pytest.mark.parametrize("odd", [None, 5, "text", [[1, 2], [3]], {"a": 1}, np.zeros((0, 72))])
@pytest.mark.parametrize("layout", ["ntu", "humanact12", "uestc", "uestc camera"])
def test_odd_content_is_a_sentence_in_every_layout(tmp_path, odd, layout):
    if layout == "ntu":
        path = write_ntu(tmp_path / "set", NTU[:1])
        joblib.dump({1: {"pose": odd, "joints3d": odd}}, path / NTU[0])
    elif layout == "humanact12":
        path = tmp_path / "humanact12poses.pkl"
        path.write_bytes(pickle.dumps({"poses": [odd], "joints3D": [odd], "y": [0]}))
    else:
        path = write_uestc(tmp_path / "set", UESTC)
        content = joblib.load(path / "vibe_cache_refined.pkl")
        content["orig_cam" if "camera" in layout else "pose"] = odd
        joblib.dump(content, path / "vibe_cache_refined.pkl")
    with pytest.raises(FileProblem) as told:
        import_dataset(path, name="odd")
    assert told.value.hint
