"""Finding 33 points of the body in a square around a person: BlazePose's landmark network.

Constants: MediaPipe's pose_landmark graph (Apache-2.0), as published with the network.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.estimators.blazepose.network import Network
from core.estimators.blazepose.roi import CROP_SIZE, Roi
from core.video.picture import Picture

# points, confidence, heatmaps, world points; not the silhouette (Identity_2)
OUTPUTS = ("Identity", "Identity_1", "Identity_3", "Identity_4")
NUM_LANDMARKS = 33
LIMBS = (11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28)  # shoulders to wrists, hips to ankles
MIN_CONFIDENCE = 0.5
_POINTS = 39  # 33 of the body, centre and extent of the next square, 4 unused
_CENTRE, _EXTENT = 33, 34
_HEATMAP = 64
_STRIDE = CROP_SIZE // _HEATMAP
_WINDOW = 3  # cells each side of a point that refine it
_MIN_HEAT = 0.5

FloatArray = npt.NDArray[np.floating]


@dataclass(frozen=True, kw_only=True)
class Landmarks:
    """What the network saw of a person in one frame.

    image (33, 2) pixels of the upright picture; world (33, 3) metres, x right, y down, z away from
    the camera, origin between the hips; visibility (33,) in 0..1; confidence that it is a person;
    ``roi`` the square it was seen in and ``next_roi`` the square for the next frame.
    """

    image: FloatArray
    world: FloatArray
    visibility: FloatArray
    confidence: float
    roi: Roi
    next_roi: Roi


def refined(points: FloatArray, heat: FloatArray) -> FloatArray:
    """Move (N, 2) crop points to the centre of mass of the heatmap logits (64, 64, N) near them.

    Points outside the map, or where the map is cold, stay.
    """
    out = np.array(points, np.float64)
    cells = (points / _STRIDE).astype(int)
    reach = np.arange(-_WINDOW, _WINDOW + 1)
    columns, rows = cells[:, 0, None] + reach, cells[:, 1, None] + reach  # (N, 7)
    inside = (cells >= 0).all(1) & (cells < _HEATMAP).all(1)
    valid_x, valid_y = ((n >= 0) & (n < _HEATMAP) for n in (columns, rows))
    index = np.arange(len(points))[:, None, None]
    logits = heat[
        np.clip(rows, 0, _HEATMAP - 1)[:, :, None],
        np.clip(columns, 0, _HEATMAP - 1)[:, None, :],
        index,
    ].astype(np.float64)
    weight = _sigmoid(logits) * (valid_y[:, :, None] & valid_x[:, None, :])
    warm = inside & (weight.max(axis=(1, 2)) >= _MIN_HEAT)
    total = np.maximum(weight.sum(axis=(1, 2)), 1e-9)
    centre_x = (weight.sum(1) * columns).sum(1) / total
    centre_y = (weight.sum(2) * rows).sum(1) / total
    out[warm] = np.stack([centre_x, centre_y], axis=1)[warm] * _STRIDE
    return out


def _sigmoid(logits: FloatArray) -> FloatArray:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -100, 100))))


class LandmarkFinder:
    """Finds the points of one person."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def find(self, picture: Picture, roi: Roi) -> Landmarks | None:
        """Return the points of the person in the square, or None when nobody is there."""
        image_from_crop = roi.image_from_crop()
        pixels = picture.crop(image_from_crop, CROP_SIZE) * np.float32(1 / 255)
        raw, confidence, heat, world = self._network.run(pixels)
        if float(confidence[0]) < MIN_CONFIDENCE:
            return None
        raw = raw.reshape(_POINTS, 5)
        points = refined(raw[:, :2], heat)
        image = points @ image_from_crop[:, :2].T + image_from_crop[:, 2]
        world = world.reshape(_POINTS, 3)[:NUM_LANDMARKS].astype(np.float64)
        world[:, :2] = world[:, :2] @ roi.rotation().T
        return Landmarks(
            image=image[:NUM_LANDMARKS],
            world=world,
            visibility=_sigmoid(raw[:NUM_LANDMARKS, 3].astype(np.float64)),
            confidence=float(confidence[0]),
            roi=roi,
            next_roi=Roi.from_points(image[_CENTRE], image[_EXTENT]),
        )
