"""Exported data sets come back: packed, as single clips, as a manifest."""

from __future__ import annotations

import json

import numpy as np
import pytest

from core.datasets.readers import import_dataset
from core.datasets.records import ClipInfo
from core.datasets.store import ClipStore
from core.datasets.writing import write_clips, write_packed
from core.errors import FileProblem, StudioError
from tests.core.datasets.readers.made import motion


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("MOTION_STUDIO_HOME", str(tmp_path / "home"))
    store = ClipStore.create(tmp_path / "set", "small", ["walk", "run"])
    infos = [ClipInfo(name=f"a/{i % 3}", label=i % 2, file=f"f{i // 2}") for i in range(6)]
    store.add([motion(10 + i, i) for i in range(6)], infos)
    store.review(5, "reject")
    return store


def test_a_pack_is_read_as_the_data_set_it_was(store, tmp_path):
    write_packed(store, tmp_path / "pack.npz")
    back = import_dataset(tmp_path / "pack.npz", name="back")
    assert len(back) == 5 and back.labels == ("run", "walk")
    for i in range(5):
        assert np.allclose(back.motion(i).poses, store.motion(i).poses)
        assert np.allclose(back.motion(i).trans, store.motion(i).trans, atol=1e-6)
        assert back.records[i].file == store.records[i].file
    write_packed(store, tmp_path / "runs.npz", labels=["run"])
    assert len(import_dataset(tmp_path / "runs.npz", name="runs")) == 2


def test_single_clips_carry_their_label_and_names_never_collide(store, tmp_path):
    paths = list(write_clips(store, tmp_path / "out"))
    assert len(set(paths)) == 5 and {path.parent.name for path in paths} == {"walk", "run"}
    back = import_dataset(tmp_path / "out", name="again")
    assert back.labels == ("run", "walk") and len(back) == 5


def test_wrong_wishes_are_refused(store, tmp_path):
    with pytest.raises(StudioError, match="no label 'jump'"):
        write_packed(store, tmp_path / "x.npz", labels=["jump"])
    for i in range(6):
        store.review(i, "reject")
    with pytest.raises(StudioError, match="no such clip"):
        list(write_clips(store, tmp_path / "y"))


@pytest.mark.parametrize("damage", ["cut", "lengths", "objects"])
def test_a_damaged_pack_is_a_sentence(store, tmp_path, damage):
    path = tmp_path / "pack.npz"
    write_packed(store, path)
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:-300])
    else:
        with np.load(path) as content:
            arrays = {key: content[key] for key in content.files}
        if damage == "lengths":
            arrays["lengths"] = arrays["lengths"] + 1
        else:
            arrays["names"] = np.array([{}] * 5)
        np.savez(path, **arrays)
    with pytest.raises(FileProblem) as told:
        import_dataset(path, name="broken")
    assert told.value.hint


def test_the_manifest_tells_every_clip(store, tmp_path):
    store.manifest(tmp_path / "m.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "m.jsonl").read_text().splitlines()]
    assert len(lines) == 6 and lines[5]["review"] == "reject" and lines[1]["label_name"] == "run"
