"""Folders, archives and tables of motion files: labels, windows, people; CMU's text."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import numpy as np
import pytest

from core.body import default_body
from core.datasets.library import list_datasets
from core.datasets.readers import ImportOptions, import_dataset, inspect_dataset
from core.datasets.readers.cmu_text import is_cmu_text, source_of
from core.datasets.readers.listing import name_label
from core.errors import Cancelled, FileProblem, StudioError
from core.export import export_motion
from core.importing import PLAIN, retargeted
from core.motion import Provenance
from core.motion_file import save_motion
from core.progress import Progress
from tests.core.datasets.readers.made import motion

SHARED = Path(__file__).parents[5] / "shared" / "mocap"


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("MOTION_STUDIO_HOME", str(tmp_path / "home"))


@pytest.fixture
def folder(tmp_path):
    """Two walks and a run as BVH by folder, a note beside them."""
    for number, place in enumerate(("walk/a_1.bvh", "walk/b_2.bvh", "run/c.bvh")):
        path = tmp_path / "clips" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        export_motion(motion(20 + number, number), path)
    (tmp_path / "clips" / "readme.txt").write_text("not motion, 1, 2\n")
    return tmp_path / "clips"


def test_longer_clips_end_where_they_are_asked_to(folder):
    store = import_dataset(folder, name="short", options=ImportOptions(max_frames=21))
    assert sorted(record.num_frames for record in store.records) == [20, 21, 21]
    store.close()


def test_labels_come_from_folders_names_or_a_table(folder, tmp_path):
    assert inspect_dataset(folder).labels == ("run", "walk")
    by_name = inspect_dataset(folder, options=ImportOptions(labels_from="name"))
    assert by_name.labels == ("a", "b", "c")
    table = tmp_path / "labels.csv"
    table.write_text("path,label\na_1.bvh,stroll\nwalk/b_2.bvh,stroll\n")
    told = inspect_dataset(folder, options=ImportOptions(label_file=table))
    assert told.labels == ("run", "stroll")


@pytest.mark.parametrize(
    ("stem", "label"),
    [
        ("dataset-1_walk-turn-left_not-confident_001", "turn_left"),
        ("dataset-2_byebye_normal_012", "wave_one_hand"),
        ("dataset-1_kick_normal_001", "kick"), ("walking_12", "walking"),
        ("kneel-down 3", "kneel_down"), ("jumping_poses", "jumping"), ("03", "03"),
    ],
)  # fmt: skip
def test_names_say_labels(stem, label):
    assert name_label(stem) == label


def test_a_folder_becomes_a_data_set_of_one_rate(folder):
    export_motion(motion(41, 9, fps=60.0), folder / "run" / "fast.bvh")
    store = import_dataset(folder, name="mine")
    assert {record.fps for record in store.records} == {30.0}
    assert [(r.file, r.num_frames) for r in store.records] == [
        ("run/c.bvh", 22), ("run/fast.bvh", 21), ("walk/a_1.bvh", 20), ("walk/b_2.bvh", 21),
    ]  # fmt: skip
    few = import_dataset(
        folder, name="few", options=ImportOptions(labels=("walk", "run"), min_frames=21)
    )
    assert few.labels == ("walk", "run") and len(few) == 3


def test_a_broken_file_stops_the_import_or_is_left_out_by_name(folder):
    (folder / "walk" / "broken.bvh").write_text("HIERARCHY\nROOT hips\n{\n")
    with pytest.raises(FileProblem, match=r"walk/broken\.bvh"):
        import_dataset(folder, name="a")
    store = import_dataset(folder, name="b", options=ImportOptions(skip_broken=True))
    assert len(store) == 3 and "walk/broken.bvh" in store.note


def test_a_table_cuts_windows_that_a_split_keeps_together(folder, tmp_path):
    with zipfile.ZipFile(tmp_path / "pack.zip", "w") as archive:
        archive.write(folder / "walk" / "b_2.bvh", "in/b.bvh")
    (tmp_path / "index.csv").write_text(
        "path,start,end,label,subject\n"
        "clips/walk/a_1.bvh,0,10,walk,P1\nclips/walk/a_1.bvh,5,15,walk,P1\n"
        "pack.zip!in/b.bvh,3,12,stroll,P2\n(npz only) gone.txt,0,5,walk,\n"
    )
    found = inspect_dataset(tmp_path / "index.csv")
    assert found.num_clips == 3 and "not there: 1" in found.text
    store = import_dataset(tmp_path / "index.csv", name="t")
    records = list(store.records)
    assert [record.num_frames for record in records] == [10, 10, 9]
    assert records[0].file == records[1].file != records[2].file
    assert [record.subject for record in records] == ["P1", "P1", "P2"]
    assert np.allclose(store.motion(0).poses[5:], store.motion(1).poses[:5])


def test_a_table_with_nonsense_names_its_line(folder, tmp_path):
    (tmp_path / "index.csv").write_text("path,label,start\nclips/run/c.bvh,run,two\n")
    with pytest.raises(FileProblem, match="line 2"):
        import_dataset(tmp_path / "index.csv", name="t")


def test_own_clips_bring_label_estimator_and_video(tmp_path):
    folder = tmp_path / "clips"
    for estimator in ("vibe", "pare"):
        for person in (1, 2):
            origin = Provenance(kind="estimated", source="dance.mp4", source_sha256="ab" * 32,
                                estimator=estimator, label="dance")  # fmt: skip
            clip = motion(20, person).replace(provenance=origin, inferred=(3, 4))
            save_motion(folder / f"dance_{estimator}_person{person}.npz", clip)
    both = import_dataset(folder, name="both")
    assert both.labels == ("dance",) and both.estimators == ("pare", "vibe")
    assert len({record.file for record in both.records}) == 1  # one video
    assert both.records[0].estimated_missing == 2
    only = import_dataset(folder, name="vibe", options=ImportOptions(estimator="vibe"))
    assert len(only) == 2 and only.estimators == ("vibe",)


def test_a_batchs_table_brings_people_and_cameras(tmp_path):
    folder = tmp_path / "clips"
    for name in ("kick/a", "kick/b"):
        save_motion(folder / f"{name}.npz", motion(20))
    (folder / "clips.csv").write_text(
        "clip,label,subject,camera,estimator\nkick/a.npz,kick,P001,C002,vibe\n"
        "kick/b.npz,,P003,C001,vibe\n"
    )
    store = import_dataset(folder, name="batch")
    assert store.labels == ("kick", "unlabelled")
    assert [(r.subject, r.view) for r in store.records] == [("P001", "C002"), ("P003", "C001")]


def test_amass_folders_name_people_and_shapes_are_no_clips(tmp_path):
    folder = tmp_path / "amass" / "KIT" / "17"
    folder.mkdir(parents=True)
    poses = np.zeros((40, 156))
    np.savez(folder / "walking_run04_poses.npz", poses=poses, trans=np.zeros((40, 3)),
             betas=np.zeros(16), mocap_framerate=120.0, gender="male")  # fmt: skip
    np.savez(folder / "shape.npz", betas=np.zeros(16))
    store = import_dataset(tmp_path / "amass", name="a", options=ImportOptions(fps=30.0))
    (record,) = store.records
    assert (store.labels, record.subject, record.num_frames) == (("walking_run",), "17", 10)


def test_several_sources_become_one_data_set(folder, tmp_path):
    other = tmp_path / "other"
    export_motion(motion(25, 7), other / "jump" / "x.bvh")
    store = import_dataset([folder, other], name="all")
    assert store.labels == ("jump", "run", "walk") and len(store) == 4


def test_the_generator_makes_any_number_of_clips():
    options = ImportOptions(clips_per_action=2, labels=("throw", "kicking"), min_frames=60)
    store = import_dataset(Path("demo"), name="gen", options=options)
    assert len(store) == 4 and store.labels == ("throw", "kicking")
    assert min(record.num_frames for record in store.records) >= 60


def test_what_is_no_data_set_is_said(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.csv").write_text("a,b\n1,2\n")
    for path in (tmp_path / "empty", tmp_path / "notes.csv", tmp_path / "nowhere"):
        with pytest.raises(FileProblem):
            inspect_dataset(path)
    with pytest.raises(StudioError, match="no reader"):
        inspect_dataset(tmp_path, "kinect")


def _cmu_rows(num_frames: int = 60) -> np.ndarray:
    """A T-pose, then a man who swings an arm and walks towards +z, in CMU's columns."""
    rows = np.zeros((num_frames, 117))
    rows[:, 1] = 17.5
    rows[1:, 2] = np.linspace(0, 20, num_frames - 1)
    elbow = 3 + 3 * 22
    rows[1:, elbow + 1] = np.linspace(0.6, 1.2, num_frames - 1)
    hip = 3 + 3 * 2
    rows[1:, hip] = np.linspace(0.3, 0.8, num_frames - 1)
    # the T-pose row undoes the splay of the zero pose, as in the dump
    rows[:, 3 + 3 * 2 + 2], rows[:, 3 + 3 * 8 + 2] = 0.3665, -0.3665
    return rows


