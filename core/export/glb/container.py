"""GLB's container: one JSON chunk and one binary chunk, and the accessors between them."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

COMPONENTS: dict[str, int] = {"|u1": 5121, "<u2": 5123, "<u4": 5125, "<f4": 5126}
_TYPES: dict[tuple[int, ...], str] = {
    (): "SCALAR", (2,): "VEC2", (3,): "VEC3", (4,): "VEC4", (4, 4): "MAT4",
}  # fmt: skip
ARRAY_BUFFER, ELEMENT_ARRAY_BUFFER = 34962, 34963


@dataclass
class Buffers:
    """The binary chunk as it grows, with its views and accessors."""

    data: bytearray = field(default_factory=bytearray)
    views: list[dict[str, Any]] = field(default_factory=list)
    accessors: list[dict[str, Any]] = field(default_factory=list)

    def add(self, array: npt.NDArray, *, target: int | None = None, has_range: bool = False) -> int:
        """Append (N,), (N, k) or column-major (N, 4, 4) values; return the accessor's number.

        ``has_range`` writes minimum and maximum, which positions and key times must have.
        """
        array = np.ascontiguousarray(array)
        self.data += bytes(-len(self.data) % 4)
        view: dict[str, Any] = {
            "buffer": 0,
            "byteOffset": len(self.data),
            "byteLength": array.nbytes,
        }
        if target is not None:
            view["target"] = target
        self.views.append(view)
        self.data += array.tobytes()
        accessor: dict[str, Any] = {
            "bufferView": len(self.views) - 1,
            "componentType": COMPONENTS[array.dtype.newbyteorder("<").str],
            "count": len(array),
            "type": _TYPES[array.shape[1:]],
        }
        if has_range:
            accessor["min"] = np.atleast_1d(array.min(axis=0)).tolist()
            accessor["max"] = np.atleast_1d(array.max(axis=0)).tolist()
        self.accessors.append(accessor)
        return len(self.accessors) - 1


def to_bytes(document: dict[str, Any], buffers: Buffers) -> bytes:
    """Return the whole file of a glTF document and its binary chunk."""
    binary = bytes(buffers.data) + bytes(-len(buffers.data) % 4)
    document = document | {
        "buffers": [{"byteLength": len(binary)}],
        "bufferViews": buffers.views,
        "accessors": buffers.accessors,
    }
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode("utf-8")
    text += b" " * (-len(text) % 4)
    length = 12 + 8 + len(text) + 8 + len(binary)
    return b"".join(
        (
            struct.pack("<4sII", b"glTF", 2, length),
            struct.pack("<I4s", len(text), b"JSON"),
            text,
            struct.pack("<I4s", len(binary), b"BIN\0"),
            binary,
        )
    )
