"""USD: skeleton, skinned body and motion as UsdSkel, for Omniverse, Houdini, Maya and Blender.

Metres, y up. One SkelRoot with the Skeleton, its SkelAnimation and, if wanted, the body with its
weights. Needs the library usd-core, which is an extra.
"""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.atomic import written_whole
from core.errors import FileProblem
from core.export.options import ExportOptions
from core.export.resample import exact_rate
from core.export.rig import Rig, RigMesh, Take, build_rig
from core.motion import Motion
from core.rotation import continuous_quat, quat_multiply, rotmat_to_quat

if TYPE_CHECKING:
    from core.body import BodyModel

SKIN_COLOUR = (0.48, 0.51, 0.57)  # linear, as in GLB and FBX


def write(
    motion: Motion,
    path: Path,
    *,
    body: BodyModel | None = None,
    options: ExportOptions | None = None,
) -> None:
    """Write a prepared clip. Raises FileProblem, also where the library is missing."""
    _library()
    from pxr import Usd

    name = path.name.partition(".")[0] or "clip"
    rig = build_rig([motion], [name], options or ExportOptions(), body, with_prefix=False)
    with tempfile.TemporaryDirectory() as folder:
        # USD writes files itself and hardly says why it could not: so not at the target
        made = Path(folder) / "clip.usd"
        stage = Usd.Stage.CreateNew(str(made))
        _fill(stage, rig, rig.takes[0])
        if not stage.GetRootLayer().Save():
            raise FileProblem(
                f"{path.name} could not be written by USD.", "Free some space for temporary files."
            )
        data = made.read_bytes()
    with written_whole(path) as temporary:
        temporary.write_bytes(data)


def _library() -> None:
    try:
        import pxr  # noqa: F401
    except ImportError as error:
        raise FileProblem(
            "USD needs the library usd-core, which is not installed.",
            'Install it with: pip install "actor-motion-studio[usd]"',
        ) from error


def _fill(stage: Any, rig: Rig, take: Take) -> None:
    from pxr import Sdf, UsdGeom, UsdSkel

    UsdGeom.SetStageUpAxis(stage, UsdGeom.Tokens.y)
    UsdGeom.SetStageMetersPerUnit(stage, 1.0)
    rate = exact_rate(take.fps)
    stage.SetTimeCodesPerSecond(float(rate))
    stage.SetFramesPerSecond(float(rate))
    stage.SetStartTimeCode(0)
    stage.SetEndTimeCode(take.num_frames - 1)
    root = UsdSkel.Root.Define(stage, "/Motion")
    stage.SetDefaultPrim(root.GetPrim())
    root.GetPrim().SetCustomDataByKey("MotionStudio", json.dumps(rig.origin))
    skeleton = UsdSkel.Skeleton.Define(stage, "/Motion/Skeleton")
    animation = UsdSkel.Animation.Define(stage, "/Motion/Animation")
    joints = joint_paths(rig)
    binds = np.tile(np.eye(4), (len(joints), 1, 1))
    binds[:, :3, :3], binds[:, :3, 3] = rig.axes, rig.heads
    rests = np.tile(np.eye(4), (len(joints), 1, 1))
    rests[:, :3, :3], rests[:, :3, 3] = rig.rest_turns, rig.offsets
    skeleton.CreateJointsAttr(joints)
    skeleton.CreateBindTransformsAttr(_matrices(binds))
    skeleton.CreateRestTransformsAttr(_matrices(rests))
    _animate(animation, joints, rig, take)
    binding = UsdSkel.BindingAPI.Apply(skeleton.GetPrim())
    binding.CreateAnimationSourceRel().SetTargets([Sdf.Path("/Motion/Animation")])
    if rig.mesh is not None:
        _skin(stage, rig.mesh)
    low, high = _extent(rig, take)
    root.CreateExtentAttr([low, high])