def test_cmus_text_loses_its_t_pose_and_walks_in_metres(tmp_path):
    rows = _cmu_rows()
    path = tmp_path / "cmu" / "walking" / "walking_1.txt"
    path.parent.mkdir(parents=True)
    np.savetxt(path, rows, delimiter=",", fmt="%.6f")
    assert is_cmu_text(path.read_bytes()[:4096]) and not is_cmu_text(b"a,b\n")
    store = import_dataset(tmp_path / "cmu", name="cmu")
    (record,) = store.records
    assert (store.labels, record.num_frames, record.fps) == (("walking",), 59, 120.0)
    way = store.motion(0).trans
    assert 0.9 < way[-1, 2] - way[0, 2] < 1.5  # 20 of CMU's units are 1.13 m


def test_cmus_text_agrees_with_the_reference_retargeting(tmp_path):
    if not (SHARED / "cmu8_expmap_120fps.zip").is_file():
        pytest.skip("the motion capture lies outside the repository")
    member = "test/walking/walking_1.txt"
    with zipfile.ZipFile(SHARED / "cmu8_expmap_120fps.zip") as archive:
        text = archive.read(member).decode()
    rows = np.array([[float(word) for word in line.split(",")] for line in text.split()])
    with np.load(SHARED / "smpl24_cmu8_30fps.npz") as packed:
        at = next(i for i, name in enumerate(packed["names"]) if str(name).startswith(member))
        first, last = map(int, str(packed["names"][at]).rpartition(":")[2].split("-"))
        start = int(packed["lengths"][:at].sum())
        kept = slice(start, start + int(packed["lengths"][at]))
        poses, pelvis = packed["poses"][kept].astype(float), packed["trans"][kept]
    result = retargeted(source_of(rows, "walking_1"), options=PLAIN)
    assert result.reference.first_frame == 1
    mine = result.motion.sliced(first - 1, last - 1)
    assert np.abs(mine.poses[::4, :22] - poses[:, :22]).max() < 4e-3
    assert np.allclose(mine.trans[::4] + default_body().rest_joints[0], pelvis, atol=1e-4)


def test_a_stopped_or_killed_import_leaves_nothing_that_counts(folder, tmp_path):
    steps = []
    progress = Progress(report=lambda *_: steps.append(1), is_cancelled=lambda: len(steps) > 1)
    with pytest.raises(Cancelled):
        import_dataset(folder, name="mine", progress=progress)
    home = tmp_path / "home" / "datasets"
    assert list(home.iterdir()) == []
    killed = home / ".mine-abc"  # what a killed import leaves
    (killed / "mine").mkdir(parents=True)
    (killed / "mine" / "store.sqlite").write_bytes(b"half")
    os.utime(killed, (0, 0))
    assert [entry.name for entry in list_datasets()] == ["demo"]
    assert len(import_dataset(folder, name="mine")) == 3
    assert [place.name for place in home.iterdir()] == ["mine"]


def test_a_folder_that_cannot_be_written_to_is_said(folder, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("MOTION_STUDIO_HOME", str(tmp_path / "file"))
    with pytest.raises(FileProblem):
        import_dataset(folder, name="mine")
