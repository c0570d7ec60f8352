"""Small pictures of the video with the points drawn in, to show while an estimate runs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core._cv2 import cv2
from core.estimators.blazepose.landmarks import Landmarks
from core.video.picture import Picture

EDGES = (
    (11, 12), (11, 23), (12, 24), (23, 24),
    (11, 13), (13, 15), (15, 19), (12, 14), (14, 16), (16, 20),
    (23, 25), (25, 27), (27, 29), (29, 31), (27, 31),
    (24, 26), (26, 28), (28, 30), (30, 32), (28, 32), (0, 7), (0, 8),
)  # fmt: skip
"""Lines between BlazePose's points that make a figure."""

_LONGEST = 480  # pixels
_LEFT, _RIGHT, _MIDDLE = (255, 168, 76), (84, 170, 255), (235, 235, 235)


def preview(picture: Picture, *people: Landmarks) -> npt.NDArray[np.uint8]:
    """Return the picture (H, W, 3) RGB, at most 480 pixels long, with everybody's points."""
    scale = min(_LONGEST / max(picture.width, picture.height), 1.0)
    width, height = (max(round(n * scale), 1) for n in (picture.width, picture.height))
    canvas = np.ascontiguousarray(picture.scaled(width, height))
    for seen in people:
        draw_figure(canvas, seen.image * scale, seen.visibility)
    return canvas


def draw_figure(
    canvas: npt.NDArray[np.uint8],
    points: npt.NDArray[np.floating],
    visibility: npt.NDArray[np.floating],
) -> None:
    """Draw the lines between points (33, 2) in pixels of the canvas that are seen."""
    points = np.clip(np.nan_to_num(points), -4e3, 4e3)
    shown = visibility > 0.3
    for start, end in EDGES:
        if shown[start] and shown[end]:
            color = _MIDDLE if start % 2 != end % 2 else (_LEFT if start % 2 else _RIGHT)
            ends = [tuple(round(v * 8) for v in points[i]) for i in (start, end)]
            cv2.line(canvas, ends[0], ends[1], color, 2, cv2.LINE_AA, 3)
