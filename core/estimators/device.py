"""Where networks run and in which precision."""

from __future__ import annotations

import logging

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.errors import ModelProblem, StudioError

FloatArray = npt.NDArray[np.float32]
log = logging.getLogger(__name__)

SIDE = 224  # pixels of a crop's side
CHUNK = 8  # crops at a time on a processor: larger maps no longer fit its caches
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


def precision_of(name: str, device: torch.device) -> torch.dtype:
    """The type maps are kept in; float32 where the processor has no way with bfloat16.

    Raises StudioError for an unknown precision.
    """
    if name not in PRECISIONS:
        raise StudioError(f"There is no precision {name}.", f"Choose from {', '.join(PRECISIONS)}.")
    dtype = PRECISIONS[name]
    if dtype is torch.bfloat16 and device.type == "cpu" and not has_bfloat16():
        log.warning("this processor does not compute in bfloat16; float32 is used")
        return torch.float32
    return dtype


def has_bfloat16() -> bool:
    """Whether the processor multiplies in bfloat16 (AVX512-BF16 or AMX); else it is no faster."""
    check = getattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", None)
    return torch.backends.mkldnn.is_available() and check is not None and bool(check())


def placed_crops(crops: FloatArray, device: torch.device, dtype: torch.dtype) -> Tensor:
    """Crops (N, 3, 224, 224) as a tensor with its channels innermost."""
    part = torch.from_numpy(np.ascontiguousarray(crops, np.float32))
    return part.to(device, dtype, memory_format=torch.channels_last)
