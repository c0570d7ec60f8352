"""The project folder keeps every clip, whatever happens to its index, its disk or its rights."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import sqlite3
import threading
import time

import numpy as np
import pytest

from core.errors import FileProblem, StudioError
from core.motion import Provenance
from core.motion_file import save_motion
from core.project import Project, default_project
from core.project import folder as project_folder
from core.project import project as project_module
from core.project.folder import INDEX_NAME
from tests.core.project.motions import small_motion


@pytest.fixture
def project(tmp_path):
    with Project.open(tmp_path / "work") as opened:
        yield opened


def test_a_new_project_is_empty_and_an_added_clip_is_there_at_the_next_start(tmp_path):
    motion = small_motion(1, label="kicking")
    with Project.open(tmp_path / "p") as project:
        assert project.clips() == []
        clip = project.add(motion, "kick", "kicking")
    with Project.open(tmp_path / "p") as project:
        assert project.clips() == [clip]
        assert (clip.num_frames, clip.fps, clip.label, clip.kind) == (
            6,
            20.0,
            "kicking",
            "generated",
        )
        assert clip.duration == pytest.approx(0.3)
        again = project.motion(clip.id)
        np.testing.assert_array_equal(again.poses, motion.poses)
        assert again.provenance == motion.provenance
        assert project.notice == ""


def test_names_are_made_unique_by_numbers(project):
    names = [project.add(small_motion(i), "jump").name for i in range(3)]
    assert names == ["jump", "jump 2", "jump 3"]
    assert project.add(small_motion(9), "  take \n one ").name == "take one"
    other = project.add(small_motion(4), "run")
    assert project.rename(other.id, "jump").name == "jump 4"
    assert project.rename(other.id, "jump 4").name == "jump 4"


def test_the_newest_clip_comes_first_and_search_needs_every_word(project):
    project.add(small_motion(1, label="kicking"), "left leg")
    project.add(small_motion(2, label="throw"), "Straße", "throw")
    project.add(small_motion(3, kind="estimated"), "balancing")
    assert [c.name for c in project.clips()] == ["balancing", "Straße", "left leg"]
    assert [c.name for c in project.clips("KICK leg")] == ["left leg"]
    assert [c.name for c in project.clips("strasse")] == ["Straße"]
    assert [c.name for c in project.clips("estimated")] == ["balancing"]
    assert project.clips("kick balancing") == []


def test_a_deleted_clip_lies_in_the_bin_until_it_is_purged(project):
    clip = project.add(small_motion(1), "jump")
    project.delete(clip.id)
    assert project.clips() == []
    assert [c.id for c in project.clips(deleted=True)] == [clip.id]
    taken = project.add(small_motion(2), "jump")
    assert taken.name == "jump"
    assert project.restore(clip.id).name == "jump 2"
    with pytest.raises(StudioError, match="not in the bin"):
        project.purge(clip.id)
    project.delete(clip.id)
    path = project.path(clip.id)
    assert path.exists()
    assert project.empty_bin() == 1
    assert not path.exists()
    with pytest.raises(StudioError, match="no longer in the project"):
        project.motion(clip.id)


def test_an_empty_name_is_refused_with_a_sentence(project):
    clip = project.add(small_motion(1), "jump")
    with pytest.raises(StudioError, match="needs a name"):
        project.rename(clip.id, "  ")
    assert project.clip(clip.id).name == "jump"


@pytest.mark.parametrize("damage", ["missing", "garbage", "truncated", "half of it zero"])
def test_a_lost_or_broken_index_is_rebuilt_from_the_clip_files(tmp_path, damage):
    folder = tmp_path / "p"
    with Project.open(folder) as project:
        for i in range(40):
            project.add(small_motion(i, label="throw"), f"walk/{i}")
        kept = project.add(small_motion(99, label="kicking"), "kept: one")
        binned = project.add(small_motion(3), "binned")
        project.delete(binned.id)
    index = folder / INDEX_NAME
    content = index.read_bytes()
    if damage == "missing":
        index.unlink()
    else:
        index.write_bytes(
            {
                "garbage": b"not a database at all" * 50,
                "truncated": content[: len(content) // 2],
                "half of it zero": content[: len(content) // 2].ljust(len(content), b"\0"),
            }[damage]
        )
    with Project.open(folder) as project:
        assert len(project.clips()) == 41
        assert project.clip(kept.id).label == "kicking"
        assert project.clip(kept.id).name == "kept- one"  # the file name's reading of it
        assert [c.id for c in project.clips(deleted=True)] == [binned.id]
        np.testing.assert_array_equal(project.motion(kept.id).poses, small_motion(99).poses)
        assert bool(project.notice) == (damage != "missing")
        project.add(small_motion(5), "more")
    if damage != "missing":
        assert len(list(folder.glob("*.damaged-*"))) == 1


def test_files_put_in_or_taken_away_by_hand_are_noticed(tmp_path):
    folder = tmp_path / "p"
    with Project.open(folder) as project:
        gone = project.add(small_motion(1), "gone")
        moved = project.add(small_motion(2), "moved")
        gone_path, moved_path = project.path(gone.id), project.path(moved.id)
    gone_path.unlink()
    moved_path.rename(moved_path.with_name(f"other name--{moved.id}.npz"))
    save_motion(folder / "clips" / "by hand.npz", small_motion(3, label="salute"))
    shutil.copy(folder / "clips" / "by hand.npz", folder / "clips" / f"copy--{moved.id}.npz")
    (folder / "clips" / "broken--0123456789ab.npz").write_bytes(b"PK half a file")
    with Project.open(folder) as project:
        clips = {c.name: c for c in project.clips()}
        assert clips.keys() in ({"other name", "by hand", "copy"},)
        assert clips["by hand"].label == "salute"
        assert len({c.id for c in clips.values()}) == 3
        assert "broken--0123456789ab.npz" in project.notice
        for clip in clips.values():
            project.motion(clip.id)
    assert (folder / "clips" / "broken--0123456789ab.npz").exists()


def test_a_clip_damaged_on_disk_is_listed_and_explained(tmp_path):
    with Project.open(tmp_path / "p") as project:
        clip = project.add(small_motion(1), "jump")
        path = project.path(clip.id)
    path.write_bytes(path.read_bytes()[:500])
    with Project.open(tmp_path / "p") as project:
        assert [c.id for c in project.clips()] == [clip.id]
        with pytest.raises(FileProblem, match="not a readable npz"):
            project.motion(clip.id)
        project.delete(clip.id)


def test_folders_that_are_no_projects_are_refused_and_left_alone(tmp_path):
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(FileProblem, match="no Motion Studio project"):
        Project.open(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["letter.txt"]
    with pytest.raises(FileProblem, match="is a file"):
        Project.open(tmp_path / "letter.txt")


def test_another_programs_database_and_a_newer_format_are_refused(tmp_path):
    with contextlib.closing(sqlite3.connect(tmp_path / INDEX_NAME)) as other:
        other.execute("CREATE TABLE x (y)")
        other.commit()
    with pytest.raises(FileProblem, match="not written by Motion Studio"):
        Project.open(tmp_path)
    Project.open(tmp_path / "p").close()
    with contextlib.closing(sqlite3.connect(tmp_path / "p" / INDEX_NAME)) as ours:
        ours.execute("PRAGMA user_version=99")
        ours.commit()
    with pytest.raises(FileProblem, match="newer version"):
        Project.open(tmp_path / "p")


@pytest.mark.parametrize("has_index", [True, False])
def test_a_read_only_folder_opens_for_reading(tmp_path, monkeypatch, has_index):
    folder = tmp_path / "p"
    with Project.open(folder) as project:
        clip = project.add(small_motion(1), "jump")
    if not has_index:
        (folder / INDEX_NAME).unlink()
    before = sorted(p.name for p in folder.rglob("*"))
    monkeypatch.setattr(project_module, "is_writable", lambda _: False)
    with Project.open(folder) as project:
        assert project.is_read_only
        assert "reading only" in project.notice
        assert [c.name for c in project.clips()] == ["jump"]
        assert project.motion(clip.id).num_frames == 6
        for change in (
            lambda: project.add(small_motion(2), "x"),
            lambda: project.rename(clip.id, "x"),
            lambda: project.delete(clip.id),
            lambda: project.link_media(folder / "a.mp4", "0" * 64),
        ):
            with pytest.raises(FileProblem, match="reading only"):
                change()
    assert sorted(p.name for p in folder.rglob("*")) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_rights_are_found_out_by_trying(tmp_path):
    (tmp_path / "clips").mkdir()
    tmp_path.chmod(0o500)
    try:
        assert not project_folder.is_writable(tmp_path)
    finally:
        tmp_path.chmod(0o700)


def test_a_full_disk_leaves_nothing_behind(project, monkeypatch):
    kept = project.add(small_motion(1), "kept")

    def full(*_args, **_kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("core.motion_file.np.savez", full)
    with pytest.raises(FileProblem, match="disk is full"):
        project.add(small_motion(2), "lost")
    monkeypatch.undo()
    assert [c.id for c in project.clips()] == [kept.id]
    assert len(list((project.folder / "clips").iterdir())) == 1


def test_an_index_that_cannot_be_written_takes_its_clip_file_back(project, monkeypatch):
    kept = project.add(small_motion(1), "kept")
    connection = project._index._db
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count={pages}")  # SQLite's own way to be full
    with pytest.raises(FileProblem, match="disk is full"):
        for i in range(200):
            project.add(small_motion(i, 1), "n" * 80)
    assert len(project.clips()) == len(list((project.folder / "clips").iterdir()))
    assert kept.id in {c.id for c in project.clips()}
    connection.execute("PRAGMA max_page_count=1000000")

    def broken(*_args, **_kwargs):
        raise FileProblem("The index failed.")

    monkeypatch.setattr(project._index, "update", broken)
    with pytest.raises(FileProblem, match="index failed"):
        project.rename(kept.id, "renamed")
    assert project.path(kept.id).exists()
    assert project.clip(kept.id).name == "kept"


def test_threads_share_one_project(project):
    problems: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for i in range(5):
                clip = project.add(small_motion(number * 10 + i), "clip")
                project.motion(clip.id)
                project.rename(clip.id, f"{number}-{i}")
                if i % 2:
                    project.delete(clip.id)
        except BaseException as error:
            problems.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert len(project.clips()) == 12
    assert len({c.name for c in project.clips()}) == 12
    assert len(project.clips(deleted=True)) == 8


def test_two_open_projects_on_one_folder_see_each_other(tmp_path):
    with Project.open(tmp_path / "p") as one, Project.open(tmp_path / "p") as two:
        clip = one.add(small_motion(1), "jump")
        assert two.clips() == [clip]
        two.rename(clip.id, "hop")
        assert one.clip(clip.id).name == "hop"
        assert one.motion(clip.id).num_frames == 6


def test_a_clip_knows_its_video(project, tmp_path):
    motion = small_motion(1).replace(
        provenance=Provenance(kind="estimated", source="a.mp4", source_sha256="ab" * 32)
    )
    clip = project.add(motion, "a")
    assert project.media_of(clip.id) is None
    project.link_media(tmp_path / "a.mp4", "ab" * 32)
    project.link_media(tmp_path / "moved" / "a.mp4", "ab" * 32)
    found = project.media_of(clip.id)
    assert found is not None
    assert found.path == str(tmp_path / "moved" / "a.mp4")
    assert len(project.media()) == 1


def test_a_killed_programs_temporary_files_are_cleared_only_when_old(tmp_path):
    Project.open(tmp_path / "p").close()
    old, young = (tmp_path / "p" / "clips" / f".x-{n}.npz" for n in ("old", "young"))
    for path in (old, young):
        path.write_bytes(b"half")
    os.utime(old, (time.time() - 9000,) * 2)
    Project.open(tmp_path / "p").close()
    assert not old.exists()
    assert young.exists()


def test_a_hundred_clips_open_within_50_ms(tmp_path):
    with Project.open(tmp_path / "p") as project:
        for i in range(100):
            project.add(small_motion(i), f"clip {i}")

    def seconds() -> float:
        start = time.perf_counter()
        with Project.open(tmp_path / "p") as again:
            assert len(again.clips()) == 100
        return time.perf_counter() - start

    assert min(seconds() for _ in range(7)) < 0.05


def test_the_default_project_lies_in_the_data_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("MOTION_STUDIO_HOME", str(tmp_path))
    with default_project() as project:
        assert project.folder == tmp_path / "projects" / "default"
        assert project.name == "default"
