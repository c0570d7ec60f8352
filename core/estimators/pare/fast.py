"""PARE rebuilt for the processor: fused convolutions, the head's two branches side by side.

Computes what :class:`core.estimators.pare.model.PareModel` does, up to rounding.

B crops, C channels, H W pixels.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

from core.estimators.device import CHUNK, SIDE
from core.estimators.folding import placed
from core.estimators.fused import FusedConv, fused, fused_conv
from core.estimators.pare.head import HeadOutput, PareHead
from core.estimators.pare.hrnet import Exchange
from core.estimators.pare.model import PareModel
from core.estimators.winograd import WinogradConv

_MAP = 56


class FusedExchange(nn.Module):
    """Exchange whose sums need few passes of their own."""

    def __init__(self, exchange: Exchange) -> None:
        super().__init__()
        self.branches = exchange.branches
        self.fuse_layers = exchange.fuse_layers

    def forward(self, maps: list[Tensor]) -> list[Tensor]:
        maps = [branch(x) for branch, x in zip(self.branches, maps, strict=True)]
        return [self._sum(i, maps) for i in range(len(maps))]

    def _sum(self, target: int, maps: list[Tensor]) -> Tensor:
        row = cast(nn.ModuleList, self.fuse_layers[target])
        total = maps[target]
        for source in range(target):
            steps = list(cast(nn.Sequential, row[source]))
            x = maps[source]
            for step in steps[:-1]:
                x = step(x)
            last = cast(FusedConv, cast(nn.Sequential, steps[-1])[0])
            is_done = source == len(maps) - 2  # then nothing is added behind it
            total = last.added_to(total, x, relu=is_done)
        if target == len(maps) - 1:
            return total
        for source in range(target + 1, len(maps)):
            conv = cast(nn.Sequential, row[source])[0]  # behind it: the enlarging
            total = _plus_enlarged(total, conv(maps[source]), is_own=total is not maps[target])
        return total.relu_()


def _plus_enlarged(total: Tensor, small: Tensor, *, is_own: bool) -> Tensor:
    """Add a smaller map, each of its pixels on a block; in place if the sum is our own."""
    count, channels, height, width = small.shape
    by = total.shape[2] // height
    blocks = total.permute(0, 2, 3, 1).view(count, height, by, width, by, channels)
    small = small.permute(0, 2, 3, 1)[:, :, None, :, None]
    blocks = blocks.add_(small) if is_own else blocks + small
    return blocks.view(count, height * by, width * by, channels).permute(0, 3, 1, 2)


class FastPare(nn.Module):
    """The whole network for batches of up to CHUNK crops."""

    def __init__(self, model: PareModel, dtype: torch.dtype) -> None:
        super().__init__()
        self.backbone = fused(model.backbone, (3, SIDE, SIDE), dtype, {Exchange: FusedExchange})
        self.head = FastHead(model.head, dtype)

    def forward(self, crops: Tensor) -> HeadOutput:
        output: HeadOutput = self.head(self.backbone.raised(crops))
        return output


class FastHead(nn.Module):
    """The head, its two first convolutions as one; what follows the maps stays float32."""

    def __init__(self, head: PareHead, dtype: torch.dtype) -> None:
        super().__init__()
        part, body = (
            [m for m in branch if isinstance(m, nn.Conv2d)]
            for branch in (head.keypoint_deconv_layers, head.smpl_deconv_layers)
        )
        self._widths = [part[0].out_channels, body[0].out_channels]
        self.first = _relu_conv(_side_by_side(part[0], body[0]), dtype)
        self.part = nn.Sequential(*(_relu_conv(conv, dtype) for conv in part[1:]))
        self.body = nn.Sequential(*(_relu_conv(conv, dtype) for conv in body[1:]))
        self.read = head.read
        self.logits = placed(head.keypoint_final_layer, torch.device("cpu"))

    def forward(self, maps: list[Tensor]) -> HeadOutput:
        if isinstance(self.first, WinogradConv):
            both = self.first(*maps)
        else:
            both = self.first(torch.cat(maps, 1))
        part, body = both.split(self._widths, 1)
        return self.read(self.logits(self.part(part).float()), self.body(body))


def _side_by_side(one: nn.Conv2d, other: nn.Conv2d) -> nn.Conv2d:
    """One convolution with the outputs of two on the same input."""
    assert one.bias is not None and other.bias is not None
    both = nn.Conv2d(one.in_channels, one.out_channels + other.out_channels, 3, padding=1)
    both.weight = nn.Parameter(torch.cat([one.weight, other.weight]), requires_grad=False)
    both.bias = nn.Parameter(torch.cat([one.bias, other.bias]), requires_grad=False)
    return both


def _relu_conv(conv: nn.Conv2d, dtype: torch.dtype) -> nn.Module:
    made = fused_conv(
        placed(conv, torch.device("cpu"), dtype), (CHUNK, conv.in_channels, _MAP, _MAP)
    )
    cast(FusedConv, made).relu = True
    return made
