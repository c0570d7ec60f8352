"""Dropped files: each goes where it belongs, and a stranger's file is looked at first."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np

from core.motion_file import save_motion
from studio.window import files
from tests.studio.conftest import make_motion


def test_files_are_sorted_by_what_is_to_be_done_with_them(tmp_path: Path) -> None:
    videos, results = tmp_path / "videos", tmp_path / "tram"
    for folder, name in ((videos, "a.mp4"), (results, "hps_track_0.npy")):
        folder.mkdir()
        (folder / name).touch()
    names = ("a.npz", "b.bvh", "c.pkl", "d.PT", "e.mov", "f.txt")
    found = files.sorted_files([*(tmp_path / name for name in names), videos, results])
    assert [p.name for p in found.clips] == ["a.npz", "b.bvh"]
    assert [p.name for p in found.results] == ["c.pkl", "d.PT", "tram"]
    assert [p.name for p in found.videos] == ["e.mov", "f.txt", "videos"]


def test_dropped_weights_are_known_by_their_published_names(tmp_path: Path) -> None:
    names = {
        "vibe_model_w_3dpw.pth.tar": "vibe", "spin_model_checkpoint.pth.tar": "spin",
        "pare_w_3dpw_checkpoint.ckpt": "pare", "compare_output.pt": "", "pare_output.pkl": "",
    }  # fmt: skip
    found = files.sorted_files([tmp_path / name for name in names])
    assert {path.name: name for name, path in found.weights} == {
        k: v for k, v in names.items() if v
    }
    assert [p.name for p in found.results] == ["compare_output.pt", "pare_output.pkl"]


def test_an_npz_of_another_tool_is_handed_on_to_be_looked_at(tmp_path: Path) -> None:
    own, amass, broken = (tmp_path / f"{name}.npz" for name in ("own", "amass", "broken"))
    save_motion(own, make_motion(10))
    np.savez(
        amass, poses=np.zeros((20, 156)), trans=np.zeros((20, 3)), betas=np.zeros(16),
        gender="neutral", mocap_framerate=120.0,
    )  # fmt: skip
    broken.write_bytes(b"PK\x03\x04 not really")
    read = files.read_clips([own, amass, broken])
    assert [clip.name for clip in read.clips] == ["own"]
    assert read.results == (amass,)
    assert len(read.problems) == 1 and "broken" in read.problems[0][0]


def test_a_skeleton_nobody_knows_waits_for_its_joint_map(tmp_path: Path) -> None:
    joints = "\n".join(
        f"JOINT {name}\n{{\nOFFSET 0 1 0\nCHANNELS 3 Zrotation Xrotation Yrotation" for name in "xy"
    )
    path = tmp_path / "odd.bvh"
    path.write_text(
        "HIERARCHY\nROOT q\n{\nOFFSET 0 0 0\nCHANNELS 6 Xposition Yposition Zposition Zrotation "
        f"Xrotation Yrotation\n{joints}\nEnd Site\n{{\nOFFSET 0 1 0\n}}\n}}\n}}\n}}\n"
        f"MOTION\nFrames: 2\nFrame Time: 0.0333\n{'0 ' * 12}\n{'0 ' * 12}\n"
    )
    read = files.read_clips([path])
    assert read.clips == () and read.problems == ()
    assert read.unmapped == (path,)


class _Trap:
    def __reduce__(self):  # type: ignore[no-untyped-def]
        return (Path.touch, (Path("/tmp/never"),))


def test_a_hostile_pickle_is_named_and_never_run(tmp_path: Path) -> None:
    from studio.services.results import look

    path = tmp_path / "trap.pkl"
    path.write_bytes(pickle.dumps({1: _Trap()}))
    (looked,) = look([path])
    assert looked.found is None and "refused" in looked.message


def test_checkpoints_are_opened_and_the_originals_too_where_their_options_lie_beside(tmp_path):
    names = ("epoch_000100.safetensors", "checkpoint_1000.pth.tar", "bare.pth")
    ours, theirs, bare = (tmp_path / name for name in names)
    for path in (ours, theirs, bare):
        path.touch()
    assert files.sorted_files([ours, theirs, bare]).models == (ours, theirs)
    (tmp_path / "opt.yaml").touch()
    assert files.sorted_files([ours, theirs, bare]).models == (ours, theirs, bare)


def test_a_folder_of_motion_files_is_a_data_set_and_an_empty_one_is_told_by_the_results(tmp_path):
    from core.export import export_motion

    moves, empty = tmp_path / "moves", tmp_path / "empty"
    (moves / "walk").mkdir(parents=True)
    empty.mkdir()
    export_motion(make_motion(), moves / "walk" / "a.bvh")
    read = files.read_clips([moves, empty])
    assert read.datasets == (moves,) and read.results == (empty,) and not read.problems
