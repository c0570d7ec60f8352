"""TensorBoard event files, where the package is installed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.errors import StudioError


def board(folder: Path) -> Any:
    """A writer into ``folder/tensorboard``. Raises StudioError where the package is missing."""
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise StudioError(
            "TensorBoard is not installed.",
            "Run `pip install actor-motion-studio[tensorboard]`, or set `tensorboard` to false.",
        ) from error
    return SummaryWriter(str(folder / "tensorboard"))
