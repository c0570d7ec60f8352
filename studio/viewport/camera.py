"""Where the viewport looks from: an orbiting camera with eased moves. Plain numbers, no Qt, no GL.

Angles in degrees: yaw 0 looks at the body's front (from +Z), positive yaw walks round to its left
(+X); pitch is the height of the camera above the horizon. Matrices act on column vectors.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Float = npt.NDArray[np.float64]

MIN_DISTANCE, MAX_DISTANCE = 0.4, 60.0
EASE_SECONDS = 0.12
"""Time constant of the glide to a new view: felt as smooth, never as slow."""


@dataclass(frozen=True, kw_only=True)
class View:
    """One view: target (x, y, z) metres, distance in metres, yaw and pitch in degrees."""

    target: tuple[float, float, float] = (0.0, 0.9, 0.0)
    distance: float = 4.5
    yaw: float = 20.0
    pitch: float = 8.0

    def apart(self, other: View) -> float:
        """How different two views are: 1 is about the width of a picture."""
        moved = max(abs(a - b) for a, b in zip(self.target, other.target, strict=True))
        turned = math.radians(abs(self.yaw - other.yaw) + abs(self.pitch - other.pitch))
        return moved / other.distance + abs(self.distance / other.distance - 1) + turned


PRESETS: dict[str, tuple[float, float]] = {
    "front": (0.0, 4.0),
    "side": (90.0, 4.0),
    "orbit": (20.0, 8.0),
    "follow": (20.0, 8.0),
    "three-quarter": (32.0, 8.0),
    "back": (180.0, 4.0),
    "top": (0.0, 84.0),
}
"""Name -> (yaw, pitch) in degrees."""


@lru_cache(maxsize=8)  # asked for many times a picture
def basis(yaw: float, pitch: float) -> Float:
    """Return (3, 3): rows right, up, back (from the target towards the camera) in world axes."""
    y, p = math.radians(yaw), math.radians(pitch)
    back = np.array([math.sin(y) * math.cos(p), math.sin(p), math.cos(y) * math.cos(p)])
    right = np.array([math.cos(y), 0.0, -math.sin(y)])
    axes = np.stack([right, np.cross(back, right), back])
    axes.flags.writeable = False
    return axes


@dataclass
class OrbitCamera:
    """Glides from ``view`` to ``goal``; the mouse and the presets only move the goal."""

    view: View = View()
    goal: View = View()
    field_of_view: float = 28.0
    """Vertical, in degrees: narrow, as a portrait lens, so that bodies at the side stay upright."""

    def jump(self, view: View) -> None:
        """Show ``view`` at once, without a glide."""
        self.view = self.goal = view

    def advance(self, seconds: float) -> bool:
        """Glide on for ``seconds``; return whether the view is still on its way."""
        if self.view == self.goal:
            return False
        k = 1.0 - math.exp(-max(seconds, 0.0) / EASE_SECONDS)
        now, goal = self.view, self.goal
        target = tuple(a + (b - a) * k for a, b in zip(now.target, goal.target, strict=True))
        self.view = View(
            target=(target[0], target[1], target[2]),
            distance=now.distance * (goal.distance / now.distance) ** k,
            yaw=now.yaw + (goal.yaw - now.yaw) * k,
            pitch=now.pitch + (goal.pitch - now.pitch) * k,
        )
        if self.view.apart(goal) < 5e-4:  # under a pixel
            self.view = goal
            return False
        return True

    def orbit(self, dx: float, dy: float) -> None:
        """Turn by a drag of (dx, dy) in widget heights: a full height is half a turn."""
        pitch = min(max(self.goal.pitch + dy * 120.0, -8.0), 89.0)
        self.goal = replace(self.goal, yaw=self.goal.yaw - dx * 180.0, pitch=pitch)

    def pan(self, dx: float, dy: float) -> None:
        """Move by a drag of (dx, dy) in widget heights, so that the body stays under the mouse."""
        height = 2 * self.goal.distance * math.tan(math.radians(self.field_of_view / 2))
        axes = basis(self.goal.yaw, self.goal.pitch)
        moved = np.array(self.goal.target) + (-dx * axes[0] + dy * axes[1]) * height
        moved = np.clip(moved, [-50, -1, -50], [50, 6, 50])
        self.goal = replace(self.goal, target=(moved[0], moved[1], moved[2]))

    def zoom(self, steps: float) -> None:
        """Come nearer by ``steps`` wheel clicks (negative: away)."""
        distance = self.goal.distance * 0.88**steps
        self.goal = replace(self.goal, distance=min(max(distance, MIN_DISTANCE), MAX_DISTANCE))

    def turn_to(self, preset: str) -> None:
        """Glide to a preset's angles, the short way round, keeping target and distance."""
        yaw, pitch = PRESETS[preset]
        yaw += 360.0 * round((self.goal.yaw - yaw) / 360.0)
        self.goal = replace(self.goal, yaw=yaw, pitch=pitch)

    def eye(self) -> Float:
        """World position of the camera (3,)."""
        v = self.view
        eye: Float = np.array(v.target) + basis(v.yaw, v.pitch)[2] * v.distance
        return eye

    def view_matrix(self) -> Float:
        """(4, 4) camera_from_world."""
        axes = basis(self.view.yaw, self.view.pitch)
        matrix = np.eye(4)
        matrix[:3, :3] = axes
        matrix[:3, 3] = -axes @ self.eye()
        return matrix

    def projection(self, aspect: float) -> Float:
        """(4, 4) clip_from_camera for a picture ``aspect`` times as wide as high."""
        f = 1.0 / math.tan(math.radians(self.field_of_view / 2))
        near = max(0.05, self.view.distance * 0.05)
        far = self.view.distance + 40.0
        return np.array(
            [
                [f / aspect, 0, 0, 0],
                [0, f, 0, 0],
                [0, 0, -(far + near) / (far - near), -2 * far * near / (far - near)],
                [0, 0, -1, 0],
            ]
        )

    def clip_from_world(self, aspect: float) -> Float:
        """(4, 4) from world metres to clip coordinates."""
        matrix: Float = self.projection(aspect) @ self.view_matrix()
        return matrix

    def project(self, points: npt.ArrayLike, size: tuple[float, float]) -> Float:
        """(N, 3) world -> (N, 3): x, y in pixels from the top left, and depth along the view."""
        width, height = size
        world = np.asarray(points, float).reshape(-1, 3)
        clip = np.c_[world, np.ones(len(world))] @ self.clip_from_world(width / height).T
        w = np.maximum(clip[:, 3:], 1e-6)
        ndc = clip[:, :2] / w
        x, y = (ndc[:, 0] + 1) / 2 * width, (1 - ndc[:, 1]) / 2 * height
        return np.stack([x, y, clip[:, 3]], axis=1)

    def ray(self, x: float, y: float, size: tuple[float, float]) -> tuple[Float, Float]:
        """Return origin and unit direction (3,), (3,) of the sight through a pixel."""
        width, height = size
        t = math.tan(math.radians(self.field_of_view / 2))
        axes = basis(self.view.yaw, self.view.pitch)
        right = (2 * x / width - 1) * t * width / height
        up = (1 - 2 * y / height) * t
        direction = right * axes[0] + up * axes[1] - axes[2]
        return self.eye(), np.asarray(direction / np.linalg.norm(direction))

    def framed(
        self,
        points: npt.ArrayLike,
        aspect: float,
        *,
        margins: tuple[float, float, float, float] = (0.08, 0.08, 0.14, 0.12),
    ) -> View:
        """Return the goal's view moved so that all ``points`` (N, 3) just fit.

        ``margins``: left, right, top, bottom as fractions of the picture (the bottom leaves room
        for labels). Exact for a perspective camera: each side of the picture is a plane, and the
        farthest point against each plane says where the camera must stand.
        """
        axes = basis(self.goal.yaw, self.goal.pitch)
        local = np.asarray(points, float).reshape(-1, 3) @ axes.T
        x, y, z = local.T
        t = math.tan(math.radians(self.field_of_view / 2))
        left, right, top, bottom = margins
        tl, tr = t * aspect * (1 - 2 * left), t * aspect * (1 - 2 * right)
        tt, tb = t * (1 - 2 * top), t * (1 - 2 * bottom)
        a, b = np.max(x + tr * z), np.max(-x + tl * z)
        c, d = np.max(y + tt * z), np.max(-y + tb * z)
        depth = max((a + b) / (tl + tr), (c + d) / (tt + tb), float(z.max()) + MIN_DISTANCE)
        across = ((a - tr * depth) + (tl * depth - b)) / 2
        height = ((c - tt * depth) + (tb * depth - d)) / 2
        middle = float(z.min() + z.max()) / 2
        distance = min(max(depth - middle, MIN_DISTANCE), MAX_DISTANCE)
        target = np.array([across, height, middle]) @ axes
        return replace(
            self.goal, target=(target[0], target[1], target[2]), distance=float(distance)
        )