def joint_paths(rig: Rig) -> list[str]:
    """Joints as UsdSkel names them: the way from the root, "pelvis/left_hip"; ASCII words."""
    words = [re.sub(r"\W", "_", name, flags=re.ASCII) for name in rig.names]
    paths: list[str] = []
    for word, parent in zip(words, rig.parents, strict=True):
        paths.append(word if parent < 0 else f"{paths[parent]}/{word}")
    return paths


def _matrices(matrices: np.ndarray) -> Any:
    """(B, 4, 4) of column vectors -> USD's, which are of row vectors."""
    from pxr import Vt

    return Vt.Matrix4dArray.FromNumpy(np.ascontiguousarray(matrices.transpose(0, 2, 1)))


def _animate(animation: Any, joints: list[str], rig: Rig, take: Take) -> None:
    from pxr import Gf, Vt

    turns = np.broadcast_to(rotmat_to_quat(rig.rest_turns), take.quats.shape)
    quats = continuous_quat(quat_multiply(turns, take.quats)).astype(np.float32)
    places = np.broadcast_to(rig.offsets, (take.num_frames, *rig.offsets.shape)).copy()
    for bone, travel in take.travel.items():
        places[:, bone] = travel
    animation.CreateJointsAttr(joints)
    animation.CreateScalesAttr(Vt.Vec3hArray([Gf.Vec3h(1, 1, 1)] * len(joints)))
    rotations = animation.CreateRotationsAttr()
    translations = animation.CreateTranslationsAttr()
    # USD's arrays take (x, y, z, w)
    values = np.ascontiguousarray(np.roll(quats, -1, axis=-1))
    places = np.ascontiguousarray(places.astype(np.float32))
    for frame in range(take.num_frames):
        rotations.Set(Vt.QuatfArray.FromNumpy(values[frame]), frame)
        translations.Set(Vt.Vec3fArray.FromNumpy(places[frame]), frame)


def _skin(stage: Any, mesh: RigMesh) -> None:
    from pxr import Gf, Sdf, UsdGeom, UsdSkel, Vt

    body = UsdGeom.Mesh.Define(stage, "/Motion/Body")
    vertices = np.ascontiguousarray(mesh.vertices, np.float32)
    body.CreatePointsAttr(Vt.Vec3fArray.FromNumpy(vertices))
    body.CreateFaceVertexCountsAttr([3] * len(mesh.faces))
    body.CreateFaceVertexIndicesAttr(Vt.IntArray.FromNumpy(mesh.faces.reshape(-1).astype(np.int32)))
    body.CreateNormalsAttr(Vt.Vec3fArray.FromNumpy(np.ascontiguousarray(mesh.normals, np.float32)))
    body.SetNormalsInterpolation(UsdGeom.Tokens.vertex)
    body.CreateSubdivisionSchemeAttr(UsdGeom.Tokens.none)
    body.CreateDisplayColorAttr([Gf.Vec3f(*SKIN_COLOUR)])
    body.CreateExtentAttr(
        [Gf.Vec3f(*vertices.min(0).tolist()), Gf.Vec3f(*vertices.max(0).tolist())]
    )
    binding = UsdSkel.BindingAPI.Apply(body.GetPrim())
    binding.CreateSkeletonRel().SetTargets([Sdf.Path("/Motion/Skeleton")])
    binding.CreateGeomBindTransformAttr(Gf.Matrix4d(1.0))
    influences = mesh.bones.shape[1]
    binding.CreateJointIndicesPrimvar(False, influences).Set(
        Vt.IntArray.FromNumpy(mesh.bones.reshape(-1).astype(np.int32))
    )
    binding.CreateJointWeightsPrimvar(False, influences).Set(
        Vt.FloatArray.FromNumpy(mesh.weights.reshape(-1).astype(np.float32))
    )


def _extent(rig: Rig, take: Take) -> tuple[Any, Any]:
    """A box around the travelling body, a metre and a half around its root."""
    from pxr import Gf

    root = sum(take.travel.values(), np.zeros((take.num_frames, 3)))
    low, high = root.min(axis=0) - 1.5, root.max(axis=0) + 1.5
    return Gf.Vec3f(*low.tolist()), Gf.Vec3f(*high.tolist())
