"""A folded network rebuilt from the fastest convolutions the processor has for it.

Convolutions keep their weights in the layout oneDNN computes in and take the addition and the
ReLU behind them along; wide 3x3 ones are computed by Winograd's minimal filtering along one axis;
those behind a doubling of the map by :class:`RaisedConv`. All of it computes what the plain
network does, up to rounding. On a GPU the folded network stays as it is: cuDNN does all this.

B crops, C channels in, O out, H W pixels. Maps are (B, C, H, W) with channels innermost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

import torch
from torch import Tensor, nn

from core.estimators.device import CHUNK
from core.estimators.folding import BasicBlock, Bottleneck, placed
from core.estimators.raised import RaisedConv
from core.estimators.winograd import WinogradConv

M = TypeVar("M", bound=nn.Module)

# From here on they win over the plain way, measured on single layers.
_WINOGRAD_WORK = 64 * 56  # channels times width; below, its six small convolutions are too small
_WINOGRAD_WORK_HALF = 128 * 56  # in bfloat16; it also rounds more coarsely than the plain way
_WINOGRAD_CHANNELS = 64
_RAISED_CHANNELS = 128
_SMALLER = 7  # 224 pixels halved five times


class FusedConv(nn.Module):
    """A convolution with bias whose weights lie as oneDNN wants them."""

    def __init__(self, conv: nn.Conv2d, size: tuple[int, ...], *, relu: bool) -> None:
        super().__init__()
        self.relu = relu
        self._how: tuple[Any, ...] = (
            list(cast(tuple[int, ...], conv.padding)), list(conv.stride), list(conv.dilation), 1,
        )  # fmt: skip
        weight = conv.weight.detach().contiguous(memory_format=torch.channels_last)
        self._weight = torch.ops.mkldnn._reorder_convolution_weight(weight, *self._how, list(size))
        self._bias = None if conv.bias is None else conv.bias.detach()

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = torch.ops.mkldnn._convolution_pointwise(
            x, self._weight, self._bias, *self._how, "relu" if self.relu else "none", [], ""
        )
        return result

    def added_to(self, total: Tensor, x: Tensor, *, relu: bool = True) -> Tensor:
        """relu(total + conv(x)) without a pass of its own; ``total`` stays."""
        result: Tensor = torch.ops.mkldnn._convolution_pointwise.binary(
            x, total, self._weight, self._bias, *self._how, "add", 1.0,
            "relu" if relu else None, [], None,
        )  # fmt: skip
        return result

    def added_into(self, total: Tensor, x: Tensor) -> Tensor:
        """relu(total + conv(x)), written over ``total``: one map less to move."""
        result: Tensor = torch.ops.mkldnn._convolution_pointwise_.binary(
            total, x, self._weight, self._bias, *self._how, "add", 1.0, "relu", [], None
        )
        return result


class FusedBottleneck(nn.Module):
    """Bottleneck of fused convolutions.

    Without a convolution on its shortcut it writes over its input, which in both networks is the
    answer of the bottleneck before it and needed by nobody else.
    """

    def __init__(self, block: Bottleneck) -> None:
        super().__init__()
        self.conv1, self.conv2, self.conv3 = block.conv1, block.conv2, block.conv3
        self.downsample = block.downsample
        for conv in (self.conv1, self.conv2):
            cast(FusedConv, conv).relu = True

    def forward(self, x: Tensor) -> Tensor:
        shortcut = x if self.downsample is None else self.downsample(x)
        last = cast(FusedConv, self.conv3)
        return last.added_into(shortcut, self.conv2(self.conv1(x)))


class FusedBasicBlock(nn.Module):
    """BasicBlock of fused convolutions."""

    def __init__(self, block: BasicBlock) -> None:
        super().__init__()
        self.conv1, self.conv2 = block.conv1, block.conv2
        cast(FusedConv, self.conv1).relu = True

    @staticmethod
    def of(block: BasicBlock) -> nn.Module:
        """The fused block where its second convolution can add the shortcut, else the block."""
        return FusedBasicBlock(block) if isinstance(block.conv2, FusedConv) else block

    def forward(self, x: Tensor) -> Tensor:
        return cast(FusedConv, self.conv2).added_to(x, self.conv1(x))


_BLOCKS: dict[type[nn.Module], Any] = {Bottleneck: FusedBottleneck, BasicBlock: FusedBasicBlock.of}


def can_fuse(device: torch.device) -> bool:
    """Whether oneDNN's convolutions are there for a device."""
    has_onednn = device.type == "cpu" and torch.backends.mkldnn.is_available()
    return has_onednn and hasattr(torch.ops.mkldnn, "_convolution_pointwise")


