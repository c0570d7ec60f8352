"""The iterative regressor of HMR, as SPIN and VIBE use it.

Source: Kanazawa et al., End-to-end Recovery of Human Shape and Pose (CVPR 2018), section 3.2.

N crops.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from core.estimators.vibe.resnet import NUM_FEATURES

POSE, SHAPE, CAM = 144, 10, 3  # 24 rotations as two columns each, betas, camera
WIDTH = 1024
NUM_ITERATIONS = 3


class Regressor(nn.Module):
    """Features -> pose, shape, camera, corrected three times from the mean body."""

    init_pose: Tensor
    init_shape: Tensor
    init_cam: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("init_pose", torch.zeros(1, POSE))
        self.register_buffer("init_shape", torch.zeros(1, SHAPE))
        self.register_buffer("init_cam", torch.zeros(1, CAM))
        self.fc1 = nn.Linear(NUM_FEATURES + POSE + SHAPE + CAM, WIDTH)
        self.fc2 = nn.Linear(WIDTH, WIDTH)
        self.decpose = nn.Linear(WIDTH, POSE)
        self.decshape = nn.Linear(WIDTH, SHAPE)
        self.deccam = nn.Linear(WIDTH, CAM)

    def iterations(self, features: Tensor) -> list[Tensor]:
        """(N, 2048) -> after each round (N, 157): 6D pose 144, betas 10, camera 3."""
        start = torch.cat([self.init_pose, self.init_shape, self.init_cam], 1)
        state = start.expand(len(features), -1)
        decode_weight = torch.cat([self.decpose.weight, self.decshape.weight, self.deccam.weight])
        decode_bias = torch.cat([self.decpose.bias, self.decshape.bias, self.deccam.bias])
        rounds = []
        for _ in range(NUM_ITERATIONS):
            # No nonlinearity between the layers: the published weights were trained without.
            hidden = self.fc2(self.fc1(torch.cat([features, state], 1)))
            state = state + torch.nn.functional.linear(hidden, decode_weight, decode_bias)
            rounds.append(state)
        return rounds

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(N, 2048) -> 6D pose (N, 24, 6), betas (N, 10), camera (N, 3)."""
        pose, shape, cam = self.iterations(features)[-1].split([POSE, SHAPE, CAM], 1)
        return pose.reshape(-1, 24, 6), shape, cam
