"""A body drawn over the video by the camera its estimator found: numpy only, in any thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from core.motion import Motion
from studio.viewport.camera import OrbitCamera, View
from studio.viewport.poses import posed_clip, skin_mesh
from studio.viewport.software import draw_body, posed_skin

if TYPE_CHECKING:
    from core.video.camera import PersonCamera

Picture = npt.NDArray[np.uint8]

MAX_SIDE = 640
"""Pixels of the longer side that is drawn; the picture is laid over the video and scaled."""

_UP = np.array([1.0, -1.0, -1.0])  # y down, z away -> y up, z towards the camera


@dataclass
class PictureCamera(OrbitCamera):
    """The camera of a picture: at the origin, looking along -z, y up.

    ``focal`` and ``centre`` in pixels of a picture ``width`` pixels wide.
    """

    focal: float = 1000.0
    centre: tuple[float, float] = (0.0, 0.0)
    width: int = 1

    def eye(self) -> npt.NDArray[np.float64]:
        return np.zeros(3)

    def project(
        self, points: npt.NDArray[np.floating], size: tuple[int, int]
    ) -> npt.NDArray[np.float64]:
        """Return (N, 3): x, y in pixels of a picture of ``size``, y downwards, and the depth."""
        scale = size[0] / self.width
        depth = np.maximum(-np.asarray(points, np.float64)[:, 2], 1e-3)
        x = (self.focal * points[:, 0] / depth + self.centre[0]) * scale
        y = (-self.focal * points[:, 1] / depth + self.centre[1]) * scale
        return np.stack([x, y, depth], axis=1)


def draw_over(
    motion: Motion, camera: PersonCamera, frame: int, color: str, *, max_side: int = MAX_SIDE
) -> Picture:
    """Draw one frame of a person on nothing: (H, W, 4) uint8, not premultiplied.

    ``motion`` as it was estimated with ``camera``, frame by frame; the picture has the video's
    shape. ``color`` "#rrggbb". Takes some tens of milliseconds and no OpenGL.
    """
    poses = np.array(motion.poses[frame : frame + 1])
    poses[:, 0] = camera.global_orient[frame]
    still = motion.replace(
        poses=poses, trans=camera.trans[frame : frame + 1], confidence=None, inferred=(),
        channels={},
    )  # fmt: skip
    clip = posed_clip(still)
    mesh = skin_mesh(clip.body, clip.shape[1])
    vertices, normals = posed_skin(clip.bones[0], mesh, clip.body.weights)
    scale = min(max_side / max(camera.width, camera.height), 1.0)
    size = (max(round(camera.width * scale), 1), max(round(camera.height * scale), 1))
    pinhole = PictureCamera(
        view=View(yaw=0.0, pitch=0.0), focal=camera.focal, width=camera.width,
        centre=(float(camera.centre[0]), float(camera.centre[1])),
    )  # fmt: skip
    return draw_body(
        (vertices * _UP).astype(np.float32), (normals * _UP).astype(np.float32), mesh.faces, color,
        pinhole, size, shade=mesh.shade,
    )  # fmt: skip


def attention_layer(
    maps: npt.NDArray[np.float32], square: npt.NDArray[np.floating], size: tuple[int, int], *,
    joints: tuple[int, ...] = (), side: int = 320,
) -> Picture:  # fmt: skip
    """Colour where an estimator looked: (H, W, 4) uint8 over a picture of ``size`` (w, h) pixels.

    maps (24, h, w) in 0..1 inside the square (centre x, y, side) in the picture's pixels; the
    strongest of ``joints`` (all when empty) is shown, bright where it looked most.
    """
    from PIL import Image

    chosen = maps[list(joints)] if joints else maps
    heat = chosen.max(axis=0)
    heat = heat / max(float(heat.max()), 1e-6)
    scale = side / max(size)
    width, height = max(round(size[0] * scale), 1), max(round(size[1] * scale), 1)
    x, y, length = (float(v) * scale for v in square)
    spot = max(round(length), 1)
    image = Image.fromarray((heat * 255).astype(np.uint8)).resize(
        (spot, spot), Image.Resampling.BILINEAR
    )
    field = Image.new("L", (width, height))
    field.paste(image, (round(x - length / 2), round(y - length / 2)))
    value = np.asarray(field, np.float32) / 255.0
    stops = np.array([0.0, 0.35, 0.7, 1.0])
    ramp = np.array([[40, 20, 90], [190, 40, 110], [250, 140, 60], [255, 240, 160]], np.float32)
    rgb = np.stack([np.interp(value, stops, ramp[:, c]) for c in range(3)], axis=-1)
    alpha = np.clip(value * 1.3, 0, 0.75)[..., None] * 255
    return np.concatenate([rgb, alpha], axis=-1).astype(np.uint8)
