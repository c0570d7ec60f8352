"""The moving picture on machines that draw in software: only what has changed is drawn.

The ground (backdrop and grid) is kept from frame to frame while the camera stands still, and of the
bodies those that look different than before are drawn anew, with fewer triangles, inside the box
around where they are and were. :class:`~studio.viewport.fine.FinePicture` takes over once nothing
moves; what it drew stays where nothing changes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from vispy import gloo

from studio.viewport.panes import Box
from studio.viewport.scene import Place, Scene
from studio.viewport.shaders import COPY_FRAGMENT, COPY_VERTEX

Places = dict[str, Place]


class MovingPicture:
    """Draws a scene into the same framebuffer again and again, as little of it as will do."""

    def __init__(self) -> None:
        self._copy = gloo.Program(COPY_VERTEX, COPY_FRAGMENT)
        corners = np.array([[-1, -1], [1, -1], [-1, 1], [1, 1]], np.float32)
        self._copy["a_corner"] = gloo.VertexBuffer(corners)
        self._size = (0, 0)
        self._ground: Any = None
        self._ground_mark: object = None
        self._last: Places | None = None

    def take_over(self, scene: Scene, size: tuple[int, int]) -> None:
        """Note what somebody else drew into the framebuffer: all of the scene as it is now."""
        is_same_ground = self._ground_mark == scene.ground_mark(size)
        self._last = scene.places(size) if is_same_ground else None

    def draw(self, scene: Scene, size: tuple[int, int]) -> Box:
        """Draw into the current framebuffer of ``size`` physical pixels; return what changed."""
        now = scene.places(size)
        whole = (0, 0, *size)
        box: Box | None = whole
        if not self._renew_ground(scene, size) and now is not None and self._last is not None:
            box = _changed(self._last, now)
        self._last = now
        if box is None:
            return (0, 0, 0, 0)
        seen = {key for key, place in (now or {}).items() if _meet(place.box, box)}
        gloo.set_viewport(0, 0, *size)
        gloo.set_scissor(box[0], box[1], box[2] - box[0], box[3] - box[1])
        gloo.set_state(scissor_test=True, depth_test=False, blend=False, cull_face=False)
        self._copy.draw("triangle_strip")
        gloo.set_state(scissor_test=False)
        scene.draw_movers(size, coarse=True, only=seen if now is not None else None, inside=box)
        return box

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


def _changed(before: Places, now: Places) -> Box | None:
    """Return the box around all bodies that were or are to be seen differently, None for none."""
    boxes = []
    for key in before.keys() | now.keys():
        places = before.get(key), now.get(key)
        if places[0] != places[1]:
            boxes += [place.box for place in places if place is not None]
    if not boxes:
        return None
    left, bottom, right, top = zip(*boxes, strict=True)
    return min(left), min(bottom), max(right), max(top)


def _meet(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
