"""SPIN's and VIBE's networks as their checkpoints hold them, and built from such weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from core.estimators.vibe.regressor import Regressor
from core.estimators.vibe.resnet import ResNet50
from core.estimators.vibe.temporal import TemporalEncoder

M = TypeVar("M", bound=nn.Module)
Arrays = Mapping[str, npt.NDArray[np.float32]]


def shapes_of(module: nn.Module, prefix: str = "") -> dict[str, tuple[int, ...]]:
    """Names and shapes of a network's parameters, without counters."""
    return {
        f"{prefix}{name}": tuple(value.shape)
        for name, value in module.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }


def vibe_shapes() -> dict[str, tuple[int, ...]]:
    """What VIBE's own file holds: temporal encoder and regressor."""
    with torch.device("meta"):
        return shapes_of(TemporalEncoder(), "encoder.") | shapes_of(Regressor(), "regressor.")


def spin_shapes() -> dict[str, tuple[int, ...]]:
    """What SPIN's file holds: ResNet and regressor, without prefixes."""
    with torch.device("meta"):
        return shapes_of(ResNet50()) | shapes_of(Regressor())


def filled(make: Callable[[], M], *weights: tuple[Arrays, str]) -> M:
    """A network with checked weights, each given with the prefix its names have; later ones win.

    Built without values of its own: drawing 30 million random ones would take seconds.
    """
    with torch.device("meta"):
        module = make()
    state: dict[str, torch.Tensor] = {}
    for name, like in module.state_dict().items():
        found = [arrays[prefix + name] for arrays, prefix in weights if prefix + name in arrays]
        value = found[-1] if found else np.zeros(tuple(like.shape), np.float32)
        state[name] = torch.from_numpy(value).to(like.dtype)
    module.load_state_dict(state, assign=True)
    return module.eval().requires_grad_(False)


def built(vibe: Arrays | None, spin: Arrays) -> tuple[ResNet50, TemporalEncoder | None, Regressor]:
    """SPIN's ResNet, VIBE's encoder and the regressor; without VIBE's weights SPIN alone.

    The regressor has SPIN's values where VIBE's file lacks them, as in the original.
    """
    backbone = filled(ResNet50, (spin, ""))
    if vibe is None:
        return backbone, None, filled(Regressor, (spin, ""))
    regressor = filled(Regressor, (spin, ""), (vibe, "regressor."))
    return backbone, filled(TemporalEncoder, (vibe, "encoder.")), regressor
