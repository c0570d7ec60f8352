"""HRNet-W32 with upsampling convolutions ("hrnet_w32-conv"): PARE's image features.

Source: Sun et al., Deep High-Resolution Representation Learning (CVPR 2019); the upsampling by
convolutions is PARE's. Names of the parts are those of the published checkpoint.

B crops, C channels, H W pixels.
"""

from __future__ import annotations

from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.estimators.folding import BasicBlock, Bottleneck

WIDTH = 32  # channels of the first branch; each further one has twice as many, at half the size
NUM_BRANCHES = 4
NUM_MODULES = (1, 4, 3)  # of stages 2, 3, 4
NUM_BLOCKS = 4


def widths_of(width: int) -> tuple[int, ...]:
    """Channels of the four branches."""
    return tuple(width << i for i in range(NUM_BRANCHES))


def _conv(
    inputs: int, outputs: int, size: int, stride: int = 1, relu: bool = True
) -> nn.Sequential:
    layers: list[nn.Module] = [
        nn.Conv2d(inputs, outputs, size, stride=stride, padding=size // 2, bias=False),
        nn.BatchNorm2d(outputs),
    ]
    return nn.Sequential(*layers, *([nn.ReLU(inplace=True)] if relu else []))


def _fuse(source: int, target: int, widths: tuple[int, ...]) -> nn.Sequential:
    """What brings branch ``source`` to the size and width of branch ``target``."""
    if source > target:
        up = nn.Upsample(scale_factor=2 ** (source - target), mode="nearest")
        return nn.Sequential(*_conv(widths[source], widths[target], 1, relu=False), up)
    steps = []
    for step in range(source + 1, target + 1):
        is_last = step == target
        outputs = widths[target] if is_last else widths[source]
        steps.append(_conv(widths[source], outputs, 3, stride=2, relu=not is_last))
    return nn.Sequential(*steps)


def _row(target: int, widths: tuple[int, ...]) -> nn.ModuleList:
    steps = [None if j == target else _fuse(j, target, widths) for j in range(len(widths))]
    return nn.ModuleList(steps)  # type: ignore[arg-type]


class Exchange(nn.Module):
    """Residual blocks on each branch, then every branch gets the sum of all."""

    def __init__(self, widths: tuple[int, ...]) -> None:
        super().__init__()
        count = len(widths)
        self.branches = nn.ModuleList(
            nn.Sequential(*(BasicBlock(width) for _ in range(NUM_BLOCKS))) for width in widths
        )
        self.fuse_layers = nn.ModuleList(_row(i, widths) for i in range(count))

    def forward(self, maps: list[Tensor]) -> list[Tensor]:
        maps = [branch(x) for branch, x in zip(self.branches, maps, strict=True)]
        return [
            self._sum(cast(nn.ModuleList, row), i, maps) for i, row in enumerate(self.fuse_layers)
        ]

    @staticmethod
    def _sum(row: nn.ModuleList, target: int, maps: list[Tensor]) -> Tensor:
        total = maps[0] if target == 0 else row[0](maps[0])
        for j in range(1, len(maps)):
            total = total + (maps[j] if j == target else row[j](maps[j]))
        return F.relu(total)


class HRNet(nn.Module):
    """(B, 3, 224, 224) normalised crops -> (B, 480, 56, 56) features."""

    def __init__(self, width: int = WIDTH) -> None:
        super().__init__()
        widths = widths_of(width)
        self.conv1 = nn.Conv2d(3, 64, 3, stride=2, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(64, 64, 3, stride=2, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(64)
        blocks = [Bottleneck(64, 64), *(Bottleneck(256, 64) for _ in range(3))]
        self.layer1 = nn.Sequential(*blocks)
        self.transition1 = nn.ModuleList(
            [_conv(256, widths[0], 3), nn.Sequential(_conv(256, widths[1], 3, stride=2))]
        )
        self.transition2 = self._transition(2, widths)
        self.transition3 = self._transition(3, widths)
        for stage, count in enumerate(NUM_MODULES, start=2):
            setattr(
                self,
                f"stage{stage}",
                nn.Sequential(*(Exchange(widths[:stage]) for _ in range(count))),
            )
        for index in range(1, NUM_BRANCHES):
            raising = self._upsampling(index, widths[index])
            setattr(self, f"upsample_stage_{index + 1}", raising)
        # In the checkpoint, in no computation.
        self.final_layer = nn.Conv2d(width, 24, 1)

    @staticmethod
    def _transition(new: int, widths: tuple[int, ...]) -> nn.ModuleList:
        """Only the new branch is made, from the last one."""
        made = nn.Sequential(_conv(widths[new - 1], widths[new], 3, stride=2))
        return nn.ModuleList([*([None] * new), made])  # type: ignore[list-item]

    @staticmethod
    def _upsampling(steps: int, width: int) -> nn.Sequential:
        layers: list[nn.Module] = []
        for _ in range(steps):
            layers.append(nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True))
            layers.extend(_conv(width, width, 3))
        return nn.Sequential(*layers)

    def branches(self, crops: Tensor) -> list[Tensor]:
        """The four branches' maps, (B, 32, 56, 56) to (B, 256, 7, 7)."""
        x = self.relu(self.bn1(self.conv1(crops)))
        x = self.relu(self.bn2(self.conv2(x)))
        x = self.layer1(x)
        maps = [cast(Tensor, make(x)) for make in self.transition1]
        maps = self._through("stage2", maps)
        maps = self._through("stage3", [*maps, self.transition2[2](maps[-1])])
        return self._through("stage4", [*maps, self.transition3[3](maps[-1])])

    def _through(self, stage: str, maps: list[Tensor]) -> list[Tensor]:
        return cast(list[Tensor], getattr(self, stage)(maps))

    def raised(self, crops: Tensor) -> list[Tensor]:
        """The branches' maps, all brought to the first one's size (B, C_i, 56, 56)."""
        first, *others = self.branches(crops)
        steps = (cast(nn.Module, getattr(self, f"upsample_stage_{i}")) for i in (2, 3, 4))
        return [first, *(step(x) for step, x in zip(steps, others, strict=True))]

    def forward(self, crops: Tensor) -> Tensor:
        return torch.cat(self.raised(crops), 1)
