"""What a project looks like on disk: its folders, what may be opened, what lies there."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from pathlib import Path

from core.atomic import explain_write_error
from core.errors import FileProblem

INDEX_NAME = "project.sqlite"
CLIPS = "clips"
BIN = "bin"
ORIGINALS = "originals"  # clips as they were before their first change
_STALE_SECONDS = 3600.0  # a temporary file this old was left by a program that was killed


def check_folder(folder: Path) -> None:
    """Raise FileProblem unless ``folder`` is a project, is empty, or does not exist yet."""
    if folder.exists() and not folder.is_dir():
        raise FileProblem(f"{folder.name} is a file, not a project folder.", "Choose a folder.")
    if not folder.exists():
        return
    try:
        entries = {entry.name for entry in os.scandir(folder)}
    except OSError as error:
        raise FileProblem(
            f"{folder} cannot be read: {error.strerror or error}.", "Check the folder's rights."
        ) from error
    visible = {name for name in entries if not name.startswith(".")}
    if visible and INDEX_NAME not in visible and CLIPS not in visible:
        raise FileProblem(
            f"{folder.name} holds other things and is no Motion Studio project.",
            "Choose a project folder, or an empty one for a new project.",
        )


def is_writable(folder: Path) -> bool:
    """Make the project's folders, and tell by trying whether files can be written there.

    Raises FileProblem for anything but missing rights, such as a full disk.
    """
    try:
        (folder / CLIPS).mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except PermissionError:
        return False
    except OSError as error:
        problem = explain_write_error(folder / INDEX_NAME, error)
        if "cannot be written to" in problem.message:
            return False
        raise problem from error


def scan(folder: Path) -> dict[str, float]:
    """Return {path relative to the project: time of change} of all clip files, bin included.

    Temporary files that a killed program left are cleared away.
    """
    found: dict[str, float] = {}
    for room in (CLIPS, BIN):
        try:
            entries = list(os.scandir(folder / room))
        except FileNotFoundError:
            continue
        except OSError as error:
            raise FileProblem(
                f"{folder / room} cannot be read: {error.strerror or error}.",
                "Check the folder's rights.",
            ) from error
        for entry in entries:
            if not entry.name.endswith(".npz"):
                continue
            modified = entry.stat().st_mtime
            if not entry.name.startswith("."):
                found[f"{room}/{entry.name}"] = modified
            elif time.time() - modified > _STALE_SECONDS:
                with contextlib.suppress(OSError):
                    Path(entry.path).unlink()
    return found


def set_aside(index: Path) -> None:
    """Rename a broken index (and its journals) out of the way. Raises FileProblem."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    try:
        index.rename(index.with_name(f"{index.name}.damaged-{stamp}"))
        for ending in ("-wal", "-shm"):
            index.with_name(index.name + ending).unlink(missing_ok=True)
    except OSError as error:
        raise explain_write_error(index, error) from error
