"""A training step computed as ACTOR's trainer computes it, written anew from its description.

Kept are the things that cost: torch's transformer layers, sequence first; all 6,890 vertices
skinned twice a step (target and output) by linear blend skinning with shape and pose blend shapes
over every frame, the joints regressed from the shaped vertices each time, 45 further joints
picked and regressed from the posed ones; AdamW as a loop; ``.item()`` of every loss.
Shapes: B clips, T frames, N = B T, V vertices, J 24 joints, D width.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.actor.layers import sinusoids
from core.datasets.features import Features
from core.rotation_torch import rot6d_rows_to_rotmat
from core.skeleton import PARENTS

V, J, D = 6890, 24, 256


class MadeUpBody(NamedTuple):
    """Arrays of SMPL's sizes; the pose blend shapes are zeros, so that both ways must agree."""

    vertices: Tensor  # (V, 3)
    joints: Tensor  # (J, 3)
    weights: Tensor  # (V, J) dense, as they come from the published files
    shapedirs: Tensor  # (V, 3, 10)
    posedirs: Tensor  # (207, V * 3)
    regressor: Tensor  # (J, V)
    extra: Tensor  # (9, V)


@lru_cache(maxsize=1)
def made_up_body() -> MadeUpBody:
    """A random body of SMPL's sizes."""
    rng = np.random.default_rng(1)
    vertices = rng.normal(size=(V, 3)) * 0.4
    regressor = rng.dirichlet(np.full(V, 0.01), size=J)
    weights = rng.dirichlet(np.full(J, 0.1), size=V)
    arrays = (
        vertices, regressor @ vertices, weights, rng.normal(size=(V, 3, 10)) * 0.01,
        np.zeros((207, V * 3)), regressor, rng.dirichlet(np.full(V, 0.01), size=9),
    )  # fmt: skip
    return MadeUpBody(*(torch.tensor(a, dtype=torch.float32) for a in arrays))


class SkinnedBody:
    """Every vertex of every frame, as the published SMPL layer works."""

    def __init__(self) -> None:
        self.body = made_up_body()

    def __call__(self, rotations: Tensor) -> Tensor:
        """(N, J, 3, 3) -> vertices (N, V, 3)."""
        body, count = self.body, len(rotations)
        betas = rotations.new_zeros(1, 10).expand(count, -1)
        shaped = body.vertices + torch.einsum("nl,vkl->nvk", betas, body.shapedirs)
        joints = torch.einsum("nvk,jv->njk", shaped, body.regressor)
        pose = (rotations[:, 1:] - torch.eye(3)).reshape(count, -1)
        posed = shaped + (pose @ body.posedirs).view(count, V, 3)
        transforms = self._transforms(rotations, joints)
        each = body.weights.expand(count, -1, -1) @ transforms.reshape(count, J, 16)
        homogeneous = torch.cat((posed, posed.new_ones(count, V, 1)), dim=2)
        vertices = (each.view(count, V, 4, 4) @ homogeneous[..., None])[:, :, :3, 0]
        picked = vertices[:, :21]
        further = torch.einsum("nvk,jv->njk", vertices, body.extra)
        torch.cat((joints, picked, further), dim=1)  # 54 joints, made and not asked for
        return vertices

    @staticmethod
    def _transforms(rotations: Tensor, joints: Tensor) -> Tensor:
        """(N, J, 4, 4) relative to the rest pose, one joint after the other."""
        up = list(PARENTS)
        offsets = joints.clone()
        offsets[:, 1:] -= joints[:, up[1:]]
        local = torch.cat((rotations, offsets[..., None]), dim=-1)
        local = F.pad(local, (0, 0, 0, 1))
        local[..., 3, 3] = 1.0
        chain = [local[:, 0]]
        for joint in range(1, J):
            chain.append(chain[up[joint]] @ local[:, joint])
        world = torch.stack(chain, dim=1)
        rest = world @ F.pad(joints, (0, 1))[..., None]
        return world - F.pad(rest, (3, 0))


