"""A 3x3 convolution on a map that was just doubled, computed before the doubling.

Doubling (bilinear, corners aligned) and convolution are both linear: the channels can be mixed
for each of the nine taps on the small map, a quarter of the work, and the doubled map be put
together from shifted interpolations of the results.

B crops, C channels in, O out, h w pixels of the small map.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class RaisedConv(nn.Module):
    """(B, C, h, w) -> (B, O, 2h, 2w): doubling, 3x3 convolution, bias, ReLU if told."""

    def __init__(self, weight: Tensor, bias: Tensor, size: tuple[int, ...]) -> None:
        super().__init__()
        outputs, channels = weight.shape[:2]
        dtype = weight.dtype
        self.relu = False
        self._outputs = outputs
        self._bias = bias.detach()
        height, width = size[2:]
        self._down = [m.to(dtype) for m in _shifted(height)]  # per row tap (2h, h)
        # (2w, 3w): a small column's three taps lie side by side
        self._along = torch.stack(_shifted(width), 2).flatten(1).to(dtype)
        # per row tap: all three column taps as one layer, C -> 3 * O
        taps = weight.detach().permute(2, 3, 0, 1).reshape(3, 3 * outputs, channels, 1, 1)
        self._taps = [
            torch.ops.mkldnn._reorder_convolution_weight(
                tap.contiguous(memory_format=torch.channels_last),
                [0, 0], [1, 1], [1, 1], 1, list(size),
            )
            for tap in taps
        ]  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        count, _, height, width = x.shape
        total: Tensor | None = None
        for weight, down in zip(self._taps, self._down, strict=True):
            mixed: Tensor = torch.ops.mkldnn._convolution_pointwise(
                x, weight, None, [0, 0], [1, 1], [1, 1], 1, "none", [], ""
            )
            rows = mixed.permute(0, 2, 3, 1).reshape(count, height, -1)  # (B, h, w * 3 * O)
            wide = down.expand(count, -1, -1)
            total = torch.bmm(wide, rows) if total is None else total.baddbmm_(wide, rows)
        assert total is not None
        columns = total.view(count * 2 * height, 3 * width, self._outputs)
        raised = torch.bmm(self._along.expand(len(columns), -1, -1), columns)
        raised = raised.add_(self._bias)
        if self.relu:
            raised.relu_()
        return raised.view(count, 2 * height, 2 * width, -1).permute(0, 3, 1, 2)


def _shifted(size: int) -> list[Tensor]:
    """Doubling along an axis, moved by -1, 0, 1 with zeros beyond: three of (2n, n)."""
    doubled = torch.zeros(2 * size, size, dtype=torch.float64)
    at = torch.arange(2 * size, dtype=torch.float64) * (size - 1) / (2 * size - 1)
    low = at.floor().long().clamp(max=max(size - 2, 0))
    share = at - low
    rows = torch.arange(2 * size)
    doubled[rows, low] += 1 - share
    doubled[rows, (low + 1).clamp(max=size - 1)] += share
    zero = torch.zeros(1, size, dtype=torch.float64)
    before = torch.cat([zero, doubled[:-1]])  # what the tap above sees
    behind = torch.cat([doubled[1:], zero])
    return [m.float() for m in (before, doubled, behind)]
