"""ACTOR: an action-conditioned transformer variational autoencoder of body motion.

Written from the paper (Petrovich, Black, Varol: "Action-Conditioned 3D Human Motion Synthesis with
Transformer VAE", ICCV 2021). Parameter names and shapes are those of the published checkpoints.
Shapes in comments: B batch, J joints, F features, T frames, D width = size of the latent.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from core.actor.config import ActorConfig
from core.actor.dropout import dropout
from core.actor.layers import DecoderLayer, EncoderLayer, PositionTable, Stack
from core.actor.linear import Linear


class ActorOutput(NamedTuple):
    """What a training step needs: the decoded motion and the latent's distribution."""

    output: Tensor  # (B, J, F, T), zero on padded frames
    mu: Tensor  # (B, D)
    logvar: Tensor  # (B, D)
    z: Tensor  # (B, D)


class Encoder(nn.Module):
    """A motion and its action -> the mean and log-variance of its latent."""

    def __init__(self, config: ActorConfig) -> None:
        super().__init__()
        width = config.latent_dim
        self.dropout = config.dropout
        self.muQuery = nn.Parameter(torch.randn(config.num_classes, width))
        self.sigmaQuery = nn.Parameter(torch.randn(config.num_classes, width))
        self.skelEmbedding = Linear(config.input_dim, width)
        self.sequence_pos_encoder = PositionTable(width)
        self.seqTransEncoder = Stack(EncoderLayer, config)

    def forward(self, x: Tensor, y: Tensor, mask: Tensor | None) -> tuple[Tensor, Tensor]:
        frames = self.skelEmbedding(x.permute(0, 3, 1, 2).flatten(2))  # (B, T, D)
        queries = torch.stack((self.muQuery[y], self.sigmaQuery[y]), dim=1)  # (B, 2, D)
        tokens = torch.cat((queries.to(frames.dtype), frames), dim=1)
        tokens = tokens + self.sequence_pos_encoder(tokens.shape[1])
        if self.training:
            tokens = dropout(tokens, self.dropout)
        valid = None
        if mask is not None:
            valid = torch.cat((mask.new_ones(len(mask), 2), mask), dim=1)[:, None, None]
        *earlier, last = self.seqTransEncoder.layers
        for layer in earlier:
            tokens = layer(tokens, valid)
        tokens = last(tokens, valid, 2)  # nobody reads what the frames' tokens become
        return tokens[:, 0], tokens[:, 1]  # no projection: the two tokens are mu and logvar


class Decoder(nn.Module):
    """A latent and an action -> all frames at once."""

    def __init__(self, config: ActorConfig) -> None:
        super().__init__()
        self.num_joints = config.num_joints
        self.dropout = config.dropout
        self.actionBiases = nn.Parameter(torch.randn(config.num_classes, config.latent_dim))
        self.sequence_pos_encoder = PositionTable(config.latent_dim)
        self.seqTransDecoder = Stack(DecoderLayer, config)
        self.finallayer = Linear(config.latent_dim, config.input_dim)

    def forward(self, memory: Tensor, num_frames: int, mask: Tensor | None) -> Tensor:
        """memory (B, D) = z + action bias -> (B, J, F, T)."""
        queries = self.sequence_pos_encoder(num_frames)[None]  # (1, T, D): the frames' times
        # One row serves the whole batch until the memory is added: all samples are alike so far.
        if self.training or mask is not None:
            queries = queries.expand(len(memory), -1, -1)
        if self.training:
            queries = dropout(queries, self.dropout)
        valid = None if mask is None else mask[:, None, None]
        x = self.finallayer(self.seqTransDecoder(queries, memory, valid))  # (B, T, J * F)
        if mask is not None:
            x = x * mask[..., None]
        return x.unflatten(-1, (self.num_joints, -1)).permute(0, 2, 3, 1)


class Actor(nn.Module):
    """The whole network. ``encode`` and ``decode`` are its two halves."""

    def __init__(self, config: ActorConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)

    def encode(self, x: Tensor, y: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """x (B, J, F, T), labels y (B,), mask (B, T) True = valid -> mu, logvar (B, D)."""
        return self.encoder(x, y, _only_if_padded(mask))

    def decode(self, z: Tensor, y: Tensor, mask: Tensor) -> Tensor:
        """Return (B, J, F, T) for z (B, D), labels y (B,), mask (B, T); padded frames are zero."""
        return self.decode_memory(z + self.decoder.actionBiases[y], mask.shape[1], mask)

    def decode_memory(self, memory: Tensor, num_frames: int, mask: Tensor | None = None) -> Tensor:
        """Decode (B, D) that already holds the action's bias, so actions can be blended."""
        return self.decoder(memory, num_frames, _only_if_padded(mask))

    def forward(
        self, x: Tensor, y: Tensor, mask: Tensor, noise: Tensor | None = None
    ) -> ActorOutput:
        """Encode, draw a latent with ``noise`` (B, D) ~ N(0, I) (drawn here if None), decode."""
        mu, logvar = self.encode(x, y, mask)
        noise = torch.randn_like(mu) if noise is None else noise
        z = mu + noise * torch.exp(0.5 * logvar)
        return ActorOutput(self.decode(z, y, mask), mu, logvar, z)


def _only_if_padded(mask: Tensor | None) -> Tensor | None:
    """Drop a mask that hides nothing: attention without one is faster."""
    return None if mask is None or bool(mask.all()) else mask
