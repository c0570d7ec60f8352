"""Where networks run and in which precision."""

from __future__ import annotations

import torch

from core.errors import ModelProblem, StudioError

PRECISIONS = {"float32": torch.float32, "bfloat16": torch.bfloat16}


def device_of(name: str = "auto") -> torch.device:
    """ "auto" is CUDA where there is one, else the processor.

    Raises ModelProblem for a device that is not there.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as error:  # torch raises the latter without CUDA
        raise ModelProblem(
            f"The device {name} is not there.", "Choose auto, or cpu, which is always there."
        ) from error
    return device


def precision_of(name: str) -> torch.dtype:
    """Raises StudioError for an unknown precision."""
    if name not in PRECISIONS:
        raise StudioError(f"There is no precision {name}.", f"Choose from {', '.join(PRECISIONS)}.")
    return PRECISIONS[name]
