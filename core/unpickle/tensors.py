"""Tensors of a torch file as numpy arrays, read from the disk when they are asked for."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.unpickle.reader import RefusedPickle, counted, plain_array


@dataclass(frozen=True)
class StorageType:
    """Type of a storage's entries, by torch's name for it."""

    name: str

    @property
    def dtype(self) -> np.dtype[Any]:
        """numpy's type of the raw entries; bfloat16, which numpy lacks, as its 16 bits."""
        return np.dtype("uint16" if self.name == "bfloat16" else self.name).newbyteorder("<")


STORAGES = {
    "FloatStorage": StorageType("float32"),
    "DoubleStorage": StorageType("float64"),
    "HalfStorage": StorageType("float16"),
    "BFloat16Storage": StorageType("bfloat16"),
    "LongStorage": StorageType("int64"),
    "IntStorage": StorageType("int32"),
    "ShortStorage": StorageType("int16"),
    "CharStorage": StorageType("int8"),
    "ByteStorage": StorageType("uint8"),
    "BoolStorage": StorageType("bool"),
    "UntypedStorage": StorageType("uint8"),
}


@dataclass(eq=False)
class Storage:
    """A run of entries in a file; ``raw`` (nbytes,) uint8 may come later than the tensors on it."""

    kind: StorageType
    count: int
    raw: npt.NDArray[np.uint8] | None = None

    @staticmethod
    def typed(*args: Any) -> Storage:
        """torch.storage.TypedStorage as a call: never needed for what is read here."""
        raise RefusedPickle("torch.storage.TypedStorage called")

    def entries(self) -> npt.NDArray[Any]:
        """(count,) the entries, still on the disk. Raises ValueError if the file ends before."""
        nbytes = self.count * self.kind.dtype.itemsize
        if self.raw is None or self.raw.size < nbytes:
            raise ValueError("the file ends within a tensor")
        return np.frombuffer(self.raw[:nbytes], self.kind.dtype)


@dataclass(frozen=True, eq=False)
class StoredTensor:
    """A tensor still in its file."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]  # in entries

    def array(self) -> npt.NDArray[Any]:
        """Read it; bfloat16 as float32. Raises ValueError where it reaches beyond its storage."""
        entries = self.storage.entries()
        count = counted(self.shape)
        ends = [(n - 1) * s for n, s in zip(self.shape, self.strides, strict=True)]
        if count == 0:
            return np.zeros(self.shape, _shown(entries[:0]).dtype)
        if min(self.strides, default=0) < 0 or self.offset < 0:
            raise ValueError("a tensor reaches beyond its storage")
        if self.offset + sum(ends) >= self.storage.count or count > 4 * max(self.storage.count, 1):
            raise ValueError("a tensor reaches beyond its storage")
        steps = tuple(stride * entries.itemsize for stride in self.strides)
        view = np.lib.stride_tricks.as_strided(
            entries[self.offset :], self.shape, steps, writeable=False
        )
        if self.storage.kind.name == "bfloat16":
            return (view.astype(np.uint32) << 16).view(np.float32)
        return np.array(view, dtype=view.dtype.newbyteorder("="), order="C")


def _shown(entries: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return entries.astype(entries.dtype.newbyteorder("="))


def rebuilt(storage: Any, offset: Any, shape: Any, strides: Any, *rest: Any) -> StoredTensor:
    """torch._utils._rebuild_tensor(_v2): a view of a storage."""
    numbers = (offset, *shape, *strides)
    if not isinstance(storage, Storage) or not all(type(n) is int for n in numbers):
        raise RefusedPickle("torch._utils._rebuild_tensor of something that is no tensor")
    if len(shape) != len(strides):
        raise ValueError("a tensor's shape and strides do not fit together")
    return StoredTensor(storage, offset, tuple(shape), tuple(strides))


def settled(content: Any) -> Any:
    """The same containers with every tensor read and every array an ordinary one.

    Objects held several times stay one object. Raises ValueError for a tensor that is not whole.
    """
    return _settled(content, {}, 0)


def _settled(node: Any, known: dict[int, Any], depth: int) -> Any:
    if depth > 200:
        raise ValueError("it is nested too deeply")
    if id(node) in known:
        return known[id(node)]
    if isinstance(node, StoredTensor):
        known[id(node)] = result = node.array()
        return result
    if isinstance(node, np.ndarray):
        known[id(node)] = result = plain_array(node)
        if result.dtype.hasobject:
            flat = result.reshape(-1)
            for i, item in enumerate(flat):
                flat[i] = _settled(item, known, depth + 1)
        return result
    if isinstance(node, OrderedDict) or type(node) is dict:
        known[id(node)] = made = {}
        for key, value in node.items():
            made[key] = _settled(value, known, depth + 1)
        return made
    if type(node) is list:
        items: list[Any] = []
        known[id(node)] = items
        items.extend(_settled(item, known, depth + 1) for item in node)
        return items
    if type(node) is tuple:
        known[id(node)] = row = tuple(_settled(item, known, depth + 1) for item in node)
        return row
    return node
