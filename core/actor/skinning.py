"""Vertices and floor of decoded clips, in torch, on the calling thread alone.

The free body has no pose blend shapes, so a vertex is linear in the joint transforms. Neighbouring
vertices hang on few joints (6 of 24 on average in a block of 256), so a block needs few of the
transforms' columns.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from core.actor.kinematics import features_to_rotmats, forward_kinematics
from core.body import BodyModel, default_body
from core.skeleton import NUM_JOINTS

BLOCK = 256  # vertices in one product; rows are padded to whole blocks, odd lengths are slow


class Block(NamedTuple):
    """A run of vertices: its start, the transform columns it needs (n,), what they multiply."""

    start: int
    columns: Tensor
    planes: Tensor  # (n, BLOCK) weights times homogeneous rest vertices


def padded_size(body: BodyModel) -> int:
    """Vertices of the body, rounded up to whole blocks."""
    return -(-body.num_vertices // BLOCK) * BLOCK


@lru_cache(maxsize=2)
def blocks_of(body: BodyModel | None = None) -> tuple[Block, ...]:
    """Blocks of a body's template (None: the free body's), seen from each joint's rest place."""
    body = body or default_body()
    local = body.template[:, None] - body.rest_joints  # (V, 24, 3)
    local = np.concatenate((local, np.ones_like(local[..., :1])), axis=-1)
    stacked = (body.weights[..., None] * local).reshape(body.num_vertices, -1)  # (V, 96)
    blocks = []
    for start in range(0, body.num_vertices, BLOCK):
        part = stacked[start : start + BLOCK]
        joints = np.flatnonzero(body.weights[start : start + BLOCK].any(axis=0))
        columns = (joints[:, None] * 4 + np.arange(4)).ravel()
        planes = np.zeros((len(columns), BLOCK), np.float32)
        planes[:, : len(part)] = part[:, columns].T
        if len(part) < BLOCK:  # repeat the last vertex, so that padding is never the lowest
            planes[:, len(part) :] = planes[:, len(part) - 1 : len(part)]
        blocks.append(Block(start, torch.from_numpy(columns), torch.from_numpy(planes)))
    return tuple(blocks)


def joint_transforms(features: Tensor, body: BodyModel | None = None) -> Tensor:
    """(B, 25, 6, T) -> (B, T, 3, 96): global rotation columns and position of every joint.

    The root starts at its rest place and follows the features' path.
    """
    rest = torch.tensor((body or default_body()).rest_joints)
    rotations, positions = forward_kinematics(features_to_rotmats(features), rest)
    path = features[:, NUM_JOINTS, :3].transpose(1, 2)  # (B, T, 3)
    moved = positions + (path - path[:, :1]).flatten(0, 1)[:, None]
    stacked = torch.cat((rotations, moved[..., None]), dim=-1)  # (N, 24, 3, 4)
    return stacked.transpose(1, 2).reshape(len(path), -1, 3, NUM_JOINTS * 4)


def lowest_vertices(features: Tensor) -> Tensor:
    """(B, 25, 6, T), y up -> height of each clip's lowest vertex (B,), metres, free body."""
    rows = joint_transforms(features)[:, :, 1].flatten(0, 1)  # (B T, 96): heights only
    lowest = rows.new_full((len(rows),), torch.inf)
    for block in blocks_of():
        heights = rows.index_select(1, block.columns) @ block.planes
        lowest = torch.minimum(lowest, heights.amin(dim=1))
    return lowest.unflatten(0, (len(features), -1)).amin(dim=1)
