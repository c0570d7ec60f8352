"""The published networks' golden data: the recipe for weights, arrays, lists of parameters."""

from __future__ import annotations

import importlib.util
import json
from functools import cache
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch

SHARED = Path(__file__).resolve().parents[4].parent / "shared"


@cache
def recipe() -> ModuleType:
    path = SHARED / "golden" / "vibe" / "recipe.py"
    if not path.exists():
        pytest.skip("the golden data of VIBE and PARE is not here (../shared/golden)")
    spec = importlib.util.spec_from_file_location("crop_networks_recipe", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def arrays(name: str, file: str = "networks") -> dict[str, np.ndarray]:
    """Golden arrays of "vibe" or "pare"."""
    recipe()
    with np.load(SHARED / "golden" / name / f"{file}.npz") as archive:
        return {key: archive[key] for key in archive.files}


@cache
def manifest(name: str) -> dict[str, tuple[int, ...]]:
    """Names and shapes of the parameters of "vibe", "spin" or "pare"."""
    path = SHARED / "manifests" / f"{name}_state_dict.json"
    if not path.exists():
        pytest.skip(
            "the published networks' lists of parameters are not here (../shared/manifests)"
        )
    return {key: tuple(shape) for key, shape in json.loads(path.read_text()).items()}


@cache
def weights(name: str) -> dict[str, torch.Tensor]:
    """The recipe's values for every parameter of "vibe", "spin" or "pare", by published name."""
    make = recipe()
    filled = {}
    for key, shape in manifest(name).items():
        if key == "head.temperature":
            filled[key] = torch.tensor(1.0)
        else:
            value = make.value(key, shape, not key.endswith("num_batches_tracked"))
            filled[key] = torch.from_numpy(np.asarray(value))
    return filled


@cache
def crops() -> np.ndarray:
    """The golden images as the networks take them, (2, 3, 224, 224) float32."""
    return recipe().normalise(arrays("vibe")["images_u8"])
