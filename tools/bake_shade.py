"""Bake how much sky each vertex of the free body sees, into resources/viewport/free_body_shade.npz.

The viewport darkens armpits, chin, eye sockets and the gaps between fingers and toes with it.
Numpy only: depth pictures of the relaxed body from many directions, each vertex compared with them.
Run after resources/body/free_body.npz has changed: python tools/bake_shade.py
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from core.atomic import written_whole
from core.body import default_body, skin
from core.motion import Motion
from studio.viewport.mesh import vertex_normals
from studio.viewport.shade import SHADE_FILE, mesh_mark

DIRECTIONS = 256
PIXELS = 320
NEAR = 0.45
"""Metres beyond which a surface no longer darkens another: the pose changes anyway."""


def relaxed() -> Motion:
    """The pose to bake in: arms half down, legs apart, elbows and knees a little bent."""
    poses = np.zeros((1, 24, 3), np.float32)
    poses[0, 16, 2], poses[0, 17, 2] = -0.85, 0.85
    poses[0, 18, 1], poses[0, 19, 1] = -0.25, 0.25
    poses[0, 1, 2], poses[0, 2, 2] = 0.12, -0.12
    return Motion(poses=poses, trans=np.zeros((1, 3), np.float32))


def sphere(count: int) -> np.ndarray:
    """(count, 3) directions spread evenly by the golden angle."""
    i = np.arange(count) + 0.5
    y = 1 - 2 * i / count
    angle = np.pi * (3 - np.sqrt(5)) * i
    r = np.sqrt(1 - y * y)
    return np.stack([r * np.cos(angle), y, r * np.sin(angle)], axis=1)


def depth_picture(points: np.ndarray, faces: np.ndarray, scale: float) -> np.ndarray:
    """(PIXELS, PIXELS) greatest height of the surface, points (V, 3) seen along -z."""
    steps = 5
    i, j = np.meshgrid(np.arange(steps + 1), np.arange(steps + 1), indexing="ij")
    keep = i + j <= steps
    weights = np.stack([i[keep], j[keep], steps - i[keep] - j[keep]], axis=1) / steps
    samples = np.einsum("sk,fkc->fsc", weights, points[faces]).reshape(-1, 3)
    at = ((samples[:, :2] * scale + 0.5) * PIXELS).astype(int)
    index = at[:, 1] * PIXELS + at[:, 0]
    order = np.argsort(samples[:, 2])
    picture = np.full(PIXELS * PIXELS, -np.inf)
    picture[index[order]] = samples[order, 2]
    return picture.reshape(PIXELS, PIXELS)


def visible(points: np.ndarray, picture: np.ndarray, scale: float) -> np.ndarray:
    """(V,) 0..1: whether nothing near stands between each point and the viewer."""
    at = (points[:, :2] * scale + 0.5) * PIXELS - 0.5
    low = np.floor(at).astype(int)
    out = np.zeros(len(points))
    for dx in (0, 1):
        for dy in (0, 1):
            above = picture[low[:, 1] + dy, low[:, 0] + dx] - points[:, 2]
            out += (above < 0.006) | (above > NEAR)
    return out / 4


def main() -> None:
    body = default_body()
    vertices = np.asarray(skin(relaxed(), body)[0], float)
    faces = np.asarray(body.faces, int)
    normals = vertex_normals(vertices.astype(np.float32), faces).astype(float)
    centred = vertices - (vertices.min(axis=0) + vertices.max(axis=0)) / 2
    scale = 0.98 / (2 * np.linalg.norm(centred, axis=1).max())
    lifted = centred + normals * 0.006
    seen = np.zeros(len(vertices))
    total = np.zeros(len(vertices))
    for direction in sphere(DIRECTIONS):
        helper = np.array([0.0, 1, 0]) if abs(direction[1]) < 0.9 else np.array([1.0, 0, 0])
        u = np.cross(helper, direction)
        u /= np.linalg.norm(u)
        axes = np.stack([u, np.cross(direction, u), direction])
        weight = np.maximum(normals @ direction, 0)
        picture = depth_picture(centred @ axes.T, faces, scale)
        seen += weight * visible(lifted @ axes.T, picture, scale)
        total += weight
    shade = seen / np.maximum(total, 1e-9)
    for _ in range(2):  # the sampling's grain away
        sums, counts = shade.copy(), np.ones(len(shade))
        for a, b in ((0, 1), (1, 2), (2, 0)):
            np.add.at(sums, faces[:, a], shade[faces[:, b]])
            np.add.at(counts, faces[:, a], 1)
        shade = sums / counts
    stored = np.clip(np.round(shade * 255), 0, 255).astype(np.uint8)
    with written_whole(SHADE_FILE) as temporary, temporary.open("wb") as stream:
        np.savez_compressed(stream, shade=stored, mark=np.array(mesh_mark(body)))
    print(f"{SHADE_FILE.name}: {len(stored)} vertices, mean {shade.mean():.3f}")


if __name__ == "__main__":
    main()
