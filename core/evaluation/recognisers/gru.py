"""Action2Motion's recogniser: a GRU over joint positions.

Written from its description (Guo et al., "Action2Motion", ACM MM 2020) with the published weights'
names. Shapes: B batch, J joints, T frames, C classes.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

HIDDEN, LAYERS, FEATURES = 128, 2, 30


class GruRecogniser(nn.Module):
    """Joint positions -> 30 features and C logits."""

    def __init__(self, num_joints: int, num_classes: int) -> None:
        super().__init__()
        self.num_joints, self.num_classes = num_joints, num_classes
        self.recurrent = nn.GRU(3 * num_joints, HIDDEN, LAYERS)
        self.linear1 = nn.Linear(HIDDEN, FEATURES)
        self.linear2 = nn.Linear(FEATURES, num_classes)

    def forward(
        self, x: Tensor, lengths: Tensor, h0: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """x (B, J, 3, T), lengths (B,) valid frames -> features (B, 30), logits (B, C).

        h0 (2, B, 128) is the first hidden state: zero here; the originals draw it from N(0, I) at
        every call, in evaluation too.
        """
        steps = x.permute(3, 0, 1, 2).flatten(2)  # (T, B, 3 J)
        hidden, _ = self.recurrent(steps, h0)  # (T, B, 128)
        last = hidden[lengths - 1, torch.arange(len(lengths), device=x.device)]  # (B, 128)
        features = torch.tanh(self.linear1(last))
        return features, self.linear2(features)