class OriginalActor(nn.Module):
    """The published network out of torch's own layers."""

    def __init__(self, num_classes: int) -> None:
        super().__init__()
        self.embedding = nn.Linear(150, D)
        self.mu, self.sigma, self.biases = (
            nn.Parameter(torch.randn(num_classes, D)) for _ in range(3)
        )
        self.register_buffer("positions", sinusoids(5000, D))
        self.drop = nn.Dropout(0.1)
        self.encoder = nn.TransformerEncoder(
            nn.TransformerEncoderLayer(D, 4, 1024, 0.1, "gelu"), 8, enable_nested_tensor=False
        )
        self.decoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(D, 4, 1024, 0.1, "gelu"), 8)
        self.final = nn.Linear(D, 150)

    def forward(self, x: Tensor, y: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """x (B, 25, 6, T), y (B,), mask (B, T) -> output like x, mu and logvar (B, D)."""
        frames = self.embedding(x.permute(3, 0, 1, 2).reshape(x.shape[3], len(x), -1))
        tokens = torch.cat((self.mu[y][None], self.sigma[y][None], frames))
        tokens = self.drop(tokens + self.positions[: len(tokens)])
        padding = ~torch.cat((mask.new_ones(len(mask), 2), mask), dim=1)
        tokens = self.encoder(tokens, src_key_padding_mask=padding)
        mu, logvar = tokens[0], tokens[1]
        z = mu + torch.randn_like(mu) * torch.exp(logvar / 2)
        memory = (z + self.biases[y])[None]
        queries = torch.zeros(x.shape[3], len(x), D) + self.positions[: x.shape[3]]
        decoded = self.decoder(self.drop(queries), memory, tgt_key_padding_mask=~mask)
        output = self.final(decoded).reshape(x.shape[3], len(x), 25, 6).permute(1, 2, 3, 0)
        return output * mask[:, None, None], mu, logvar


class OriginalStep:
    """One step on one batch."""

    def __init__(self, features: Features) -> None:
        torch.manual_seed(0)
        self.model = OriginalActor(len(features.label_names)).train()
        self.body = SkinnedBody()
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=1e-4, foreach=False)
        clips = [torch.tensor(features.clip(i)) for i in range(len(features))]
        self.x = torch.stack([clip.permute(1, 2, 0) for clip in clips]).contiguous()
        self.y = torch.tensor(features.labels)
        self.mask = torch.ones(len(self.x), self.x.shape[3], dtype=torch.bool)

    def _vertices(self, x: Tensor) -> Tensor:
        """(B, 25, 6, T) -> (B, V, 3, T); frames that are padding hold zeros."""
        rotations = rot6d_rows_to_rotmat(x[:, :J].permute(0, 3, 1, 2)[self.mask])
        found = x.new_zeros(len(x), x.shape[3], V, 3)
        found[self.mask] = self.body(rotations)
        return found.permute(0, 2, 3, 1).contiguous()

    def step(self) -> dict[str, float]:
        """Take the step; returns the losses."""
        self.optimizer.zero_grad()
        goal = self._vertices(self.x)
        output, mu, logvar = self.model(self.x, self.y, self.mask)
        made = self._vertices(output)
        valid = self.mask
        rc = F.mse_loss(self.x.permute(0, 3, 1, 2)[valid], output.permute(0, 3, 1, 2)[valid])
        rcxyz = F.mse_loss(goal.permute(0, 3, 1, 2)[valid], made.permute(0, 3, 1, 2)[valid])
        kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
        mixed = rc + rcxyz + 1e-5 * kl
        losses = {"rc": rc.item(), "rcxyz": rcxyz.item(), "kl": kl.item(), "mixed": mixed.item()}
        mixed.backward()
        self.optimizer.step()
        return losses