def fused(
    network: M,
    size: tuple[int, ...],
    dtype: torch.dtype = torch.float32,
    blocks: Mapping[type[nn.Module], Callable[[Any], nn.Module]] | None = None,
) -> M:
    """Rebuild a folded network on the processor for one crop's ``size`` (C, H, W); changes it.

    ``blocks`` says what becomes of further kinds of block once their convolutions are fused.
    """
    sizes = _input_sizes(network, size)
    placed(network, torch.device("cpu"), dtype)
    for parent in list(network.modules()):
        if isinstance(parent, nn.Sequential):
            _raise(parent, sizes)
        for name, child in list(parent.named_children()):
            if isinstance(child, nn.Conv2d) and child in sizes:
                setattr(parent, name, fused_conv(child, sizes[child]))
    return cast(M, _rebuilt(network, {**_BLOCKS, **(blocks or {})}))


def _input_sizes(network: nn.Module, size: tuple[int, ...]) -> dict[nn.Module, tuple[int, ...]]:
    """What each convolution gets; those never used are left out.

    Found by running a crop of a seventh of the size through, which every map is a seventh of.
    """
    channels, height, width = size
    sizes: dict[nn.Module, tuple[int, ...]] = {}

    def note(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        _, channels, height, width = inputs[0].shape
        sizes[module] = (CHUNK, channels, height * _SMALLER, width * _SMALLER)

    convs = [module for module in network.modules() if isinstance(module, nn.Conv2d)]
    hooks = [conv.register_forward_hook(note) for conv in convs]
    try:
        with torch.inference_mode():
            network(torch.zeros(1, channels, height // _SMALLER, width // _SMALLER))
    finally:
        for hook in hooks:
            hook.remove()
    return sizes


def fused_conv(conv: nn.Conv2d, size: tuple[int, ...]) -> nn.Module:
    """The fastest form of a convolution for maps of ``size`` (B, C, H, W)."""
    is_plain = conv.kernel_size == (3, 3) and conv.stride == (1, 1) and conv.bias is not None
    wide = min(conv.in_channels, conv.out_channels)
    least = _WINOGRAD_WORK if conv.weight.dtype is torch.float32 else _WINOGRAD_WORK_HALF
    if is_plain and wide >= _WINOGRAD_CHANNELS and wide * size[3] >= least:
        assert conv.bias is not None
        return WinogradConv(conv.weight, conv.bias, size, relu=False)
    return FusedConv(conv, size, relu=False)


def _raise(steps: nn.Sequential, sizes: Mapping[nn.Module, tuple[int, ...]]) -> None:
    """Compute wide convolutions behind a doubling before it; takes the ReLU behind them along."""
    names = list(dict(steps.named_children()))
    for index, name in enumerate(names[1:], start=1):
        up, conv = steps[index - 1], steps[index]
        if not isinstance(up, nn.Upsample) or up.mode != "bilinear" or conv not in sizes:
            continue
        assert isinstance(conv, nn.Conv2d) and conv.bias is not None
        batch, channels, height, width = sizes[conv]
        if channels >= _RAISED_CHANNELS:
            size = (batch, channels, height // 2, width // 2)
            setattr(steps, name, RaisedConv(conv.weight, conv.bias, size))
            setattr(steps, names[index - 1], nn.Identity())


def _rebuilt(module: nn.Module, blocks: Mapping[type[nn.Module], Any]) -> nn.Module:
    """Let each convolution take along what follows it, from the innermost parts outwards."""
    for name, child in list(module.named_children()):
        setattr(module, name, _rebuilt(child, blocks))
    if type(module) in blocks:
        return cast(nn.Module, blocks[type(module)](module))
    if isinstance(module, nn.Sequential):
        return _joined(module)
    if isinstance(getattr(module, "relu", None), nn.ReLU):  # of a stem
        for child in module.children():
            if isinstance(child, FusedConv):
                child.relu = True
        module.relu = nn.Identity()
    return module


def _joined(steps: nn.Sequential) -> nn.Sequential:
    """A sequence without folded norms, its ReLUs taken along by the convolutions before them."""
    kept: list[nn.Module] = []
    for step in steps:
        last = kept[-1] if kept else None
        if isinstance(step, nn.ReLU) and isinstance(last, FusedConv | WinogradConv | RaisedConv):
            last.relu = True
        elif not isinstance(step, nn.Identity):
            kept.append(step)
    return nn.Sequential(*kept)
