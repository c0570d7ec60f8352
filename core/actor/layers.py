"""ACTOR's building blocks: post-norm transformer layers, batch first, read top to bottom.

Parameter names and layouts are those of torch's own transformer layers, so published checkpoints
fit without renaming. Shapes in comments: B batch, T tokens, D width, H heads, h = D / H.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.actor.config import ActorConfig
from core.actor.dropout import dropout
from core.actor.linear import Linear, linear

MAX_LENGTH = 5000  # rows of the published position table
ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {"gelu": F.gelu, "relu": F.relu}


def sinusoids(length: int, width: int) -> Tensor:
    """Return the position table (length, 1, width), float32 (Vaswani et al. 2017, section 3.5)."""
    position = torch.arange(length, dtype=torch.float32)[:, None]
    frequency = torch.exp(torch.arange(0, width, 2).float() * (-math.log(10000.0) / width))
    table = torch.zeros(length, width)
    table[:, 0::2] = torch.sin(position * frequency)
    table[:, 1::2] = torch.cos(position * frequency)
    return table[:, None]


class PositionTable(nn.Module):
    """Holds the buffer under its published name, ``sequence_pos_encoder.pe``."""

    pe: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        self.register_buffer("pe", sinusoids(MAX_LENGTH, width))

    def forward(self, length: int) -> Tensor:
        return self.pe[:length, 0]  # (T, D)


class Attention(nn.Module):
    """The parameters of one multi-head attention, with torch's names and initialisation."""

    def __init__(self, config: ActorConfig) -> None:
        super().__init__()
        width = config.latent_dim
        self.num_heads = config.num_heads
        self.dropout = config.dropout
        self.in_proj_weight = nn.Parameter(torch.empty(3 * width, width))  # q, k, v
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * width))
        self.out_proj = Linear(width, width)
        nn.init.xavier_uniform_(self.in_proj_weight)
        nn.init.zeros_(self.out_proj.bias)


class SelfAttention(Attention):
    """Every token, or the first few, look at every valid token."""

    def forward(self, x: Tensor, valid: Tensor | None, first: int | None = None) -> Tensor:
        """x (B, T, D), valid (B, 1, 1, T) bool or None when every token is -> (B, T, D).

        With ``first`` only that many tokens look: (B, first, D).
        """
        batch, length, width = x.shape
        if first is None:
            qkv = linear(x, self.in_proj_weight, self.in_proj_bias)  # (B, T, 3D)
            q, k, v = qkv.view(batch, length, 3, self.num_heads, -1).permute(2, 0, 3, 1, 4)
        else:
            weights = self.in_proj_weight.split((width, 2 * width))
            biases = self.in_proj_bias.split((width, 2 * width))
            q = linear(x[:, :first], weights[0], biases[0])  # (B, first, D)
            q = q.view(batch, first, self.num_heads, -1).transpose(1, 2)
            kv = linear(x, weights[1], biases[1])  # (B, T, 2D)
            k, v = kv.view(batch, length, 2, self.num_heads, -1).permute(2, 0, 3, 1, 4)
            length = first
        if self.training and x.device.type == "cpu":
            y = self._thinned(q, k, v, valid)
        else:
            rate = self.dropout if self.training else 0.0
            y = F.scaled_dot_product_attention(q, k, v, attn_mask=valid, dropout_p=rate)
        return self.out_proj(y.transpose(1, 2).reshape(batch, length, width))

    def _thinned(self, q: Tensor, k: Tensor, v: Tensor, valid: Tensor | None) -> Tensor:
        """Attend with dropout on the weights: torch's own draws them the dear way on a CPU."""
        scores = q @ (k * (q.shape[-1] ** -0.5)).transpose(-1, -2)  # (B, H, T, T)
        if valid is not None:
            scores = scores.masked_fill(~valid, -torch.inf)
        return dropout(scores.softmax(-1).to(v.dtype), self.dropout) @ v


class MemoryAttention(Attention):
    """The decoder's cross-attention on a memory of ONE token.

    A softmax over one key is 1, so every frame receives the same linear map of the memory: it is
    computed once a sample, exactly. In training, dropout strikes that single weight per frame and
    head, which is kept: the law of the published training is unchanged.
    """

    def forward(self, memory: Tensor, length: int) -> Tensor:
        """memory (B, D) -> (B, 1, D), or (B, length, D) in training with dropout."""
        width = memory.shape[-1]
        value = linear(memory, self.in_proj_weight[2 * width :], self.in_proj_bias[2 * width :])
        if not self.training or self.dropout == 0.0:
            return self.out_proj(value)[:, None]
        heads = value.unflatten(-1, (self.num_heads, -1))  # (B, H, h)
        weight = self.out_proj.weight.unflatten(-1, (self.num_heads, -1))  # (D, H, h)
        parts = torch.einsum("bhi,dhi->bhd", heads, weight)  # what each head adds to a frame
        kept = dropout(parts.new_ones(len(memory), length, self.num_heads), self.dropout)
        return kept @ parts + self.out_proj.bias


class Block(nn.Module):
    """What encoder and decoder layers share: self-attention, feed-forward, dropout."""

    def __init__(self, config: ActorConfig) -> None:
        super().__init__()
        width = config.latent_dim
        self.self_attn = SelfAttention(config)
        self.linear1 = Linear(width, config.ff_size)
        self.linear2 = Linear(config.ff_size, width)
        self.norm1 = nn.LayerNorm(width)
        self.norm2 = nn.LayerNorm(width)
        self.dropout = config.dropout
        self.activation: Callable[[Tensor], Tensor] = ACTIVATIONS[config.activation]

    def drop(self, x: Tensor) -> Tensor:
        return dropout(x, self.dropout) if self.training else x

    def feed_forward(self, x: Tensor) -> Tensor:
        return self.drop(self.linear2(self.drop(self.activation(self.linear1(x)))))


class EncoderLayer(Block):
    """Self-attention and feed-forward, each added and then normalised."""

    def forward(self, x: Tensor, valid: Tensor | None, first: int | None = None) -> Tensor:
        """x (B, T, D), valid (B, 1, 1, T) or None -> (B, T, D), or (B, first, D)."""
        x = self.norm1(x[:, :first] + self.drop(self.self_attn(x, valid, first)))
        return self.norm2(x + self.feed_forward(x))


class DecoderLayer(Block):
    """The same with the memory's contribution between the two."""

    def __init__(self, config: ActorConfig) -> None:
        super().__init__(config)
        self.multihead_attn = MemoryAttention(config)
        self.norm3 = nn.LayerNorm(config.latent_dim)

    def forward(self, x: Tensor, memory: Tensor, valid: Tensor | None) -> Tensor:
        """x (B or 1, T, D), memory (B, D), valid (B, 1, 1, T) or None -> (B, T, D)."""
        x = self.norm1(x + self.drop(self.self_attn(x, valid)))
        x = self.norm2(x + self.drop(self.multihead_attn(memory, x.shape[1])))
        return self.norm3(x + self.feed_forward(x))


class Stack(nn.Module):
    """Layers under their published names, all starting from the same weights as published."""

    def __init__(self, layer: type[EncoderLayer] | type[DecoderLayer], config: ActorConfig) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layer(config) for _ in range(config.num_layers))
        for other in self.layers[1:]:
            other.load_state_dict(self.layers[0].state_dict())

    def forward(self, x: Tensor, *context: Tensor | None) -> Tensor:
        """Apply every layer in turn to x, with the same context (see the layers)."""
        for layer in self.layers:
            x = layer(x, *context)
        return x
