"""The allow-lists by name: what a name in a pickle stands for here.

Numbers and tensors become arrays; classes of configuration libraries become :class:`Inert`
stand-ins that keep what they are given and do nothing.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from core.unpickle.reader import RefusedPickle, StoredArray, StoredDtype, counted, dtype_of
from core.unpickle.tensors import STORAGES, Storage, StorageType, StoredTensor, rebuilt


class Inert(dict[Any, Any]):
    """A stand-in for an object of a class that is not wanted; keeps items and attributes."""

    takes_any_state = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()

    def __setstate__(self, state: Any) -> None:
        for part in state if isinstance(state, tuple) else (state,):
            if isinstance(part, dict):
                self.update(part)

    def append(self, item: Any) -> None:
        """Lists' way of being filled."""

    def extend(self, items: Any) -> None:
        """Lists' way of being filled."""

    def add(self, item: Any) -> None:
        """Sets' way of being filled."""

    __hash__ = object.__hash__  # type: ignore[assignment]


@dataclass(frozen=True)
class AllowList:
    """Names and what they stand for; ``packages`` are answered with Inert, whatever the class."""

    name: str
    answers: Mapping[tuple[str, str], Any]
    packages: tuple[str, ...] = field(default=())

    def __call__(self, module: str, name: str) -> Any:
        """The answer to a name, None when it is not allowed."""
        if (module, name) in self.answers:
            return self.answers[module, name]
        return Inert if module.split(".")[0] in self.packages else None

    def __or__(self, other: AllowList) -> AllowList:
        return AllowList(
            f"{self.name}+{other.name}",
            {**self.answers, **other.answers},
            self.packages + other.packages,
        )


class _ArrayType:
    """Names numpy.ndarray without being callable: calling it could ask for any amount of memory."""


def _reconstruct(subtype: Any, shape: Any, typecode: Any) -> StoredArray:
    if subtype is not _ArrayType or tuple(shape) != (0,):
        raise RefusedPickle("numpy.core.multiarray._reconstruct of something that is no array")
    return StoredArray((0,), np.int8)


def _scalar(dtype: Any, data: Any = b"") -> Any:
    kind = dtype_of(dtype)
    if isinstance(data, str):
        data = data.encode("latin1")
    if kind.kind not in "fiubcSU" or not isinstance(data, bytes) or len(data) != kind.itemsize:
        raise RefusedPickle("numpy.core.multiarray.scalar of something that is no number")
    return np.frombuffer(data, kind, count=1)[0]


def _array_of_bytes(data: Any, dtype: Any, shape: Any, order: Any = "C") -> npt.NDArray[Any]:
    """How numpy writes an array with pickle protocol 5."""
    kind = dtype_of(dtype)
    if kind.hasobject or order not in ("C", "F") or not isinstance(data, bytes | bytearray):
        raise RefusedPickle("numpy.core.numeric._frombuffer of something that is no array")
    counted(shape)
    return np.frombuffer(data, kind).reshape(tuple(shape), order=order)


def _encoded(text: Any, encoding: Any = "latin1") -> bytes:
    if not isinstance(text, str) or encoding not in ("latin1", "latin-1"):
        raise RefusedPickle("_codecs.encode of something that is no text")
    return text.encode("latin1")


def _byte_array(data: Any = b"", encoding: Any = "latin1") -> bytes:
    if isinstance(data, str):
        return _encoded(data, encoding)
    if not isinstance(data, bytes | bytearray):
        raise RefusedPickle("builtins.bytes of something that is no content")
    return bytes(data)


def _joined(*parts: Any) -> str:
    return "/".join(str(part) for part in parts)  # pathlib's classes: only the text is kept


def _plain_dict(*args: Any) -> dict[Any, Any]:
    return {}  # defaultdict and Counter: their items follow


def _plain_tuple(items: Any = ()) -> tuple[Any, ...]:
    if not isinstance(items, tuple | list):
        raise RefusedPickle("torch.Size of something that is no size")
    return tuple(items)


