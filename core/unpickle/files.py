"""The four kinds of file: plain pickle, joblib, npy holding objects, torch."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import pickle
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, Literal

import numpy as np

from core.unpickle.allowed import DATA, AllowList
from core.unpickle.reader import Reader, RefusedPickle, StoredArray, counted, dtype_of
from core.unpickle.tensors import settled
from core.unpickle.torch_file import read_torch

__all__ = ["MAX_BYTES", "read_joblib", "read_npy", "read_pickle", "read_torch"]

MAX_BYTES = 4 << 30  # of a file, and of what it may unfold to


class _Wrapper:
    """joblib.numpy_pickle.NumpyArrayWrapper: the array's bytes follow it in the file."""

    takes_any_state = True

    def __init__(self) -> None:
        self.state: dict[str, Any] = {}

    def __setstate__(self, state: Any) -> None:
        if not isinstance(state, dict):
            raise RefusedPickle("joblib.numpy_pickle.NumpyArrayWrapper with an unknown state")
        self.state = state


class _JoblibReader(Reader):
    """Reads the arrays joblib puts between the opcodes."""

    dispatch: ClassVar[dict[int, Any]] = dict(Reader.dispatch)

    def find_class(self, module: str, name: str) -> Any:
        if module == "joblib.numpy_pickle" and name == "NumpyArrayWrapper":
            return _Wrapper
        return super().find_class(module, name)

    def load_build(self) -> None:
        super().load_build()
        wrapper = self.stack[-1]
        if type(wrapper) is _Wrapper:
            self.stack[-1] = self._array(wrapper.state)

    dispatch[pickle.BUILD[0]] = load_build

    def _array(self, state: dict[str, Any]) -> Any:
        kind, shape = dtype_of(state.get("dtype")), tuple(state.get("shape") or ())
        count = counted(shape)
        if kind.hasobject:  # joblib pickles such an array in place
            return self.__class__(self.file, self._answers).load()
        if state.get("numpy_array_alignment_bytes") is not None:
            padding = self.file.read(1)
            self.file.read(padding[0] if padding else 0)
        data = self.file.read(count * kind.itemsize)
        if len(data) != count * kind.itemsize:
            raise EOFError("the file ends within an array")
        order: Literal["F", "C"] = "F" if state.get("order") == "F" else "C"
        return np.array(np.frombuffer(data, kind).reshape(shape, order=order), order="K")


# Beginnings of packed files, and what opens them; joblib writes any of these.
_UNPACK: tuple[tuple[bytes, Callable[[BinaryIO], Any]], ...] = (
    (b"\x1f\x8b", lambda file: gzip.GzipFile(fileobj=file)),
    (b"BZ", bz2.BZ2File),
    (b"\xfd7zXZ", lzma.LZMAFile),
    (b"\x5d\x00", lzma.LZMAFile),
)
_ZLIB = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")


def _unpacked(path: Path, limit: int) -> BinaryIO:
    """The file's content, decompressed if it is compressed; ValueError above the limit."""
    if path.stat().st_size > limit:
        raise ValueError("it is larger than anything of its kind")
    with path.open("rb") as file:
        head = file.read(6)
        file.seek(0)
        opener = next((opener for magic, opener in _UNPACK if head.startswith(magic)), None)
        if opener is not None:
            data: bytes = opener(file).read(limit + 1)
        elif head.startswith(_ZLIB):
            data = zlib.decompressobj().decompress(file.read(), limit + 1)
        else:
            data = file.read()
    if len(data) > limit:
        raise ValueError("it unfolds to more than anything of its kind")
    return io.BytesIO(data)


def read_pickle(path: Path, allow: AllowList = DATA, *, limit: int = MAX_BYTES) -> Any:
    """Read a plain pickle (gzip and the like are unpacked); tensors and arrays come as arrays.

    Raises RefusedPickle naming what is not in ``allow``, OSError, or whatever a damaged pickle
    makes Python's reader raise (any Exception).
    """
    return settled(Reader(_unpacked(path, limit), allow).load())


def read_joblib(path: Path, allow: AllowList = DATA, *, limit: int = MAX_BYTES) -> Any:
    """Read a file of joblib 0.10 or later, or a plain pickle. Raises as :func:`read_pickle`."""
    return settled(_JoblibReader(_unpacked(path, limit), allow).load())


def read_npy(path: Path, allow: AllowList = DATA, *, limit: int = MAX_BYTES) -> Any:
    """Read an npy file, also one that holds Python objects. Raises as :func:`read_pickle`.

    An object saved on its own (``np.save(path, some_dict)``) comes back as that object.
    """
    file = _unpacked(path, limit)
    version = np.lib.format.read_magic(file)
    read_header = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }.get(version)
    if read_header is None:
        raise ValueError("an npy file of an unknown version")
    _, _, kind = read_header(file)
    if not kind.hasobject:
        file.seek(0)
        return np.lib.format.read_array(file, allow_pickle=False)
    content = Reader(file, allow).load()
    if isinstance(content, StoredArray) and content.shape == () and content.dtype.hasobject:
        content = content.item()
    return settled(content)
