"""The published files: read as they are, refused by name, converted once, adopted."""

from __future__ import annotations

import os
import sys
import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core import weights
from core.errors import ModelProblem
from core.estimators import conversion
from core.estimators.checkpoints import LAYOUTS, read_weights
from core.estimators.pare.settings import check_settings, read_settings
from tests import published
from tests.published import hole, write_pare, write_spin, write_vibe


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return published.published_files(tmp_path_factory.mktemp("published"))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MOTION_STUDIO_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def refused(path: Path, name: str) -> ModelProblem:
    with pytest.raises(ModelProblem) as caught:
        read_weights(path, LAYOUTS[name])
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize("name", ["vibe", "spin", "pare"])
def test_a_published_file_gives_every_parameter_and_nothing_of_smpl(
    files: dict[str, Path], name: str
) -> None:
    found, _ = read_weights(files[name], LAYOUTS[name])
    expected = {k: v for k, v in published.state(name).items() if "num_batches" not in k}
    assert set(found) == set(expected)
    assert all(np.array_equal(found[key], value.numpy()) for key, value in expected.items())


def test_missing_unknown_and_misshapen_parameters_are_named(tmp_path: Path) -> None:
    path = tmp_path / "vibe_model_wo_3dpw.pth.tar"
    changed: dict[str, Any] = {
        "encoder.linear.bias": None,
        "encoder.gru.weight_ih_l0_reverse": hole((3, 4)),
        "regressor.fc1.weight": hole((1024, 2206)),
    }
    said = refused(write_vibe(path, hollow=True, **changed), "vibe").message
    assert "lacks encoder.linear.bias" in said
    assert "unknown encoder.gru.weight_ih_l0_reverse" in said
    assert "regressor.fc1.weight (1024, 2206) instead of (1024, 2205)" in said


def test_another_networks_file_is_recognised(tmp_path: Path) -> None:
    spin = write_spin(tmp_path / "spin_model_checkpoint.pth.tar", hollow=True)
    with pytest.raises(ModelProblem) as caught:
        read_weights(spin, LAYOUTS["vibe"])
    assert "SPIN's file" in caught.value.hint or "spin" in caught.value.message


def test_counters_and_unused_entries_may_be_absent(tmp_path: Path) -> None:
    gone = {k: None for k in published.state("pare") if k.endswith("num_batches_tracked")}
    gone |= dict.fromkeys(LAYOUTS["pare"].unused)
    path = write_pare(tmp_path / "pare_checkpoint.ckpt", **gone)  # type: ignore[arg-type]
    found, _ = read_weights(path, LAYOUTS["pare"])
    assert "head.init_pose" not in found and len(found) > 1000


def test_the_mean_body_comes_from_its_own_file_where_spin_lacks_it(tmp_path: Path) -> None:
    gone = {"init_pose": None, "init_shape": None, "init_cam": None}
    path = write_spin(tmp_path / "spin_model_checkpoint.pth.tar", **gone)  # type: ignore[arg-type]
    assert "smpl_mean_params.npz" in refused(path, "spin").hint
    wanted = (("init_pose", (144,)), ("init_shape", (10,)), ("init_cam", (3,)))
    pose, shape, cam = (published.value(key, size) for key, size in wanted)
    np.savez(tmp_path / "smpl_mean_params.npz", pose=pose, shape=shape.astype(float), cam=cam)
    found, _ = read_weights(path, LAYOUTS["spin"])
    assert np.array_equal(found["init_pose"][0], pose) and found["init_shape"].shape == (1, 10)


def test_vibe_without_start_values_takes_spins(tmp_path: Path, files: dict[str, Path]) -> None:
    from core.estimators.vibe.model import built

    gone = {f"regressor.init_{key}": None for key in ("pose", "shape", "cam")}
    path = write_vibe(tmp_path / "vibe_model_w_3dpw.pth.tar", **gone)  # type: ignore[arg-type]
    vibe, _ = read_weights(path, LAYOUTS["vibe"])
    spin, _ = read_weights(files["spin"], LAYOUTS["spin"])
    _, _, regressor = built(vibe, spin)
    assert np.array_equal(regressor.init_pose, spin["init_pose"])
    assert np.array_equal(regressor.fc1.weight, vibe["regressor.fc1.weight"])


def test_widths_follow_from_the_shapes() -> None:
    from core.estimators.pare.model import PareModel, sizes_of
    from core.estimators.vibe.model import shapes_of

    with torch.device("meta"):
        from core.estimators.pare.head import PareSizes

        wide = PareSizes(width=48, num_layers=3, num_filters=64, num_smpl_features=32)
        assert sizes_of(shapes_of(PareModel(wide))) == wide


class Hostile:
    def __reduce__(self) -> Any:
        return os.system, ("touch /tmp/never",)


@pytest.mark.parametrize("name", ["vibe", "pare"])
def test_a_hostile_checkpoint_is_refused_by_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / "file.ckpt"
    torch.save({"gen_state_dict": {}, "state_dict": {}, "callbacks": Hostile()}, path)
    said = refused(path, name)
    assert "was refused" in said.message and "system" in said.message


