"""A small FBX encoder for tests: any tree of records, 32- or 64-bit, and a Mixamo-like scene."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import numpy as np

TICKS = 46_186_158_000


class Long(int):
    """A 64-bit value."""


def record(name: str, *values: Any, children: list | None = None) -> tuple:
    return name, list(values), children or []


def encode(records: list[tuple], version: int = 7400) -> bytes:
    out = b"Kaydara FBX Binary  \x00\x1a\x00" + struct.pack("<I", version)
    for entry in records:
        out += _encode(entry, len(out), version)
    return out + b"\0" * (25 if version >= 7500 else 13) + b"footer" * 30


def _encode(entry: tuple, at: int, version: int) -> bytes:
    name, values, children = entry
    layout = "<QQQB" if version >= 7500 else "<IIIB"
    body = b"".join(_value(v) for v in values)
    head = struct.calcsize(layout) + len(name)
    inner = b""
    for child in children:
        inner += _encode(child, at + head + len(body) + len(inner), version)
    if children:
        inner += b"\0" * struct.calcsize(layout)
    end = at + head + len(body) + len(inner)
    return (
        struct.pack(layout, end, len(values), len(body), len(name)) + name.encode() + body + inner
    )


def _value(value: Any) -> bytes:
    if isinstance(value, np.ndarray):
        kind = {"float32": "f", "float64": "d", "int64": "l", "int32": "i"}[value.dtype.name]
        raw = zlib.compress(value.tobytes())
        return kind.encode() + struct.pack("<III", value.size, 1, len(raw)) + raw
    if isinstance(value, str):
        raw = value.encode()
        return b"S" + struct.pack("<I", len(raw)) + raw
    if isinstance(value, Long):
        return b"L" + struct.pack("<q", value)
    if isinstance(value, int):
        return b"I" + struct.pack("<i", value)
    return b"D" + struct.pack("<d", value)


def setting(name: str, *values: Any) -> tuple:
    return record("P", name, "", "", "", *values)


def scene(
    bones: list[dict],
    fps: float = 30.0,
    time_mode: int = 6,
    up_axis: int = 1,
    unit: float = 1.0,
    flags: int = 4,
) -> list[tuple]:
    """Records of a scene. A bone: name, parent, translation, optional pre, order, kind, scale,
    "R" or "T": (T, 3) keys in degrees or units, "bind": (4, 4), "times": key times in seconds."""
    objects, links = [], []
    stack, layer = 500_000, 500_001
    objects.append(record("AnimationStack", Long(stack), "Take 001\0\1AnimStack", ""))
    objects.append(record("AnimationLayer", Long(layer), "Base\0\1AnimLayer", ""))
    links.append(record("C", "OO", Long(layer), Long(stack)))
    for i, bone in enumerate(bones):
        key = 1000 + i
        lines = [setting("Lcl Translation", *map(float, bone.get("translation", (0, 0, 0))))]
        lines.append(setting("Lcl Rotation", *map(float, bone.get("rotation", (0, 0, 0)))))
        if "pre" in bone or "order" in bone:
            lines.append(setting("RotationActive", 1))
        if "order" in bone:
            lines.append(setting("RotationOrder", bone["order"]))
        if "pre" in bone:
            lines.append(setting("PreRotation", *map(float, bone["pre"])))
        if "scale" in bone:
            lines.append(setting("Lcl Scaling", *map(float, bone["scale"])))
        kind = bone.get("kind", "LimbNode")
        model = record(
            "Model", Long(key), f"{bone['name']}\0\1Model", kind,
            children=[record("Properties70", children=lines)],
        )  # fmt: skip
        objects.append(model)
        parent = bone.get("parent", -1)
        links.append(record("C", "OO", Long(key), Long(1000 + parent if parent >= 0 else 0)))
        for target, name in (("Lcl Rotation", "R"), ("Lcl Translation", "T")):
            if name not in bone:
                continue
            node = key * 100 + (name == "T") * 10
            objects.append(record("AnimationCurveNode", Long(node), f"{name}\0\1AnimCurveNode", ""))
            links.append(record("C", "OO", Long(node), Long(layer)))
            links.append(record("C", "OP", Long(node), Long(key), target))
            values = np.asarray(bone[name], np.float32)
            times = bone.get("times", np.arange(len(values)) / fps)
            ticks = np.rint(np.asarray(times) * TICKS).astype(np.int64)
            for axis in range(3):
                curve = node + 1 + axis
                keys = [
                    record("KeyTime", ticks),
                    record("KeyValueFloat", np.ascontiguousarray(values[:, axis])),
                    record("KeyAttrFlags", np.array([flags], np.int32)),
                    record("KeyAttrDataFloat", np.zeros(4, np.float32)),
                    record("KeyAttrRefCount", np.array([len(values)], np.int32)),
                ]
                objects.append(
                    record("AnimationCurve", Long(curve), "\0\1AnimCurve", "", children=keys)
                )
                links.append(record("C", "OP", Long(curve), Long(node), f"d|{'XYZ'[axis]}"))
        if "bind" in bone:
            cluster = key + 900_000
            matrix = np.ascontiguousarray(np.asarray(bone["bind"], np.float64).T.reshape(-1))
            objects.append(
                record(
                    "Deformer", Long(cluster), "\0\1SubDeformer", "Cluster",
                    children=[record("TransformLink", matrix)],
                )
            )  # fmt: skip
            links.append(record("C", "OO", Long(key), Long(cluster)))
    settings = [
        setting("UpAxis", up_axis), setting("UpAxisSign", 1), setting("UnitScaleFactor", unit),
        setting("TimeMode", time_mode), setting("CustomFrameRate", float(fps)),
    ]  # fmt: skip
    return [
        record("GlobalSettings", children=[record("Properties70", children=settings)]),
        record("Objects", children=objects),
        record("Connections", children=links),
    ]


def encode_text(records: list[tuple]) -> bytes:
    """The same records as an FBX written as text."""
    lines = ["; FBX 7.4.0 project file", "; ------", ""]
    head = record("FBXHeaderExtension", children=[record("FBXVersion", 7400)])

    def add(entry: tuple, depth: int) -> None:
        name, values, children = entry
        pad = "\t" * depth
        if values and isinstance(values[0], np.ndarray):
            array = values[0]
            numbers = ",\n".join(",".join(map(repr, row.tolist())) for row in _rows(array))
            lines.extend([f"{pad}{name}: *{array.size} {{", f"{pad}\ta: {numbers}", f"{pad}}} "])
            return
        words = ", ".join(_word(v) for v in values)
        if children:
            lines.append(f"{pad}{name}: {words} {{")
            for child in children:
                add(child, depth + 1)
            lines.append(f"{pad}}}")
        else:
            lines.append(f"{pad}{name}: {words}")

    for entry in (head, *records):
        add(entry, 0)
    return "\n".join(lines).encode()


def _rows(array: np.ndarray) -> list[np.ndarray]:
    return [array[i : i + 5] for i in range(0, len(array), 5)]


def _word(value: Any) -> str:
    if isinstance(value, str):
        name, mark, kind = value.partition("\0\1")
        return f'"{kind}::{name}"' if mark else f'"{value}"'
    return repr(float(value)) if isinstance(value, float) else str(int(value))
