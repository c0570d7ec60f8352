"""Reads what the check needs of a binary FBX: bones, their curves at the keys, and the skin."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from core.export.self_check.read_back import Array, ReadBack, Skin, chained, middles, turn_matrices

_SECOND = 46186158000
_FIXED = {b"Y": "<h", b"C": "<?", b"I": "<i", b"F": "<f", b"D": "<d", b"L": "<q"}
_ARRAYS = {b"f": "<f4", b"d": "<f8", b"l": "<i8", b"i": "<i4"}
_SEQUENCES = ("ZYX", "YZX", "XZY", "ZXY", "YXZ", "XYZ")  # matrix products of FBX's orders 0 to 5


@dataclass
class Element:
    """One record of the file."""

    name: str
    values: list[Any]
    inside: list[Element] = field(default_factory=list)

    def first(self, name: str) -> Element | None:
        return next((e for e in self.inside if e.name == name), None)

    def value(self, name: str) -> Any:
        found = self.first(name)
        return found.values[0] if found is not None and found.values else None

    def settings(self) -> dict[str, list[Any]]:
        """Named properties of the record."""
        block = self.first("Properties70")
        return {p.values[0]: p.values[4:] for p in block.inside} if block else {}


def parse(data: bytes) -> Element:
    """Return the tree of a version 7400 file. Raises ValueError or struct.error for another."""
    if not data.startswith(b"Kaydara FBX Binary") or struct.unpack_from("<I", data, 23)[0] >= 7500:
        raise ValueError("not an FBX of version 7400")
    root, at = Element("", []), 27
    while True:
        element, at = _element(data, at)
        if element is None:
            return root
        root.inside.append(element)


def _element(data: bytes, at: int) -> tuple[Element | None, int]:
    end, count, _, length = struct.unpack_from("<3IB", data, at)
    if end == 0:
        return None, at + 13
    at += 13
    element = Element(data[at : at + length].decode("ascii"), [])
    at += length
    for _ in range(count):
        value, at = _value(data, at)
        element.values.append(value)
    while at < end:
        child, at = _element(data, at)
        if child is not None:
            element.inside.append(child)
    if at != end:
        raise ValueError(f"{element.name} ends at the wrong place")
    return element, end


def _value(data: bytes, at: int) -> tuple[Any, int]:
    code, at = data[at : at + 1], at + 1
    if code in _FIXED:
        layout = _FIXED[code]
        return struct.unpack_from(layout, data, at)[0], at + struct.calcsize(layout)
    if code in (b"S", b"R"):
        (length,) = struct.unpack_from("<I", data, at)
        raw = data[at + 4 : at + 4 + length]
        return raw.decode("utf-8") if code == b"S" else raw, at + 4 + length
    count, packed, length = struct.unpack_from("<3I", data, at)
    raw = data[at + 12 : at + 12 + length]
    array = np.frombuffer(zlib.decompress(raw) if packed else raw, _ARRAYS[code])
    if len(array) != count:
        raise ValueError("an array has the wrong length")
    return array, at + 12 + length


class Scene:
    """Objects by id, and who hangs on whom."""

    def __init__(self, root: Element) -> None:
        objects, connections = root.first("Objects"), root.first("Connections")
        if objects is None or connections is None:
            raise ValueError("objects or connections are missing")
        self.objects = {e.values[0]: e for e in objects.inside}
        links = [e.values for e in connections.inside]
        self.children: dict[int, list[int]] = {}
        self.properties: dict[tuple[int, str], list[int]] = {}
        self.parents: dict[int, list[int]] = {}
        for kind, child, parent, *rest in links:
            self.parents.setdefault(child, []).append(parent)
            if kind == "OO":
                self.children.setdefault(parent, []).append(child)
            else:
                self.properties.setdefault((parent, rest[0]), []).append(child)

    def of_kind(self, kind: str, detail: str = "") -> list[int]:
        return [
            key
            for key, e in self.objects.items()
            if e.name == kind and (not detail or e.values[2] == detail)
        ]

    def label(self, key: int) -> str:
        return str(self.objects[key].values[1]).split("\0")[0]

    def curves(self, model: int, target: str, layer: int) -> dict[str, Element]:
        """{"X": curve} of a model's property in one layer."""
        found = {}
        for node in self.properties.get((model, target), ()):
            if layer in self.parents.get(node, ()):
                for axis in "XYZ":
                    for curve in self.properties.get((node, f"d|{axis}"), ()):
                        found[axis] = self.objects[curve]
        return found


