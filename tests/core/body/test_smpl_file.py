"""A user's own SMPL file: read without chumpy and without running it; bad ones are sentences."""

from __future__ import annotations

import io
import os
import pickle
import sys
import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from core.body import load_body, save_body
from core.errors import FileProblem
from tests.core.body.factories import synthetic_smpl


def dump(path: Path, content: Any, protocol: int = 2) -> Path:
    path.write_bytes(pickle.dumps(content, protocol=protocol))
    return path


@pytest.fixture
def chumpy(monkeypatch: pytest.MonkeyPatch) -> types.SimpleNamespace:
    """Stand-ins that pickle under chumpy's names, present only while writing a file."""

    def kind(module: str, name: str) -> type:
        made = type(name, (), {"__module__": module})
        parent = sys.modules.get(module) or types.ModuleType(module)
        setattr(parent, name, made)
        monkeypatch.setitem(sys.modules, module, parent)
        return made

    def instance(made: type, **state: Any) -> Any:
        value = made()
        value.__dict__.update(state)
        return value

    monkeypatch.setitem(sys.modules, "chumpy", types.ModuleType("chumpy"))
    ch = kind("chumpy.ch", "Ch")
    select = kind("chumpy.reordering", "Select")
    add = kind("chumpy.ch_ops", "add")
    return types.SimpleNamespace(
        ch=lambda x: instance(ch, x=x),
        select=lambda a, idxs, shape: instance(select, a=a, idxs=idxs, preferred_shape=shape),
        add=lambda **k: instance(add, **k),
    )


def official(arrays: dict[str, Any], chumpy: types.SimpleNamespace) -> dict[str, Any]:
    """The same body as official files store it: chumpy arrays, a sparse regressor, extra keys."""
    shapedirs = arrays["shapedirs"]
    return {
        **arrays,
        "v_template": chumpy.ch(arrays["v_template"]),
        "shapedirs": chumpy.select(
            chumpy.ch(shapedirs), np.arange(shapedirs.size), tuple(shapedirs.shape)
        ),
        "J_regressor": sparse.csc_matrix(arrays["J_regressor"]),
        "J_regressor_prior": sparse.csr_matrix(arrays["J_regressor"]),
        "bs_type": "lrotmin",
        "posed": chumpy.add(a=1),
        "notes": {"some", "set"},
        "count": np.float64(3.0),
    }


def check_same(path: Path, arrays: dict[str, Any]) -> None:
    body = load_body(path)
    assert np.allclose(body.template, arrays["v_template"], atol=1e-6)
    assert np.allclose(body.shapedirs, arrays["shapedirs"][:, :, :10], atol=1e-6)
    assert np.allclose(body.joint_regressor, arrays["J_regressor"], atol=1e-6)
    assert np.allclose(body.weights, arrays["weights"], atol=1e-6)
    assert body.posedirs is not None and np.allclose(body.posedirs, arrays["posedirs"], atol=1e-6)
    assert np.array_equal(body.faces, arrays["f"])
    assert body.body_id.startswith("smpl-") and len(body.body_id) == 17


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_plain_pickles_load(tmp_path: Path, protocol: int) -> None:
    arrays = synthetic_smpl()
    check_same(dump(tmp_path / "body.pkl", arrays, protocol), arrays)


