"""Opening the pickles and lists data sets come in: restricted, and said in words what is wrong."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import FileProblem, StudioError
from core.motion import Provenance
from core.unpickle import RefusedPickle, read_joblib

MAX_BYTES = 16 << 30  # UESTC's cache in double precision is about 5 GB
_MAX_LIST_BYTES = 64 << 20


def opened(path: Path) -> Any:
    """Return the content of a pickle or joblib file. Raises FileProblem."""
    try:
        return read_joblib(path, limit=MAX_BYTES)
    except FileNotFoundError as error:
        raise FileProblem(
            f"{path.name} is not there.", f"It belongs into {path.parent}."
        ) from error
    except OSError as error:
        raise FileProblem(
            f"{path.name} cannot be read: {error.strerror or error}.", "Check its rights."
        ) from error
    except RefusedPickle as error:
        raise FileProblem(
            f"{path.name} was refused: it asks for {error}, which is more than numbers.",
            "Only plain numbers are read, since others could run code.",
        ) from error
    except Exception as error:  # what readers raise on damaged and lying files has no common base
        raise FileProblem(
            f"{path.name} cannot be read: it is truncated, damaged or of another kind.",
            "Copy it again.",
        ) from error


def lines(path: Path) -> list[str]:
    """Return a text file's lines that are not empty, stripped. Raises FileProblem."""
    try:
        if path.stat().st_size > _MAX_LIST_BYTES:
            raise FileProblem(f"{path.name} is too large for a list.", "Choose another file.")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise FileProblem(
            f"{path.name} cannot be read: {error.strerror or error}.",
            f"It belongs into {path.parent}.",
        ) from error
    except UnicodeDecodeError as error:
        raise FileProblem(f"{path.name} is no text.", "Copy it again.") from error
    return [line.strip() for line in text.splitlines() if line.strip()]


def npz_members(path: Path) -> set[str] | None:
    """Names within an npz; None where it is damaged (reading it will say so)."""
    try:
        with zipfile.ZipFile(path) as archive:
            return set(archive.namelist())
    except (OSError, zipfile.BadZipFile):
        return None


def label_in_clip(path: Path) -> str:
    """The label this program wrote into a clip of its own, "" where there is none."""
    members = npz_members(path) if path.suffix.lower() == ".npz" else None
    keys = {"provenance", "studio_provenance"} & {
        name.removesuffix(".npy") for name in members or ()
    }
    if not keys:
        return ""
    try:
        with np.load(path, allow_pickle=False) as archive:
            return Provenance.from_json(str(archive[keys.pop()])).label
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, StudioError):
        return ""
