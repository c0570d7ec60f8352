"""The records of a binary FBX file: names, values and children, nothing interpreted.

Versions 7000 to 7700 (32-bit records below 7500, 64-bit from there). Arrays are unpacked only when
asked for, so that a mesh of a million vertices costs nothing.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import FileProblem
from core.importing.source import Array

MAX_BYTES = 1 << 30
MAX_ARRAY = 1 << 28
MAX_DEPTH = 64
MAX_RECORDS = 3_000_000
MAGIC = b"Kaydara FBX Binary  \x00"
AGAIN = "Copy or export it again."
_SCALARS = {"Y": "<h", "C": "<b", "B": "<b", "I": "<i", "F": "<f", "D": "<d", "L": "<q"}
_ARRAYS = {"f": "<f4", "d": "<f8", "l": "<i8", "i": "<i4", "b": "i1", "c": "i1"}


@dataclass(frozen=True)
class Packed:
    """An array as it lies in the file."""

    kind: str
    count: int
    encoding: int
    data: memoryview

    def unpack(self, file: str) -> Array:
        """(count,) numbers as float64, int64 for times. Raises FileProblem."""
        dtype = np.dtype(_ARRAYS[self.kind])
        size = self.count * dtype.itemsize
        if size > MAX_ARRAY:
            raise FileProblem(f"{file} holds an array of {self.count:,} numbers, too many.", AGAIN)
        raw: Any = self.data
        if self.encoding:
            try:
                raw = zlib.decompressobj().decompress(self.data, size + 1)
            except zlib.error as error:
                raise FileProblem(f"{file} is damaged: an array cannot be unpacked.", AGAIN) from (
                    error
                )
        if len(raw) != size:
            raise FileProblem(f"{file} is damaged: an array is too short.", AGAIN)
        values = np.frombuffer(raw, dtype)
        return values.astype(np.int64 if self.kind in "li" else np.float64)


@dataclass
class Record:
    """One record: its name, its values (numbers, str, bytes, Packed), its children."""

    name: str
    values: list[Any]
    children: list[Record] = field(default_factory=list)

    def first(self, name: str) -> Record | None:
        """The first child of this name."""
        return next((child for child in self.children if child.name == name), None)

    def all(self, name: str) -> Iterator[Record]:
        """Every child of this name."""
        return (child for child in self.children if child.name == name)

    def properties(self) -> dict[str, list[Any]]:
        """Name -> values of the record's Properties70."""
        table = self.first("Properties70")
        if table is None:
            return {}
        return {str(p.values[0]): p.values[4:] for p in table.all("P") if len(p.values) >= 4}


def read_bytes(path: Path) -> bytes:
    """Read a file that is there, not empty and not too large. Raises FileProblem."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise FileProblem(f"{path.name} is larger than 1 GB.", "Export it without meshes.")
        data = path.read_bytes()
    except OSError as error:
        raise FileProblem(
            f"{path.name} cannot be read: {error.strerror or error}.", "Check the name and rights."
        ) from error
    if not data:
        raise FileProblem(f"{path.name} is empty.", AGAIN)
    return data


def read_tree(data: bytes, path: Path) -> Record:
    """Read the records of a binary file as children of one. Raises FileProblem."""
    if not data.startswith(MAGIC):
        raise FileProblem(f"{path.name} is not an FBX file.", "Choose another file.")
    if len(data) < 27:
        raise FileProblem(f"{path.name} is cut off.", AGAIN)
    (version,) = struct.unpack_from("<I", data, 23)
    if not 7000 <= version < 8000:
        raise FileProblem(
            f"{path.name} is FBX {version / 1000:.1f}; versions 7.0 to 7.7 are read.",
            "Export it as FBX 2014 or newer, binary.",
        )
    return _Parser(data, version, path.name).root()


class _Parser:
    def __init__(self, data: bytes, version: int, file: str) -> None:
        self.data, self.file = memoryview(data), file
        self.head = struct.Struct("<QQQB" if version >= 7500 else "<IIIB")
        self.count = 0

    def root(self) -> Record:
        try:
            children, _ = self._children(27, len(self.data), 0)
        except (struct.error, UnicodeDecodeError, KeyError, IndexError) as error:
            raise FileProblem(f"{self.file} is damaged.", AGAIN) from error
        return Record("", [], children)

    def _children(self, at: int, end: int, depth: int) -> tuple[list[Record], int]:
        if depth > MAX_DEPTH:
            raise FileProblem(f"{self.file} is damaged: its records have no end.", AGAIN)
        out: list[Record] = []
        while at + self.head.size <= end:
            stop, values, size, name_length = self.head.unpack_from(self.data, at)
            if stop == 0:
                return out, at + self.head.size
            start = at + self.head.size + name_length
            if not start + size <= stop <= end:
                raise FileProblem(f"{self.file} is cut off or damaged.", AGAIN)
            self.count += 1
            if self.count > MAX_RECORDS:
                raise FileProblem(f"{self.file} has too many records.", "Export it without meshes.")
            name = bytes(self.data[at + self.head.size : start]).decode("utf-8", "replace")
            record = Record(name, self._values(start, start + size, values))
            if start + size < stop:
                record.children, _ = self._children(start + size, stop, depth + 1)
            out.append(record)
            at = stop
        if depth == 0:
            raise FileProblem(f"{self.file} is cut off: its end is missing.", AGAIN)
        return out, at

    def _values(self, at: int, end: int, count: int) -> list[Any]:
        out: list[Any] = []
        for _ in range(count):
            if at >= end:
                raise FileProblem(f"{self.file} is damaged: values are missing.", AGAIN)
            kind = chr(self.data[at])
            at += 1
            if kind in _SCALARS:
                layout = _SCALARS[kind]
                out.append(struct.unpack_from(layout, self.data, at)[0])
                at += struct.calcsize(layout)
            elif kind in "SR":
                (length,) = struct.unpack_from("<I", self.data, at)
                raw = bytes(self.data[at + 4 : at + 4 + length])
                out.append(raw.decode("utf-8", "replace") if kind == "S" else raw)
                at += 4 + length
            elif kind in _ARRAYS:
                number, encoding, length = struct.unpack_from("<III", self.data, at)
                out.append(Packed(kind, number, encoding, self.data[at + 12 : at + 12 + length]))
                at += 12 + length
            else:
                raise FileProblem(f"{self.file} is damaged: a value of no known kind.", AGAIN)
        if at > end:
            raise FileProblem(f"{self.file} is damaged: a value is too long.", AGAIN)
        return out
