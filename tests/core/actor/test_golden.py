"""The network agrees with the published one: forward passes, losses, gradients, optimiser steps."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from torch import Tensor

from core.actor import losses
from core.actor.config import ActorConfig
from core.actor.kinematics import features_to_joints
from core.actor.model import Actor
from tests.core.actor import golden

torch.set_num_threads(2)
PRECISIONS = {"float32": (torch.float32, 1e-4, 2e-5), "float64": (torch.float64, 1e-9, 1e-6)}


def tensor(name: str, key: str, dtype: torch.dtype) -> Tensor:
    value = torch.from_numpy(golden.case(name)[key])
    return value.to(dtype) if value.is_floating_point() else value


def points(name: str, features: Tensor, mask: Tensor) -> Tensor:
    """(B, P, 3, T): joints or vertices of the synthetic body, zero where padded."""
    body = golden.synthetic_body()
    if "vertices" in name:
        from core.actor.vertices import features_to_vertices

        flat = features_to_vertices(
            features,
            vertices=torch.from_numpy(body["v_template"]).to(features.dtype),
            joints=torch.from_numpy(body["joints"]).to(features.dtype),
            weights=torch.from_numpy(body["weights"]).to(features.dtype),
            posedirs=torch.from_numpy(body["posedirs"]).to(features.dtype),
            mask=mask,
        )
    else:
        rest = torch.from_numpy(body["joints"]).to(features.dtype)
        flat = features_to_joints(features, rest, mask)
    padded = flat.new_zeros(*mask.shape, *flat.shape[1:])
    padded[mask] = flat
    return padded.permute(0, 2, 3, 1)


def all_losses(model: Actor, name: str, dtype: torch.dtype) -> dict[str, Tensor]:
    x, mask = tensor(name, "x", dtype), tensor(name, "mask", dtype)
    out = model(x, tensor(name, "y", dtype), mask, tensor(name, "eps", dtype))
    with torch.no_grad():
        goal = points(name, x, mask)
    have = points(name, out.output, mask)
    found = {
        "rc": losses.reconstruction_loss(x, out.output, mask),
        "rcxyz": losses.point_loss(goal.permute(0, 3, 1, 2)[mask], have.permute(0, 3, 1, 2)[mask]),
        "kl": losses.kl_loss(out.mu, out.logvar),
        "vel": losses.velocity_loss(x, out.output, mask),
        "velxyz": losses.point_velocity_loss(goal, have, mask),
    }
    return found | {"mixed": found["rc"] + found["rcxyz"] + 1e-5 * found["kl"]}


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("name", golden.CASES)
def test_forward_passes_match_the_published_network(name: str, precision: str) -> None:
    dtype, rtol, atol = PRECISIONS[precision]
    model = golden.model_of(name, dtype)
    x, y, mask = (tensor(name, key, dtype) for key in ("x", "y", "mask"))
    suffix = "_f64" if precision == "float64" else ""
    with torch.inference_mode():
        mu, logvar = model.encode(x, y, mask)
        output = model.decode(tensor(name, "z", dtype), y, mask)
        generated = model.decode(tensor(name, "zgen", dtype), y, mask)
    for have, key in ((mu, "mu" + suffix), (logvar, "logvar" + suffix)):
        np.testing.assert_allclose(have, golden.case(name)[key], rtol, atol)
    # the stored outputs are float32 whatever the run
    np.testing.assert_allclose(output, golden.case(name)["output"], 1e-4, 2e-5)
    np.testing.assert_allclose(generated, golden.case(name)["gen_output"], 1e-4, 2e-5)
    padded = ~golden.case(name)["mask"]
    assert not output.permute(0, 3, 1, 2)[torch.from_numpy(padded)].any()


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("name", golden.CASES)
def test_losses_match_the_published_ones(name: str, precision: str) -> None:
    dtype, _, atol = PRECISIONS[precision]
    suffix = "_f64" if precision == "float64" else ""
    with torch.no_grad():
        found = all_losses(golden.model_of(name, dtype), name, dtype)
    for key, value in found.items():
        wanted = float(golden.case(name)[f"loss_{key}{suffix}"])
        assert float(value) == pytest.approx(wanted, rel=1e-4 if not suffix else 1e-8, abs=atol)


@pytest.mark.parametrize("name", golden.CASES)
def test_gradient_norms_match_parameter_by_parameter(name: str) -> None:
    model = golden.model_of(name, torch.float64)
    all_losses(model, name, torch.float64)["mixed"].backward()
    norms = {key: float(p.grad.norm()) for key, p in model.named_parameters()}  # type: ignore[union-attr]
    wanted = golden.case(name)
    assert sorted(norms) == list(wanted["grad_names"])
    np.testing.assert_allclose(
        [norms[key] for key in sorted(norms)], wanted["grad_norms_f64"], 1e-5, 1e-6
    )


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(c, marks=pytest.mark.slow) if c == "cvae_ntu13_s002" else c
        for c in golden.CASES
    ],
)
def test_four_adamw_steps_give_the_published_losses(name: str) -> None:
    model = golden.model_of(name, torch.float64)
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-4)
    rows = []
    for _ in range(4):
        found = all_losses(model, name, torch.float64)
        rows.append([float(found[key].detach()) for key in ("rc", "rcxyz", "kl", "mixed")])
        optimiser.zero_grad()
        found["mixed"].backward()
        optimiser.step()
    np.testing.assert_allclose(rows, golden.case(name)["adamw_losses_f64"], 1e-6, 1e-6)


@pytest.mark.parametrize("dataset", ["ntu13", "humanact12", "uestc"])
def test_parameters_match_the_published_list_by_name_and_shape(dataset: str) -> None:
    path = golden.SHARED / "manifests" / "actor_state_dict.json"
    if not path.exists():
        pytest.skip("the published list of parameters is not here (../shared/manifests)")
    listed = json.loads(path.read_text())[dataset]
    model = Actor(ActorConfig(num_classes=listed["num_classes"]))
    have = {k: (list(v.shape), str(v.dtype)[6:]) for k, v in model.state_dict().items()}
    assert have == {k: (v["shape"], v["dtype"]) for k, v in listed["entries"].items()}
    parameters = dict(model.named_parameters())
    assert {k for k, v in listed["entries"].items() if v["parameter"]} == set(parameters)
    assert sum(p.numel() for p in parameters.values()) == listed["n_parameters"]
