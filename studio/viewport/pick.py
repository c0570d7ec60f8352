"""Which body is under the mouse: the sight's ray against capsules around the bones.

No picture is read back from the graphics card, so a click costs microseconds and works at any
size. Must not import vispy or Qt.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.skeleton import PARENTS_ARRAY

Float = npt.NDArray[np.float64]

_THICKNESS = np.full(24, 0.075)
_THICKNESS[[3, 6, 9, 13, 14]] = 0.14  # the torso
_THICKNESS[[12, 15]] = 0.11  # neck and head
_THICKNESS[[18, 19, 20, 21, 22, 23]] = 0.055
"""Radius in metres around the bone that ends in each joint; a little generous, as fingers are."""


def hit(origin: Float, direction: Float, joints: Float) -> float | None:
    """Return how far along the ray a body with ``joints`` (24, 3) is hit, or None.

    origin, direction (3,), direction of unit length.
    """
    ends = joints[1:]
    starts = joints[PARENTS_ARRAY[1:]]
    radius = _THICKNESS[1:].copy()
    # the head is a ball above its joint: one more bone
    head = joints[15]
    up = head - joints[12]
    up = up / max(float(np.linalg.norm(up)), 1e-9)
    starts = np.concatenate([starts, head[None]])
    ends = np.concatenate([ends, (head + up * 0.12)[None]])
    radius = np.append(radius, 0.11)
    axis = ends - starts  # closest points of the ray and each segment
    offset = starts - origin
    along = axis @ direction
    length2 = np.maximum(np.sum(axis * axis, axis=1), 1e-12)
    flat = np.maximum(length2 - along**2, 1e-12)
    t = np.clip((along * (offset @ direction) - np.sum(axis * offset, axis=1)) / flat, 0.0, 1.0)
    nearest = offset + axis * t[:, None]
    depth = nearest @ direction
    away = np.linalg.norm(nearest - depth[:, None] * direction, axis=1)
    struck = (away < radius) & (depth > 0)
    return float(depth[struck].min()) if struck.any() else None
