"""The clips on the device, and the batches cut from them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from core.datasets.features import NUM_ROWS, Features
from core.skeleton import MIRROR
from training.engine.windows import EpochPlan

_PATH = NUM_ROWS - 1  # the row that holds the root's path
_MIRRORED_ROTATION = (1.0, -1.0, -1.0, -1.0, 1.0, 1.0)  # of diag(-1, 1, 1) R diag(-1, 1, 1)
_MIRRORED_PATH = (-1.0, 1.0, 1.0, 1.0, 1.0, 1.0)


class Batch(NamedTuple):
    """x (B, 25, 6, T), labels y (B,), mask (B, T) True = valid."""

    x: Tensor
    y: Tensor
    mask: Tensor


class TrainingData:
    """All clips in the device's memory: 4,000 clips of 60 frames are 144 MB."""

    def __init__(self, features: Features, device: torch.device) -> None:
        self.features = features
        self.device = device
        self._rows = torch.from_numpy(np.ascontiguousarray(features.rows)).to(device)
        self._joints = torch.tensor([*MIRROR, _PATH], device=device)
        signs = torch.tensor([_MIRRORED_ROTATION] * _PATH + [_MIRRORED_PATH], device=device)
        self._signs = signs[:, :, None]  # (25, 6, 1)

    def batch(self, plan: EpochPlan) -> Batch:
        """Cut the windows of a part of an epoch's plan; the path begins at the window's start."""
        rows, valid = plan.rows(self.features.offsets)
        x = self._rows[torch.from_numpy(rows).to(self.device)]  # (B, T, 25, 6)
        x[:, :, _PATH] -= x[:, :1, _PATH].clone()
        mask = torch.from_numpy(valid).to(self.device)
        x = x.permute(0, 2, 3, 1) * mask[:, None, None]  # (B, 25, 6, T)
        if plan.mirrored.any():
            flipped = torch.from_numpy(plan.mirrored).to(self.device)
            x[flipped] = x[flipped][:, self._joints] * self._signs
        labels = self.features.labels[plan.order]
        return Batch(x.contiguous(), torch.from_numpy(labels).to(self.device), mask)
