"""Choose fewer triangles of the free body, into resources/viewport/free_body_coarse.npz.

Machines without a graphics card draw what moves with them, and the whole skin once it stands still.
The triangles use the body's own vertices, so shape, weights, normals and shade are those of the
whole skin. Needs pyfqmr (pip install '.[body]'). Run after resources/body/free_body.npz has
changed: python tools/coarsen_body.py
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from body_recipe.mesh import fewer

from core.atomic import written_whole
from core.body import default_body
from studio.viewport.shade import COARSE_FILE, mesh_mark

TRIANGLES = 4200


def main() -> None:
    body = default_body()
    vertices = np.asarray(body.template, np.float64)
    chosen = fewer(vertices, np.asarray(body.faces, np.int32), TRIANGLES)
    with written_whole(COARSE_FILE) as temporary, temporary.open("wb") as stream:
        np.savez_compressed(stream, faces=chosen.astype(np.uint16), mark=np.array(mesh_mark(body)))
    used = len(np.unique(chosen))
    print(f"{COARSE_FILE.name}: {len(chosen)} of {len(body.faces)} triangles, {used} vertices")


if __name__ == "__main__":
    main()
