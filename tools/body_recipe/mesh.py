"""The mesh that ships: decimated on one side, mirrored, its landmarks at smplx's vertex ids."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyfqmr
from scipy.spatial import cKDTree

from body_recipe.source import Source
from core.skeleton import JOINT_INDEX

# ids smplx's VertexJointSelector reads: (left, right) of each landmark
LANDMARK_IDS: dict[str, tuple[int, int]] = {
    "eye": (2800, 6260), "ear": (583, 4071), "thumb": (2746, 6191), "index": (2319, 5782),
    "middle": (2445, 5905), "ring": (2556, 6016), "pinky": (2673, 6133),
    "big_toe": (3216, 6617), "small_toe": (3226, 6624), "heel": (3387, 6787),
}  # fmt: skip
NOSE_ID = 332


@dataclass(frozen=True)
class Mesh:
    """``picked`` (V,) ids into the source's vertices, ``faces`` (F, 3) into ``picked``."""

    picked: np.ndarray
    faces: np.ndarray


def fewer(points: np.ndarray, faces: np.ndarray, count: int) -> np.ndarray:
    """(V, 3), (F, 3) -> about (count, 3) triangles between some of the same points.

    Quadric edge collapse (Garland and Heckbert 1997), then each point that is left becomes the
    nearest original one; triangles that lose a corner by that are dropped.
    """
    simplifier = pyfqmr.Simplify()
    simplifier.setMesh(points.copy(), faces.copy())
    simplifier.simplify_mesh(target_count=count, aggressiveness=3, preserve_border=True, verbose=0)
    moved, left, _ = simplifier.getMesh()
    _, nearest = cKDTree(points).query(moved)
    chosen: np.ndarray = nearest[left]
    a, b, c = chosen.T
    return chosen[(a != b) & (b != c) & (c != a)]


def decimated(source: Source, tposed: np.ndarray, ratio: float) -> Mesh:
    """Decimate the left half of the T-posed mesh, snap to original vertices, mirror.

    Snapping keeps weights and morphs plain indexing; mirroring keeps the symmetry exact.
    """
    triangles = source.triangles
    left = triangles[tposed[triangles][:, :, 0].mean(axis=1) > 1e-7]
    used, local = np.unique(left, return_inverse=True)
    faces = local.reshape(left.shape)
    if ratio < 1:
        faces = fewer(tposed[used], faces, int(len(faces) * ratio))
    left = used[faces]
    right = source.mirror[left][:, ::-1]
    picked, both = np.unique(np.concatenate([left, right]), return_inverse=True)
    return Mesh(picked, both.reshape(-1, 3))


def _landmarks(source: Source, mesh: Mesh, v: np.ndarray, weights: np.ndarray) -> dict[str, int]:
    """Index into ``mesh.picked`` of the nose and of each left landmark; v (V, 3) T-posed."""
    head = weights[:, JOINT_INDEX["head"]] > 0.9
    eye = np.isin(mesh.picked, source.eyes) & (v[:, 0] > 0)
    bones = source.weights[mesh.picked].toarray()

    def best(mask: np.ndarray, score: np.ndarray) -> int:
        return int(np.argmax(np.where(mask, score, -np.inf)))

    def on_bone(name: str, least: float = 0.3) -> np.ndarray:
        return bones[:, source.bone_index(name)] > least

    x, y, z = v.T
    found = {"nose": best(head & ~eye & (abs(x) < 0.004), z), "eye": best(eye, z)}
    eye_y = y[found["eye"]]
    found["ear"] = best(head & (y > eye_y - 0.06) & (y < eye_y + 0.02), x)
    for k, finger in enumerate(("thumb", "index", "middle", "ring", "pinky"), start=1):
        found[finger] = best(on_bone(f"finger{k}-3.L"), x + 0.3 * z if k == 1 else x)
    found["big_toe"] = best(on_bone("toe1-2.L"), z)
    found["small_toe"] = best(on_bone("toe5-3.L"), 0.5 * x + z)
    ankle = weights[:, JOINT_INDEX["left_ankle"]] > 0.5
    found["heel"] = best(ankle, -(z + 0.5 * y))
    return found


def with_landmarks_in_place(
    source: Source, mesh: Mesh, tposed: np.ndarray, weights: np.ndarray
) -> Mesh:
    """Reorder the vertices so that smplx's fixed landmark ids mean the same on this body."""
    found = _landmarks(source, mesh, tposed[mesh.picked], weights[mesh.picked])
    where = {int(p): i for i, p in enumerate(mesh.picked)}
    wanted: dict[int, int] = {NOSE_ID: found["nose"]}
    for name, (left, right) in LANDMARK_IDS.items():
        wanted[left] = found[name]
        wanted[right] = where[int(source.mirror[mesh.picked[found[name]]])]
    assert len(set(wanted.values())) == len(wanted), "two landmarks fell on one vertex"
    rest = iter(i for i in range(len(mesh.picked)) if i not in set(wanted.values()))
    order = np.array([wanted[i] if i in wanted else next(rest) for i in range(len(mesh.picked))])
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return Mesh(mesh.picked[order], place[mesh.faces])
