"""Finding people in a whole picture: BlazePose's detector network and the decoding of its boxes.

Constants: MediaPipe's pose_detection graph (Apache-2.0), as published with the network.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core._cv2 import cv2
from core.estimators.blazepose.network import Network
from core.estimators.blazepose.roi import Roi
from core.video.picture import Picture

SIZE = 224
MIN_SCORE = 0.5
MAX_OVERLAP = 0.3  # intersection over union above which two boxes are the same person
MAX_DETECTIONS = 8
OUTPUTS = ("Identity", "Identity_1")  # boxes with points, score logits
_GRID = ((28, 2), (14, 2), (7, 6))  # cells a side, anchors a cell (strides 8, 16 and 32)

FloatArray = npt.NDArray[np.floating]


def anchors() -> npt.NDArray[np.float32]:
    """(2254, 2) anchor centres in 0..1, row by row, the anchors of a cell one after another."""
    centres = []
    for cells, per_cell in _GRID:
        y, x = np.mgrid[0:cells, 0:cells]
        centre = np.stack([(x.ravel() + 0.5) / cells, (y.ravel() + 0.5) / cells], axis=1)
        centres.append(np.repeat(centre, per_cell, axis=0))
    return np.concatenate(centres).astype(np.float32)


def decode(raw: FloatArray, logits: FloatArray, centres: FloatArray) -> tuple[FloatArray, ...]:
    """Turn (N, 12) and (N, 1) network outputs into boxes, points and scores above the threshold.

    Returns (M, 4) x0, y0, x1, y1; (M, 4, 2) points; (M,) scores; best first, in units of the input.
    """
    scores = 1 / (1 + np.exp(-np.clip(logits[:, 0].astype(np.float64), -100, 100)))
    keep = np.flatnonzero(scores >= MIN_SCORE)
    keep = keep[np.argsort(-scores[keep], kind="stable")]
    values, centre = raw[keep] / SIZE, centres[keep]
    middle, half = values[:, 0:2] + centre, values[:, 2:4] / 2
    points = values[:, 4:].reshape(-1, 4, 2) + centre[:, None]
    return np.concatenate([middle - half, middle + half], axis=1), points, scores[keep]


def merged(boxes: FloatArray, points: FloatArray, scores: FloatArray) -> list[FloatArray]:
    """Join overlapping detections: (4, 2) score-weighted points a person, best score first."""
    found: list[FloatArray] = []
    left = np.arange(len(scores))
    while len(left) and len(found) < MAX_DETECTIONS:
        same = _overlap(boxes[left[0]], boxes[left]) > MAX_OVERLAP
        same[0] = True
        group = left[same]
        found.append(np.average(points[group], axis=0, weights=scores[group]))
        left = left[~same]
    return found


def _overlap(box: FloatArray, others: FloatArray) -> FloatArray:
    low = np.maximum(box[:2], others[:, :2])
    high = np.minimum(box[2:], others[:, 2:])
    shared = np.prod(np.clip(high - low, 0, None), axis=1)
    area = np.prod(box[2:] - box[:2]) + np.prod(others[:, 2:] - others[:, :2], axis=1)
    return np.asarray(shared / np.maximum(area - shared, 1e-9))


def tiles(width: int, height: int, level: int) -> list[tuple[float, float, float]]:
    """Squares (left, top, side) in pixels to look for people in.

    Level 0 is the whole picture; 1 squares of its shorter side; 2 squares of about half of that,
    all overlapping by about half. The network misses people smaller than a third of its input.
    """
    longest, shortest = max(width, height), min(width, height)
    if level == 0:
        return [((width - longest) / 2, (height - longest) / 2, longest)]
    side = shortest if level == 1 else 0.55 * shortest
    columns, rows = (max(round((n - side) / (side / 2)) + 1, 1) for n in (width, height))
    return [
        (left, top, side)
        for top in np.linspace(0, height - side, rows)
        for left in np.linspace(0, width - side, columns)
    ]


class Detector:
    """Finds the people in a picture."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._anchors = anchors()

    def find(self, picture: Picture, level: int = 0) -> list[Roi]:
        """Return a square for everybody found; higher levels find smaller people, slower."""
        found: list[Roi] = []
        for left, top, side in tiles(picture.width, picture.height, level):
            pixels = self._whole(picture) if level == 0 else self._part(picture, left, top, side)
            raw, logits = self._network.run(pixels)
            for points in merged(*decode(raw, logits, self._anchors)):
                roi = Roi.from_points(*(points[:2] * side + [left, top]))
                if all(roi.distance(other) > MAX_OVERLAP for other in found):
                    found.append(roi)
        return found

    def _whole(self, picture: Picture) -> npt.NDArray[np.float32]:
        scale = SIZE / max(picture.width, picture.height)
        width, height = (max(round(n * scale), 1) for n in (picture.width, picture.height))
        left, top = (SIZE - width) // 2, (SIZE - height) // 2
        pixels = np.full((SIZE, SIZE, 3), -1.0, np.float32)  # black round the picture
        pixels[top : top + height, left : left + width] = _scaled(picture.scaled(width, height))
        return pixels

    def _part(
        self, picture: Picture, left: float, top: float, side: float
    ) -> npt.NDArray[np.float32]:
        step = side / (2 * SIZE)  # twice as fine, then averaged: no shimmering
        fine = picture.crop(np.array([[step, 0, left], [0, step, top]]), 2 * SIZE)
        return _scaled(cv2.resize(fine, (SIZE, SIZE), interpolation=cv2.INTER_AREA))


def _scaled(image: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    return image * np.float32(1 / 127.5) - np.float32(1)
