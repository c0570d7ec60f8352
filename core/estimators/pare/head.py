"""PARE's part-attention head.

Source: Kocabas et al., PARE (ICCV 2021), section 3.2. Names of the parts are those of the
published checkpoint.

B crops, C channels, J joints, P pixels of the 56 x 56 map.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.estimators.pare.hrnet import WIDTH, widths_of

NUM_JOINTS = 24


@dataclass(frozen=True, kw_only=True)
class PareSizes:
    """Widths, as read from a checkpoint's shapes."""

    width: int = WIDTH  # of the backbone's first branch
    num_layers: int = 2  # convolutions of each branch
    num_filters: int = 128
    num_smpl_features: int = 64


@dataclass(frozen=True, kw_only=True, eq=False)
class HeadOutput:
    """rot6d (B, 24, 6), betas (B, 10), cam (B, 3), and what they were made from.

    segm_logits (B, 25, 56, 56), channel 0 the background; attention (B, 24, P);
    point_features (B, C, 24); shape_features (B, 64, 24).
    """

    rot6d: Tensor
    betas: Tensor
    cam: Tensor
    segm_logits: Tensor
    attention: Tensor
    point_features: Tensor
    shape_features: Tensor


class PerJointLinear(nn.Module):
    """A linear layer of its own for each joint, in the layout of the published file."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1, outputs, inputs, NUM_JOINTS, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        """(B, inputs, 24) -> (B, 24, outputs)."""
        return torch.einsum("bij,oij->bjo", x, self.weight[0, :, :, :, 0, 0])


class PareHead(nn.Module):
    """(B, 480, 56, 56) features -> one body a crop."""

    def __init__(self, sizes: PareSizes) -> None:
        super().__init__()
        self.register_buffer("temperature", torch.tensor(1.0))  # in the file, in no computation
        for name, size in (("pose", 144), ("shape", 10), ("cam", 3)):
            self.register_buffer(f"init_{name}", torch.zeros(1, size))  # likewise
        self.keypoint_deconv_layers = self._branch(sizes)
        self.smpl_deconv_layers = self._branch(sizes)
        self.keypoint_final_layer = nn.Conv2d(sizes.num_filters, NUM_JOINTS + 1, 1)
        self.smpl_final_layer = nn.Conv2d(sizes.num_filters, sizes.num_smpl_features, 1)
        self.shape_mlp = nn.Linear(NUM_JOINTS * sizes.num_smpl_features, 10)
        self.cam_mlp = nn.Linear(NUM_JOINTS * sizes.num_smpl_features, 3)
        self.pose_mlp = PerJointLinear(sizes.num_filters, 6)

    @staticmethod
    def _branch(sizes: PareSizes) -> nn.Sequential:
        layers: list[nn.Module] = []
        for index in range(sizes.num_layers):
            inputs = sum(widths_of(sizes.width)) if index == 0 else sizes.num_filters
            layers.append(nn.Conv2d(inputs, sizes.num_filters, 3, padding=1, bias=False))
            layers += [nn.BatchNorm2d(sizes.num_filters), nn.ReLU(inplace=True)]
        return nn.Sequential(*layers)

    def forward(self, features: Tensor) -> HeadOutput:
        part = self.keypoint_deconv_layers(features)
        body = self.smpl_deconv_layers(features)
        return self.read(self.keypoint_final_layer(part), body)

    def read(self, logits: Tensor, body: Tensor) -> HeadOutput:
        """From the parts' logits (B, 25, H, W) and the 3D branch's features (B, C, H, W)."""
        logits, body = logits.float(), body.float()
        attention = F.softmax(logits[:, 1:].flatten(2), -1)  # (B, J, P)
        points = torch.einsum("bjp,bcp->bcj", attention, body.flatten(2))
        # The 1x1 layer before the weighted sum equals the layer after it: each map sums to 1.
        weight, bias = self.smpl_final_layer.weight[:, :, 0, 0], self.smpl_final_layer.bias
        assert bias is not None
        shapes = torch.einsum("oc,bcj->boj", weight.float(), points) + bias.float()[:, None]
        flat = shapes.flatten(1)
        return HeadOutput(
            rot6d=self.pose_mlp(points),
            betas=self.shape_mlp(flat),
            cam=self.cam_mlp(flat),
            segm_logits=logits,
            attention=attention,
            point_features=points,
            shape_features=shapes,
        )
