"""Pickles of strangers: read as data where they are data, refused by name where they are not."""

from __future__ import annotations

import argparse
import os
import pickle
from collections import OrderedDict, defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.unpickle import (
    CONFIG,
    DATA,
    RefusedPickle,
    StoredTensor,
    read_joblib,
    read_npy,
    read_pickle,
    read_torch,
)

joblib = pytest.importorskip("joblib", reason="joblib writes the files to read")
RNG = np.random.default_rng(0)
VALUES = {
    1: {"pose": RNG.normal(size=(5, 72)), "frame_ids": np.arange(5), "joints2d": None},
    "text": ["a", (1, 2.5), True, b"bytes"],
    "fortran": np.asfortranarray(RNG.normal(size=(3, 4)).astype(np.float32)),
    "scalar": np.float64(56.56),
    "empty": np.zeros((0, 3)),
    "big-endian": np.arange(4, dtype=">i4"),
    "objects": np.array([np.arange(2), None, "x"], dtype=object),
}


class Hostile:
    """Runs a command wherever it is unpickled for real."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> Any:
        return os.system, (f"touch {self.marker}",)


def assert_same(found: Any, true: Any) -> None:
    if isinstance(true, dict):
        assert list(found) == list(true)
        for key in true:
            assert_same(found[key], true[key])
    elif isinstance(true, list | tuple):
        assert type(found) is type(true) and len(found) == len(true)
        for one, other in zip(found, true, strict=True):
            assert_same(one, other)
    elif isinstance(true, torch.Tensor):
        assert_same(found, true.detach().float().numpy())
    elif isinstance(true, np.ndarray):
        assert type(found) is np.ndarray and found.shape == true.shape
        if true.dtype.hasobject:
            assert_same(list(found.flat), list(true.flat))
        else:
            assert np.array_equal(found, true)
    else:
        assert found == true and type(found) is type(true)


@pytest.mark.parametrize("protocol", range(2, 6))
def test_arrays_in_plain_pickles_come_back(tmp_path: Path, protocol: int) -> None:
    path = tmp_path / "file.pkl"
    path.write_bytes(pickle.dumps(VALUES, protocol=protocol))
    assert_same(read_pickle(path), VALUES)


@pytest.mark.parametrize("compress", [0, 3, ("gzip", 3), ("bz2", 3), ("xz", 3), ("lzma", 3)])
@pytest.mark.parametrize("protocol", [2, 4])
def test_files_of_joblib_come_back(tmp_path: Path, compress: Any, protocol: int) -> None:
    path = tmp_path / "file.pkl"
    joblib.dump(VALUES, path, compress=compress, protocol=protocol)
    assert_same(read_joblib(path), VALUES)


def test_an_npy_file_with_a_dictionary_of_tensors_comes_back(tmp_path: Path) -> None:
    content = {"pred_trans": torch.randn(4, 1, 3), "frame": np.arange(4)}
    np.save(tmp_path / "track.npy", content, allow_pickle=True)
    assert_same(read_npy(tmp_path / "track.npy"), content)
    np.save(tmp_path / "plain.npy", VALUES[1]["pose"])
    assert_same(read_npy(tmp_path / "plain.npy"), VALUES[1]["pose"])


@pytest.mark.parametrize("is_zip", [True, False], ids=["archive", "before 1.6"])
def test_tensors_of_every_kind_come_back_from_both_of_torchs_formats(
    tmp_path: Path, is_zip: bool
) -> None:
    base = torch.randn(6, 5)
    content = {
        "base": base,
        "turned": base.T,
        "part": base[2:4, 1:],
        "spread": base[:1].expand(3, 5),
        "scalar": torch.tensor(3.5),
        "empty": torch.zeros(0, 4),
        "half": torch.randn(3).half(),
        "brain": torch.randn(7).bfloat16(),
        "parameter": torch.nn.Parameter(torch.randn(2, 2)),
        "module": torch.nn.BatchNorm1d(3).state_dict(),
    }
    torch.save(content, tmp_path / "f.pt", _use_new_zipfile_serialization=is_zip)
    assert_same(read_torch(tmp_path / "f.pt"), content)
    whole = torch.save([torch.arange(3), torch.tensor([True])], tmp_path / "g.pt",
                       _use_new_zipfile_serialization=is_zip)  # fmt: skip
    assert whole is None
    integers, booleans = read_torch(tmp_path / "g.pt")
    assert integers.dtype == np.int64 and booleans.dtype == bool


def test_lazy_tensors_stay_in_the_file_until_asked_for(tmp_path: Path) -> None:
    content = OrderedDict(weight=torch.randn(3, 4))
    torch.save(content, tmp_path / "f.pt")
    found = read_torch(tmp_path / "f.pt", lazy=True)
    assert isinstance(found["weight"], StoredTensor) and found["weight"].shape == (3, 4)
    assert_same(found["weight"].array(), content["weight"])


@pytest.mark.parametrize("kind", ["pickle", "joblib", "npy", "torch", "torch before 1.6"])
def test_a_hostile_file_is_refused_by_name_and_never_runs(tmp_path: Path, kind: str) -> None:
    path, marker = tmp_path / "file", tmp_path / "harm"
    content = {"pose": np.zeros((2, 72)), "state_dict": Hostile(marker)}
    match kind:
        case "pickle":
            path.write_bytes(pickle.dumps(content))
        case "joblib":
            joblib.dump(content, path)
        case "npy":
            with path.open("wb") as file:
                np.save(file, content, allow_pickle=True)
        case _:
            torch.save(content, path, _use_new_zipfile_serialization=kind == "torch")
    read = {"pickle": read_pickle, "joblib": read_joblib, "npy": read_npy}.get(kind, read_torch)
    with pytest.raises(RefusedPickle, match=r"(posix|nt)\.system"):
        read(path)
    assert not marker.exists()


@pytest.mark.parametrize(
    "code",
    [
        b"cbuiltins\neval\n(V1+1\ntR.",
        b"\x80\x04\x8c\x08builtins\x8c\x07getattr\x93.",
        b"\x80\x04\x8c\x05numpy\x8c\x0dcore.fromfile\x93.",
        b"cnumpy\nload\n.",
        b"cnumpy\nndarray\n(I1000000000000\ntR.",  # any amount of memory
        b"cnumpy\ndtype\n(Vf4\ntR(I3\nV<\n(VaVb\ttNNI-1\nI-1\nI0\ntb.",
        b"ccollections\nOrderedDict\n}b.",  # a state for a class
        b"cnumpy.core.multiarray\n_reconstruct\n}(V__defaults__\nNsb.",  # a state for a function
        b"\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\x7f.",
        b"Pnowhere\n.",
        b"",
    ],
)
def test_crafted_opcodes_get_nowhere(tmp_path: Path, code: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(code)
    with pytest.raises(Exception):  # noqa: B017 - any refusal will do, running it will not
        read_pickle(path)


@pytest.mark.parametrize("is_zip", [True, False])
def test_a_damaged_torch_file_never_crashes_the_program(tmp_path: Path, is_zip: bool) -> None:
    path = tmp_path / "f.pt"
    torch.save({"w": torch.randn(3, 3).T}, path, _use_new_zipfile_serialization=is_zip)
    whole = path.read_bytes()
    outcomes = set()
    for _ in range(300):
        raw = bytearray(whole)
        for place in RNG.integers(0, len(raw), 3):
            raw[place] = RNG.integers(0, 256)
        path.write_bytes(raw)
        try:
            read_torch(path)
            outcomes.add("read")
        except Exception:
            outcomes.add("refused")
    assert "refused" in outcomes


def test_a_truncated_file_is_noticed(tmp_path: Path) -> None:
    for is_zip in (True, False):
        torch.save({"w": torch.randn(50)}, tmp_path / "f", _use_new_zipfile_serialization=is_zip)
        raw = (tmp_path / "f").read_bytes()
        (tmp_path / "f").write_bytes(raw[:-60])
        with pytest.raises(Exception):  # noqa: B017
            read_torch(tmp_path / "f")
    joblib.dump(VALUES, tmp_path / "j")
    (tmp_path / "j").write_bytes((tmp_path / "j").read_bytes()[:-300])
    with pytest.raises(Exception):  # noqa: B017
        read_joblib(tmp_path / "j")


def test_settings_are_kept_as_inert_dictionaries_only_where_allowed(tmp_path: Path) -> None:
    content = {"args": argparse.Namespace(lr=0.1), "counts": defaultdict(list, a=[1])}
    path = tmp_path / "file"
    path.write_bytes(pickle.dumps(content))
    found = read_pickle(path, DATA | CONFIG)
    assert found["args"]["lr"] == 0.1 and found["counts"] == {"a": [1]}
    with pytest.raises(RefusedPickle, match=r"argparse\.Namespace"):
        read_pickle(path)
