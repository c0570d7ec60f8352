"""Read an official SMPL pickle without chumpy, without scipy, and without running its code.

A pickle is a little program: it may name any function on the machine and call it. Here every name
is answered from an allow-list; the chumpy and scipy objects official files hold become inert stubs
whose stored arrays are evaluated afterwards. Anything else is refused, by name.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

MAX_DEPTH = 8
MAX_ENTRIES = 50_000_000  # of a sparse matrix made dense; SMPL's regressor has 165,360


class RefusedPickle(Exception):
    """The pickle names something outside the allow-list; the message is that name."""


class _Stub:
    """An inert stand-in: keeps the state it is given and does nothing."""

    state: dict[str, Any]

    def __new__(cls, *args: Any, **kwargs: Any) -> _Stub:
        stub = object.__new__(cls)
        stub.state = {}
        return stub

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        pass

    def __setstate__(self, state: Any) -> None:
        if isinstance(state, tuple) and len(state) == 2 and isinstance(state[1], dict):
            state = state[1]
        self.state = state if isinstance(state, dict) else {}


class _Ch(_Stub):
    """chumpy.ch.Ch: a plain array under ``x``."""


class _Select(_Stub):
    """chumpy.reordering.Select: entries ``idxs`` of the flattened ``a``."""


class _Csc(_Stub):
    """scipy.sparse.csc_matrix."""


class _Csr(_Stub):
    """scipy.sparse.csr_matrix."""


class _OtherChumpy(_Stub):
    """Any other chumpy class; an error only where a needed array depends on it."""


class _Object:
    """Python's ``object`` as an argument; never instantiated."""


class _ArrayType:
    """Names numpy.ndarray without being callable: calling it could ask for any amount of memory."""


def _reconstruct_array(subtype: Any, shape: Any, typecode: Any) -> npt.NDArray:
    if subtype is not _ArrayType or tuple(shape) != (0,):
        raise RefusedPickle("numpy.core.multiarray._reconstruct of something that is no array")
    return np.ndarray((0,), np.int8)


def _dtype(text: Any, *rest: Any) -> np.dtype:
    if not isinstance(text, str) or len(text) > 16:
        raise RefusedPickle("numpy.dtype of something that is no plain type")
    return np.dtype(text)


def _scalar(dtype: Any, data: Any = b"") -> Any:
    if isinstance(data, str):
        data = data.encode("latin1")
    if not isinstance(dtype, np.dtype) or dtype.kind not in "fiub":
        raise RefusedPickle("numpy.core.multiarray.scalar of something that is no number")
    return np.frombuffer(data, dtype, count=1)[0]


def _array_of_bytes(data: Any, dtype: Any, shape: Any, order: Any = "C") -> npt.NDArray:
    """How numpy writes an array with pickle protocol 5."""
    if not isinstance(dtype, np.dtype) or dtype.kind not in "fiub" or order not in ("C", "F"):
        raise RefusedPickle("numpy.core.numeric._frombuffer of something that is no array")
    return np.frombuffer(data, dtype).reshape([int(n) for n in shape], order=order)


def _encode(text: Any, encoding: Any = "latin1") -> bytes:
    if not isinstance(text, str) or encoding not in ("latin1", "latin-1"):
        raise RefusedPickle("_codecs.encode of something that is no text")
    return text.encode("latin1")


def _reconstruct_object(kind: Any, base: Any, state: Any) -> _Stub:
    if not (isinstance(kind, type) and issubclass(kind, _Stub)):
        raise RefusedPickle("copy_reg._reconstructor of something that is no chumpy object")
    return kind()


