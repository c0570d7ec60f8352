"""Both recognisers against the originals: recipe weights, published weights, names and shapes."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from core.evaluation.recognisers.gru import GruRecogniser
from core.evaluation.recognisers.stgcn import StgcnRecogniser, adjacency
from core.skeleton import PARENTS
from tests.core.actor.golden import FOLDER, SHARED, case, recipe

GRUS = {"ntu13": (18, 13, "vibe_v2"), "humanact12": (24, 12, "humanact12")}


def filled(model: torch.nn.Module, scale: float, norms: tuple[str, ...] = ()) -> torch.nn.Module:
    state = model.state_dict()
    for name, value in state.items():
        if name == "A" or name.endswith("num_batches_tracked"):
            continue
        is_norm = value.dim() == 1 and name.endswith("weight") and any(n in name for n in norms)
        kind = "norm_weight" if is_norm else "weight"
        kind = "running_var" if name.endswith("running_var") else kind
        state[name] = torch.from_numpy(
            np.asarray(recipe().fill_value(name, tuple(value.shape), kind, scale=scale))
        )
    model.load_state_dict(state)
    return model.eval()


@pytest.mark.parametrize("name", GRUS)
def test_the_gru_gives_the_originals_numbers(name):
    golden = case("gru_recogniser")
    joints, classes, _ = GRUS[name]
    model = filled(GruRecogniser(joints, classes), 0.10)
    x, lengths, h0 = (torch.from_numpy(golden[f"{name}_{k}"]) for k in ("x", "lengths", "h0"))
    for start, ending in ((h0, ""), (None, "_h0zero")):
        with torch.no_grad():
            features, logits = model(x, lengths, start)
        assert np.allclose(features, golden[f"{name}_features{ending}"], atol=1e-6)
        assert np.allclose(logits, golden[f"{name}_logits{ending}"], atol=1e-6)


@pytest.mark.parametrize("name", GRUS)
def test_the_published_weights_load_and_give_the_originals_numbers(name):
    joints, classes, ending = GRUS[name]
    path = SHARED / "weights" / "action2motion" / f"action_recognition_model_{ending}.tar"
    if not path.is_file():
        pytest.skip("the published recognisers are not beside the checkout")
    golden, inputs = case("gru_pretrained_forward"), case("gru_recogniser")
    model = GruRecogniser(joints, classes)
    model.load_state_dict(torch.load(path, weights_only=True, map_location="cpu")["model"])
    x, lengths, h0 = (torch.from_numpy(inputs[f"{name}_{k}"]) for k in ("x", "lengths", "h0"))
    for start, end in ((h0, ""), (None, "_h0zero")):
        with torch.no_grad():
            features, logits = model.eval()(x, lengths, start)
        assert np.allclose(features, golden[f"{name}_features{end}"], atol=1e-5)
        assert np.allclose(logits, golden[f"{name}_logits{end}"], atol=2e-5)


LAYOUTS = {"smpl": PARENTS, "smpl_noglobal": tuple(max(p - 1, -1) for p in PARENTS[1:])}


def test_the_graph_is_the_originals():
    golden = case("stgcn")
    assert np.allclose(adjacency(), golden["smpl_A"], atol=1e-7)
    assert (np.count_nonzero(adjacency()[1]), np.count_nonzero(adjacency()[2])) == (40, 6)


def test_the_graph_convolution_gives_the_originals_numbers():
    golden = case("stgcn")
    model = filled(StgcnRecogniser(40), 0.02, ("bn", "tcn.0", "tcn.3", "residual.1"))
    with torch.no_grad():
        features, logits = model(torch.from_numpy(golden["smpl_x"]))
    assert np.allclose(features, golden["smpl_features"], atol=2e-6)
    assert np.allclose(logits, golden["smpl_yhat"], atol=2e-6)


def test_one_step_of_its_training_gives_the_originals_loss():
    golden = case("stgcn")
    model = filled(StgcnRecogniser(40), 0.02, ("bn", "tcn.0", "tcn.3", "residual.1")).train()
    _, logits = model(torch.from_numpy(golden["smpl_x"]))
    y = torch.from_numpy(golden["smpl_train_y"])
    loss = torch.nn.functional.cross_entropy(logits, y)
    assert np.allclose(logits.detach(), golden["smpl_train_yhat"], atol=1e-5)
    assert float(loss) == pytest.approx(float(golden["smpl_train_loss"]), abs=1e-5)


def test_names_and_shapes_are_the_published_ones():
    path = FOLDER.parents[1] / "manifests" / "actor_recognisers_state_dict.json"
    if not path.is_file():
        pytest.skip("the manifests are not beside the checkout")
    manifests = json.loads(path.read_text())
    models = {
        "stgcn_uestc": StgcnRecogniser(40),
        "gru_ntu13": GruRecogniser(18, 13),
        "gru_humanact12": GruRecogniser(24, 12),
    }
    for name, model in models.items():
        listed = manifests[name].get("entries", manifests[name])
        shapes = {k: list(v["shape"] if isinstance(v, dict) else v) for k, v in listed.items()}
        assert {k: list(v.shape) for k, v in model.state_dict().items()} == shapes


def test_a_single_clip_keeps_its_batch():
    features, logits = StgcnRecogniser(5).eval()(torch.zeros(1, 24, 6, 20))
    assert features.shape == (1, 256) and logits.shape == (1, 5)
