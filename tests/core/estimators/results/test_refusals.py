"""Hostile, broken and foreign files: a sentence, the name of what was refused, nothing run."""

from __future__ import annotations

import io
import os
import pickle
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch

from core.errors import FileProblem, StudioError
from core.estimators.results import content, inspect, load_people
from tests.core.estimators.results.layouts import (
    WRITERS,
    joblib_dump,
    known_motion,
    vibe_like,
    write_amass,
)


class Evil:
    """What unpickling it would do is written to a file, so that a test can look."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self):
        return os.system, (f"touch {self.mark}",)


def hostile(kind: str, folder: Path) -> Path:
    evil = {1: {"pose": Evil(folder / "ran")}}
    path = folder / f"evil_{kind}"
    match kind:
        case "pickle":
            path.write_bytes(pickle.dumps(evil))
        case "pickle0":
            path.write_bytes(pickle.dumps(evil, protocol=0))
        case "joblib":
            joblib_dump(evil, path)
        case "zlib":
            path.write_bytes(zlib.compress(pickle.dumps(evil)))
        case "npy":
            with path.open("wb") as file:
                np.save(file, np.array(evil, dtype=object), allow_pickle=True)
        case "torch":
            torch.save(evil, path)
        case "old torch":
            torch.save(evil, path, _use_new_zipfile_serialization=False)
        case "tensor":
            inner = io.BytesIO()
            torch.save(Evil(folder / "ran"), inner)
            loader = type("T", (), {"__reduce__": lambda self: (
                torch.storage._load_from_bytes, (inner.getvalue(),))})  # fmt: skip
            path.write_bytes(pickle.dumps({1: {"pose": loader()}}))
    return path


@pytest.mark.parametrize(
    "kind", ["pickle", "pickle0", "joblib", "zlib", "npy", "torch", "old torch", "tensor"]
)
def test_a_hostile_file_is_refused_and_named(kind, tmp_path):
    with pytest.raises(FileProblem, match="was refused") as problem:
        inspect(hostile(kind, tmp_path))
    assert "system" in problem.value.message
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("tool", sorted(set(WRITERS) - {"tram"}))
def test_a_truncated_file_is_a_sentence(tool, tmp_path):
    path = WRITERS[tool](known_motion(), tmp_path)
    data = path.read_bytes()
    for share in (0.03, 0.3, 0.6, 0.95, 0.9999):
        path.write_bytes(data[: int(len(data) * share)])
        with pytest.raises(FileProblem) as problem:
            inspect(path)
        assert path.name in problem.value.message
        assert problem.value.hint


@pytest.mark.parametrize("tool", sorted(set(WRITERS) - {"tram"}))
def test_flipped_bytes_are_a_sentence_or_harmless(tool, tmp_path):
    path = WRITERS[tool](known_motion(12), tmp_path)
    data = bytearray(path.read_bytes())
    generator = np.random.default_rng(5)
    for _ in range(40):
        broken = bytearray(data)
        for place in generator.integers(0, min(len(data), 4000), 3):
            broken[place] = generator.integers(0, 256)
        path.write_bytes(bytes(broken))
        try:
            found = inspect(path)
            load_people(found, fps=30)
        except StudioError:
            pass


FOREIGN = {
    "empty.pkl": b"",
    "text.pkl": b"once upon a time",
    "page.pkl": b"<!DOCTYPE html><html>Sign in to download</html>",
    "picture.npz": b"\x89PNG\r\n\x1a\n" + bytes(100),
    "zip.npz": b"PK\x03\x04" + bytes(40),
    "number.pkl": pickle.dumps(3),
    "list.pkl": pickle.dumps([1, 2, 3]),
    "other.pkl": pickle.dumps({"weights": [1.0, 2.0]}),
    "nobody.pkl": pickle.dumps({}),
    "deep.pkl": b"(" * 200_000,
    "lying.npy": b"\x93NUMPY\x01\x00\x76\x00"
    + b"{'descr': '<f8', 'fortran_order': False, 'shape': (99999999, 99999999), }".ljust(117)
    + b"\n",
}


@pytest.mark.parametrize("name", sorted(FOREIGN))
def test_a_foreign_file_is_a_sentence(name, tmp_path):
    (tmp_path / name).write_bytes(FOREIGN[name])
    with pytest.raises(FileProblem, match=name) as problem:
        inspect(tmp_path / name)
    assert problem.value.hint


def test_a_missing_file_and_a_folder_of_other_things(tmp_path):
    with pytest.raises(FileProblem, match="not there"):
        inspect(tmp_path / "no.pkl")
    with pytest.raises(FileProblem, match="holds no results"):
        inspect(tmp_path)


def test_a_file_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(content, "MAX_BYTES", 1 << 20)
    (tmp_path / "bomb.pkl").write_bytes(zlib.compress(bytes(50 << 20)))
    with zipfile.ZipFile(tmp_path / "bomb.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("poses.npy", bytes(50 << 20))
    (tmp_path / "large.pkl").write_bytes(pickle.dumps({1: {"pose": bytes(2 << 20)}}))
    for name in ("bomb.pkl", "bomb.npz", "large.pkl"):
        with pytest.raises(FileProblem, match=name):
            inspect(tmp_path / name)


def broken_people():
    """(what is wrong, a PARE dictionary with it, a word of the complaint)"""

    def good():
        return vibe_like([known_motion(8)], True, [np.arange(8)])

    cases = []
    for name, change, word in (
        ("shape", {"pose": np.zeros((8, 17, 3))}, "shape"),
        ("no rotations", {"pose": np.full((8, 24, 3, 3), 0.7)}, "no rotations"),
        ("mirrored", {"pose": np.tile(-np.eye(3), (8, 24, 1, 1))}, "no rotations"),
        ("no rows", {"pose": np.zeros((0, 24, 3, 3))}, "no frames"),
        ("short cameras", {"orig_cam": np.ones((5, 4))}, "orig_cam"),
        ("text", {"pose": "hello"}, "pose"),
        ("fractions", {"frame_ids": np.arange(8) + 0.5}, "frame_ids"),
        ("negative", {"frame_ids": np.arange(8) - 3}, "frame_ids"),
        ("far apart", {"frame_ids": np.arange(8) * 10**9}, "frame_ids"),
        ("ragged", {"betas": [[1, 2], [3]]}, "betas"),
        ("not a number", {"pose": np.full((8, 24, 3, 3), np.nan)}, "no usable frame"),
    ):
        value = good()
        value[1].update(change)
        cases.append(pytest.param(value, word, id=name))
    return cases


@pytest.mark.parametrize(("value", "word"), broken_people())
def test_a_file_whose_arrays_do_not_fit_is_a_sentence(value, word, tmp_path):
    path = tmp_path / "pare_output.pkl"
    path.write_bytes(pickle.dumps(value))
    with pytest.raises(FileProblem, match=word):
        inspect(path)


def test_wrong_wishes_are_sentences(tmp_path):
    found = inspect(write_amass(known_motion(), tmp_path))
    with pytest.raises(StudioError, match="no person 9"):
        load_people(found, which=["9"])
    with pytest.raises(StudioError, match="no axes"):
        load_people(found, axes="sideways")
    with pytest.raises(StudioError, match="frame rate"):
        load_people(found, fps=0)
