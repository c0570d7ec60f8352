"""FBX 7400's container: records with typed properties, written without any library.

A record is its end offset, property count and length, name, properties and children; a record with
children ends with 13 zero bytes. Offsets are absolute, so sizes are known before writing. The
layout was published by the Blender Foundation (code.blender.org, "FBX binary file format").
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

VERSION = 7400
_MAGIC = b"Kaydara FBX Binary  \x00\x1a\x00"
_SENTINEL = bytes(13)
_RAW_BYTES = 128  # arrays up to this size are not compressed
_ARRAY_CODES = {"<f4": b"f", "<f8": b"d", "<i8": b"l", "<i4": b"i"}

# These three belong together: Autodesk's reader derives the footer's id from the first two.
FILE_ID = bytes.fromhex("28b32aebb624ccc2bfc8b02aa92bfcf1")
CREATION_TIME = "1970-01-01 10:00:00:000"
_FOOTER_ID = bytes.fromhex("fabcab09d0c8d466b176fb831cf7267e")
_FOOTER_END = bytes.fromhex("f85a8c6adef5d97eece90ce3758f290b")


class Long(int):
    """An integer written with 64 bits: ids and times."""


@dataclass(frozen=True)
class Encoded:
    """A property already in its bytes, so that what many curves share is encoded once."""

    data: bytes


class Record:
    """One record: name, properties, children. ``is_closed`` forces the closing zero bytes."""

    __slots__ = ("children", "is_closed", "name", "num_properties", "properties")

    def __init__(
        self, name: str, *values: Any, children: Iterable[Record] = (), is_closed: bool = False
    ) -> None:
        self.name = name.encode("ascii")
        self.properties = b"".join(encoded(value) for value in values)
        self.num_properties = len(values)
        self.children = list(children)
        self.is_closed = is_closed

    def _has_sentinel(self, is_last: bool) -> bool:
        is_empty = not self.children and not self.num_properties
        return bool(self.children) or self.is_closed or (is_empty and not is_last)

    def write(self, out: bytearray, *, is_last: bool = False) -> None:
        """Append the record to a file whose bytes so far are ``out``."""
        start = len(out)
        out += struct.pack("<3IB", 0, self.num_properties, len(self.properties), len(self.name))
        out += self.name
        out += self.properties
        for child in self.children:
            child.write(out, is_last=child is self.children[-1])
        if self._has_sentinel(is_last):
            out += _SENTINEL
        struct.pack_into("<I", out, start, len(out))


def encoded(value: Any) -> bytes:
    """Return a property's type code and bytes, by the Python type (Long, int, float, str, ...)."""
    match value:
        case Encoded():
            return value.data
        case bool():
            return b"C" + struct.pack("<?", value)
        case Long():
            return b"L" + struct.pack("<q", value)
        case int():
            return b"I" + struct.pack("<i", value)
        case float():
            return b"D" + struct.pack("<d", value)
        case str():
            text = value.encode("utf-8")
            return b"S" + struct.pack("<I", len(text)) + text
        case bytes():
            return b"R" + struct.pack("<I", len(value)) + value
        case np.ndarray():
            return _encoded_array(value)
    raise TypeError(f"an FBX property cannot be a {type(value).__name__}")


def _encoded_array(array: np.ndarray) -> bytes:
    code = _ARRAY_CODES[array.dtype.newbyteorder("<").str]
    raw = np.ascontiguousarray(array).tobytes()
    is_packed = len(raw) > _RAW_BYTES
    data = zlib.compress(raw, 1) if is_packed else raw
    return code + struct.pack("<3I", array.size, is_packed, len(data)) + data


def to_bytes(records: Iterable[Record]) -> bytearray:
    """Return the whole file: header, records, closing record, footer."""
    out = bytearray(_MAGIC + struct.pack("<I", VERSION))
    for record in records:
        record.write(out)
    out += _SENTINEL
    out += _FOOTER_ID + bytes(4)
    out += bytes(16 - len(out) % 16)
    out += struct.pack("<I", VERSION) + bytes(120) + _FOOTER_END
    return out


def p(name: str, kind: str, label: str, flags: str, *values: Any) -> Record:
    """One line of a Properties70."""
    return Record("P", name, kind, label, flags, *values)


def properties70(*lines: Record) -> Record:
    """The list of a record's named properties."""
    return Record("Properties70", children=lines)


def p_int(name: str, value: int) -> Record:
    return p(name, "int", "Integer", "", value)


def p_enum(name: str, value: int) -> Record:
    return p(name, "enum", "", "", value)


def p_double(name: str, value: float) -> Record:
    return p(name, "double", "Number", "", float(value))


def p_text(name: str, value: str, label: str = "", flags: str = "") -> Record:
    return p(name, "KString", label, flags, value)


def p_time(name: str, ticks: int) -> Record:
    return p(name, "KTime", "Time", "", Long(ticks))


def p_vector(name: str, values: Iterable[float]) -> Record:
    return p(name, "Vector3D", "Vector", "", *map(float, values))
