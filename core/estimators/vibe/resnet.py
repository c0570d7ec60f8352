"""SPIN's image features: ResNet-50 whose stride sits on the 3x3 convolution.

Source: He et al., Deep Residual Learning (CVPR 2016); the stride's place is that of the later
"v1.5". Names of the parts are those of the published checkpoint.

B crops, C channels, H W pixels.
"""

from __future__ import annotations

from typing import cast

import torch.nn.functional as F
from torch import Tensor, nn

from core.estimators.folding import Bottleneck

NUM_FEATURES = 2048
BLOCKS = (3, 4, 6, 3)


class ResNet50(nn.Module):
    """(B, 3, 224, 224) normalised crops -> (B, 2048) features."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        channels = 64
        for index, count in enumerate(BLOCKS):
            width = 64 << index
            blocks = [Bottleneck(channels, width, stride=1 if index == 0 else 2)]
            channels = width * Bottleneck.EXPANSION
            blocks += [Bottleneck(channels, width) for _ in range(count - 1)]
            setattr(self, f"layer{index + 1}", nn.Sequential(*blocks))

    def stages(self, crops: Tensor) -> list[Tensor]:
        """Maps after each of the four layers, (B, 256, 56, 56) to (B, 2048, 7, 7)."""
        x = self.relu(self.bn1(self.conv1(crops)))
        x = F.max_pool2d(x, 3, stride=2, padding=1)
        maps = []
        for index in range(len(BLOCKS)):
            x = cast(nn.Module, getattr(self, f"layer{index + 1}"))(x)
            maps.append(x)
        return maps

    def forward(self, crops: Tensor) -> Tensor:
        return self.stages(crops)[-1].mean((2, 3))
