"""The clip as a picture: a numpy reading of it must give the bones back."""

from __future__ import annotations

import numpy as np
import pytest

from studio.viewport import clip_texture as ct


def read(clip: ct.ClipTexture, bone: int, row: int, frame: float) -> np.ndarray:
    """What the shader reads: bilinear filtering at the place the shader computes."""
    scale, offset, v = clip.lookup(frame)
    u = float(ct.bone_coordinate(bone)) * scale + offset + row * ct.ROW_STEP * scale
    height, width, _ = clip.texels.shape
    x, y = u * width - 0.5, v * height - 0.5
    x0, y0 = int(np.floor(x)), int(np.floor(y))
    out = np.zeros(4)
    for dx, wx in ((0, 1 - (x - x0)), (1, x - x0)):
        for dy, wy in ((0, 1 - (y - y0)), (1, y - y0)):
            xi, yi = np.clip(x0 + dx, 0, width - 1), np.clip(y0 + dy, 0, height - 1)
            out += wx * wy * clip.texels[yi, xi]
    return out


def bones(num_frames: int) -> np.ndarray:
    return np.random.default_rng(1).standard_normal((num_frames, 24, 3, 4)).astype(np.float32)


@pytest.mark.parametrize("frame", [0.0, 3.0, 6.0])
def test_a_whole_frame_reads_exactly_its_bones(frame: float) -> None:
    data = bones(7)
    clip = ct.clip_texture(data)
    for bone in (0, 11, 23):
        for row in range(3):
            np.testing.assert_allclose(
                read(clip, bone, row, frame), data[int(frame), bone, row], atol=1e-5
            )


def test_between_two_frames_bones_are_blended_linearly() -> None:
    data = bones(5)
    clip = ct.clip_texture(data)
    want = 0.75 * data[2, 9, 1] + 0.25 * data[3, 9, 1]
    np.testing.assert_allclose(read(clip, 9, 1, 2.25), want, atol=1e-5)


def test_reading_beside_a_texel_never_mixes_two_matrix_rows() -> None:
    data = bones(1)
    clip = ct.clip_texture(data)
    for bone in range(24):
        for row in range(3):
            at = (bone * 3 + row) * 2
            np.testing.assert_array_equal(clip.texels[0, at], clip.texels[0, at + 1])


def test_a_clip_longer_than_a_block_goes_on_in_the_next() -> None:
    data = bones(ct.MAX_ROWS + 900)
    clip = ct.clip_texture(data)
    assert clip.blocks == 2
    for frame in (0, ct.MAX_ROWS - 2, ct.MAX_ROWS - 1, ct.MAX_ROWS, ct.MAX_ROWS + 899):
        np.testing.assert_allclose(read(clip, 5, 2, frame), data[frame, 5, 2], atol=1e-4)
    middle = ct.MAX_ROWS - 1.5  # across the seam
    want = 0.5 * (data[ct.MAX_ROWS - 2, 5, 2] + data[ct.MAX_ROWS - 1, 5, 2])
    np.testing.assert_allclose(read(clip, 5, 2, middle), want, atol=1e-3)
