"""The square pictures of a person that VIBE and PARE look at: where they lie and how they are cut.

Geometry and pixel values are those of the originals (cv2's bilinear warp, black outside, ImageNet's
mean and deviation). Must not know any network.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage, signal

from core._cv2 import cv2
from core.video.picture import Picture

FloatArray = npt.NDArray[np.float64]
Image = npt.NDArray[np.uint8]

SIZE = 224
MEAN = np.array([0.485, 0.456, 0.406], np.float32)  # of ImageNet's RGB, in 0..1
DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)


def squares_of(boxes: npt.ArrayLike) -> FloatArray:
    """Return (N, 3) centre x, y and side of the squares around boxes (N, 4) x, y, width, height."""
    boxes = np.asarray(boxes, np.float64)
    return np.column_stack([boxes[:, :2], boxes[:, 2:].max(1)])


def steadied(squares: FloatArray, times: FloatArray, width: float = 0.08) -> FloatArray:
    """Smooth squares (N, 3) over ``width`` seconds: a crop that trembles makes the body tremble.

    Frames farther apart than a gap do not touch each other; the side is smoothed as a ratio.
    """
    if len(squares) < 3:
        return squares
    values = np.column_stack([squares[:, :2], np.log(squares[:, 2])])
    reach = int(np.ceil(3 * width / max(float(np.median(np.diff(times))), 1e-6)))
    total, weight = np.zeros_like(values), np.zeros(len(values))
    for shift in range(-min(reach, len(values) - 1), min(reach, len(values) - 1) + 1):
        near = slice(max(shift, 0), len(values) + min(shift, 0))
        here = slice(max(-shift, 0), len(values) + min(-shift, 0))
        share = np.exp(-0.5 * ((times[near] - times[here]) / width) ** 2)
        total[here] += share[:, None] * values[near]
        weight[here] += share
    smooth = total / weight[:, None]
    return np.column_stack([smooth[:, :2], np.exp(smooth[:, 2])])


def crop_from_image(square: npt.ArrayLike, margin: float, size: int = SIZE) -> FloatArray:
    """(2, 3) map from the picture's pixels (x, y, 1) to the crop's, by ``cv2.getAffineTransform``.

    ``square`` (3,): centre x, y, side; the crop's side is ``margin`` times that.
    """
    x, y, side = np.asarray(square, np.float64)
    half = np.float32(side * margin * 0.5)
    centre = np.array([x, y], np.float32)
    source = centre + np.array([[0, 0], [0, half], [half, 0]], np.float32)
    middle = size * 0.5
    target = np.array([[middle, middle], [middle, size], [size, middle]], np.float32)
    return np.asarray(cv2.getAffineTransform(source, target), np.float64)


def cut_exactly(image: Image, square: npt.ArrayLike, margin: float, size: int = SIZE) -> Image:
    """Return the crop (size, size, 3) of a whole RGB picture, bit for bit as the originals."""
    matrix = crop_from_image(square, margin, size)
    return np.asarray(cv2.warpAffine(image, matrix, (size, size), flags=cv2.INTER_LINEAR))


def cut(picture: Picture, square: npt.ArrayLike, margin: float, size: int = SIZE) -> Image:
    """Return the same crop straight out of the decoder's planes, a grey level off at most edges."""
    whole = np.vstack([crop_from_image(square, margin, size), [0, 0, 1]])
    return picture.crop(np.linalg.inv(whole)[:2], size)


def normalised(crops: Image) -> npt.NDArray[np.float32]:
    """Return crops (N, H, W, 3) RGB as the networks take them, (N, 3, H, W) float32."""
    scale = np.float32(1 / 255) / DEVIATION
    values = crops.astype(np.float32) * scale - MEAN / DEVIATION
    return np.ascontiguousarray(np.moveaxis(values, -1, 1))


def box_from_points(points: npt.ArrayLike, threshold: float) -> FloatArray | None:
    """Return (3,) centre x, y and 150 / diagonal of the points (P, 3) x, y, confidence seen.

    None where fewer than a body's worth is seen (VIBE, ``kp_to_bbox_param``).
    """
    points = np.asarray(points, np.float64)
    seen = points[points[:, 2] > threshold, :2]
    if len(seen) == 0:
        return None
    low, high = seen.min(0), seen.max(0)
    diagonal = float(np.linalg.norm(high - low))
    if diagonal < 0.5:
        return None
    return np.array([*(low + high) / 2, 150.0 / diagonal])


def boxes_from_points(
    points: npt.NDArray[Any], threshold: float = 0.3
) -> tuple[FloatArray, int, int]:
    """Return boxes (M, 3) of points (T, P, 3), holes filled in a straight line, and first and last.

    ``first`` is the first frame with a box, ``last`` the one after the last with a box (VIBE,
    ``get_all_bbox_params``).
    """
    found = [box_from_points(frame, threshold) for frame in points]
    have = np.array([i for i, box in enumerate(found) if box is not None])
    if len(have) == 0:
        return np.zeros((0, 3)), 0, 0
    boxes = np.array([found[i] for i in have])
    frames = np.arange(have[0], have[-1] + 1)
    filled = np.column_stack([np.interp(frames, have, column) for column in boxes.T])
    return filled, int(have[0]), int(have[-1]) + 1


def smoothed_boxes(
    points: npt.NDArray[Any], threshold: float = 0.3, kernel: int = 11, sigma: float = 3.0
) -> tuple[FloatArray, int, int]:
    """Return :func:`boxes_from_points` median-filtered, then smoothed (VIBE, after HMMR)."""
    boxes, first, last = boxes_from_points(points, threshold)
    if len(boxes) == 0:
        return boxes, first, last
    still = np.column_stack([signal.medfilt(column, kernel) for column in boxes.T])
    return ndimage.gaussian_filter1d(still, sigma, axis=0), first, last
