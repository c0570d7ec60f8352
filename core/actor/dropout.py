"""Dropout whose masks are cheap on a CPU: the same law as torch's own to 1e-5.

Drawing the masks one Bernoulli number at a time takes a third of a training step on two cores.
Here every element gets 16 random bits of SFC64 (Chris Doty-Humphrey, as in numpy), begun anew for
each mask from torch's default generator, and no array of booleans is made: writing one takes seven
times as long as writing the numbers 0 and 1 that the product needs anyway.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

_STEPS = 1 << 16


def dropout(x: Tensor, probability: float) -> Tensor:
    """Zero elements of x with ``probability`` and scale the others so that the mean is kept.

    Elements are independent; the probability is rounded to a multiple of 2^-16 and the scale is
    exact for the rounded one. Follows torch's default generator. On other devices this is torch's
    dropout.
    """
    if probability == 0.0:
        return x
    if x.device.type != "cpu":
        return F.dropout(x, probability)
    dropped: Tensor = _Dropout.apply(x, round((1.0 - probability) * _STEPS))
    return dropped


def kept(like: Tensor, kept_steps: int) -> Tensor:
    """Draw zeros and ones of the shape and type of ``like``; ones with kept_steps / 2^16."""
    seed = int(torch.randint(1 << 62, ()))
    words = np.random.Generator(np.random.SFC64(seed)).integers(
        0, 2**64 - 1, (like.numel() + 3) // 4, dtype=np.uint64, endpoint=True
    )
    draws = torch.from_numpy(words.view(np.int16)[: like.numel()]).view(like.shape)
    found = torch.empty(like.shape, dtype=like.dtype)
    return torch.lt(draws, kept_steps - _STEPS // 2, out=found)


class _Dropout(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, kept_steps: int) -> Tensor:
        keep = kept(x, kept_steps)
        ctx.save_for_backward(keep)
        ctx.scale = _STEPS / kept_steps  # apart from the mask, which may be rounded to 8 bits
        return torch.addcmul(x.new_zeros(()), x, keep, value=ctx.scale)  # one pass over memory

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        (keep,) = ctx.saved_tensors
        return torch.addcmul(keep.new_zeros(()), grads[0], keep, value=ctx.scale), None
