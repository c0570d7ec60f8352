"""Reads what the check needs of a GLB: joints at the keys of one animation, and the skin."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np

from core.export.self_check.read_back import Array, ReadBack, Skin, chained

_KINDS = {5121: "u1", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}


class Glb:
    """The document and its values. Raises ValueError for a file of another kind."""

    def __init__(self, data: bytes) -> None:
        magic, version, length = struct.unpack_from("<4sII", data)
        if magic != b"glTF" or version != 2 or length != len(data):
            raise ValueError("not a GLB of version 2, or cut off")
        (size,) = struct.unpack_from("<I", data, 12)
        self.document: dict[str, Any] = json.loads(data[20 : 20 + size])
        self._binary = data[28 + size :]

    def values(self, number: int) -> Array:
        """(N, k) values of an accessor."""
        accessor = self.document["accessors"][number]
        view = self.document["bufferViews"][accessor["bufferView"]]
        width = _WIDTHS[accessor["type"]]
        start = view.get("byteOffset", 0) + accessor.get("byteOffset", 0)
        kind = np.dtype(_KINDS[accessor["componentType"]])
        flat = np.frombuffer(self._binary, kind, accessor["count"] * width, start)
        return flat.reshape(-1, width).astype(np.float64)


def _matrices(quats: Array) -> Array:
    """(T, 4) x, y, z, w -> (T, 3, 3), by turning the three axes with q v q*."""
    quats = quats / np.linalg.norm(quats, axis=1, keepdims=True)
    part, scalar = quats[:, None, :3], quats[:, None, 3:]
    axes = np.eye(3)[None]
    once = np.cross(part, axes) + scalar * axes
    return np.asarray((axes + 2.0 * np.cross(part, once)).transpose(0, 2, 1))


def read(path: Path, clip: int = 0) -> ReadBack:
    """Read the joints at the keys of one animation, and the skin."""
    glb = Glb(path.read_bytes())
    nodes, animation = glb.document["nodes"], glb.document["animations"][clip]
    tracks: dict[tuple[int, str], Array] = {}
    times = np.zeros(0)
    for channel in animation["channels"]:
        sampler = animation["samplers"][channel["sampler"]]
        tracks[channel["target"]["node"], channel["target"]["path"]] = glb.values(sampler["output"])
        times = glb.values(sampler["input"])[:, 0]
    parents = [-1] * len(nodes)
    for number, node in enumerate(nodes):
        for child in node.get("children", ()):
            parents[child] = number
    locals_ = [_local(node, number, tracks, len(times)) for number, node in enumerate(nodes)]
    joints = sorted({node for node, _ in tracks})
    return ReadBack(
        names=[nodes[joint]["name"] for joint in joints],
        matrices=chained(parents, locals_)[:, joints],
        times=times,
        skin=_skin(glb, joints) if "meshes" in glb.document else None,
    )


def _local(
    node: dict[str, Any], number: int, tracks: dict[tuple[int, str], Array], count: int
) -> Array:
    def track(path: str, default: list[float]) -> Array:
        return tracks.get((number, path), np.array([node.get(path, default)], np.float64))

    local = np.tile(np.eye(4), (count, 1, 1))
    local[:, :3, :3] = _matrices(track("rotation", [0.0, 0.0, 0.0, 1.0]))
    local[:, :3, 3] = track("translation", [0.0, 0.0, 0.0])
    return local


def _skin(glb: Glb, joints: list[int]) -> Skin:
    skin = glb.document["skins"][0]
    attributes = glb.document["meshes"][0]["primitives"][0]["attributes"]
    vertices = glb.values(attributes["POSITION"])
    weights = np.zeros((len(vertices), len(joints)))
    column = np.array([joints.index(joint) for joint in skin["joints"]])
    names = column[glb.values(attributes["JOINTS_0"]).astype(int)]
    rows = np.arange(len(vertices))[:, None]
    np.add.at(weights, (rows, names), glb.values(attributes["WEIGHTS_0"]))
    binds = np.tile(np.eye(4), (len(joints), 1, 1))
    inverse = glb.values(skin["inverseBindMatrices"]).reshape(-1, 4, 4).transpose(0, 2, 1)
    binds[column] = inverse
    return Skin(vertices=vertices, weights=weights, inverse_binds=binds)
