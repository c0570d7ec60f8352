"""The moving picture on machines that draw in software: only what may have changed is drawn.

The ground (backdrop and grid) is kept from frame to frame while the camera stands still, bodies
have fewer triangles, and drawing stays inside the box around where bodies are and were.
:class:`~studio.viewport.fine.FinePicture` takes over once nothing moves.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from vispy import gloo

from studio.viewport.scene import Scene
from studio.viewport.shaders import COPY_FRAGMENT, COPY_VERTEX

Box = tuple[int, int, int, int]
"""left, bottom, right, top in pixels, as OpenGL counts them."""


class MovingPicture:
    """Draws a scene into the same framebuffer again and again, as little of it as will do."""

    def __init__(self) -> None:
        self._copy = gloo.Program(COPY_VERTEX, COPY_FRAGMENT)
        corners = np.array([[-1, -1], [1, -1], [-1, 1], [1, 1]], np.float32)
        self._copy["a_corner"] = gloo.VertexBuffer(corners)
        self._size = (0, 0)
        self._ground: Any = None
        self._ground_mark: object = None
        self._last: Box | None = None

    def forget(self) -> None:
        """Draw all of the next picture: somebody else drew into the framebuffer."""
        self._last = None

    def draw(self, scene: Scene, size: tuple[int, int]) -> None:
        """Draw into the current framebuffer of ``size`` physical pixels."""
        whole = (0, 0, *size)
        now = scene.box(size) or whole
        if self._renew_ground(scene, size) or self._last is None:
            box = whole
        else:
            box = _around(now, self._last)
        self._last = now
        gloo.set_viewport(0, 0, *size)
        gloo.set_scissor(box[0], box[1], box[2] - box[0], box[3] - box[1])
        gloo.set_state(scissor_test=True, depth_test=False, blend=False, cull_face=False)
        self._copy.draw("triangle_strip")
        scene.draw_movers(size, coarse=True)
        gloo.set_state(scissor_test=False)

    def _renew_ground(self, scene: Scene, size: tuple[int, int]) -> bool:
        """Draw the ground anew if anything about it changed; return whether it did."""
        mark = scene.ground_mark(size)
        if mark == self._ground_mark:
            return False
        if size != self._size:
            texture = gloo.Texture2D((size[1], size[0], 4), interpolation="nearest")
            self._ground = gloo.FrameBuffer(texture)
            self._copy["u_picture"] = texture
            self._size = size
        with self._ground:
            scene.draw_ground(size)
        self._ground_mark = mark
        return True


def _around(a: Box, b: Box) -> Box:
    return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])
