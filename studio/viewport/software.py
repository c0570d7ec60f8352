"""A small renderer in plain numpy: bodies without any OpenGL.

Used for the library's thumbnails (no second GL context in the window's process) and for strips on
machines without EGL. Triangles are sampled finer than a pixel, the nearest sample of each pixel
wins; drawn twice as large and averaged. A few milliseconds for a small picture.
Must not import vispy, Qt or torch.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from studio.viewport.camera import OrbitCamera, basis
from studio.viewport.items import hex_to_rgb
from studio.viewport.mesh import RestMesh

Float32 = npt.NDArray[np.float32]
Picture = npt.NDArray[np.uint8]

MAX_SAMPLES = 24
"""Finest subdivision of a triangle's edge; a triangle of 24 pixels is larger than any body's."""


def shaded(vertices: Float32, normals: Float32, color: str, camera: OrbitCamera) -> Float32:
    """Return linear colours (V, 3) of lit vertices: the viewport's lights, more simply."""
    axes = basis(camera.view.yaw, camera.view.pitch).astype(np.float32)
    key = np.array([-0.42, 0.72, 0.56], np.float32) @ axes
    fill = np.array([0.9, 0.1, 0.35], np.float32) @ axes
    eye = (camera.eye() - vertices).astype(np.float32)
    eye /= np.linalg.norm(eye, axis=1, keepdims=True)
    facing = np.abs(np.sum(eye * normals, axis=1))
    up = normals[:, 1] * 0.5 + 0.5
    lit = np.clip((normals @ (key / np.linalg.norm(key)) + 0.22) / 1.22, 0, 1)
    lit = lit * lit * (1.6 - 0.6 * lit)
    soft = np.clip(normals @ (fill / np.linalg.norm(fill)) * 0.5 + 0.5, 0, 1) ** 2
    ambient = 0.05 + up * 0.16
    light = np.stack(
        [
            ambient + 0.84 * lit + 0.09 * soft,
            ambient + 0.82 * lit + 0.11 * soft,
            ambient * 1.1 + 0.78 * lit + 0.15 * soft,
        ],
        axis=1,
    )
    base = np.array(hex_to_rgb(color), np.float32) ** 2.2
    rim = ((1 - facing) ** 3 * (0.35 + 0.65 * up))[:, None] * 0.3
    return np.asarray(light * base + rim * (0.35 + 0.65 * base), np.float32)


def _samples(n: int) -> Float32:
    """Barycentric places (S, 3) that cover a triangle whose longest edge is n samples."""
    if n == 1:
        return np.full((1, 3), 1 / 3, np.float32)
    rows, columns = np.meshgrid(np.arange(n + 1), np.arange(n + 1), indexing="ij")
    inside = rows + columns <= n
    u, v = rows[inside] / n, columns[inside] / n
    return np.stack([u, v, 1 - u - v], axis=1).astype(np.float32)


def facing(points: Float32, faces: npt.NDArray[np.integer]) -> npt.NDArray[np.integer]:
    """Return the faces (F, 3) whose outside is turned to the camera; points (V, 3) projected."""
    x, y = points[:, 0][faces], points[:, 1][faces]
    area = (x[:, 1] - x[:, 0]) * (y[:, 2] - y[:, 0]) - (y[:, 1] - y[:, 0]) * (x[:, 2] - x[:, 0])
    # y grows downwards: faces seen from outside turn the other way
    return np.asarray(faces[area < 0])


def draw_body(
    vertices: Float32,
    normals: Float32,
    faces: npt.NDArray[np.integer],
    color: str,
    camera: OrbitCamera,
    size: tuple[int, int],
    *,
    shade: Float32 | None = None,
    supersampling: int = 2,
) -> Picture:
    """Draw one posed body on nothing: (H, W, 4) uint8, not premultiplied.

    vertices, normals (V, 3) world; faces (F, 3); shade (V,) 0..1 as baked; ``size`` (width,
    height) pixels.
    """
    width, height = size[0] * supersampling, size[1] * supersampling
    points = camera.project(vertices, (width, height)).astype(np.float32)
    colors = shaded(vertices, normals, color, camera)
    if shade is not None:
        colors *= (0.25 + 0.75 * shade)[:, None]
    values = np.concatenate([points, colors], axis=1)  # x, y, depth, r, g, b
    faces = facing(points, faces)
    x, y = points[:, 0][faces], points[:, 1][faces]
    edges = np.maximum(np.ptp(x, axis=1), np.ptp(y, axis=1))
    fineness = np.clip(np.ceil(edges / 0.75), 1, MAX_SAMPLES).astype(int)
    parts = []
    for n in np.unique(fineness):
        corners = values[faces[fineness == n]]
        parts.append((_samples(int(n)) @ corners).reshape(-1, 6))
    samples = np.concatenate(parts) if parts else np.zeros((0, 6), np.float32)
    column, row = samples[:, 0].astype(np.int32), samples[:, 1].astype(np.int32)
    seen = (samples[:, 0] >= 0) & (column < width) & (samples[:, 1] >= 0) & (row < height)
    samples, place = samples[seen], (row * width + column)[seen]
    order = np.argsort(-samples[:, 2])
    canvas = np.zeros((height * width, 4), np.float32)
    canvas[place[order], :3] = samples[order, 3:]  # the nearest comes last and stays
    canvas[place, 3] = 1.0
    return _averaged(canvas.reshape(height, width, 4), supersampling)


def _averaged(canvas: Float32, by: int) -> Picture:
    height, width = canvas.shape[0] // by, canvas.shape[1] // by
    blocks = canvas.reshape(height, by, width, by, 4).mean(axis=(1, 3))
    alpha = blocks[..., 3:]
    rgb = np.clip(blocks[..., :3] / np.maximum(alpha, 1e-6), 0, 1) ** (1 / 2.2)
    return (np.concatenate([rgb, alpha], axis=-1) * 255 + 0.5).astype(np.uint8)


def posed_skin(
    bones: Float32, mesh: RestMesh, weights: npt.NDArray[np.floating]
) -> tuple[Float32, Float32]:
    """Skin one frame: bones (24, 3, 4), dense weights (V, 24) -> positions and normals (V, 3)."""
    rows = (weights @ bones.reshape(len(bones), 12)).reshape(-1, 3, 4)
    moved = (rows[..., :3] @ mesh.positions[:, :, None])[..., 0] + rows[..., 3]
    turned = (rows[..., :3] @ mesh.normals[:, :, None])[..., 0]
    turned /= np.maximum(np.linalg.norm(turned, axis=1, keepdims=True), 1e-9)
    return moved.astype(np.float32), turned.astype(np.float32)
