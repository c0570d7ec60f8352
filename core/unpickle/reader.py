"""The one restricted unpickler: names from an allow-list, nothing else.

Built on Python's own unpickler written in Python, because joblib's format needs to step in between
two opcodes and because what may be given a state has to be checked as well.
"""

from __future__ import annotations

import pickle
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, BinaryIO, ClassVar

import numpy as np
import numpy.typing as npt

MAX_ITEMS = 1 << 31  # entries of one array; nothing the program reads comes near


class RefusedPickle(Exception):
    """The pickle names something outside the allow-list; the message is that name."""


class StoredDtype:
    """A numpy type by its text; keeps only the byte order of the state a pickle gives it.

    numpy's own ``dtype.__setstate__`` believes every offset it is told, this one none.
    """

    def __init__(self, text: Any, *rest: Any) -> None:
        if not isinstance(text, str) or len(text) > 16:
            raise RefusedPickle("numpy.dtype of something that is no plain type")
        self._text = text
        self._order = ""

    def __setstate__(self, state: Any) -> None:
        if not isinstance(state, tuple) or len(state) < 5 or state[1] not in ("<", ">", "|", "="):
            raise RefusedPickle("numpy.dtype with an unknown state")
        if any(part is not None for part in state[2:5]):  # sub-array, names, fields
            raise RefusedPickle("numpy.dtype with fields")
        self._order = state[1] if state[1] in "<>" else ""

    @property
    def dtype(self) -> np.dtype[Any]:
        """The real type: numbers, text, or Python objects."""
        found = np.dtype(self._order + self._text.lstrip("<>|="))
        if found.kind not in "fiubcOSU" or found.names is not None:
            raise RefusedPickle(f"numpy.dtype({self._text})")
        return found


class StoredArray(np.ndarray):
    """A numpy array whose state is checked before numpy believes it."""

    def __setstate__(self, state: Any) -> None:
        if not isinstance(state, tuple) or len(state) != 5:
            raise RefusedPickle("numpy.ndarray with an unknown state")
        _, shape, dtype, is_fortran, data = state
        kind = dtype_of(dtype)
        if isinstance(data, str):  # written by Python 2
            data = data.encode("latin1")
        expected = list if kind.hasobject else bytes | bytearray
        if not isinstance(data, expected):
            raise RefusedPickle("numpy.ndarray with strange content")
        count = counted(shape)
        if len(data) != (count if kind.hasobject else count * kind.itemsize):
            raise ValueError("an array's size and content do not fit together")
        super().__setstate__((1, tuple(shape), kind, bool(is_fortran), data))  # type: ignore[arg-type]


def counted(shape: Any) -> int:
    """Number of entries of a shape; ValueError where it is none, or absurd."""
    if not isinstance(shape, tuple | list) or len(shape) > 32:
        raise ValueError("an array's shape is none")
    count = 1
    for size in shape:
        if not isinstance(size, int) or size < 0:
            raise ValueError("an array's shape is none")
        count *= size
        if count > MAX_ITEMS:
            raise ValueError("an array is absurdly large")
    return count


def dtype_of(stored: Any) -> np.dtype[Any]:
    """The real numpy type of what a pickle holds in its place."""
    if not isinstance(stored, StoredDtype):
        raise RefusedPickle("an array of something that is no type")
    return stored.dtype


def plain_array(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The same memory as an ordinary array."""
    return array.view(np.ndarray) if isinstance(array, StoredArray) else array


class Reader(pickle._Unpickler):
    """Python's unpickler with its doors shut.

    ``answers(module, name)`` gives what a name stands for, or None to have it refused;
    ``outside(pid)`` answers for objects stored beside the pickle (torch's storages).
    """

    dispatch: ClassVar[dict[int, Any]] = dict(pickle._Unpickler.dispatch)
    stack: list[Any]

    def __init__(
        self,
        file: BinaryIO,
        answers: Callable[[str, str], Any],
        outside: Callable[[Any], Any] | None = None,
    ) -> None:
        # latin1: array bytes written by Python 2; no fix_imports: the lists name both versions
        super().__init__(file, fix_imports=False, encoding="latin1", errors="strict")
        self.file = file
        self._answers = answers
        self._outside = outside

    def find_class(self, module: str, name: str) -> Any:
        """Answer a name from the allow-list, or refuse it."""
        answer = self._answers(module, name)
        if answer is None:
            raise RefusedPickle(f"{module}.{name}")
        return answer

    def persistent_load(self, pid: Any) -> Any:
        """Answer for an object outside the pickle."""
        if self._outside is None:
            raise RefusedPickle("an object stored outside the file")
        return self._outside(pid)

    def load_build(self) -> None:
        """Give an object its state: only to our own stand-ins and to plain dictionaries."""
        state, target = self.stack[-1], self.stack[-2]
        if isinstance(target, StoredArray | StoredDtype) or getattr(
            type(target), "takes_any_state", False
        ):
            self.stack.pop()
            target.__setstate__(state)
        elif type(target) in (dict, OrderedDict):
            self.stack.pop()  # attributes of a dictionary (state_dict()._metadata): not wanted
        else:
            raise RefusedPickle(f"a state for {type(target).__name__}")

    dispatch[pickle.BUILD[0]] = load_build
