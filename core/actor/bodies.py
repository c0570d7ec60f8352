"""Sampled clips as bodies: all vertices of all frames, straight from the decoder.

For many clips at once this beats going through motions: no axis-angles in between, every batch is
decoded, posed and skinned on one core, and skinning is a few matrix products into the result's own
memory.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.actor.checkpoint import Checkpoint
from core.actor.kinematics import features_to_rotmats, forward_kinematics
from core.actor.sampling import batches, decode_batch, in_parallel
from core.body import BodyModel, default_body
from core.skeleton import NUM_JOINTS

FloatArray = npt.NDArray[np.float32]
BLOCK = 256
"""Vertices skinned by one product. Neighbours hang on few joints (6 of 24 on average), so a block
needs few of the transforms; rows are padded to whole blocks, as odd lengths take twice as long."""


def vertex_memory(count: int, num_frames: int, body: BodyModel | None = None) -> FloatArray:
    """Memory for :func:`decode_vertices` to write into, (count, T, 3, padded V).

    Hundreds of megabytes for many clips: fresh from the system they cost as much time as filling
    them, so whoever decodes again and again keeps them.
    """
    width = _padded((body or default_body()).num_vertices)
    return np.empty((count, num_frames, 3, width), np.float32)


def decode_vertices(
    checkpoint: Checkpoint,
    memory: Tensor,
    num_frames: int,
    body: BodyModel | None = None,
    *,
    out: FloatArray | None = None,
) -> FloatArray:
    """Decode (B, D) latents with their action's vector into vertices (B, T, V, 3), metres, y up.

    body: one without pose blend shapes (None: the free body), in its template's shape. The root
    starts at its rest place, as in the published program; no floor is looked for. The result is a
    view of planar memory: ``out`` from :func:`vertex_memory`, or new if None.
    """
    body = body or default_body()
    if body.posedirs is not None:
        raise ValueError("a body with pose blend shapes is skinned by core.body.skin")
    rest = torch.tensor(body.rest_joints)
    blocks = _blocks(body)
    target = vertex_memory(len(memory), num_frames, body) if out is None else out
    if target.shape != (len(memory), num_frames, 3, _padded(body.num_vertices)):
        raise ValueError(f"out has shape {target.shape}")

    def fill(rows: slice) -> None:
        features = torch.from_numpy(decode_batch(checkpoint, memory[rows], num_frames))
        with torch.inference_mode():
            stacked = _transforms(features, rest)
            vertices = torch.from_numpy(target[rows]).view(len(stacked), -1)
            for start, used, planes in blocks:
                posed = vertices[:, start : start + BLOCK]
                torch.mm(stacked.index_select(1, used), planes, out=posed)

    for _ in in_parallel(fill, batches(len(memory), num_frames)):
        pass
    return target[..., : body.num_vertices].transpose(0, 1, 3, 2)


def _padded(num_vertices: int) -> int:
    return -(-num_vertices // BLOCK) * BLOCK


def _blocks(body: BodyModel) -> list[tuple[int, Tensor, Tensor]]:
    """(first vertex, the n of 96 transform columns its block needs, (n, BLOCK) to multiply by).

    The latter are weights times homogeneous rest vertices, seen from each joint's rest place.
    """
    local = body.template[:, None] - body.rest_joints  # (V, 24, 3)
    local = np.concatenate((local, np.ones_like(local[..., :1])), axis=-1)
    stacked = (body.weights[..., None] * local).reshape(body.num_vertices, -1)  # (V, 96)
    blocks = []
    for start in range(0, body.num_vertices, BLOCK):
        part = stacked[start : start + BLOCK]
        joints = np.flatnonzero(body.weights[start : start + BLOCK].any(axis=0))
        used = (joints[:, None] * 4 + np.arange(4)).ravel()
        planes = np.zeros((len(used), BLOCK), np.float32)
        planes[:, : len(part)] = part[:, used].T
        blocks.append((start, torch.from_numpy(used), torch.from_numpy(planes)))
    return blocks


def _transforms(features: Tensor, rest_joints: Tensor) -> Tensor:
    """(B, 25, 6, T) -> rows (B T 3, 96) that pair with :func:`_blocks`."""
    rotations, positions = forward_kinematics(features_to_rotmats(features), rest_joints)
    path = features[:, NUM_JOINTS, :3].transpose(1, 2)  # (B, T, 3)
    moved = positions + (path - path[:, :1]).flatten(0, 1)[:, None]
    stacked = torch.cat((rotations, moved[..., None]), dim=-1)  # (N, 24, 3, 4)
    return stacked.transpose(1, 2).reshape(-1, NUM_JOINTS * 4)
