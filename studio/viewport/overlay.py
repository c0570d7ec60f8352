"""A body drawn over the video by the camera its estimator found: numpy only, in any thread."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from core import rotation
from core.motion import Motion
from studio.viewport.camera import OrbitCamera, View
from studio.viewport.poses import posed_clip, skin_mesh
from studio.viewport.software import facing, posed_skin, shaded

if TYPE_CHECKING:
    from core.video.camera import PersonCamera

Picture = npt.NDArray[np.uint8]

MAX_SIDE = 560
"""Pixels of the longer side that is drawn; the picture is laid over the video and scaled."""

_UP = np.array([1.0, -1.0, -1.0])  # y down, z away -> y up, z towards the camera


@dataclass
class PictureCamera(OrbitCamera):
    """The camera of a picture: at the origin, looking along -z, y up.

    ``focal`` and ``centre`` in pixels of a picture of ``width`` by ``height`` pixels.
    """

    focal: float = 1000.0
    centre: tuple[float, float] = (0.0, 0.0)
    width: int = 1
    height: int = 1

    @classmethod
    def of(cls, camera: PersonCamera) -> PictureCamera:
        """The camera an estimator found."""
        view = View(yaw=0.0, pitch=0.0, target=(0.0, 0.0, -1.0), distance=1.0)
        return cls(
            view=view, goal=view, focal=camera.focal, width=camera.width, height=camera.height,
            centre=(float(camera.centre[0]), float(camera.centre[1])),
        )  # fmt: skip

    def cropped(self, part: tuple[int, int, int, int], size: tuple[int, int]) -> PictureCamera:
        """Return the camera of a part (left, top, right, bottom pixels) of a picture of ``size``.

        The part is a picture of its own then.
        """
        scale = size[0] / self.width
        left, top, right, bottom = part
        centre = (self.centre[0] * scale - left, self.centre[1] * scale - top)
        return replace(
            self, focal=self.focal * scale, centre=centre, width=right - left, height=bottom - top
        )

    def eye(self) -> npt.NDArray[np.float64]:
        return np.zeros(3)

    def view_matrix(self) -> npt.NDArray[np.float64]:
        return np.eye(4)

    def projection(self, aspect: float) -> npt.NDArray[np.float64]:
        near, far = 0.1, 200.0
        width, height = float(self.width), float(self.height)
        x, y = self.centre
        return np.array(
            [
                [2 * self.focal / width, 0, 1 - 2 * x / width, 0],
                [0, 2 * self.focal / height, 2 * y / height - 1, 0],
                [0, 0, -(far + near) / (far - near), -2 * far * near / (far - near)],
                [0, 0, -1, 0],
            ]
        )

    def project(self, points: npt.ArrayLike, size: tuple[float, float]) -> npt.NDArray[np.float64]:
        """Return (N, 3): x, y in pixels of a picture of ``size``, y downwards, and the depth."""
        scale = size[0] / self.width
        seen = np.asarray(points, np.float64).reshape(-1, 3)
        depth = np.maximum(-seen[:, 2], 1e-3)
        x = (self.focal * seen[:, 0] / depth + self.centre[0]) * scale
        y = (-self.focal * seen[:, 1] / depth + self.centre[1]) * scale
        return np.stack([x, y, depth], axis=1)


@dataclass(frozen=True, kw_only=True, eq=False)
class Layer:
    """A picture (h, w, 4) uint8, not premultiplied, and where it lies: left, top, width, height in
    0..1 of the video's picture."""

    picture: Picture
    rect: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)


def in_view(motion: Motion, camera: PersonCamera) -> Motion:
    """Return a motion as its camera sees it, in axes with y up and z towards the camera.

    Drawn from the origin along -z it lies over the video. Raises StudioError when the camera is
    another motion's.
    """
    from core.body import body_for
    from core.video.camera import flipped_trans

    seen = camera.in_camera(motion)
    poses = np.array(seen.poses)
    turned = rotation.rotvec_to_rotmat(poses[:, 0])
    poses[:, 0] = rotation.rotmat_to_rotvec(np.diag(_UP) @ turned)
    pelvis = body_for(motion).shaped(motion.betas).joints[0]
    return seen.replace(poses=poses, trans=flipped_trans(seen.trans, pelvis))


def draw_over(
    motion: Motion, camera: PersonCamera, frame: int, color: str, *, max_side: int = MAX_SIDE
) -> Layer:
    """Draw one frame of a person over the video.

    ``motion`` as it was estimated with ``camera``, frame by frame; ``color`` "#rrggbb". Takes some
    tens of milliseconds and no OpenGL: faces from back to front, drawn twice as large.
    """
    from core._cv2 import cv2

    poses = np.array(motion.poses[frame : frame + 1])
    poses[:, 0] = camera.global_orient[frame]
    still = motion.replace(
        poses=poses, trans=camera.trans[frame : frame + 1], confidence=None, inferred=(),
        channels={},
    )  # fmt: skip
    clip = posed_clip(still)
    mesh = skin_mesh(clip.body, clip.shape[1])
    vertices, normals = posed_skin(clip.bones[0], mesh, clip.body.weights)
    vertices, normals = vertices * _UP, normals * _UP
    scale = min(max_side / max(camera.width, camera.height), 1.0)
    size = (camera.width * scale * 2, camera.height * scale * 2)
    pinhole = PictureCamera.of(camera)
    points = pinhole.project(vertices, size)
    colors = shaded(vertices, normals, color, pinhole)
    if mesh.shade is not None:
        colors = colors * (0.25 + 0.75 * mesh.shade)[:, None]
    low = np.clip(np.floor(points[:, :2].min(axis=0)), 0, size).astype(int) // 2 * 2
    high = np.clip(np.ceil(points[:, :2].max(axis=0)) + 2, 0, size).astype(int) // 2 * 2
    width, height = (int(v) for v in np.maximum(high - low, 2))
    faces = facing(points.astype(np.float32), mesh.faces)
    order = np.argsort(-points[:, 2][faces].mean(axis=1))
    faces = faces[order]
    inks = np.clip(colors[faces].mean(axis=1), 0, 1) ** (1 / 2.2) * 255
    corners = np.round((points[:, :2] - low)[faces] * 8).astype(np.int32)  # eighths of a pixel
    canvas = np.zeros((height, width, 4), np.uint8)
    for triangle, ink in zip(corners, inks.tolist(), strict=True):
        cv2.fillConvexPoly(canvas, triangle, (*ink, 255), cv2.LINE_8, 3)
    return Layer(
        picture=halved(canvas),
        rect=(low[0] / size[0], low[1] / size[1], width / size[0], height / size[1]),
    )


def halved(canvas: Picture) -> Picture:
    """Average 2 x 2 pixels; colours keep their strength at the rim."""
    height, width = canvas.shape[:2]
    blocks = canvas.reshape(height // 2, 2, width // 2, 2, 4).astype(np.uint16).sum(axis=(1, 3))
    inked = np.maximum(blocks[..., 3:] // 255, 1)  # empty pixels are black and add nothing
    return np.concatenate([blocks[..., :3] // inked, blocks[..., 3:] // 4], axis=-1).astype(
        np.uint8
    )


def attention_layer(
    maps: npt.NDArray[np.float32], square: npt.NDArray[np.floating], size: tuple[int, int], *,
    joints: tuple[int, ...] = (), side: int = 320,
) -> Layer:  # fmt: skip
    """Colour where an estimator looked, over a picture of ``size`` (w, h) pixels.

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
    return Layer(picture=np.concatenate([rgb, alpha], axis=-1).astype(np.uint8))
