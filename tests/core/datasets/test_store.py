"""The store of a data set: what goes in comes out, decisions last, damage is a sentence."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import time

import numpy as np
import pytest

from core.actor.features import motion_to_features
from core.datasets.records import ClipInfo
from core.datasets.store import ClipStore
from core.errors import FileProblem, StudioError
from core.motion import Motion, Provenance


def motion(frames: int = 12, seed: int = 0, fps: float = 30.0) -> Motion:
    rng = np.random.default_rng(seed)
    return Motion(
        poses=rng.normal(0, 0.3, (frames, 24, 3)).astype(np.float32),
        trans=rng.normal(0, 1, (frames, 3)).astype(np.float32),
        fps=fps,
        provenance=Provenance(kind="imported", source=f"{seed}.bvh"),
    )


@pytest.fixture
def store(tmp_path):
    store = ClipStore.create(tmp_path / "set", "small", ["walk", "run"])
    motions = [motion(10 + i, i) for i in range(12)]
    infos = [
        ClipInfo(name=f"clip {i}", label=i % 2, file=f"file {i // 2}", subject=f"P{i % 3}",
                 part="test" if i > 8 else "train")
        for i in range(12)
    ]  # fmt: skip
    store.add(motions[:5], infos[:5])
    store.add(motions[5:], infos[5:])
    return store


def test_a_clip_comes_back_as_it_went_in(store):
    again = ClipStore.open(store.folder)
    for i in range(12):
        back = again.motion(i)
        assert np.array_equal(back.poses, motion(10 + i, i).poses)
        assert np.array_equal(back.trans, motion(10 + i, i).trans)
        assert back.provenance.source == f"{i}.bvh"
    record = again.records[7]
    assert (record.index, record.name, record.label, record.num_frames) == (7, "clip 7", 1, 17)
    assert [r.index for r in again.records] == list(range(12))
    assert again.records[-1].name == "clip 11"


def test_decisions_last_and_change_the_fingerprint(store):
    before = store.fingerprint()
    store.review(3, "reject", "trembles")
    rejected = store.fingerprint()
    assert rejected != before
    assert ClipStore.open(store.folder).records[3].note == "trembles"
    assert 3 not in store.kept
    store.relabel([4], 1)
    assert store.fingerprint() not in (before, rejected)
    store.relabel([4], 0)
    store.review(3, "keep")
    assert store.fingerprint() == before
    with pytest.raises(StudioError):
        store.review(3, "perhaps")
    with pytest.raises(StudioError):
        store.relabel([3], 9)


def test_clips_are_found_by_label_text_review_and_length(store):
    assert store.select(labels=[1]).tolist() == [1, 3, 5, 7, 9, 11]
    assert store.select(text="clip 11").tolist() == [11]
    assert store.select(text="P2").tolist() == [2, 5, 8, 11]
    assert store.select(shortest=20).tolist() == [10, 11]
    store.review(0, "reject")
    assert store.select(review="reject").tolist() == [0]
    assert store.select(labels=[]).tolist() == []


@pytest.mark.parametrize("by", ["file", "subject"])
def test_a_split_never_cuts_a_file_or_a_person(store, by):
    split = store.split(by, test_share=0.3, seed=1)
    assert sorted([*split.train, *split.test]) == list(range(12))
    sides = [{getattr(store.records[i], by) for i in part} for part in (split.train, split.test)]
    assert not sides[0] & sides[1]
    assert len(split.test) and len(split.train)
    again = store.split(by, test_share=0.3, seed=1)
    assert np.array_equal(split.test, again.test)


def test_the_authors_split_is_taken_where_there_is_one(store):
    split = store.split()
    assert split.by == "given"
    assert split.test.tolist() == [9, 10, 11]


def test_each_label_gives_its_share_where_files_have_one_label(tmp_path):
    store = ClipStore.create(tmp_path / "set", "small", ["a", "b"])
    infos = [ClipInfo(name=str(i), label=int(i >= 10), file=f"f{i}") for i in range(15)]
    store.add([motion(8, i) for i in range(15)], infos)
    test = [store.records[int(i)].label for i in store.split("file", 0.2).test]
    assert test.count(0) == 2 and test.count(1) == 1


def test_features_are_the_clips_as_actor_reads_them(store):
    store.review(2, "reject")
    features = store.features()
    assert len(features) == 11
    assert features.fingerprint == store.fingerprint()
    expected = motion_to_features(store.motion(3))  # the third that is kept
    assert np.array_equal(features.clip(2), np.moveaxis(expected, -1, 0))
    assert features.labels.tolist() == [0, 1, 1, 0, 1, 0, 1, 0, 1, 0, 1]


def test_different_frame_rates_are_refused_for_learning(store):
    store.add([motion(9, 99, fps=60.0)], [ClipInfo(name="fast", label=0)])
    with pytest.raises(StudioError, match="frame rates: 30, 60"):
        store.features()


def test_a_crash_before_the_database_names_a_segment_loses_nothing(store, monkeypatch):
    def crash(rows):
        raise KeyboardInterrupt

    monkeypatch.setattr(store._index, "add", crash)
    with pytest.raises(KeyboardInterrupt):
        store.add([motion()], [ClipInfo(name="lost", label=0)])
    again = ClipStore.open(store.folder)
    assert len(again) == 12
    again.add([motion(9, 5)], [ClipInfo(name="next", label=0)])
    assert np.array_equal(again.motion(12).poses, motion(9, 5).poses)


def test_damage_is_a_sentence(store, tmp_path):
    with pytest.raises(FileProblem, match="holds no data set"):
        ClipStore.open(tmp_path)
    path = store.folder / "segments" / "000000.poses.npy"
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(FileProblem, match="missing or damaged"):
        ClipStore.open(store.folder).motion(0)
    (store.folder / "store.sqlite").write_bytes(b"no database at all" * 100)
    with pytest.raises(FileProblem, match="cannot be read"):
        ClipStore.open(store.folder)


def test_an_unknown_label_is_refused_before_anything_is_written(store):
    with pytest.raises(StudioError, match="does not know"):
        store.add([motion()], [ClipInfo(name="odd", label=2)])
    assert len(list((store.folder / "segments").iterdir())) == 4


def test_the_manifest_has_a_line_a_clip(store, tmp_path):
    store.manifest(tmp_path / "m.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "m.jsonl").open()]
    assert len(lines) == 12
    assert lines[5]["label_name"] == "run" and lines[5]["file"] == "file 2"


def test_the_generated_data_set_always_exists(tmp_path, monkeypatch):
    monkeypatch.setenv("MOTION_STUDIO_HOME", str(tmp_path))
    from core.datasets import library

    monkeypatch.setattr(library, "DEMO_CLIPS", 2)
    entries = library.list_datasets()
    assert [entry.name for entry in entries] == ["demo"]
    store = library.open_dataset("demo")
    assert len(store) == 26 and len(store.labels) == 13
    assert library.list_datasets()[0].fingerprint == store.fingerprint()
    with pytest.raises(FileProblem, match="no data set 'nothing'"):
        library.open_dataset("nothing")


def test_listing_needs_no_torch():
    modules = "core.datasets.library, core.datasets.readers, core.datasets.items"
    code = f"import sys, {modules}\nassert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_fingerprint_is_kept_until_something_changes(store, monkeypatch):
    before = store.fingerprint()
    other = ClipStore.open(store.folder)
    counted = []
    monkeypatch.setattr(ClipStore, "_fingerprint", lambda self: counted.append(1) or "anew")
    assert other.fingerprint() == before and not counted
    store.review(1, "reject")
    assert other.fingerprint() == "anew" and len(counted) == 1
    assert other.fingerprint() == "anew" and len(counted) == 1


def test_a_fingerprint_computed_during_a_change_is_not_kept(store, monkeypatch):
    original = ClipStore._fingerprint

    def slow(self):
        found = original(self)
        ClipStore.open(store.folder).relabel([0], 1)  # by another process meanwhile
        return found

    monkeypatch.setattr(ClipStore, "_fingerprint", slow)
    store.fingerprint()
    monkeypatch.setattr(ClipStore, "_fingerprint", original)
    assert store.fingerprint() == original(store)


def test_slices_of_records_are_those_records(store):
    every = list(store.records)
    assert store.records[3:7] == every[3:7]
    assert store.records[::-3] == every[::-3] and store.records[20:30] == []
    assert store.records[np.int64(4)] == every[4] and store.records[-2] == every[-2]
    for wrong in (12, -13):
        with pytest.raises(IndexError):
            store.records[wrong]


def test_another_data_set_in_the_same_folder_is_not_taken_for_the_first(tmp_path):
    for seed in (1, 2):
        store = ClipStore.create(tmp_path / "set", "s", ["a"])
        store.add([motion(8, seed)], [ClipInfo(name="x", label=0)])
        assert np.array_equal(store.motion(0).poses, motion(8, seed).poses)
        store.close()
        shutil.rmtree(tmp_path / "set")


def test_what_cannot_be_written_is_said(store, tmp_path):
    other = sqlite3.connect(store.folder / "store.sqlite", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    store._index._base.execute("PRAGMA busy_timeout = 10")
    with pytest.raises(FileProblem):
        store.review(0, "keep")
    other.execute("ROLLBACK")
    store.review(0, "keep")
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(FileProblem):
        ClipStore.create(tmp_path / "file" / "set", "x", ["a"])


def test_four_thousand_clips_open_at_once(tmp_path):
    big = ClipStore.create(tmp_path / "big", "big", ["a", "b"])
    one = motion(2)
    big.add([one] * 4000, [ClipInfo(name=f"clip {i}", label=i % 2) for i in range(4000)])
    big.close()
    start = time.process_time()
    again = ClipStore.open(tmp_path / "big")
    assert len(again) == 4000 and again.labels and again.motion(3999).num_frames == 2
    assert time.process_time() - start < 0.3
