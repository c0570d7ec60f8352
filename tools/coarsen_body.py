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

TRIANGLES = {"faces": 4200, "far": 1600}  # the second for bodies that are small in the picture


def main() -> None:
    body = default_body()
    vertices = np.asarray(body.template, np.float64)
    faces = np.asarray(body.faces, np.int32)
    chosen = {name: fewer(vertices, faces, count) for name, count in TRIANGLES.items()}
    small = {name: found.astype(np.uint16) for name, found in chosen.items()}
    with written_whole(COARSE_FILE) as temporary, temporary.open("wb") as stream:
        np.savez_compressed(stream, mark=np.array(mesh_mark(body)), **small)
    for name, found in chosen.items():
        used = len(np.unique(found))
        print(f"{name}: {len(found)} of {len(faces)} triangles, {used} vertices")


if __name__ == "__main__":
    main()
