"""Splitting the pelvis' motion into travel on the ground and what remains above it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.rotation import quat_multiply

Array = npt.NDArray[np.float64]

STEADY_SECONDS = 0.5
"""Standard deviation of the ground bone's smoothing."""
_UPRIGHT = 0.3
"""Least horizontal length of the front axis at which its direction is a steady heading."""
_UNDEFINED = 0.2
"""Below this cosine of half the tilt the body is nearly upside down and has no heading."""


def heading_of(quat: Array) -> Array:
    """(T, 4) orientations -> (T,) unwrapped turn about +Y in radians.

    Where the body looks (its Z axis on the ground), which leaves the cleanest curves, as long as it
    is upright. In a clip that lies down or rolls that would spin, so there it is the twist about Y;
    frames nearly upside down take the turn between their neighbours'.
    """
    w, x, y, z = quat.T
    side, front = 2.0 * (x * z + w * y), 1.0 - 2.0 * (x * x + y * y)
    if np.hypot(side, front).min() > _UPRIGHT and (1.0 - 2.0 * (x * x + z * z)).min() > 0.0:
        return np.unwrap(np.arctan2(side, front))
    heading = 2.0 * np.arctan2(y, w)
    frames = np.arange(len(quat))
    known = np.hypot(w, y) > _UNDEFINED
    if not known.any():
        return np.zeros(len(quat))
    return np.interp(frames, frames[known], np.unwrap(heading[known]))


def steadied(heading: Array, fps: float) -> Array:
    """(T,) radians -> the same, smoothed over half a second (Gaussian).

    What the hips do within a step stays on the pelvis: a calm root is what engines blend by, and
    the curves of both are straighter between keys.
    """
    sigma = STEADY_SECONDS * fps
    reach = int(np.ceil(4 * sigma))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    return np.convolve(np.pad(heading, reach, mode="edge"), kernel / kernel.sum(), "valid")


def split_heading(heading: Array, quat: Array, pelvis: Array) -> tuple[Array, Array, Array]:
    """Split orientations (T, 4) and positions (T, 3) into a ground bone's and the pelvis' own.

    Returns the ground bone's orientation (T, 4), the pelvis' orientation on it (T, 4), and the
    pelvis' place (T, 3) on it when it stands at (x, 0, z) below: straight above.
    """
    ground = np.zeros_like(quat)
    ground[:, 0], ground[:, 2] = np.cos(0.5 * heading), np.sin(0.5 * heading)
    back = ground * [1.0, -1.0, -1.0, -1.0]
    return ground, quat_multiply(back, quat), pelvis * [0.0, 1.0, 0.0]
