"""ACTOR's recogniser for UESTC: a spatial-temporal graph convolution over joint rotations.

Written from the paper (Yan, Xiong, Lin: "Spatial Temporal Graph Convolutional Networks", AAAI 2018)
and the published weights' names and shapes. Shapes: B batch, F features, T frames, V joints.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.skeleton import PARENTS

TIME_KERNEL = 9
FEATURES = 256
WIDTHS = ((64, 1), (64, 1), (64, 1), (64, 1), (128, 2), (128, 1), (128, 1), (256, 2), (256, 1),
          (256, 1))  # fmt: skip
"""Output features and stride in time of each block."""


def adjacency(parents: Sequence[int] = PARENTS, centre: int = 0) -> npt.NDArray[np.float32]:
    """(3, V, V): itself, neighbours no farther from the centre, neighbours farther away.

    Columns of the whole are normalised to 1. As published, distances are known only up to one hop:
    two joints that are both farther than that from the centre count as equally far, so the third
    part holds the centre's children and their children only.
    """
    count = len(parents)
    linked = np.eye(count, dtype=bool)
    for child, parent in enumerate(parents):
        if parent >= 0:
            linked[child, parent] = linked[parent, child] = True
    normalised = linked / linked.sum(axis=0)
    hops = np.where(linked[:, centre], 1.0, np.inf)
    hops[centre] = 0.0
    itself = np.eye(count, dtype=bool)
    farther = hops[None, :] > hops[:, None]  # the column's joint, seen from the row's
    parts = (itself, linked & ~itself & ~farther, linked & ~itself & farther)
    return np.stack([np.where(part, normalised, 0.0) for part in parts]).astype(np.float32)


class GraphConvolution(nn.Module):
    """One 1 x 1 convolution for each part of the adjacency, summed along it."""

    def __init__(self, inputs: int, outputs: int, parts: int) -> None:
        super().__init__()
        self.parts = parts
        self.conv = nn.Conv2d(inputs, outputs * parts, 1)

    def forward(self, x: Tensor, graph: Tensor) -> Tensor:
        """x (B, F, T, V), graph (K, V, V) -> (B, F', T, V)."""
        y = self.conv(x).unflatten(1, (self.parts, -1))  # (B, K, F', T, V)
        return torch.einsum("bkftv,kvw->bftw", y, graph)


class Block(nn.Module):
    """Graph convolution, then convolution in time, around a shortcut."""

    def __init__(
        self, inputs: int, outputs: int, parts: int, stride: int, *, has_shortcut: bool
    ) -> None:
        super().__init__()
        self.gcn = GraphConvolution(inputs, outputs, parts)
        self.tcn = nn.Sequential(
            nn.BatchNorm2d(outputs),
            nn.ReLU(),
            nn.Conv2d(outputs, outputs, (TIME_KERNEL, 1), (stride, 1), ((TIME_KERNEL - 1) // 2, 0)),
            nn.BatchNorm2d(outputs),
            nn.Dropout(0.0),
        )
        self.has_shortcut = has_shortcut
        self.residual: nn.Module = nn.Identity()
        if has_shortcut and (inputs != outputs or stride != 1):
            self.residual = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, (stride, 1)), nn.BatchNorm2d(outputs)
            )

    def forward(self, x: Tensor, graph: Tensor) -> Tensor:
        y = self.tcn(self.gcn(x, graph))
        if self.has_shortcut:
            y = y + self.residual(x)
        return F.relu(y)


class StgcnRecogniser(nn.Module):
    """Joint rotations -> 256 features and C logits."""

    A: Tensor

    def __init__(
        self, num_classes: int, num_features: int = 6, parents: Sequence[int] = PARENTS
    ) -> None:
        super().__init__()
        graph = torch.from_numpy(adjacency(parents))
        self.register_buffer("A", graph)
        parts, joints = graph.shape[:2]
        self.num_joints, self.num_classes = joints, num_classes
        self.data_bn = nn.BatchNorm1d(num_features * joints)
        inputs = (num_features, *(width for width, _ in WIDTHS[:-1]))
        self.st_gcn_networks = nn.ModuleList(
            Block(before, width, parts, stride, has_shortcut=i > 0)
            for i, (before, (width, stride)) in enumerate(zip(inputs, WIDTHS, strict=True))
        )
        self.edge_importance = nn.ParameterList(
            nn.Parameter(torch.ones_like(graph)) for _ in WIDTHS
        )
        self.fcn = nn.Conv2d(FEATURES, num_classes, 1)

    def forward(self, x: Tensor, lengths: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """x (B, V, F, T) -> features (B, 256), logits (B, C). All frames count, padding too."""
        batch, _, _, frames = x.shape
        y = self.data_bn(x.reshape(batch, -1, frames)).view(x.shape)
        y = y.permute(0, 2, 3, 1)  # (B, F, T, V)
        for block, importance in zip(self.st_gcn_networks, self.edge_importance, strict=True):
            y = block(y, self.A * importance)
        features = y.mean(dim=(2, 3))  # (B, 256)
        return features, self.fcn(features[..., None, None])[..., 0, 0]
