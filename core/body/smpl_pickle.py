"""Read an official SMPL pickle without chumpy, without scipy, and without running its code.

To what :mod:`core.unpickle` allows, the chumpy and scipy objects official files hold are added:
they become inert stubs whose stored arrays are evaluated afterwards. Anything else is refused, by
name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from core.unpickle import NUMPY, AllowList, RefusedPickle
from core.unpickle.reader import Reader, plain_array

MAX_DEPTH = 8
MAX_ENTRIES = 50_000_000  # of a sparse matrix made dense; SMPL's regressor has 165,360


class _Stub:
    """An inert stand-in: keeps the state it is given and does nothing."""

    takes_any_state = True
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


def _reconstruct_object(kind: Any, base: Any, state: Any) -> _Stub:
    if not (isinstance(kind, type) and issubclass(kind, _Stub)):
        raise RefusedPickle("copy_reg._reconstructor of something that is no chumpy object")
    return kind()


def _allow_list() -> AllowList:
    table: dict[tuple[str, str], Any] = {
        ("chumpy.ch", "Ch"): _Ch,
        ("chumpy", "Ch"): _Ch,
        ("chumpy.reordering", "Select"): _Select,
    }
    for module in ("copy_reg", "copyreg"):  # Python 2 and 3 name them differently
        table[module, "_reconstructor"] = _reconstruct_object
    for module in ("__builtin__", "builtins"):
        table[module, "object"] = _Object
    for kind, stub in (("csc", _Csc), ("csr", _Csr)):
        for module in (f"scipy.sparse.{kind}", f"scipy.sparse._{kind}", "scipy.sparse"):
            table[module, f"{kind}_matrix"] = stub
    return NUMPY | AllowList("smpl", table)


_ALLOWED = _allow_list()


def _answer(module: str, name: str) -> Any:
    found = _ALLOWED(module, name)
    is_chumpy = module == "chumpy" or module.startswith("chumpy.")
    return _OtherChumpy if found is None and is_chumpy else found


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
        return plain_array(node)
    evaluate = _EVALUATE.get(type(node))
    if evaluate is None or depth == 0:
        raise ValueError(f"an array is stored as {type(node).__name__.lstrip('_')}")
    return evaluate(node, depth - 1)


def read_pickle(file: BinaryIO) -> dict[str, Any]:
    """Return the dictionary the pickle holds, its values still to go through :func:`value_of`.

    Raises RefusedPickle, or whatever a damaged pickle makes Python's reader raise.
    """
    content = Reader(file, _answer).load()
    if not isinstance(content, dict):
        raise ValueError("it holds no dictionary")
    return content
