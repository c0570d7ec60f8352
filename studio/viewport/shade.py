"""What was prepared for the free body: how much sky each vertex sees, and fewer triangles.

Made by tools/bake_shade.py and tools/coarsen_body.py, here only read. A body they were not made for
(a user's own, or a rebuilt one) is drawn without them.
"""

from __future__ import annotations

import logging
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.paths import RESOURCES

log = logging.getLogger(__name__)

SHADE_FILE = RESOURCES / "viewport" / "free_body_shade.npz"
COARSE_FILE = RESOURCES / "viewport" / "free_body_coarse.npz"


def mesh_mark(body: Any) -> str:
    """Return a short mark of a body's triangles: the shade belongs to them, not to its shape."""
    faces = np.ascontiguousarray(body.faces, np.int32)
    return f"{len(body.template)}-{zlib.crc32(faces.tobytes()):08x}"


def shade_of(body: Any) -> npt.NDArray[np.float32]:
    """(V,) 0..1, 1 in the open; all ones where nothing was baked for this body."""
    shade = _read(SHADE_FILE, "shade", body)
    if shade is None:
        return np.ones(len(body.template), np.float32)
    # squared: the eye wants creases darker than the sky's share alone makes them
    return np.asarray((shade.astype(np.float32) / 255.0) ** np.float32(1.6))


def fewer_faces(body: Any) -> tuple[npt.NDArray[np.uint32], ...]:
    """Fewer and fewer triangles (F, 3) between the body's own vertices; none for another body."""
    found = [_read(COARSE_FILE, name, body) for name in ("faces", "far")]
    return tuple(np.ascontiguousarray(one, np.uint32) for one in found if one is not None)


def _read(path: Path, name: str, body: Any) -> npt.NDArray[Any] | None:
    """Return what ``path`` holds for this body, None where it was made for another."""
    try:
        with np.load(path, allow_pickle=False) as data:
            return np.asarray(data[name]) if str(data["mark"]) == mesh_mark(body) else None
    except (OSError, KeyError, ValueError):
        log.warning("%s could not be read: the body is drawn without it", path.name)
        return None
