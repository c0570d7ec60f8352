"""One decoded frame, upright, that gives crops without ever becoming a whole RGB picture.

Decoders hand out luma and chroma planes. The estimator needs 256 x 256 pixels of a frame that may
hold eight million, so a crop is warped out of the planes and only the crop is turned into RGB.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import av
import numpy as np
import numpy.typing as npt

from core._cv2 import cv2

Image = npt.NDArray[np.uint8]
FloatArray = npt.NDArray[np.float64]

# Weights of red and blue in luma (ITU-R BT.601, BT.709, BT.2020) by FFmpeg's colour space number;
# where a file does not say, BT.601 is meant, as FFmpeg's own converter reads it.
_LUMA_WEIGHTS = {1: (0.2126, 0.0722), 9: (0.2627, 0.0593), 10: (0.2627, 0.0593)}
_LUMA_WEIGHTS_DEFAULT = (0.299, 0.114)
_FULL_RANGE = 2  # AVCOL_RANGE_JPEG
# pixel centres: luma pixels 0 and 1 share chroma pixel 0
_CHROMA_FROM_LUMA = np.array([[0.5, 0, -0.25], [0, 0.5, -0.25], [0, 0, 1]])
_SUBSAMPLED = ("yuv420p", "yuvj420p")


def _rgb_from_yuv(colorspace: int, is_full_range: bool) -> FloatArray:
    """(3, 4) affine map from 8-bit Y, U, V to R, G, B."""
    red, blue = _LUMA_WEIGHTS.get(colorspace, _LUMA_WEIGHTS_DEFAULT)
    green = 1.0 - red - blue
    luma, chroma, black = (1.0, 1.0, 0.0) if is_full_range else (255 / 219, 255 / 224, 16.0)
    u, v = 2 * (1 - blue) * chroma, 2 * (1 - red) * chroma
    matrix = np.array(
        [[luma, 0, v], [luma, -u * blue / green, -v * red / green], [luma, u, 0]], dtype=np.float64
    )
    return np.hstack([matrix, -matrix @ np.array([[black], [128.0], [128.0]])])


class Picture:
    """A frame at ``time`` seconds, ``width`` x ``height`` pixels once it is turned upright."""

    def __init__(self, frame: av.VideoFrame, time: float, quarter_turns: int) -> None:
        self.time = time
        self._frame = frame
        self._turns = quarter_turns % 4  # counterclockwise
        size = (frame.width, frame.height)
        self.width, self.height = size[::-1] if self._turns % 2 else size

    @cached_property
    def _planes(self) -> tuple[list[Image], FloatArray]:
        frame = self._frame
        if frame.format.name not in _SUBSAMPLED:
            frame = frame.reformat(format="yuv420p")
        is_full = frame.format.name == "yuvj420p" or int(frame.color_range) == _FULL_RANGE
        planes = [_view(plane) for plane in frame.planes[:3]]
        return planes, _rgb_from_yuv(int(frame.colorspace), is_full)

    def keep(self) -> None:
        """Take the pixels over from the decoder, which is about to be closed."""
        _ = self._planes

    def upright_frame(self) -> av.VideoFrame | None:
        """Return the decoder's frame in 4:2:0 for encoding; None where it must be turned first."""
        if self._turns:
            return None
        frame = self._frame
        return frame if frame.format.name in _SUBSAMPLED else frame.reformat(format="yuv420p")

    def rgb(self) -> Image:
        """Return the whole picture, (H, W, 3) RGB."""
        return np.ascontiguousarray(
            np.rot90(self._frame.to_ndarray(format="rgb24"), self._turns)
        ).astype(np.uint8, copy=False)

    def scaled(self, width: int, height: int) -> Image:
        """Return the picture at another size by averaging pixels: (height, width, 3) RGB."""
        size = (height, width) if self._turns % 2 else (width, height)
        planes, matrix = self._planes
        shrunk = [cv2.resize(plane, size, interpolation=cv2.INTER_AREA) for plane in planes]
        return np.rot90(_to_rgb(shrunk, matrix), self._turns)

    def coarse(self, width: int, height: int) -> Image:
        """Return the picture small and in a hurry, from every n-th pixel: for comparing frames."""
        size = (height, width) if self._turns % 2 else (width, height)
        planes, matrix = self._planes
        small = []
        for plane in planes:
            step = max(min(plane.shape[1] // (2 * size[0]), plane.shape[0] // (2 * size[1])), 1)
            small.append(cv2.resize(plane[::step, ::step], size, interpolation=cv2.INTER_AREA))
        return np.rot90(_to_rgb(small, matrix), self._turns)

    def sharpness(self, box: npt.ArrayLike) -> float:
        """Return the variance of the Laplacian of the luma in a box, at half the picture's size.

        ``box`` (4,): centre x, y, width, height in pixels of the upright picture; 0 where nothing
        of it is in the picture. Only ratios within one video mean something.
        """
        x, y, w, h = np.asarray(box, np.float64)
        corners = np.array([[x - w / 2, y - h / 2, 1], [x + w / 2, y + h / 2, 1]])
        stored = np.sort(corners @ self._stored_from_upright()[:2].T, axis=0)
        luma = self._planes[0][0]
        low = np.clip(np.floor(stored[0]), 0, None).astype(int)
        high = np.clip(np.ceil(stored[1]), 0, luma.shape[::-1]).astype(int)
        part = luma[low[1] : high[1], low[0] : high[0]]
        if min(part.shape) < 8:
            return 0.0
        half = cv2.resize(
            part, (part.shape[1] // 2, part.shape[0] // 2), interpolation=cv2.INTER_AREA
        )
        _, deviation = cv2.meanStdDev(cv2.Laplacian(half, cv2.CV_16S, ksize=1))
        return float(deviation[0, 0] ** 2)

    def crop(self, image_from_crop: npt.NDArray[Any], size: int) -> Image:
        """Return (size, size, 3) RGB, bilinear, black outside the picture.

        ``image_from_crop`` (2, 3) maps a crop's pixel (x, y, 1) to a pixel of the upright picture.
        """
        stored_from_crop = self._stored_from_upright() @ np.vstack([image_from_crop, [0, 0, 1]])
        planes, matrix = self._planes
        # outside the picture: black, which in Y, U, V is (16, 128, 128), or luma 0 in full range
        luma = _warped(planes[0], stored_from_crop, size, 16 if matrix[0, 0] > 1 else 0)
        # colour has half the resolution in the file, so half of it is enough in the crop
        chroma_from_half = _CHROMA_FROM_LUMA @ stored_from_crop @ np.linalg.inv(_CHROMA_FROM_LUMA)
        half = [_warped(plane, chroma_from_half, (size + 1) // 2, 128) for plane in planes[1:]]
        chroma = [cv2.resize(plane, (size, size)) for plane in half]
        return _to_rgb([luma, *chroma], matrix)

    def _stored_from_upright(self) -> FloatArray:
        """(3, 3) map from pixels of the upright picture to those of the stored one."""
        w, h = self._frame.width - 1.0, self._frame.height - 1.0
        return np.array(
            {
                0: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
                1: [[0, -1, w], [1, 0, 0], [0, 0, 1]],
                2: [[-1, 0, w], [0, -1, h], [0, 0, 1]],
                3: [[0, 1, 0], [-1, 0, h], [0, 0, 1]],
            }[self._turns],
            dtype=np.float64,
        )


def _view(plane: av.video.plane.VideoPlane) -> Image:
    rows: Image = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
    return rows[:, : plane.width]


def _warped(plane: Image, plane_from_crop: FloatArray, size: int, black: int) -> Image:
    warped = cv2.warpAffine(
        plane,
        plane_from_crop[:2],
        (size, size),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=black,
    )
    return np.asarray(warped, dtype=np.uint8)


def _to_rgb(planes: list[Image], matrix: FloatArray) -> Image:
    return np.asarray(cv2.transform(cv2.merge(planes), matrix), dtype=np.uint8)