@pytest.mark.parametrize("content", [b"", b"no checkpoint at all", b"PK\x03\x04 cut"])
def test_a_file_that_is_no_checkpoint_is_refused_with_a_sentence(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "vibe.pth.tar"
    path.write_bytes(content)
    assert "vibe.pth.tar" in refused(path, "vibe").message
    refused(tmp_path / "nowhere.ckpt", "pare")


def test_a_cut_file_and_one_with_nan_are_refused(tmp_path: Path) -> None:
    path = write_vibe(tmp_path / "vibe.pth.tar")
    path.write_bytes(path.read_bytes()[:-1000])
    refused(path, "vibe")
    bad = torch.full((2048,), float("nan"))
    said = refused(write_vibe(path, **{"encoder.linear.bias": bad}), "vibe").message
    assert "encoder.linear.bias" in said


def test_lightnings_settings_are_kept_without_their_libraries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = types.ModuleType("yacs.config")

    class CfgNode(dict):  # type: ignore[type-arg]
        pass

    CfgNode.__module__, CfgNode.__qualname__ = "yacs.config", "CfgNode"
    config.CfgNode = CfgNode  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "yacs", types.ModuleType("yacs"))
    monkeypatch.setitem(sys.modules, "yacs.config", config)
    settings = CfgNode(PARE=CfgNode(BACKBONE="hrnet_w48-conv"))
    extra = {"hyper_parameters": settings}
    path = write_pare(tmp_path / "pare.ckpt", yaml=None, hollow=True, extra=extra)
    monkeypatch.delitem(sys.modules, "yacs.config")
    from core.estimators.checkpoints import read_state

    state, rest = read_state(path, LAYOUTS["pare"])
    assert "backbone.conv1.weight" in state
    with pytest.raises(ModelProblem, match=r"PARE\.BACKBONE = hrnet_w48-conv"):
        check_settings(rest["hyper_parameters"], "the file")


def test_unknown_settings_that_are_on_are_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "pare_config.yaml"
    path.write_text(published.YAML)
    check_settings(read_settings(path), path.name)
    for line, named in (
        ("  USE_SCALE_KEYPOINT_ATTENTION: true\n", "PARE.USE_SCALE_KEYPOINT_ATTENTION = True"),
        ("  POSE_MLP_NUM_LAYERS: 3\n", "PARE.POSE_MLP_NUM_LAYERS = 3"),
    ):
        path.write_text(published.YAML + line)
        with pytest.raises(ModelProblem, match=named):
            check_settings(read_settings(path), path.name)
    path.write_text("!!python/object/apply:os.system ['touch /tmp/never']")
    with pytest.raises(ModelProblem, match="cannot be read"):
        read_settings(path)


def test_a_file_is_converted_once_and_a_changed_source_is_noticed(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_vibe(tmp_path / "vibe_model_wo_3dpw.pth.tar")
    first = conversion.converted("vibe", path)
    assert first.is_new and first.path.suffix == ".safetensors"
    assert first.source.sha256 in first.path.read_bytes()[:4000].decode("latin1")

    with monkeypatch.context() as patch:  # neither read nor hashed again
        patch.setattr(conversion, "read_weights", None)
        patch.setattr(conversion, "_source_of", None)
        assert conversion.converted("vibe", path).path == first.path
        before = conversion.load_weights(path, "vibe")

    os.utime(path)  # touched, the same content: hashed, not converted
    assert not conversion.converted("vibe", path).is_new

    write_vibe(path, **{"encoder.linear.bias": torch.ones(2048)})
    after = conversion.load_weights(path, "vibe")
    assert not np.array_equal(before["encoder.linear.bias"], after["encoder.linear.bias"])
    assert len(list(home.rglob("*.safetensors"))) == 2


def test_an_adopted_file_is_used_even_when_its_source_is_gone(home: Path, tmp_path: Path) -> None:
    assert weights.supplied("vibe") is None
    path = write_vibe(tmp_path / "vibe_model_wo_3dpw.pth.tar")
    report = weights.adopt("vibe", path)
    assert "VIBE" in str(report) and "ready" in str(report)
    copy = weights.supplied("vibe")
    assert copy is not None and copy.stem == "vibe_model_wo_3dpw"

    write_vibe(path, **{"encoder.linear.bias": torch.ones(2048)})  # a newer one in its place
    assert conversion.load_weights(copy, "vibe")["encoder.linear.bias"][0] == 1
    newer = weights.supplied("vibe")
    assert newer is not None and newer != copy and not copy.exists()

    path.unlink()
    assert conversion.load_weights(newer, "vibe")["encoder.linear.bias"][0] == 1


def test_a_refused_file_leaves_what_was_adopted(home: Path, tmp_path: Path) -> None:
    weights.adopt("vibe", write_vibe(tmp_path / "good.pth.tar"))
    kept = weights.supplied("vibe")
    with pytest.raises(ModelProblem):
        weights.adopt("vibe", write_spin(tmp_path / "bad.pth.tar", hollow=True))
    with pytest.raises(ModelProblem, match="no file 'hmr'"):
        weights.adopt("hmr", tmp_path / "good.pth.tar")
    assert weights.supplied("vibe") == kept


def test_a_spoiled_copy_is_told_and_mended_by_pointing_at_the_file_again(
    home: Path, tmp_path: Path
) -> None:
    path = write_vibe(tmp_path / "v.pth.tar")
    copy = conversion.adopt("vibe", path).path
    copy.write_bytes(copy.read_bytes()[:1000])
    with pytest.raises(ModelProblem, match="converted copy"):
        conversion.load_weights(copy, "vibe")
    assert "encoder.linear.bias" in conversion.load_weights(
        conversion.adopt("vibe", path).path, "vibe"
    )
