"""3x3 convolutions with half the multiplications: minimal filtering F(4, 3) along the rows.

Source: Lavin and Gray, Fast Algorithms for Convolutional Neural Networks (CVPR 2016); the matrices
are those of its section 4.3. Used along one axis only, the other stays an ordinary convolution:
that halves the multiplications, moves half as much memory as two axes would, and rounds better.

B crops, C channels in, O out, H W pixels, T tiles of four columns.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

# G turns a filter's three taps into six factors; B^T and A^T are written out below.
_G = torch.tensor(
    [[1 / 4, 0, 0], [-1 / 6, -1 / 6, -1 / 6], [-1 / 6, 1 / 6, -1 / 6],
     [1 / 24, 1 / 12, 1 / 6], [1 / 24, -1 / 12, 1 / 6], [0, 0, 1]],
    dtype=torch.float64,
)  # fmt: skip
_COLUMN: tuple[list[int], list[int], list[int], int] = ([1, 0], [1, 1], [1, 1], 1)
_PIXELS_AT_ONCE = 6272  # the six transformed maps of more no longer fit the caches


class WinogradConv(nn.Module):
    """3x3 convolution, stride 1, padding 1, with bias; on the processor."""

    def __init__(self, weight: Tensor, bias: Tensor, size: tuple[int, ...], *, relu: bool) -> None:
        super().__init__()
        self.relu = relu
        self._bias = bias.detach()
        self._outputs = weight.shape[0]
        tiles = -(-size[3] // 4)
        self._at_once = max(1, _PIXELS_AT_ONCE // (size[2] * size[3]))
        filters = torch.einsum("kx,ocyx->kocy", _G, weight.detach().double())
        self._filters = [
            torch.ops.mkldnn._reorder_convolution_weight(
                f[..., None].to(weight.dtype).contiguous(memory_format=torch.channels_last),
                *_COLUMN,
                [self._at_once, size[1], size[2], tiles],
            )
            for f in filters
        ]

    def forward(self, *maps: Tensor) -> Tensor:
        """Maps (B, C_i, H, W), together the C channels, -> (B, O, H, W)."""
        count, _, height, width = maps[0].shape
        tiles = -(-width // 4)
        result = maps[0].new_empty(count, height, tiles * 4, self._outputs)
        for start in range(0, count, self._at_once):
            self._some([x[start : start + self._at_once] for x in maps], result[start:])
        result = result[:, :, :width]
        return result.permute(0, 3, 1, 2)

    def _some(self, maps: list[Tensor], result: Tensor) -> None:
        count, _, height, width = maps[0].shape
        channels = sum(x.shape[1] for x in maps)
        tiles = -(-width // 4)
        padded = maps[0].new_zeros(count, height, tiles * 4 + 4, channels)
        at = 0
        for x in maps:
            padded[:, :, 1 : width + 1, at : at + x.shape[1]] = x.permute(0, 2, 3, 1)
            at += x.shape[1]
        tiled = padded.view(count, height, tiles + 1, 4, channels)
        parts = [self._filtered(x, f) for x, f in zip(_inputs(tiled), self._filters, strict=True)]
        out = result[:count].view(count, height, tiles, 4, self._outputs)
        _outputs(parts, out)
        out.add_(self._bias)
        if self.relu:
            out.relu_()

    @staticmethod
    def _filtered(x: Tensor, weight: Tensor) -> Tensor:
        """The ordinary convolution along the columns: (B, H, T, C) -> (B, H, T, O)."""
        y: Tensor = torch.ops.mkldnn._convolution_pointwise(
            x.permute(0, 3, 1, 2), weight, None, *_COLUMN, "none", [], ""
        )
        return y.permute(0, 2, 3, 1)


def _inputs(tiled: Tensor) -> list[Tensor]:
    """B^T d: six combinations of six neighbouring columns, from (B, H, T + 1, 4, C)."""
    d0, d1, d2, d3 = (tiled[:, :, :-1, i] for i in range(4))
    d4, d5 = (tiled[:, :, 1:, i] for i in range(2))
    a, b = torch.sub(d4, d2, alpha=4), torch.sub(d3, d1, alpha=4)
    c, e = d4 - d2, (d3 - d1).mul_(2)
    first = torch.sub(d4, d2, alpha=5).add_(d0, alpha=4)
    last = torch.sub(d5, d3, alpha=5).add_(d1, alpha=4)
    return [first, a + b, a - b, c + e, c - e, last]


def _outputs(m: list[Tensor], out: Tensor) -> None:
    """A^T m: four columns of each tile, into (B, H, T, 4, O)."""
    near, far = m[1] + m[2], m[3] + m[4]
    near_odd, far_odd = m[1] - m[2], m[3] - m[4]
    torch.add(m[0].add_(near), far, out=out[:, :, :, 0])
    torch.add(near_odd, far_odd, alpha=2, out=out[:, :, :, 1])
    torch.add(near, far, alpha=4, out=out[:, :, :, 2])
    torch.add(near_odd.add_(far_odd, alpha=8), m[5], out=out[:, :, :, 3])
