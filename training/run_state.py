"""The state of an interrupted run, kept so that it can go on: weights, optimiser, generators.

Read with ``weights_only=True``, written whole or not at all.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from core.atomic import written_whole
from core.errors import FileProblem

STATE_FILE = "state.pt"


def save_state(
    folder: Path,
    *,
    step: int,
    model: nn.Module,
    average: dict[str, torch.Tensor],
    optimizer: torch.optim.Optimizer,
    rng: np.random.Generator,
    generator: torch.Generator,
) -> None:
    """Write everything a run needs to go on from ``step``."""
    state = {
        "step": step,
        "model": model.state_dict(),
        "average": average,
        "optimizer": optimizer.state_dict(),
        "numpy_rng": _plain(rng.bit_generator.state),
        "torch_rng": generator.get_state(),
    }
    with written_whole(folder / STATE_FILE) as temporary:
        torch.save(state, temporary)


def load_state(folder: Path) -> dict[str, Any] | None:
    """Read the state of a run, or None when it has none yet. Raises FileProblem."""
    path = folder / STATE_FILE
    if not path.exists():
        return None
    try:
        state: dict[str, Any] = torch.load(path, weights_only=True, map_location="cpu")
    except Exception as error:
        raise FileProblem(
            f"{path} cannot be read: {error}.", "Delete it to start the run from the beginning."
        ) from error
    return state


def _plain(value: Any) -> Any:
    """numpy's generator state with its 128-bit integers as text: what weights_only allows."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return f"int:{value}" if isinstance(value, int) else value


def restored(value: Any) -> Any:
    """Undo :func:`_plain`."""
    if isinstance(value, dict):
        return {key: restored(item) for key, item in value.items()}
    if isinstance(value, str) and value.startswith("int:"):
        return int(value[4:])
    return value
