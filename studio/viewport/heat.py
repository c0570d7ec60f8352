"""Heat on a body: one number for each joint and frame, blended over the skin by its weights.

It lies in a texture of the clip's own layout, so that the shader finds a joint's heat where it
finds the joint's matrix, and frames are blended alike. The colours are ``core.compare.heat``'s.
Must not import vispy, Qt or torch.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from core.compare.heat import heat_colors
from core.skeleton import NUM_JOINTS
from studio.viewport.clip_texture import ClipTexture, clip_texture

Float32 = npt.NDArray[np.float32]
RAMP_STEPS = 256


def heat_texture(values: npt.ArrayLike) -> ClipTexture:
    """Lay out (T, 24) values 0..1 as a clip's texture."""
    heat = np.clip(np.nan_to_num(np.asarray(values, np.float32)), 0.0, 1.0)
    rows = np.zeros((len(heat), NUM_JOINTS, 3, 4), np.float32)
    rows[:, :, 0, 0] = heat
    return clip_texture(rows)


@lru_cache(maxsize=1)
def heat_ramp() -> Float32:
    """(256, 4) the ramp in linear light, alpha 1."""
    ramp = np.ones((RAMP_STEPS, 4), np.float32)
    ramp[:, :3] = heat_colors(np.linspace(0, 1, RAMP_STEPS)) ** 2.2
    return ramp
