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
from core.actor.sampling import batches, decode_batch, in_parallel
from core.actor.skinning import BLOCK, blocks_of, joint_transforms, padded_size
from core.body import BodyModel, default_body

FloatArray = npt.NDArray[np.float32]


def vertex_memory(count: int, num_frames: int, body: BodyModel | None = None) -> FloatArray:
    """Memory for :func:`decode_vertices` to write into, (count, T, 3, padded V).

    Hundreds of megabytes for many clips: fresh from the system they cost as much time as filling
    them, so whoever decodes again and again keeps them.
    """
    return np.empty((count, num_frames, 3, padded_size(body or default_body())), np.float32)


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
    target = vertex_memory(len(memory), num_frames, body) if out is None else out
    if target.shape != (len(memory), num_frames, 3, padded_size(body)):
        raise ValueError(f"out has shape {target.shape}")
    blocks = blocks_of(body)

    def fill(rows: slice) -> None:
        features = torch.from_numpy(decode_batch(checkpoint, memory[rows], num_frames))
        vertices = torch.from_numpy(target[rows]).flatten(0, 2)  # (B T 3, padded V), same memory
        with torch.inference_mode():
            transforms = joint_transforms(features, body).flatten(0, 2)
            for start, columns, planes in blocks:
                posed = vertices[:, start : start + BLOCK]
                torch.mm(transforms.index_select(1, columns), planes, out=posed)

    for _ in in_parallel(fill, batches(len(memory), num_frames)):
        pass
    return target[..., : body.num_vertices].transpose(0, 1, 3, 2)
