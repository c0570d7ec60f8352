"""A lock that is a file: held by one process at a time, freed by the system when that one dies."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from core.atomic import explain_write_error


@contextlib.contextmanager
def held(path: Path) -> Iterator[bool]:
    """Try to hold the lock; yields whether it worked. Makes the folder. Raises FileProblem.

    On network file systems that know no locks everybody gets it.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+b")
    except OSError as error:
        raise explain_write_error(path, error) from error
    with file:
        yield _taken(file)


def _taken(file: IO[bytes]) -> bool:
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):  # Windows says the latter
        return False
    except OSError:
        return os.name != "nt"  # POSIX: no locks here; Windows: taken
    return True
