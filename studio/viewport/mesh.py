"""The triangles that a clip moves: the body's skin, or the skeleton's bones and joints.

Both are the same kind of thing to the graphics card: vertices at rest, four bones and weights each.
Must not import vispy, Qt or torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.skeleton import CHILDREN, NUM_JOINTS, PARENTS

Float32 = npt.NDArray[np.float32]
Float = npt.NDArray[np.floating]
Part = tuple[Float, Float, npt.NDArray[np.int64]]
"""Points (N, 3), unit normals (N, 3), faces (M, 3)."""


@dataclass(frozen=True, kw_only=True)
class RestMesh:
    """positions, normals (V, 3); bones, weights (V, 4); shade (V,) 0..1.

    ``levels``: all triangles (F, 3), then fewer and fewer between the same vertices, if there are.
    """

    positions: Float32
    normals: Float32
    bones: Float32
    weights: Float32
    shade: Float32
    levels: tuple[npt.NDArray[np.uint32], ...]

    @property
    def faces(self) -> npt.NDArray[np.uint32]:
        """All triangles (F, 3)."""
        return self.levels[0]


def vertex_normals(positions: Float32, faces: npt.NDArray[np.integer]) -> Float32:
    """(V, 3), (F, 3) -> (V, 3) unit normals, weighted by the area of the triangles around."""
    a, b, c = (positions[faces[:, i]] for i in range(3))
    face_normals = np.cross(b - a, c - a)
    normals = np.zeros_like(positions, dtype=np.float64)
    for axis in range(3):
        weight = np.repeat(face_normals[:, axis], 3)
        normals[:, axis] = np.bincount(faces.ravel(), weight, minlength=len(positions))
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    unit: Float32 = (normals / np.maximum(length, 1e-12)).astype(np.float32)
    return unit


def body_mesh(
    positions: Float32,
    faces: npt.NDArray[np.integer],
    bones: npt.NDArray[np.integer],
    weights: Float32,
    shade: Float32 | None = None,
    fewer: Sequence[npt.NDArray[np.integer]] = (),
) -> RestMesh:
    """Prepare a body's skin: rest positions (V, 3), faces (F, 3), 4 bones and weights a vertex."""
    positions = np.ascontiguousarray(positions, np.float32)
    if shade is None:
        shade = np.ones(len(positions), np.float32)
    return RestMesh(
        positions=positions,
        normals=vertex_normals(positions, faces),
        bones=np.asarray(bones, np.float32),
        weights=np.ascontiguousarray(weights, np.float32),
        shade=shade,
        levels=tuple(np.ascontiguousarray(one, np.uint32) for one in (faces, *fewer)),
    )


def _ball(centre: Float, radius: float, rings: int = 6, sides: int = 10) -> Part:
    theta = np.linspace(0, np.pi, rings + 1)[:, None]
    phi = np.linspace(0, 2 * np.pi, sides, endpoint=False)[None, :]
    normals = np.stack(
        [
            np.sin(theta) * np.cos(phi),
            np.broadcast_to(np.cos(theta), (rings + 1, sides)),
            np.sin(theta) * np.sin(phi),
        ],
        axis=-1,
    ).reshape(-1, 3)
    return centre + radius * normals, normals, _quads(rings, sides)


def _quads(rings: int, sides: int) -> npt.NDArray[np.int64]:
    ring, side = np.meshgrid(np.arange(rings), np.arange(sides), indexing="ij")
    a = (ring * sides + side).ravel()
    b = (ring * sides + (side + 1) % sides).ravel()
    return np.concatenate(
        [np.stack([a, b, a + sides], -1), np.stack([b, b + sides, a + sides], -1)]
    )


def _frame_along(direction: Float) -> tuple[Float, Float]:
    helper = np.array([1.0, 0, 0]) if abs(direction[0]) < 0.8 else np.array([0, 0, 1.0])
    u = np.cross(direction, helper)
    u /= np.linalg.norm(u)
    return u, np.cross(direction, u)


_SPINDLE = ((0.0, 0.25), (0.06, 0.8), (0.18, 1.0), (0.6, 0.68), (0.94, 0.45), (1.0, 0.2))
"""(place along the bone, thickness): thick near its root, so that its direction can be read."""


def _spindle(start: Float, end: Float, radius: float, sides: int = 10) -> Part:
    axis = end - start
    length = float(np.linalg.norm(axis))
    direction = axis / max(length, 1e-9)
    u, v = _frame_along(direction)
    angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    around = np.cos(angle)[:, None] * u + np.sin(angle)[:, None] * v
    points = [start + axis * t + around * radius * r for t, r in _SPINDLE]
    slope = np.gradient([r for _, r in _SPINDLE], [t for t, _ in _SPINDLE]) * radius / length
    normals = [around - direction * s for s in slope]
    flat = np.concatenate(normals)
    flat /= np.linalg.norm(flat, axis=1, keepdims=True)
    return np.concatenate(points), flat, _quads(len(_SPINDLE) - 1, sides)


def skeleton_mesh(joints: Float32, *, joint_radius: float = 0.021) -> RestMesh:
    """Build bones and joints around rest joints (24, 3), each part rigid on one bone.

    The skeleton is drawn by the same shader and from the same upload as the body.
    """
    joints = np.asarray(joints, np.float64)
    parts: list[tuple[Part, int, float]] = []  # (points, normals, faces), bone, shade
    for joint in range(NUM_JOINTS):
        small = 0.62 if joint in (22, 23, 10, 11) else 1.0
        parts.append((_ball(joints[joint], joint_radius * small), joint, 1.0))
        parent = PARENTS[joint]
        if parent < 0:
            continue
        length = float(np.linalg.norm(joints[joint] - joints[parent]))
        if length > 0.01:
            radius = min(0.17 * length, 0.03)
            parts.append((_spindle(joints[parent], joints[joint], radius), parent, 0.78))
    head = 15
    if not CHILDREN[head]:
        top = joints[head] + np.array([0.0, 0.09, 0.01])
        parts.append((_ball(top, 0.085, rings=9, sides=16), head, 0.9))
    points, normals, faces, bones, shade = [], [], [], [], []
    count = 0
    for (p, n, f), bone, value in parts:
        points.append(p)
        normals.append(n)
        faces.append(f + count)
        bones.append(np.full(len(p), bone))
        shade.append(np.full(len(p), value))
        count += len(p)
    triangles = np.concatenate(faces).astype(np.uint32)
    four = np.repeat(np.concatenate(bones)[:, None], 4, axis=1)
    weights = np.zeros((count, 4), np.float32)
    weights[:, 0] = 1.0
    return RestMesh(
        positions=np.concatenate(points).astype(np.float32),
        normals=np.concatenate(normals).astype(np.float32),
        bones=four.astype(np.float32),
        weights=weights,
        shade=np.concatenate(shade).astype(np.float32),
        levels=(triangles,),
    )
