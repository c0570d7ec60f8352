"""Trails of the hands and feet: ribbons along the last moments of a clip, fading into the past.

All of a clip's path is uploaded once; the frame is a uniform, and what lies outside the last
moments has no width. So a frame costs one draw call, as a body does.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from vispy import gloo

from core.skeleton import JOINT_INDEX
from studio.viewport.look import Rgb
from studio.viewport.visuals import Lights

SECONDS = 0.8
"""How long a trail reaches back."""
WIDTH = 3.2
"""Thickness in physical pixels for a picture 720 pixels high, where the trail is youngest."""
MAX_POINTS = 4000
"""Points along one trail; longer clips are drawn from fewer of their frames."""
FINENESS = 4
"""Points from one frame to the next, on a smooth curve."""
JOINTS = tuple(JOINT_INDEX[n] for n in ("left_hand", "right_hand", "left_foot", "right_foot"))

_VERTEX = """
attribute vec3 a_here;
attribute vec3 a_before;
attribute float a_side;
attribute float a_frame;
uniform mat4 u_clip_from_world;
uniform vec3 u_offset;
uniform vec2 u_resolution;
uniform float u_now;
uniform float u_span;       // frames
uniform float u_step;       // frames from one point to the next
uniform float u_width;
varying float v_youth;      // 1 now, 0 where the trail ends
void main() {
    // the first point of the future is drawn back to where the body is now
    float reached = clamp((u_now - a_frame) / u_step + 1.0, 0.0, 1.0);
    vec4 here = u_clip_from_world * vec4(mix(a_before, a_here, reached) + u_offset, 1.0);
    vec4 before = u_clip_from_world * vec4(a_before + u_offset, 1.0);
    vec2 way = (here.xy / here.w - before.xy / before.w) * u_resolution;
    float len = length(way);
    vec2 across = len > 1e-4 ? vec2(-way.y, way.x) / len : vec2(0.0);
    float age = (u_now - a_frame) / u_span;
    float seen = step(0.0, reached - 0.0001) * step(age, 1.0);
    v_youth = clamp(1.0 - age, 0.0, 1.0);
    float width = u_width * (0.3 + 0.7 * v_youth) * seen;
    here.xy += across * a_side * width / u_resolution * here.w;
    gl_Position = here;
}
"""
_FRAGMENT = """
varying float v_youth;
uniform vec3 u_color;       // sRGB
void main() { gl_FragColor = vec4(u_color, v_youth * v_youth * 0.85); }
"""


class TrailVisual:
    """The trails of one clip: joints (T, 24, 3) world positions before the item's own."""

    def __init__(self, joints: npt.NDArray[np.float32], fps: float) -> None:
        path, frames = smooth_path(joints[:, JOINTS])
        path = path.transpose(1, 0, 2)  # (4, n, 3)
        count = path.shape[1]
        before = np.concatenate([path[:, :1] * 2 - path[:, 1:2], path[:, :-1]], axis=1)
        frame = np.broadcast_to(frames, (len(JOINTS), count))
        side = np.tile(np.array([-1, 1], np.float32), len(JOINTS) * count)
        start = (np.arange(len(JOINTS))[:, None] * count + np.arange(count - 1)).ravel() * 2
        quads = start[:, None] + np.array([0, 1, 2, 2, 1, 3])
        self._span = SECONDS * fps
        self._step = float(frames[1]) if count > 1 else 1.0
        self._program = gloo.Program(_VERTEX, _FRAGMENT)
        for name, values in (("a_here", path), ("a_before", before)):
            twice = np.repeat(values.reshape(-1, 3), 2, axis=0)
            self._program[name] = gloo.VertexBuffer(np.ascontiguousarray(twice, np.float32))
        self._program["a_frame"] = gloo.VertexBuffer(np.repeat(frame, 2).astype(np.float32))
        self._program["a_side"] = gloo.VertexBuffer(side)
        self._faces = gloo.IndexBuffer(quads.reshape(-1, 3).astype(np.uint32))

    def draw(
        self, lights: Lights, frame: float, offset: tuple[float, float, float], color: Rgb
    ) -> None:
        """Draw the moments before ``frame``; ``color`` sRGB."""
        program = self._program
        program["u_clip_from_world"] = lights.clip_from_world.T
        program["u_resolution"] = lights.resolution
        program["u_offset"] = offset
        program["u_now"] = frame
        program["u_span"] = self._span
        program["u_step"] = self._step
        program["u_width"] = WIDTH * max(lights.resolution[1] / 720.0, 0.6)
        program["u_color"] = color
        program.draw("triangles", self._faces)


def smooth_path(
    points: npt.NDArray[np.float32],
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """(T, J, 3) -> (n, J, 3) on a curve through the points (Catmull-Rom), and their frames (n,)."""
    step = max(1, -(-len(points) * FINENESS // MAX_POINTS))
    knots = points[::step].astype(np.float64)
    slope = np.gradient(knots, axis=0) if len(knots) > 1 else np.zeros_like(knots)
    t = (np.arange(FINENESS) / FINENESS)[None, :, None, None]
    a, b, u, v = (k[:, None] for k in (knots[:-1], knots[1:], slope[:-1], slope[1:]))
    curve = (
        (2 * t**3 - 3 * t**2 + 1) * a
        + (t**3 - 2 * t**2 + t) * u
        + (3 * t**2 - 2 * t**3) * b
        + (t**3 - t**2) * v
    )
    path = np.concatenate([curve.reshape(-1, *points.shape[1:]), knots[-1:]])
    frames = np.arange(len(path)) * (step / FINENESS)
    return path.astype(np.float32), frames.astype(np.float32)
