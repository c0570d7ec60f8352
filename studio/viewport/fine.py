"""A still picture at its best on machines that draw in software.

There multisampling would more than double the price of every frame. So what moves is drawn plainly,
and once nothing has moved for a moment the scene is drawn twice as large and averaged.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from vispy import gloo

from studio.viewport.scene import Scene
from studio.viewport.shaders import COPY_FRAGMENT, COPY_VERTEX

SCALE = 2


class FinePicture:
    """Draws a scene larger into a texture, then onto the screen."""

    def __init__(self) -> None:
        self._program = gloo.Program(COPY_VERTEX, COPY_FRAGMENT)
        corners = np.array([[-1, -1], [1, -1], [-1, 1], [1, 1]], np.float32)
        self._program["a_corner"] = gloo.VertexBuffer(corners)
        self._size = (0, 0)
        self._target: Any = None

    def draw(self, scene: Scene, size: tuple[int, int]) -> None:
        """Draw into the current framebuffer of ``size`` physical pixels."""
        large = (size[0] * SCALE, size[1] * SCALE)
        if self._size != large:
            self._size = large
            texture = gloo.Texture2D(
                (large[1], large[0], 4), interpolation="linear", wrapping="clamp_to_edge"
            )  # linear: each pixel of the screen becomes the mean of its four
            self._target = gloo.FrameBuffer(texture, gloo.RenderBuffer((large[1], large[0])))
            self._program["u_picture"] = texture
        with self._target:
            scene.draw(large)
        gloo.set_viewport(0, 0, *size)
        gloo.set_state(depth_test=False, blend=False, cull_face=False)
        self._program.draw("triangle_strip")
