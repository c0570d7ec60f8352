"""Files that appear whole or not at all: written beside the target, then moved over it."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from core.errors import FileProblem


def explain_write_error(path: Path, error: OSError) -> FileProblem:
    """Turn an operating system's refusal to write into a sentence with the next step."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return FileProblem(
            f"The disk is full: {path.name} could not be written.",
            f"Free some space on the disk that holds {path.parent}, or choose another folder.",
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return FileProblem(
            f"{path.parent} cannot be written to.", "Choose another folder, or change its rights."
        )
    if error.errno in (errno.ENOTDIR, errno.EEXIST):  # mkdir met a file
        above = [path, *path.parents]
        file = next((folder for folder in above if folder.is_file()), path.parent)
        return FileProblem(f"{file} is not a folder.", "Choose another folder.")
    return FileProblem(
        f"{path.name} could not be written: {error.strerror or error}.", "Choose another folder."
    )


def hidden_os_error(error: Exception) -> OSError | None:
    """The system's refusal that a library written in Rust tells only in words, None for others."""
    found = re.search(r"\(os error (\d+)\)", str(error))
    return OSError(int(found[1]), os.strerror(int(found[1]))) if found else None


@contextlib.contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Give a temporary path in ``path``'s folder to write to; move it onto ``path`` on success.

    On any failure the temporary file is removed and ``path`` is as it was. Makes the folder.
    Raises FileProblem in place of OSError.
    """
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(
            dir=path.parent, prefix=f".{path.stem}-", suffix=path.suffix
        )
        os.close(handle)
        temporary = Path(name)
        yield temporary
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)
        temporary.replace(path)
        temporary = None
    except OSError as error:
        raise explain_write_error(path, error) from error
    except Exception as error:
        hidden = hidden_os_error(error)
        if hidden is None:
            raise
        raise explain_write_error(path, hidden) from hidden
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