def read(path: Path, clip: int = 0, *, halfway: bool = False) -> ReadBack:
    """Read the bones at the keys of one animation stack, and the skin.

    ``halfway`` reads half-way between the keys instead, every curve on its own, as programs that
    resample curves do.
    """
    scene = Scene(parse(path.read_bytes()))
    layers = [
        child
        for stack in scene.of_kind("AnimationStack")
        for child in scene.children.get(stack, ())
        if scene.objects[child].name == "AnimationLayer"
    ]
    nodes = scene.of_kind("Model", "Null") + scene.of_kind("Model", "LimbNode")
    bones = [i for i, key in enumerate(nodes) if scene.objects[key].values[2] == "LimbNode"]
    ticks = _ticks(scene, nodes, layers[clip])
    locals_ = [_local(scene, key, layers[clip], len(ticks), halfway) for key in nodes]
    parents = [
        next((nodes.index(p) for p in scene.parents.get(key, ()) if p in nodes), -1)
        for key in nodes
    ]
    return ReadBack(
        names=[scene.label(nodes[i]) for i in bones],
        matrices=chained(parents, locals_)[:, bones],
        times=(middles(ticks) if halfway else ticks) / _SECOND,
        skin=_skin(scene, [nodes[i] for i in bones]),
    )


def _ticks(scene: Scene, nodes: list[int], layer: int) -> Array:
    for key in nodes:
        for curve in scene.curves(key, "Lcl Rotation", layer).values():
            return np.asarray(curve.value("KeyTime"), np.float64)
    raise ValueError("there are no curves")


def _local(scene: Scene, key: int, layer: int, count: int, halfway: bool) -> Array:
    settings = scene.objects[key].settings()

    def values(target: str) -> Array:
        out = np.tile(np.array(settings[target], np.float64), (count, 1))
        for axis, curve in scene.curves(key, target, layer).items():
            out[:, "XYZ".index(axis)] = curve.value("KeyValueFloat")
        return middles(out) if halfway else out

    is_active = bool(settings.get("RotationActive", [0])[0])
    order = settings.get("RotationOrder", [0])[0] if is_active else 0
    sequence = _SEQUENCES[order]
    angles = values("Lcl Rotation")[:, ["XYZ".index(letter) for letter in sequence]]
    turn = turn_matrices(angles, sequence)
    if is_active and "PreRotation" in settings:
        pre = np.array([settings["PreRotation"]], np.float64)[:, ::-1]
        turn = turn_matrices(pre, "ZYX") @ turn
    local = np.tile(np.eye(4), (len(turn), 1, 1))
    local[:, :3, :3] = turn * np.array(settings["Lcl Scaling"])
    local[:, :3, 3] = values("Lcl Translation") * 0.01
    return local


def _skin(scene: Scene, bones: list[int]) -> Skin | None:
    meshes = scene.of_kind("Geometry", "Mesh")
    if not meshes:
        return None
    vertices = scene.objects[meshes[0]].value("Vertices").reshape(-1, 3) * 0.01
    weights = np.zeros((len(vertices), len(bones)))
    binds = np.tile(np.eye(4), (len(bones), 1, 1))
    for key in scene.of_kind("Deformer", "Cluster"):
        cluster = scene.objects[key]
        bone = bones.index(next(c for c in scene.children[key] if c in bones))
        weights[cluster.value("Indexes"), bone] += cluster.value("Weights")
        binds[bone] = cluster.value("Transform").reshape(4, 4).T
        binds[bone, :3, 3] *= 0.01
    return Skin(vertices=vertices, weights=weights, inverse_binds=binds)
