"""A clip as one floating-point picture: what is uploaded once and then only looked up.

A bone's 3x4 matrix is three texels (rgba = one row). Every texel stands there twice, side by side,
and is read in the middle of its pair: linear filtering then blends two neighbouring *frames* (the
rows of the picture) for free, and can never blend two neighbouring *matrix rows*, however coarse a
graphics card's filter weights are. Must not import vispy, Qt or torch.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.skeleton import NUM_JOINTS

Float32 = npt.NDArray[np.float32]

TEXELS = NUM_JOINTS * 3 * 2
"""Width of one block: 24 bones x 3 matrix rows x 2 copies."""
MAX_ROWS = 4096
"""Frames in one block; longer clips continue in a further block to the right."""


@dataclass(frozen=True, kw_only=True)
class ClipTexture:
    """``texels`` (R, W, 4) float32 and what is needed to find a frame in it."""

    texels: Float32
    num_frames: int
    blocks: int

    def lookup(self, frame: float) -> tuple[float, float, float]:
        """Return (u scale, u offset, v) that read ``frame`` (fractional) in the shader.

        u = bone coordinate * scale + offset, with the bone coordinate of :func:`bone_coordinate`.
        """
        frame = min(max(frame, 0.0), self.num_frames - 1.0)
        step = MAX_ROWS - 1  # the last row of a block is the first of the next one
        block = min(int(frame // step), self.blocks - 1)
        row = frame - block * step
        return 1.0 / self.blocks, block / self.blocks, (row + 0.5) / self.texels.shape[0]


def clip_texture(bones: Float32) -> ClipTexture:
    """Lay out (T, 24, 3, 4) skinning transforms as a :class:`ClipTexture`."""
    num_frames = len(bones)
    rows = np.asarray(bones, np.float32).reshape(num_frames, NUM_JOINTS * 3, 4)
    rows = np.repeat(rows, 2, axis=1)
    if num_frames <= MAX_ROWS:
        return ClipTexture(texels=np.ascontiguousarray(rows), num_frames=num_frames, blocks=1)
    step = MAX_ROWS - 1
    blocks = -(-(num_frames - 1) // step)
    texels = np.zeros((MAX_ROWS, blocks * TEXELS, 4), np.float32)
    for block in range(blocks):
        part = rows[block * step : block * step + MAX_ROWS]
        texels[: len(part), block * TEXELS : (block + 1) * TEXELS] = part
    return ClipTexture(texels=texels, num_frames=num_frames, blocks=blocks)


def bone_coordinate(bones: npt.ArrayLike) -> Float32:
    """Return u of the first matrix row of each bone, within one block (middle of its pair)."""
    return ((np.asarray(bones, np.float32) * 6 + 1) / TEXELS).astype(np.float32)


ROW_STEP = 2.0 / TEXELS
"""From one matrix row to the next, within one block."""
