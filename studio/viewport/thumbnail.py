"""The small picture of a clip in the library: its most telling pose, drawn without OpenGL."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from core.motion import Motion
from studio.viewport.camera import PRESETS, OrbitCamera
from studio.viewport.poses import posed_clip, skin_mesh
from studio.viewport.software import draw_body, posed_skin

DEFAULT_SIZE = (76, 76)


def telling_frame(motion: Motion) -> int:
    """Return the frame whose pose is farthest from how the clip begins and ends."""
    poses = np.asarray(motion.poses[:, 1:]).reshape(motion.num_frames, -1)
    if motion.num_frames < 3:
        return 0
    away = np.minimum(np.abs(poses - poses[0]).sum(axis=1), np.abs(poses - poses[-1]).sum(axis=1))
    away += 0.3 * np.abs(poses - np.median(poses, axis=0)).sum(axis=1)
    return int(np.argmax(away))


def thumbnail(
    motion: Motion,
    color: str,
    size: tuple[int, int] = DEFAULT_SIZE,
    *,
    frame: int | None = None,
    view: str = "three-quarter",
) -> npt.NDArray[np.uint8]:
    """Draw a clip's body small: (H, W, 4) uint8 on nothing, ``size`` (width, height) pixels.

    ``color`` "#rrggbb". Takes some ten milliseconds and no OpenGL: may be called in any thread.
    """
    at = telling_frame(motion) if frame is None else frame
    still = motion.replace(
        poses=motion.poses[at : at + 1], trans=motion.trans[at : at + 1],
        confidence=None, inferred=(),
    )  # fmt: skip
    clip = posed_clip(still)
    mesh = skin_mesh(clip.body, clip.shape[1])
    vertices, normals = posed_skin(clip.bones[0], mesh, clip.body.weights)
    camera = OrbitCamera(field_of_view=20.0)
    yaw, pitch = PRESETS[view]
    camera.jump(replace(camera.goal, yaw=yaw, pitch=pitch))
    aspect = size[0] / size[1]
    camera.jump(camera.framed(vertices[::5], aspect, margins=(0.06, 0.06, 0.06, 0.06)))
    # one scale for all clips, so that a crouching body is smaller than a standing one
    camera.jump(replace(camera.goal, distance=max(camera.goal.distance, 4.9)))
    return draw_body(vertices, normals, mesh.faces, color, camera, size, shade=mesh.shade)
