"""Where a still camera must have stood for a clip to lie on what is seen in a video.

For clips that come without a camera (files of other tools, clips turned upright, cleaned ones): one
rotation and one place for the whole clip, found by robust least squares on the reprojection error
(resection; Hartley and Zisserman 2004, section 7.2), the focal length being known.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import least_squares

from core.body import body_for, joint_positions
from core.errors import StudioError
from core.motion import Motion
from core.rotation import rotmat_to_rotvec, rotvec_to_rotmat
from core.video.camera import PersonCamera

FloatArray = npt.NDArray[np.float64]

LEAST_POINTS = 12
_FRAMES = 24  # looked at for the first guess; all are for the last
_OUTLIER = 0.01  # of the picture's diagonal: farther points pull less
_UPRIGHT = np.diag([1.0, -1.0, -1.0])  # camera axes (y down, z away) from the world's
_YAWS = (0.0, 90.0, 180.0, 270.0)


def resected(
    motion: Motion, points: FloatArray, width: int, height: int, focal: float | None = None
) -> PersonCamera:
    """Return the still camera through which a clip lies best on ``points``.

    points (T, 24, 2) are its joints in pixels, nan where not seen; focal in pixels, None: the
    diagonal. What is returned is about the best a still camera of this focal length can do; a
    camera that follows the person frame by frame does better. Raises StudioError for too few
    points.
    """
    points = np.asarray(points, np.float64)
    seen = np.asarray(np.isfinite(points).all(axis=-1))
    if points.shape != (motion.num_frames, 24, 2) or int(seen.sum()) < LEAST_POINTS:
        raise StudioError(
            "The video shows too little of this person to place a camera.",
            "Compare without the video.",
        )
    diagonal = float(np.hypot(width, height))
    focal, centre = focal or diagonal, np.array([width / 2, height / 2])
    joints = np.asarray(joint_positions(motion), np.float64)
    middle = joints[seen].mean(axis=0)
    rows = np.unique(np.linspace(0, motion.num_frames - 1, _FRAMES).round().astype(int))
    rough = (joints[rows][seen[rows]] - middle, (points[rows][seen[rows]] - centre) / focal)
    whole = (joints[seen] - middle, (points[seen] - centre) / focal)
    if len(rough[0]) < LEAST_POINTS:
        rough = whole
    scale = _OUTLIER * diagonal / focal
    guesses = [_solved(*rough, _first_guess(*rough, yaw), scale) for yaw in _YAWS]
    found = _solved(*whole, min(guesses, key=lambda guess: guess[1])[0], scale)[0]
    turn = rotvec_to_rotmat(found[:3]) @ _UPRIGHT
    rest = np.asarray(body_for(motion).rest_joints[0], np.float64)
    root = rotvec_to_rotmat(np.asarray(motion.poses[:, 0], np.float64))
    return PersonCamera(
        focal=focal, centre=centre, width=width, height=height,
        times=np.arange(motion.num_frames) / motion.fps,
        global_orient=rotmat_to_rotvec(turn @ root),
        trans=(joints[:, 0] - middle) @ turn.T + found[3:] - rest,
    )  # fmt: skip


def _first_guess(joints: FloatArray, rays: FloatArray, yaw: float) -> FloatArray:
    """Upright, turned by ``yaw`` degrees, as far away as the sizes say."""
    away = float(joints[:, 1].std() / max(float(rays[:, 1].std()), 1e-6))
    turn = np.array([0.0, np.radians(yaw), 0.0])
    return np.concatenate([turn, rays.mean(axis=0) * away, [max(away, 0.5)]])


def _solved(
    joints: FloatArray, rays: FloatArray, start: FloatArray, scale: float
) -> tuple[FloatArray, float]:
    """(6,) rotation vector in camera axes and place, and the cost."""

    def errors(values: FloatArray) -> FloatArray:
        placed = joints @ (rotvec_to_rotmat(values[:3]) @ _UPRIGHT).T + values[3:]
        depth = np.maximum(placed[:, 2:], 0.05)
        return np.asarray((placed[:, :2] / depth - rays).ravel())

    found = least_squares(errors, start, loss="soft_l1", f_scale=scale, max_nfev=60)
    return np.asarray(found.x), float(found.cost)