def _allow_list() -> dict[tuple[str, str], Any]:
    table: dict[tuple[str, str], Any] = {
        ("numpy", "ndarray"): _ArrayType,
        ("numpy", "dtype"): _dtype,
        ("_codecs", "encode"): _encode,
        ("chumpy.ch", "Ch"): _Ch,
        ("chumpy", "Ch"): _Ch,
        ("chumpy.reordering", "Select"): _Select,
    }
    for module in ("numpy.core.multiarray", "numpy._core.multiarray"):
        table[module, "_reconstruct"] = _reconstruct_array
        table[module, "scalar"] = _scalar
    for module in ("numpy.core.numeric", "numpy._core.numeric"):
        table[module, "_frombuffer"] = _array_of_bytes
    for module in ("copy_reg", "copyreg"):  # Python 2 and 3 name them differently
        table[module, "_reconstructor"] = _reconstruct_object
    for module in ("__builtin__", "builtins"):
        table[module, "object"] = _Object
        table[module, "set"] = set
    for kind, stub in (("csc", _Csc), ("csr", _Csr)):
        for module in (f"scipy.sparse.{kind}", f"scipy.sparse._{kind}", "scipy.sparse"):
            table[module, f"{kind}_matrix"] = stub
    return table


_ALLOWED = _allow_list()


class _Reader(pickle.Unpickler):
    def __init__(self, file: BinaryIO) -> None:
        # latin1: array bytes written by Python 2; no fix_imports: the list names both versions
        super().__init__(file, fix_imports=False, encoding="latin1")

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _ALLOWED:
            return _ALLOWED[module, name]
        if module == "chumpy" or module.startswith("chumpy."):
            return _OtherChumpy
        raise RefusedPickle(f"{module}.{name}")

    def persistent_load(self, pid: Any) -> Any:
        raise RefusedPickle("an object stored outside the file")


def _dense(stub: _Stub, depth: int) -> npt.NDArray:
    """A compressed sparse matrix as a dense array; duplicates add up, as in scipy."""
    state = stub.state
    rows, columns = (int(n) for n in state.get("_shape", state.get("shape", (0, 0))))
    major, minor = (columns, rows) if isinstance(stub, _Csc) else (rows, columns)
    data, indices, indptr = (value_of(state.get(k), depth) for k in ("data", "indices", "indptr"))
    counts = np.diff(indptr)
    if (
        min(rows, columns) < 1
        or rows * columns > MAX_ENTRIES
        or len(counts) != major
        or (counts < 0).any()
        or counts.sum() != len(indices)
        or len(data) != len(indices)
        or (len(indices) and not 0 <= indices.min() <= indices.max() < minor)
    ):
        raise ValueError("a sparse matrix does not fit together")
    out = np.zeros((major, minor))
    np.add.at(out, (np.repeat(np.arange(major), counts), indices), data)
    return out.T if isinstance(stub, _Csc) else out


def _selected(stub: _Stub, depth: int) -> npt.NDArray:
    values = value_of(stub.state.get("a"), depth).ravel()
    chosen = values[value_of(stub.state.get("idxs"), depth).ravel()]
    shape = stub.state.get("preferred_shape")
    return chosen if shape is None else chosen.reshape([int(n) for n in np.ravel(shape)])


_EVALUATE: dict[type, Callable[[Any, int], npt.NDArray]] = {
    _Ch: lambda stub, depth: value_of(stub.state.get("x"), depth),
    _Select: _selected,
    _Csc: _dense,
    _Csr: _dense,
}


def value_of(node: Any, depth: int = MAX_DEPTH) -> npt.NDArray:
    """The array a stored object stands for; ValueError where it cannot be told."""
    if isinstance(node, np.ndarray):
        return node
    evaluate = _EVALUATE.get(type(node))
    if evaluate is None or depth == 0:
        raise ValueError(f"an array is stored as {type(node).__name__.lstrip('_')}")
    return evaluate(node, depth - 1)


def read_pickle(file: BinaryIO) -> dict[str, Any]:
    """Return the dictionary the pickle holds, its values still to go through :func:`value_of`.

    Raises RefusedPickle, or whatever a damaged pickle makes Python's reader raise.
    """
    content = _Reader(file).load()
    if not isinstance(content, dict):
        raise ValueError("it holds no dictionary")
    return content
