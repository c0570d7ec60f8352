"""Reads a USD's skeleton and skin as USD's own skinning query sees them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core.errors import FileProblem
from core.export.self_check.read_back import ReadBack, Skin


def read(path: Path, clip: int = 0) -> ReadBack:
    """Read the joints in every frame. Raises FileProblem where usd-core is not installed."""
    try:
        from pxr import Usd, UsdGeom, UsdSkel
    except ImportError as error:
        raise FileProblem("USD cannot be read without the library usd-core.") from error
    stage = Usd.Stage.Open(str(path))
    if not stage:
        raise ValueError("USD does not open it")
    unit = UsdGeom.GetStageMetersPerUnit(stage)
    roots = [prim for prim in stage.Traverse() if prim.IsA(UsdSkel.Root)]
    skeletons = [prim for prim in stage.Traverse() if prim.IsA(UsdSkel.Skeleton)]
    cache = UsdSkel.Cache()
    cache.Populate(UsdSkel.Root(roots[0]), Usd.PrimDefaultPredicate)
    query = cache.GetSkelQuery(UsdSkel.Skeleton(skeletons[0]))
    frames = np.arange(stage.GetStartTimeCode(), stage.GetEndTimeCode() + 1)
    matrices = np.stack([np.array(query.ComputeJointSkelTransforms(t)) for t in frames])
    matrices = matrices.transpose(0, 1, 3, 2).astype(np.float64)  # of row vectors
    matrices[..., :3, 3] *= unit
    return ReadBack(
        names=[joint.rpartition("/")[2] for joint in map(str, query.GetJointOrder())],
        matrices=matrices,
        times=np.asarray(frames / stage.GetTimeCodesPerSecond(), np.float64),
        skin=_skin(stage, query, unit),
    )


def _skin(stage: object, query: object, unit: float) -> Skin | None:
    from pxr import UsdGeom, UsdSkel

    meshes = [prim for prim in stage.Traverse() if prim.IsA(UsdGeom.Mesh)]  # type: ignore[attr-defined]
    if not meshes:
        return None
    binding = UsdSkel.BindingAPI(meshes[0])
    bones = np.array(binding.GetJointIndicesPrimvar().Get())
    strengths = np.array(binding.GetJointWeightsPrimvar().Get(), np.float64)
    vertices = np.array(UsdGeom.Mesh(meshes[0]).GetPointsAttr().Get(), np.float64) * unit
    binds = np.array(query.GetJointWorldBindTransforms())  # type: ignore[attr-defined]
    binds = binds.transpose(0, 2, 1).astype(np.float64)
    binds[:, :3, 3] *= unit
    weights = np.zeros((len(vertices), len(binds)))
    rows = np.repeat(np.arange(len(vertices)), len(bones) // len(vertices))
    np.add.at(weights, (rows, bones), strengths)
    return Skin(vertices=vertices, weights=weights, inverse_binds=np.linalg.inv(binds))