@pytest.mark.parametrize("protocol", [2, 4])
def test_official_pickles_load_without_chumpy(
    tmp_path: Path, chumpy: types.SimpleNamespace, protocol: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrays = synthetic_smpl()
    path = dump(tmp_path / "SMPL_NEUTRAL.pkl", official(arrays, chumpy), protocol)
    for name in [n for n in sys.modules if n.split(".")[0] == "chumpy"]:
        monkeypatch.delitem(sys.modules, name)
    check_same(path, arrays)
    assert "chumpy" not in sys.modules


def test_python_2_names_and_bytes_load(tmp_path: Path, chumpy: types.SimpleNamespace) -> None:
    arrays = synthetic_smpl(num_vertices=40)
    data = pickle.dumps(official(arrays, chumpy), protocol=2)
    for new, old in (
        (b"cnumpy._core.multiarray\n", b"cnumpy.core.multiarray\n"),
        (b"cscipy.sparse._csc\n", b"cscipy.sparse.csc\n"),
        (b"cscipy.sparse._csr\n", b"cscipy.sparse.csr\n"),
        (b"cbuiltins\n", b"c__builtin__\n"),
    ):
        data = data.replace(new, old)
    assert b"scipy.sparse.csc\n" in data and b"numpy.core.multiarray" in data
    path = tmp_path / "basicModel_neutral_lbs_10_207_0_v1.0.0.pkl"
    path.write_bytes(data)
    check_same(path, arrays)


def test_three_hundred_shapes_are_cut_to_ten(tmp_path: Path) -> None:
    arrays = synthetic_smpl(num_vertices=50, num_shapes=300)
    assert load_body(dump(tmp_path / "b.pkl", arrays)).shapedirs.shape == (50, 3, 10)


def test_npz_loads_and_what_we_save_loads_again(tmp_path: Path) -> None:
    arrays = synthetic_smpl()
    extra = np.array([{"an": "object"}], dtype=object)
    np.savez(tmp_path / "SMPL_NEUTRAL.npz", allow_pickle=True, vert_sym_idxs=extra, **arrays)
    check_same(tmp_path / "SMPL_NEUTRAL.npz", arrays)
    body = load_body(tmp_path / "SMPL_NEUTRAL.npz")
    save_body(tmp_path / "mine.npz", body)
    check_same(tmp_path / "mine.npz", arrays)
    assert load_body(tmp_path / "mine.npz").body_id == body.body_id


class Hostile:
    """Unpickled by plain pickle, this creates a file."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple:
        return os.system, (f"touch {self.marker}",)


def test_a_hostile_pickle_is_refused_and_named(tmp_path: Path) -> None:
    marker = tmp_path / "was_here"
    path = dump(tmp_path / "SMPL.pkl", {**synthetic_smpl(), "x": Hostile(marker)})
    with pytest.raises(FileProblem, match=r"asks for (posix|nt)\.system"):
        load_body(path)
    assert not marker.exists()


GLOBALS = (
    (b"cbuiltins\neval\n(X\x03\x00\x00\x001+1tR.", "builtins.eval"),
    (b"c__builtin__\ngetattr\n.", "__builtin__.getattr"),
    (b"cnumpy\nload\n.", "numpy.load"),
    (b"cnumpy.testing._private.utils\nrunstring\n.", "runstring"),
    (b"cfunctools\npartial\n.", "functools.partial"),
    (b"ccopy_reg\n_reconstructor\n(cnumpy\nndarray\nc__builtin__\nobject\nNtR.", "_reconstructor"),
    (b"cnumpy.core.multiarray\n_reconstruct\n(c__builtin__\nset\n(K\x00tU\x01btR.", "_reconstruct"),
    (b"P1\n.", "outside the file"),
)


@pytest.mark.parametrize(("data", "named"), GLOBALS, ids=[n for _, n in GLOBALS])
def test_every_name_off_the_list_is_refused(tmp_path: Path, data: bytes, named: str) -> None:
    path = tmp_path / "bad.pkl"
    path.write_bytes(data)
    with pytest.raises(FileProblem, match="refused") as caught:
        load_body(path)
    assert named in caught.value.message and caught.value.hint


def test_an_array_cannot_be_conjured_by_calling_its_type(tmp_path: Path) -> None:
    path = tmp_path / "bomb.pkl"
    path.write_bytes(b"cnumpy\nndarray\n(J\xff\xff\xff\x7ftR.")
    with pytest.raises(FileProblem):
        load_body(path)


def test_a_posed_model_fails_by_the_array_it_lacks(
    tmp_path: Path, chumpy: types.SimpleNamespace
) -> None:
    path = dump(tmp_path / "posed.pkl", {**synthetic_smpl(), "weights": chumpy.add(a=1)})
    with pytest.raises(FileProblem, match="weights cannot be read"):
        load_body(path)


def with_joints(count: int) -> dict[str, Any]:
    table = np.stack([np.arange(count) - 1, np.arange(count)])
    return {**synthetic_smpl(40), "kintree_table": table}


def changed(key: str, value: Any) -> dict[str, Any]:
    return {**synthetic_smpl(40), key: value}


WRONG = {
    "SMPL-H": (with_joints(52), "52 joints: it is SMPL-H"),
    "SMPL-X": (with_joints(55), "55 joints: it is SMPL-X"),
    "MANO": (with_joints(16), "16 joints: it is MANO"),
    "another tree": (with_joints(24), "another joint tree"),
    "a checkpoint": ({"state_dict": {}, "epoch": 3}, "has no v_template"),
    "a list": ([1, 2, 3], "not an SMPL file"),
    "wrong shapes": (changed("weights", np.zeros((40, 23))), "weights has shape"),
    "faces out of range": (changed("f", np.full((5, 3), 40, np.uint32)), "does not have"),
    "no numbers": (changed("weights", np.full((40, 24), "x")), "does not hold numbers"),
    "not finite": (changed("v_template", np.full((40, 3), np.nan)), "not finite"),
    "a scalar template": (changed("v_template", np.float64(1.0)), "v_template cannot be read"),
}


@pytest.mark.parametrize("name", WRONG)
def test_the_wrong_kind_of_file_is_a_sentence_with_a_next_step(tmp_path: Path, name: str) -> None:
    content, sentence = WRONG[name]
    with pytest.raises(FileProblem) as caught:
        load_body(dump(tmp_path / "file.pkl", content))
    assert sentence in caught.value.message
    assert "file.pkl" in caught.value.message and caught.value.hint


@pytest.mark.parametrize("ending", ["pkl", "npz"])
@pytest.mark.parametrize("part", [0.0, 0.001, 0.3, 0.9, 0.999])
def test_a_truncated_file_is_a_sentence(tmp_path: Path, ending: str, part: float) -> None:
    whole = io.BytesIO()
    if ending == "pkl":
        pickle.dump(synthetic_smpl(60), whole)
    else:
        np.savez(whole, **synthetic_smpl(60))
    path = tmp_path / f"cut.{ending}"
    data = whole.getvalue()
    path.write_bytes(data[: int(len(data) * part)])
    with pytest.raises(FileProblem) as caught:
        load_body(path)
    assert caught.value.hint


def test_a_missing_file_a_folder_and_a_text_are_sentences(tmp_path: Path) -> None:
    (tmp_path / "notes.pkl").write_text("hello")
    for name in ("none.pkl", "", "notes.pkl"):
        with pytest.raises(FileProblem):
            load_body(tmp_path / name)


def test_objects_in_an_npz_are_not_opened(tmp_path: Path) -> None:
    regressor = np.array(sparse.csc_matrix(synthetic_smpl(40)["J_regressor"]), dtype=object)
    np.savez(tmp_path / "o.npz", allow_pickle=True, **changed("J_regressor", regressor))
    with pytest.raises(FileProblem, match="Python objects"):
        load_body(tmp_path / "o.npz")


def test_an_oversized_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.pkl"
    with path.open("wb") as file:
        file.truncate(2**30 + 1)  # sparse: takes no space on the disk
    with pytest.raises(FileProblem, match="over 1 GiB"):
        load_body(path)


@pytest.mark.parametrize("ending", ["pkl", "npz"])
def test_random_damage_is_a_sentence_or_a_body(tmp_path: Path, ending: str) -> None:
    whole = io.BytesIO()
    if ending == "pkl":
        pickle.dump(synthetic_smpl(12), whole, protocol=2)
    else:
        np.savez(whole, **synthetic_smpl(12))
    rng, path, refused = np.random.default_rng(0), tmp_path / f"damaged.{ending}", 0
    for _ in range(150):
        data = bytearray(whole.getvalue())
        for position in rng.integers(0, len(data), 3):
            data[position] = rng.integers(0, 256)
        path.write_bytes(data)
        try:
            load_body(path)
        except FileProblem as problem:
            refused += 1
            assert problem.hint
    assert refused > 10
