"""How much sky each vertex of the free body sees: baked by tools/bake_shade.py, here only read.

A body it was not baked for (a user's own, or a rebuilt one) is drawn without it.
"""

from __future__ import annotations

import logging
import zlib
from typing import Any

import numpy as np
import numpy.typing as npt

from core.paths import RESOURCES

log = logging.getLogger(__name__)

SHADE_FILE = RESOURCES / "viewport" / "free_body_shade.npz"


def mesh_mark(body: Any) -> str:
    """Return a short mark of a body's triangles: the shade belongs to them, not to its shape."""
    faces = np.ascontiguousarray(body.faces, np.int32)
    return f"{len(body.template)}-{zlib.crc32(faces.tobytes()):08x}"


def shade_of(body: Any) -> npt.NDArray[np.float32]:
    """(V,) 0..1, 1 in the open; all ones where nothing was baked for this body."""
    try:
        with np.load(SHADE_FILE, allow_pickle=False) as data:
            if str(data["mark"]) == mesh_mark(body):
                # squared: the eye wants creases darker than the sky's share alone makes them
                shade: npt.NDArray[np.float32] = data["shade"].astype(np.float32) / 255.0
                return shade ** np.float32(1.6)
    except (OSError, KeyError, ValueError):
        log.warning("the body's baked shade could not be read: %s", SHADE_FILE.name)
    return np.ones(len(body.template), np.float32)
