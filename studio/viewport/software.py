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
    return (light * base + rim * (0.35 + 0.65 * base)).astype(np.float32)


def _samples(edge: float) -> Float32:
    n = int(min(max(np.ceil(edge / 0.8), 1), MAX_SAMPLES))
    if n == 1:
        return np.full((1, 3), 1 / 3, np.float32)
    i, j = np.meshgrid(np.arange(n + 1), np.arange(n + 1), indexing="ij")
    inside = i + j <= n
    i, j = i[inside] / n, j[inside] / n
    return np.stack([i, j, 1 - i - j], axis=1).astype(np.float32)


def draw_body(
    vertices: Float32,
    normals: Float32,
    faces: npt.NDArray[np.integer],
    color: str,
    camera: OrbitCamera,
    size: tuple[int, int],
    *,
    supersampling: int = 2,
) -> Picture:
    """Draw one posed body on nothing: (H, W, 4) uint8, not premultiplied.

    vertices, normals (V, 3) world; faces (F, 3); ``size`` (width, height) pixels.
    """
    width, height = size[0] * supersampling, size[1] * supersampling
    points = camera.project(vertices, (width, height)).astype(np.float32)
    colors = shaded(vertices, normals, color, camera)
    corners = points[faces]  # (F, 3, 3)
    a, b, c = corners[:, 0, :2], corners[:, 1, :2], corners[:, 2, :2]
    area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    facing = area < 0  # y grows downwards: counter-clockwise faces have negative area
    faces, corners = faces[facing], corners[facing]
    edges = np.abs(corners - np.roll(corners, 1, axis=1))[..., :2].max(axis=(1, 2))
    fineness = np.ceil(np.minimum(edges / 0.8, MAX_SAMPLES)).astype(int)
    places, depths, shades = [], [], []
    for n in np.unique(np.maximum(fineness, 1)):
        chosen = np.maximum(fineness, 1) == n
        weights = _samples(n * 0.8)
        at = np.einsum("sk,fkc->fsc", weights, corners[chosen]).reshape(-1, 3)
        x, y = at[:, 0].astype(np.int32), at[:, 1].astype(np.int32)
        seen = (at[:, 0] >= 0) & (x < width) & (at[:, 1] >= 0) & (y < height)
        lights = np.einsum("sk,fkc->fsc", weights, colors[faces[chosen]]).reshape(-1, 3)
        places.append((y * width + x)[seen])
        depths.append(at[seen, 2])
        shades.append(lights[seen])
    place = np.concatenate(places) if places else np.zeros(0, np.int32)
    order = np.argsort(-np.concatenate(depths) if depths else place, kind="stable")
    canvas = np.zeros((height * width, 4), np.float32)
    place = place[order]
    canvas[place, :3] = np.concatenate(shades)[order] if shades else 0  # the nearest comes last
    canvas[place, 3] = 1.0
    blocks = canvas.reshape(size[1], supersampling, size[0], supersampling, 4).mean(axis=(1, 3))
    alpha = blocks[..., 3:]
    rgb = np.clip(blocks[..., :3] / np.maximum(alpha, 1e-6), 0, 1) ** (1 / 2.2)
    return (np.concatenate([rgb, alpha], axis=-1) * 255 + 0.5).astype(np.uint8)


def skinned_frame(
    bones: Float32, positions: Float32, normals: Float32, ids: npt.NDArray, weights: Float32
) -> tuple[Float32, Float32]:
    """Skin one frame: bones (24, 3, 4), rest (V, 3), ids and weights (V, 4) -> two (V, 3)."""
    full = np.zeros((len(positions), len(bones)), np.float32)
    np.put_along_axis(full, np.asarray(ids, np.int64), weights, axis=1)
    blended = (full @ bones.reshape(len(bones), 12)).reshape(-1, 3, 4)
    moved = np.einsum("vab,vb->va", blended[..., :3], positions) + blended[..., 3]
    turned = np.einsum("vab,vb->va", blended[..., :3], normals)
    return moved, turned / np.maximum(np.linalg.norm(turned, axis=1, keepdims=True), 1e-9)
