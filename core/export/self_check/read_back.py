"""What a reader finds in a file: bones over time, and the skin if there is one.

The readers of this folder share no code with the writers, on purpose: a mistake made twice in the
same way would not be seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Skin:
    """vertices (V, 3) metres at rest; weights (V, B) over the bones; inverse_binds (B, 4, 4)."""

    vertices: Array
    weights: Array
    inverse_binds: Array


@dataclass(frozen=True, kw_only=True, eq=False)
class ReadBack:
    """names of B bones; matrices (T, B, 4, 4) global, metres; times (T,) seconds of the keys.

    ``joints`` tells which SMPL joint each bone is in formats without names of their own.
    """

    names: list[str]
    matrices: Array
    times: Array
    skin: Skin | None = None
    joints: list[int] | None = None

    def skinned(self, frame: int) -> Array:
        """(V, 3) vertices in one frame by linear blend skinning, as an importing program does."""
        assert self.skin is not None
        moves = self.matrices[frame] @ self.skin.inverse_binds
        blended = np.tensordot(self.skin.weights, moves[:, :3], axes=(1, 0))  # (V, 3, 4)
        turned = np.einsum("vij,vj->vi", blended[:, :, :3], self.skin.vertices)
        return np.asarray(turned + blended[:, :, 3])


def turn_matrices(degrees: Array, sequence: str) -> Array:
    """(T, 3) angles, one a letter, multiplied from left to right -> (T, 3, 3)."""
    out = np.tile(np.eye(3), (len(degrees), 1, 1))
    for column, letter in enumerate(sequence):
        axis = "XYZ".index(letter)
        one, two = (axis + 1) % 3, (axis + 2) % 3
        angle = np.radians(degrees[:, column])
        step = np.tile(np.eye(3), (len(degrees), 1, 1))
        step[:, one, one] = step[:, two, two] = np.cos(angle)
        step[:, two, one] = np.sin(angle)
        step[:, one, two] = -np.sin(angle)
        out = out @ step
    return out


def middles(values: Array) -> Array:
    """(T, ...) -> (T - 1, ...) half-way between neighbours, on straight lines."""
    return np.asarray(0.5 * (values[1:] + values[:-1]))


def chained(parents: list[int], locals_: list[Array]) -> Array:
    """Local matrices (T, 4, 4) of nodes, in any order, -> (T, B, 4, 4) global ones."""
    done: dict[int, Array] = {}

    def world(node: int) -> Array:
        if node not in done:
            parent = parents[node]
            done[node] = locals_[node] if parent < 0 else world(parent) @ locals_[node]
        return done[node]

    return np.stack([world(node) for node in range(len(parents))], axis=1)
