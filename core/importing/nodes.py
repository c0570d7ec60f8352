"""From a scene of nodes with matrices to a Source: what FBX and glTF have in common.

Scene files hold more than bones: cameras, meshes, nulls that carry a unit or an axis turn. The
nodes that matter are the bones and whatever stands above them; a scale above them is taken into
the positions and out of the rotations.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from core.importing.source import Array, Source, checked_size, checked_tree, unique_names


@dataclass
class Node:
    """One node: its parent (-1: none), whether it is a bone, its local matrix at rest (4, 4).

    ``bind``: its global matrix (4, 4) when the skin was bound, where the file knows it.
    """

    name: str
    parent: int
    is_bone: bool
    local: Array
    bind: Array | None = None


@dataclass
class Clip:
    """One animation: local matrices (T, 4, 4) of the nodes that move."""

    name: str
    fps: float
    num_frames: int
    locals_: dict[int, Array] = field(default_factory=dict)


def bones_and_above(nodes: list[Node], file: str) -> list[int]:
    """Return the nodes that matter, parents first. Raises StudioError where nodes form a ring."""
    depth: dict[int, int] = {}
    for start in range(len(nodes)):
        path: list[int] = []
        node = start
        while node >= 0 and node not in depth:
            if node in path:
                checked_tree([nodes[node].name], [0], file)  # says that it hangs on itself
            path.append(node)
            node = nodes[node].parent
        base = depth[node] if node >= 0 else -1
        for i, found in enumerate(reversed(path)):
            depth[found] = base + 1 + i
    wanted: set[int] = set()
    for i, entry in enumerate(nodes):
        node = i if entry.is_bone else -1
        while node >= 0 and node not in wanted:
            wanted.add(node)
            node = nodes[node].parent
    return sorted(wanted, key=lambda n: (depth[n], n))


def to_source(
    nodes: list[Node], clip: Clip, file: str, *, file_format: str, binds_first: bool, **known: Any
) -> Source:
    """Pose the nodes in every frame of a clip.

    ``binds_first``: the bind pose is the rest pose where there is one, else the nodes' own.
    ``known`` are further fields of Source.
    """
    chosen = bones_and_above(nodes, file)
    where = {node: i for i, node in enumerate(chosen)}
    parents = [where.get(nodes[node].parent, -1) for node in chosen]
    checked_tree([nodes[node].name for node in chosen], parents, file)
    checked_size(clip.num_frames, len(chosen), file)
    still = _globals([nodes[node].local[None] for node in chosen], parents)[:, 0]
    moving = _globals(
        [clip.locals_.get(node, nodes[node].local[None]) for node in chosen],
        parents,
        clip.num_frames,
    )
    rest = rotations_and_places(still)
    bound = _bound([nodes[node] for node in chosen], parents, still)
    other = rotations_and_places(bound) if bound is not None else None
    if other is not None and binds_first:
        rest, other = other, rest
    rotations, positions = rotations_and_places(moving)
    return Source(
        clip=clip.name,
        file_format=file_format,
        names=unique_names([nodes[node].name for node in chosen]),
        parents=tuple(parents),
        rest_rotations=rest[0],
        rest_positions=rest[1],
        rotations=np.ascontiguousarray(rotations.swapaxes(0, 1)),
        positions=np.ascontiguousarray(positions.swapaxes(0, 1)),
        fps=clip.fps,
        other_rest=other,
        **known,
    )


def _globals(locals_: list[Array], parents: list[int], num_frames: int = 1) -> Array:
    """Local matrices (T or 1, 4, 4) of each node -> (J, T, 4, 4) global ones."""
    out = np.empty((len(locals_), num_frames, 4, 4))
    for node, local in enumerate(locals_):
        parent = parents[node]
        out[node] = local if parent < 0 else out[parent] @ local
    return out


def _bound(chosen: list[Node], parents: list[int], still: Array) -> Array | None:
    """(J, 4, 4) bind pose; nodes it does not name keep their place against their parent."""
    if not any(node.bind is not None for node in chosen):
        return None
    out = still.copy()
    for i, node in enumerate(chosen):
        if node.bind is not None:
            out[i] = node.bind
        elif parents[i] >= 0:
            out[i] = out[parents[i]] @ np.linalg.pinv(still[parents[i]]) @ still[i]
    return out


def rotations_and_places(matrices: Array) -> tuple[Array, Array]:
    """(..., 4, 4) -> pure rotations (..., 3, 3) and positions (..., 3).

    A scale is dropped by the nearest rotation; a mirrored matrix has its x axis turned back.
    """
    linear = matrices[..., :3, :3]
    length = np.linalg.norm(linear, axis=-2, keepdims=True)
    out = linear / np.maximum(length, 1e-12)
    gram = out.swapaxes(-1, -2) @ out
    if np.abs(gram - np.eye(3)).max(initial=0.0) > 1e-9:  # sheared by a scale that is not uniform
        u, _, vt = np.linalg.svd(out)
        out = u @ vt
    mirrored = np.linalg.det(out) < 0
    if mirrored.any():
        out = out.copy()
        out[mirrored, :, 0] *= -1.0
    return np.asarray(out), np.asarray(matrices[..., :3, 3])


def matrix_of(translation: Array, rotation: Array, scale: Array) -> Array:
    """(T, 3), (T, 3, 3), (T, 3) -> (T, 4, 4): scale first, then rotation, then translation."""
    frames = max(len(translation), len(rotation), len(scale))
    out = np.zeros((frames, 4, 4))
    out[:, :3, :3] = rotation * scale[:, None, :]
    out[:, :3, 3] = translation
    out[:, 3, 3] = 1.0
    return out
