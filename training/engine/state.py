"""What a training needs to go on, in one file, written whole: ``state.pt``.

Model, optimiser, average, and how many steps are done; everything drawn at random follows from
that number. Read with ``weights_only=True``.
"""

from __future__ import annotations

import dataclasses
import errno
from pathlib import Path
from typing import Any

import torch

from core.atomic import written_whole
from core.errors import FileProblem, StudioError
from training.config import TrainConfig

STATE = "state.pt"
FORMAT = 1
_FREE = (  # settings that may differ when a training goes on
    "name", "epochs", "max_steps", "device", "threads", "checkpoint_every", "sample_seeds",
    "sample_actions", "measure_every", "recogniser", "tensorboard", "compile",
)  # fmt: skip


_CANNOT_WRITE = ("inline_container", "writ", "file")  # of torch's zip writer


def save(
    folder: Path,
    *,
    config: TrainConfig,
    fingerprint: str,
    step: int,
    model: dict[str, Any],
    optimizer: dict[str, Any],
    average: dict[str, Any] | None,
) -> None:
    """Write the state after ``step`` steps. Raises FileProblem; the one before then stays."""
    with written_whole(folder / STATE) as temporary:
        content = {
            "format": FORMAT,
            "config": dataclasses.asdict(config),
            "fingerprint": fingerprint,
            "step": step,
            "model": model,
            "optimizer": optimizer,
            "average": average,
        }
        try:
            torch.save(content, temporary)
        except RuntimeError as error:  # torch's writer hides why it could not write
            if not any(sign in str(error) for sign in _CANNOT_WRITE):
                raise
            raise OSError(errno.ENOSPC, str(error)) from error


def load(folder: Path, config: TrainConfig, fingerprint: str) -> dict[str, Any] | None:
    """Read the state, None where there is none. Raises FileProblem or StudioError.

    The settings that decide the numbers, and the data, must be the ones it was saved with.
    """
    path = folder / STATE
    _clear_leftovers(folder)
    if not path.exists():
        return None
    try:
        state: dict[str, Any] = torch.load(path, weights_only=True, map_location="cpu")
        saved, data, number = state["config"], state["fingerprint"], state["format"]
    except Exception as error:
        raise FileProblem(
            f"{STATE} cannot be read ({type(error).__name__}).",
            "Delete it to begin anew; the checkpoints stay.",
        ) from error
    if number != FORMAT:
        raise FileProblem(f"{STATE} is of another version.", "Begin a new training.")
    now = dataclasses.asdict(config)
    other = [k for k, v in saved.items() if k not in _FREE and k in now and now[k] != v]
    if other:
        raise StudioError(
            f"The training was begun with other settings: {', '.join(other)}.",
            "Change them back, or duplicate the training.",
        )
    if data != fingerprint:
        raise StudioError(
            "The data set has changed since the training was begun.",
            "Bring it back as it was, or duplicate the training to begin anew.",
        )
    return state


def _clear_leftovers(folder: Path) -> None:
    """Remove what a killed writer left behind."""
    for pattern in (f".{Path(STATE).stem}-*", "checkpoints/.epoch_*", "samples/.epoch_*"):
        for left in folder.glob(pattern):
            left.unlink(missing_ok=True)
