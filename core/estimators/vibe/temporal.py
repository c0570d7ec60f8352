"""VIBE's temporal encoder: two GRU layers over the features of a track, added to them.

Source: Kocabas et al., VIBE (CVPR 2020), section 3.1.
"""

from __future__ import annotations

from typing import cast

import torch.nn.functional as F
from torch import Tensor, nn

from core.estimators.vibe.resnet import NUM_FEATURES

WIDTH = 1024


class TemporalEncoder(nn.Module):
    """(T, 2048) features of one track, in order -> (T, 2048) that know what came before."""

    def __init__(self) -> None:
        super().__init__()
        self.gru = nn.GRU(NUM_FEATURES, WIDTH, num_layers=2)
        self.linear = nn.Linear(WIDTH, NUM_FEATURES)

    def forward(self, features: Tensor) -> Tensor:
        hidden, _ = self.gru(features[:, None])  # (T, 1, WIDTH)
        return features + cast(Tensor, self.linear(F.relu(hidden[:, 0])))
