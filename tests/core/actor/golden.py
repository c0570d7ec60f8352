"""The published network's golden data: its recipe for weights, its files, its synthetic body."""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch

from core.actor.config import ActorConfig
from core.actor.model import Actor

SHARED = Path(__file__).resolve().parents[3].parent / "shared"
FOLDER = SHARED / "golden" / "actor"
CASES = ("cvae_ntu13_s002", "cvae_ntu13_s010", "cvae_tiny_s010", "cvae_tiny_vertices_s010")
TINY = ActorConfig(num_classes=3, latent_dim=32, ff_size=64, num_layers=2)
NTU13 = ActorConfig(num_classes=13)


@cache
def recipe() -> ModuleType:
    path = FOLDER / "recipe.py"
    if not path.exists():
        pytest.skip("the golden data of the published network is not here (../shared/golden)")
    spec = importlib.util.spec_from_file_location("golden_recipe", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def case(name: str) -> dict[str, np.ndarray]:
    recipe()
    with np.load(FOLDER / f"{name}.npz") as archive:
        return {key: archive[key] for key in archive.files}


def filled(config: ActorConfig, scale: float, dtype: torch.dtype = torch.float32) -> Actor:
    """The network with the recipe's weights, in eval mode."""
    model = Actor(config)
    state = model.state_dict()
    for name, value in state.items():
        if name.endswith(".pe"):
            continue
        is_norm = ".norm" in name and name.endswith(".weight")
        kind = "norm_weight" if is_norm else "weight"
        state[name] = torch.from_numpy(
            recipe().fill_value(name, tuple(value.shape), kind, scale=scale)
        )
    model.load_state_dict(state)
    return model.to(dtype).eval()


def model_of(name: str, dtype: torch.dtype = torch.float32) -> Actor:
    return filled(NTU13 if "ntu13" in name else TINY, float(case(name)["scale"]), dtype)


@cache
def synthetic_body() -> dict[str, np.ndarray]:
    """The recipe's random body with its rest joints, rounded to float32 as smplx rounds it."""
    names = ("v_template", "J_regressor", "weights", "posedirs")
    body = {name: recipe().synthetic_smpl()[name].astype(np.float32) for name in names}
    body = {name: value.astype(np.float64) for name, value in body.items()}
    body["joints"] = body["J_regressor"] @ body["v_template"]
    return body
