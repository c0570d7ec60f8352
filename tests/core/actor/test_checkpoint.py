"""Checkpoints survive the way to the disk and back; what is not one is refused in a sentence."""

from __future__ import annotations

import dataclasses
import os
import pickle
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from core.actor.checkpoint import load_checkpoint, save_checkpoint
from core.actor.config import ActorConfig
from core.actor.published import config_of
from core.errors import FileProblem, ModelProblem
from tests.core.actor import golden
from tests.core.actor.networks import CONFIG, LABELS, tiny_latents, tiny_model

torch.set_num_threads(2)


def own_file(folder: Path) -> Path:
    path = folder / "tiny.safetensors"
    save_checkpoint(
        path, tiny_model(), labels=LABELS, fps=25.0, num_frames=40, dataset="demo", notes="a test",
        training={"steps": 3}, latents=tiny_latents(),
    )  # fmt: skip
    return path


def published_file(folder: Path, options: str = "activation: gelu\nnum_frames: 60\n") -> Path:
    path = folder / "checkpoint_0100.pth.tar"
    torch.save(tiny_model().state_dict(), path)
    (folder / "opt.yaml").write_text(options)
    return path


def test_an_own_checkpoint_comes_back_whole(tmp_path: Path) -> None:
    found = load_checkpoint(own_file(tmp_path))
    assert found.config == CONFIG and found.labels == LABELS and found.fps == 25.0
    assert (found.num_frames, found.dataset, found.notes) == (40, "demo", "a test")
    assert found.training == {"steps": 3} and found.name == "tiny.safetensors"
    assert len(found.sha256) == 64 and not found.model.training
    assert found.latents is not None and found.latents.of_class(1).shape == (2, 32)
    for key, value in tiny_model().state_dict().items():
        torch.testing.assert_close(found.model.state_dict()[key], value, rtol=0, atol=0)


def test_loading_leaves_the_random_stream_alone(tmp_path: Path) -> None:
    path = own_file(tmp_path)
    torch.manual_seed(3)
    load_checkpoint(path)
    drawn = torch.rand(2)
    torch.manual_seed(3)
    assert torch.equal(drawn, torch.rand(2))


def test_a_published_checkpoint_is_understood_from_its_shapes(tmp_path: Path) -> None:
    found = load_checkpoint(published_file(tmp_path))
    assert found.config == dataclasses.replace(CONFIG, dropout=found.config.dropout)
    assert found.labels == ("action 0", "action 1", "action 2")
    assert found.is_y_down and found.num_frames == 60


def test_a_published_checkpoint_opens_without_its_options(tmp_path: Path) -> None:
    path = published_file(tmp_path)
    (tmp_path / "opt.yaml").unlink()
    assert load_checkpoint(path).config.num_layers == 2


def test_python_tags_in_the_options_are_read_as_plain_values(tmp_path: Path) -> None:
    options = "lambdas: !!python/object/apply:collections.OrderedDict\n- []\nnum_frames: -2\n"
    found = load_checkpoint(published_file(tmp_path, options))
    assert found.num_frames == 60


@pytest.mark.parametrize(
    ("num_classes", "dataset", "first"),
    [(13, "ntu13", "pick up"), (12, "humanact12", "warm up"), (40, "uestc", "action 0")],
)
def test_labels_follow_from_the_number_of_classes(
    tmp_path: Path, num_classes: int, dataset: str, first: str
) -> None:
    config = dataclasses.replace(CONFIG, num_classes=num_classes)
    path = tmp_path / "checkpoint_0001.pth.tar"
    torch.save(tiny_model(config=config).state_dict(), path)
    found = load_checkpoint(path)
    assert found.dataset == dataset and found.labels[0] == first
    assert len(found.labels) == num_classes


def test_the_published_sizes_are_inferred() -> None:
    state = golden.filled(golden.NTU13, 0.02).state_dict()
    assert config_of(state, "x") == ActorConfig(num_classes=13)


@pytest.mark.parametrize(
    ("option", "word"),
    [("pose_rep: rotvec", "pose_rep"), ("glob: false", "glob"), ("translation: false", "trans"),
     ("archiname: gru", "archiname"), ("ablation: zandtime", "zandtime")],
)  # fmt: skip
def test_runs_of_another_kind_are_refused_by_name(tmp_path: Path, option: str, word: str) -> None:
    with pytest.raises(ModelProblem, match=word):
        load_checkpoint(published_file(tmp_path, option))


