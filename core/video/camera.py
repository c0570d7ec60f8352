"""Cameras of people in a picture: from a square crop to the whole picture, to metres and back.

VIBE and PARE say where a body is with three numbers a crop (scale and shift of a weak-perspective
camera). Here they become a camera of the whole picture. Axes of a camera: x right, y down, z away.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core import rotation
from core.errors import StudioError
from core.motion import Motion

FloatArray = npt.NDArray[np.float64]

CROP_PIXELS = 224
CROP_FOCAL = 5000.0  # focal length in pixels of the crop's camera, as both networks were trained
_TINY = 1e-9
_SMALLEST_SCALE = 0.05  # a body twenty times smaller than its crop is no body
_FLIP = np.diag([1.0, -1.0, -1.0])  # y down, z away <-> y up, z towards the camera


@dataclass(frozen=True, eq=False)
class PersonCamera:
    """A camera that draws one person's body over the video.

    focal in pixels; centre (2,) of the picture in pixels; times (T,) seconds of the video, one a
    frame of the person's motion; global_orient (T, 3) axis-angle and trans (T, 3) metres in camera
    axes: the motion's own with the camera's put in their place project onto the picture.
    """

    focal: float
    centre: FloatArray
    width: int
    height: int
    times: FloatArray
    global_orient: FloatArray
    trans: FloatArray

    def in_camera(self, motion: Motion) -> Motion:
        """Return the motion in this camera's axes instead of the world's.

        Raises StudioError when the motion has another number of frames.
        """
        if motion.num_frames != len(self.times):
            raise StudioError(
                f"The camera has {len(self.times)} frames, the motion {motion.num_frames}.",
                "Use the motion as it was estimated.",
            )
        poses = np.array(motion.poses)
        poses[:, 0] = self.global_orient
        return motion.replace(poses=poses, trans=self.trans)

    def project(self, points: npt.ArrayLike) -> FloatArray:
        """Return pixels (..., 2) of points (..., 3) in camera axes; those behind it come as nan."""
        points = np.asarray(points, np.float64)
        depth = np.where(points[..., 2:] > 0.01, points[..., 2:], np.nan)
        return np.asarray(self.focal * points[..., :2] / depth + self.centre)

    def index(self, seconds: float) -> int | None:
        """Return the frame shown at a time of the video, None before and after the person."""
        step = np.diff(self.times).min() if len(self.times) > 1 else 0.1
        index = int(np.argmin(np.abs(self.times - seconds)))
        return index if abs(float(self.times[index]) - seconds) <= step else None


def full_image_camera(
    cam: npt.ArrayLike, squares: npt.ArrayLike, width: int, height: int
) -> FloatArray:
    """Return (N, 4) sx, sy, tx, ty of the whole picture from crop cameras (N, 3) s, tx, ty.

    ``squares`` (N, 3) are centre x, y and side in pixels: of the crop, margin included, for a
    camera that fits; of the box without it for VIBE's own (its ``convert_crop_cam_to_orig_img``).
    x_ndc = sx (X + tx), y_ndc = sy (Y + ty), both -1..1 over the picture.
    """
    scale, tx, ty = np.asarray(cam, np.float64).T
    x, y, side = np.asarray(squares, np.float64).T
    half_width, half_height = width / 2.0, height / 2.0
    sx, sy = scale * side / width, scale * side / height
    return np.stack(
        [
            sx,
            sy,
            (x - half_width) / half_width / sx + tx,
            (y - half_height) / half_height / sy + ty,
        ],
        axis=1,
    )


def points_in_image(points: npt.ArrayLike, squares: npt.ArrayLike) -> FloatArray:
    """Return pixels (N, P, 2) of the picture from points (N, P, 2) in -1..1 of crops (N, 3)."""
    points, squares = np.asarray(points, np.float64), np.asarray(squares, np.float64)[:, None]
    side = squares[..., 2:]
    return np.asarray(squares[..., :2] - side / 2 + side * (points + 1) / 2)


def crop_translation(cam: npt.ArrayLike) -> FloatArray:
    """Return (N, 3) metres that put a body before the crop's own camera, from (N, 3) s, tx, ty."""
    scale, tx, ty = np.asarray(cam, np.float64).T
    return np.stack([tx, ty, 2 * CROP_FOCAL / (CROP_PIXELS * scale + _TINY)], axis=1)


def project_in_crop(joints: npt.ArrayLike, cam: npt.ArrayLike) -> FloatArray:
    """Return (N, J, 2) in -1..1 of the crop from joints (N, J, 3) by cameras (N, 3) s, tx, ty."""
    placed = np.asarray(joints, np.float64) + crop_translation(cam)[:, None]
    return np.asarray(CROP_FOCAL * placed[..., :2] / placed[..., 2:] / (CROP_PIXELS / 2))


def translation(
    cam: npt.ArrayLike, squares: npt.ArrayLike, focal: float, width: int, height: int
) -> FloatArray:
    """Return (N, 3) metres in axes of the whole picture's camera (CLIFF, Li et al. 2022, eq. 5).

    As :func:`full_image_camera`; ``focal`` in pixels of the whole picture.
    """
    scale, tx, ty = np.asarray(cam, np.float64).T
    x, y, side = np.asarray(squares, np.float64).T
    size = np.maximum(scale, _SMALLEST_SCALE) * side
    return np.stack(
        [tx + 2 * (x - width / 2) / size, ty + 2 * (y - height / 2) / size, 2 * focal / size],
        axis=1,
    )


def turned_to_sight(rotmats: npt.ArrayLike, places: npt.ArrayLike) -> FloatArray:
    """Turn global orientations (T, 3, 3) from crops' cameras to the whole picture's.

    A network that sees a crop takes it for the middle of a picture: somebody at the edge who faces
    the camera looks to it like somebody in the middle who does. The line of sight to ``places``
    (T, 3) metres makes up the difference; without it, people turn as they cross the picture.
    """
    ahead = np.broadcast_to([0.0, 0.0, 1.0], np.shape(places))
    sight = rotation.minimal_rotmat(ahead, np.asarray(places, np.float64))
    return np.asarray(sight @ np.asarray(rotmats, np.float64))


def flipped_rotmats(rotmats: npt.ArrayLike) -> FloatArray:
    """Turn global orientations (..., 3, 3) from y down to y up axes, or back."""
    return np.asarray(_FLIP @ np.asarray(rotmats, np.float64))


def flipped_trans(trans: npt.ArrayLike, pelvis: npt.ArrayLike) -> FloatArray:
    """Turn translations (T, 3) from y down to y up axes, or back.

    A body turns about its rest pelvis (3,), which SMPL's translation does not contain.
    """
    pelvis = np.asarray(pelvis, np.float64)
    return np.asarray((np.asarray(trans, np.float64) + pelvis) @ _FLIP - pelvis)


def camera_of(
    rotmats: npt.ArrayLike, trans: npt.ArrayLike, times: npt.ArrayLike, **picture: float
) -> PersonCamera:
    """Make a person's camera of global orientations (T, 3, 3) and translations in camera axes.

    ``picture``: focal, width, height in pixels.
    """
    width, height = int(picture["width"]), int(picture["height"])
    return PersonCamera(
        focal=float(picture["focal"]),
        centre=np.array([width / 2, height / 2]),
        width=width,
        height=height,
        times=np.asarray(times, np.float64),
        global_orient=np.asarray(rotation.rotmat_to_rotvec(np.asarray(rotmats, np.float64))),
        trans=np.asarray(trans, np.float64),
    )
