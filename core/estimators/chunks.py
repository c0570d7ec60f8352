"""Finished work kept on disk, so that a run that was killed goes on where it stopped.

A folder a task, named after everything the results depend on: what was computed with other weights,
options, people or pixels is never found. A chunk is one npz that appears whole or not at all.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.atomic import written_whole
from core.errors import FileProblem

Arrays = dict[str, npt.NDArray[Any]]

_VERSION = 2  # of what is computed; raised when results of the same inputs change


def digest_of(*parts: Any) -> str:
    """Return a short hash of plain values and arrays."""
    digest = hashlib.sha256(str(_VERSION).encode())
    for part in parts:
        if isinstance(part, np.ndarray):
            digest.update(f"{part.dtype}{part.shape}".encode())
            digest.update(np.ascontiguousarray(part).tobytes())
        else:
            digest.update(json.dumps(part, sort_keys=True, default=str).encode())
        digest.update(b"\0")
    return digest.hexdigest()[:16]


def file_digest(path: Path) -> str:
    """Return a file's SHA-256 in hex. Raises FileProblem."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError as error:
        raise FileProblem(f"{path.name} does not exist.", "Choose another file.") from error
    except OSError as error:
        raise FileProblem(
            f"{path.name} cannot be read: {error.strerror or error}.", "Choose another file."
        ) from error


def file_stamp(path: Path) -> str:
    """Return what changes when a large file is replaced, without reading it."""
    state = path.stat()
    return f"{path.name}:{state.st_size}:{state.st_mtime_ns}"


class Chunks:
    """Numbered chunks of arrays in one folder; without a folder they are kept in memory."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._memory: dict[int, Arrays] = {}

    def __contains__(self, index: int) -> bool:
        """Whether a chunk is finished and whole."""
        if self._folder is None:
            return index in self._memory
        try:
            with zipfile.ZipFile(self._path(index)) as archive:
                return archive.testzip() is None
        except (OSError, zipfile.BadZipFile):
            return False

    def load(self, index: int, wanted: Callable[[str], bool] | None = None) -> Arrays | None:
        """Return a finished chunk's arrays, those whose names are wanted; None without a chunk."""
        if self._folder is None:
            kept = self._memory.get(index)
            if kept is None or wanted is None:
                return kept
            return {name: values for name, values in kept.items() if wanted(name)}
        try:
            with np.load(self._path(index), allow_pickle=False) as data:
                names = (name for name in data.files if wanted is None or wanted(name))
                return {name: data[name] for name in names}
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None  # not there, or damaged: it is made again

    def save(self, index: int, arrays: Arrays) -> None:
        """Keep a finished chunk. Raises FileProblem when the disk is full or read-only."""
        if self._folder is None:
            self._memory[index] = arrays
            return
        with written_whole(self._path(index)) as temporary, temporary.open("wb") as file:
            is_packed = any(
                values.dtype == np.uint8 for values in arrays.values()
            )  # maps, mostly 0
            (np.savez_compressed if is_packed else np.savez)(file, **arrays)  # type: ignore[arg-type]

    def _path(self, index: int) -> Path:
        assert self._folder is not None
        return self._folder / f"{index:06d}.npz"


def folder_for(work_folder: Path | None, sha256: str, *task: Any) -> Path | None:
    """Return the folder for a task on a video, None without a work folder; makes nothing."""
    if work_folder is None:
        return None
    return work_folder / sha256[:16] / "-".join(str(part) for part in task)


def forget(work_folder: Path, video: Path) -> None:
    """Throw away what was kept for a video whose results have been saved."""
    shutil.rmtree(work_folder / file_digest(video)[:16], ignore_errors=True)