def test_missing_and_unexpected_parameters_and_shapes_are_named(tmp_path: Path) -> None:
    state = tiny_model().state_dict()
    del state["decoder.finallayer.bias"]
    state["decoder.extra"] = torch.zeros(2)
    state["encoder.skelEmbedding.bias"] = torch.zeros(5)
    path = tmp_path / "wrong.pth.tar"
    torch.save(state, path)
    with pytest.raises(ModelProblem) as caught:
        load_checkpoint(path)
    for word in ("decoder.finallayer.bias", "decoder.extra", "skelEmbedding.bias is (5,)"):
        assert word in caught.value.message
    assert caught.value.hint


def test_numbers_that_are_not_finite_are_refused(tmp_path: Path) -> None:
    state = tiny_model().state_dict()
    state["decoder.finallayer.bias"][0] = float("nan")
    path = tmp_path / "nan.pth.tar"
    torch.save(state, path)
    with pytest.raises(ModelProblem, match="not finite"):
        load_checkpoint(path)


def test_a_recogniser_is_not_taken_for_actor(tmp_path: Path) -> None:
    path = tmp_path / "recogniser.tar"
    torch.save({"model": {"linear1.weight": torch.zeros(2, 2)}, "iteration": 3}, path)
    with pytest.raises(ModelProblem, match="model, iteration"):
        load_checkpoint(path)


class Hostile:
    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple:
        return os.mkdir, (str(self.trace),)


@pytest.mark.filterwarnings("ignore:Detected pickle protocol")
@pytest.mark.parametrize("is_zip", [True, False])
def test_a_hostile_pickle_is_refused_by_name_and_does_not_run(tmp_path: Path, is_zip: bool) -> None:
    path, trace = tmp_path / "hostile.pth.tar", tmp_path / "it-ran"
    if is_zip:
        torch.save({"encoder.muQuery": Hostile(trace)}, path)
    else:
        path.write_bytes(pickle.dumps(Hostile(trace), protocol=2))
    with pytest.raises(ModelProblem, match=r"refused: it holds \w+\.mkdir"):
        load_checkpoint(path)
    assert not trace.exists()


@pytest.mark.parametrize("make", [own_file, published_file])
def test_truncated_files_are_refused(tmp_path: Path, make) -> None:  # type: ignore[no-untyped-def]
    path = make(tmp_path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(ModelProblem, match="damaged, truncated"):
        load_checkpoint(path)


@pytest.mark.parametrize("name", ["x.safetensors", "x.pth.tar"])
@pytest.mark.parametrize("content", [b"", b"not a checkpoint at all, only words"])
def test_other_files_are_refused(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ModelProblem, match=r"empty|damaged"):
        load_checkpoint(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelProblem, match="cannot be read"):
        load_checkpoint(tmp_path / "nowhere.safetensors")
    with pytest.raises(ModelProblem, match="folder"):
        load_checkpoint(tmp_path)


def test_a_foreign_safetensors_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "foreign.safetensors"
    save_file({"weight": torch.zeros(3)}, path)
    with pytest.raises(ModelProblem, match="weight"):
        load_checkpoint(path)


def test_a_header_that_does_not_fit_the_network_is_refused(tmp_path: Path) -> None:
    path = own_file(tmp_path)
    raw = path.read_bytes()
    path.write_bytes(raw.replace(b'\\"ff_size\\": 64', b'\\"ff_size\\": 48'))
    assert path.read_bytes() != raw
    with pytest.raises(ModelProblem, match="linear1"):
        load_checkpoint(path)
    path.write_bytes(raw.replace(b'\\"ff_size\\":', b'\\"gg_size\\":'))
    with pytest.raises(ModelProblem, match="gg_size"):
        load_checkpoint(path)


def test_saving_says_when_labels_do_not_fit(tmp_path: Path) -> None:
    with pytest.raises(ModelProblem, match="2 labels for 3"):
        save_checkpoint(tmp_path / "x.safetensors", tiny_model(), labels=("a", "b"))
    assert not list(tmp_path.iterdir())


def test_a_full_disk_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("core.actor.checkpoint.save_file", full)
    with pytest.raises(FileProblem, match="disk is full"):
        own_file(tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "changes", [{"num_heads": 5}, {"num_layers": 0}, {"dropout": 1.0}, {"activation": "tanh"}]
)
def test_impossible_networks_are_refused(changes: dict) -> None:
    with pytest.raises(ModelProblem):
        dataclasses.replace(CONFIG, **changes)