def _text(*parts: Any) -> str:
    return ":".join(str(part) for part in parts)


def _reconstruct_object(kind: Any, base: Any, state: Any) -> Inert:
    if kind is not Inert:
        raise RefusedPickle("copyreg._reconstructor of something that is no stand-in")
    made = Inert()
    if isinstance(state, dict):
        made.update(state)
    return made


def _from_old_bytes(data: Any) -> Storage:
    """A tensor's storage inside an ordinary pickle: a whole torch file as bytes."""
    from core.unpickle.torch_file import storage_of_bytes

    return storage_of_bytes(data, NUMPY | TORCH)


def _numpy() -> dict[tuple[str, str], Any]:
    table: dict[tuple[str, str], Any] = {
        ("numpy", "ndarray"): _ArrayType,
        ("numpy", "dtype"): StoredDtype,
        ("_codecs", "encode"): _encoded,
        ("collections", "OrderedDict"): OrderedDict,
        ("collections", "defaultdict"): _plain_dict,
        ("collections", "Counter"): _plain_dict,
    }
    for core in ("numpy.core", "numpy._core"):
        table[f"{core}.multiarray", "_reconstruct"] = _reconstruct
        table[f"{core}.multiarray", "scalar"] = _scalar
        table[f"{core}.numeric", "_frombuffer"] = _array_of_bytes
    for module in ("__builtin__", "builtins"):
        table[module, "set"] = set
        table[module, "frozenset"] = frozenset
        table[module, "bytearray"] = _byte_array
        table[module, "bytes"] = _byte_array  # protocol 2 writes empty ones so
        table[module, "complex"] = complex
        for name in ("list", "dict", "int", "float", "str", "bool", "tuple", "object"):
            table[module, name] = Inert  # types as arguments: of a defaultdict, of a setting
    for module in ("pathlib", "pathlib._local"):
        for name in ("Path", "PosixPath", "WindowsPath", "PurePosixPath", "PureWindowsPath"):
            table[module, name] = _joined
    for module in ("copy_reg", "copyreg"):  # Python 2 and 3 name them differently
        table[module, "_reconstructor"] = _reconstruct_object
    return table


def _torch() -> dict[tuple[str, str], Any]:
    table: dict[tuple[str, str], Any] = {
        ("torch._utils", "_rebuild_tensor"): rebuilt,
        ("torch._utils", "_rebuild_tensor_v2"): rebuilt,
        ("torch._utils", "_rebuild_parameter"): _first,
        ("torch._utils", "_rebuild_parameter_with_state"): _first,
        ("torch.storage", "_load_from_bytes"): _from_old_bytes,
        ("torch.storage", "TypedStorage"): Storage.typed,
        ("torch", "Size"): _plain_tuple,
        ("torch", "device"): _text,
    }
    for name, kind in STORAGES.items():
        table["torch", name] = kind
        table["torch.cuda", name] = kind
        table["torch.storage", name] = kind
    for name in ("float16", "bfloat16", "float32", "float64", "uint8", "int8", "int16", "int32",
                 "int64", "bool"):  # fmt: skip
        table["torch", name] = StorageType(name)
    return table


def _first(data: Any, *rest: Any) -> StoredTensor:
    if not isinstance(data, StoredTensor):
        raise RefusedPickle("torch._utils._rebuild_parameter of something that is no tensor")
    return data


NUMPY = AllowList("numpy", _numpy())
TORCH = AllowList("torch", _torch())
CONFIG = AllowList(
    "config",
    {
        ("argparse", "Namespace"): Inert,
        ("types", "SimpleNamespace"): Inert,
        ("typing", "Any"): Inert,
        ("typing", "Union"): Inert,
    },
    packages=("yacs", "omegaconf", "pytorch_lightning", "lightning", "lightning_fabric"),
)
"""What trainings keep beside their weights: settings and callbacks of these libraries."""
DATA = NUMPY | TORCH
"""Arrays and tensors in ordinary containers: what results of estimators are made of."""
