"""GLB (glTF 2.0): skeleton, skinned body and quaternion keys; metres, Y up, facing +Z.

Rotations are whole local rotations with continuous signs, one key a frame on a shared time line.
The skinned mesh and the skeleton are two nodes at the top: a skinned mesh below another node is
what validators warn about.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from core import __version__
from core.atomic import written_whole
from core.export.glb.container import ARRAY_BUFFER, ELEMENT_ARRAY_BUFFER, Buffers, to_bytes
from core.export.glb.vrm import humanoid
from core.export.options import ExportOptions
from core.export.resample import exact_rate
from core.export.rig import Rig, RigMesh, Take, build_rig
from core.motion import Motion
from core.rotation import continuous_quat, quat_multiply, rotmat_to_quat

if TYPE_CHECKING:
    from core.body import BodyModel

PROVENANCE = "MotionStudio"
"""Key in the scene's extras: where the clips come from."""
SKIN_COLOUR = (0.48, 0.51, 0.57, 1.0)  # linear; the FBX material's colour


def write(
    motions: Sequence[Motion],
    path: Path,
    *,
    names: Sequence[str],
    body: BodyModel | None = None,
    options: ExportOptions | None = None,
) -> None:
    """Write prepared clips of one body as the animations of one file, whole or not at all.

    ``names`` become the animations' names. Raises FileProblem.
    """
    options = options or ExportOptions()
    data = to_glb(build_rig(motions, names, options, body), has_vrm=options.has_vrm)
    with written_whole(path) as temporary:
        temporary.write_bytes(data)


def to_glb(rig: Rig, *, has_vrm: bool = False) -> bytes:
    """Return the whole file."""
    buffers = Buffers()
    top = [] if rig.joints[0] < 0 else [{"name": "Armature"}]  # a ground bone is the top itself
    first = len(top)
    nodes = [*top, *_bones(rig, first)]
    bones = list(range(first, len(nodes)))
    if top:
        nodes[0]["children"] = [first]
    document: dict[str, Any] = {
        "asset": {"version": "2.0", "generator": f"Motion Studio {__version__}"},
        "scene": 0,
        "scenes": [{"nodes": [0], "extras": {PROVENANCE: rig.origin}}],
        "nodes": nodes,
        "animations": [_animation(rig, take, first, buffers) for take in rig.takes],
    }
    # without a body nothing uses the skin, but programs take from it which nodes are bones
    binds = buffers.add(_inverse_binds(rig))
    document["skins"] = [
        {"name": "Body", "joints": bones, "skeleton": 0, "inverseBindMatrices": binds}
    ]
    if rig.mesh is not None:
        document["scenes"][0]["nodes"].append(len(nodes))
        nodes.append({"name": "Body", "mesh": 0, "skin": 0})
        document["meshes"] = [_mesh(rig.mesh, buffers)]
        document["materials"] = [_material()]
    if has_vrm:
        document["extensionsUsed"] = ["VRMC_vrm"]
        document["extensions"] = {"VRMC_vrm": humanoid(rig, bones)}
    return to_bytes(document, buffers)


def _bones(rig: Rig, first: int) -> list[dict[str, Any]]:
    turns, offsets = _scalar_last(rotmat_to_quat(rig.rest_turns)), rig.offsets
    nodes: list[dict[str, Any]] = []
    for bone, name in enumerate(rig.names):
        node: dict[str, Any] = {"name": name, "translation": _plain(offsets[bone])}
        if not np.allclose(turns[bone], (0, 0, 0, 1), atol=1e-9):
            node["rotation"] = _plain(turns[bone])
        children = [first + child for child, parent in enumerate(rig.parents) if parent == bone]
        if children:
            node["children"] = children
        nodes.append(node)
    return nodes


def _plain(values: npt.NDArray) -> list[float]:
    return [float(value) for value in np.round(values, 9) + 0.0]


def _scalar_last(quat: npt.NDArray) -> npt.NDArray:
    """(..., 4) w, x, y, z -> x, y, z, w as glTF wants it."""
    return np.roll(quat, -1, axis=-1)


def _animation(rig: Rig, take: Take, first: int, buffers: Buffers) -> dict[str, Any]:
    rate = exact_rate(take.fps)
    times = np.arange(take.num_frames) * (rate.denominator / rate.numerator)
    clock = buffers.add(times.astype(np.float32), has_range=True)
    turns = rotmat_to_quat(rig.rest_turns)
    quats = take.quats
    if not np.allclose(turns, (1, 0, 0, 0), atol=1e-12):
        quats = quat_multiply(turns, quats)
    quats = _scalar_last(continuous_quat(quats)).astype(np.float32)
    samplers: list[dict[str, Any]] = []
    channels: list[dict[str, Any]] = []

    def add(bone: int, path: str, values: npt.NDArray) -> None:
        channels.append({"sampler": len(samplers), "target": {"node": first + bone, "path": path}})
        samplers.append({"input": clock, "output": buffers.add(values), "interpolation": "LINEAR"})

    for bone, travel in take.travel.items():
        add(bone, "translation", travel.astype(np.float32))
    for bone in range(len(rig.names)):
        add(bone, "rotation", quats[:, bone])
    return {"name": take.name, "samplers": samplers, "channels": channels}


def _split_at_seams(mesh: RigMesh) -> tuple[RigMesh, npt.NDArray[np.float32] | None]:
    """Give each vertex one texture coordinate; where it has more, copies follow at the end.

    Returns the mesh and (V', 2) coordinates, v downwards as glTF counts it, or None without any.
    """
    if mesh.uvs is None:
        return mesh, None
    corners = np.column_stack([mesh.faces.ravel(), mesh.uvs.reshape(-1, 2)])
    pairs, index = np.unique(corners, axis=0, return_inverse=True)
    owner = pairs[:, 0].astype(np.int64)
    is_copy = np.concatenate([[False], owner[1:] == owner[:-1]])
    count = len(mesh.vertices)
    place = np.where(is_copy, count + np.cumsum(is_copy) - 1, owner)
    source = np.concatenate([np.arange(count), owner[is_copy]])
    uvs = np.zeros((len(source), 2), np.float32)
    uvs[place] = pairs[:, 1:] * [1.0, -1.0] + [0.0, 1.0]
    split = RigMesh(
        vertices=mesh.vertices[source],
        normals=mesh.normals[source],
        faces=place[index.ravel()].reshape(-1, 3).astype(np.int32),
        bones=mesh.bones[source],
        weights=mesh.weights[source],
    )
    return split, uvs


def _mesh(mesh: RigMesh, buffers: Buffers) -> dict[str, Any]:
    mesh, uvs = _split_at_seams(mesh)
    weights = mesh.weights.astype(np.float32)
    bones = np.where(weights > 0, mesh.bones, 0).astype(np.uint8)  # unused slots name bone 0
    index = np.uint16 if len(mesh.vertices) < 65535 else np.uint32
    attributes = {
        "POSITION": buffers.add(
            mesh.vertices.astype(np.float32), target=ARRAY_BUFFER, has_range=True
        ),
        "NORMAL": buffers.add(mesh.normals.astype(np.float32), target=ARRAY_BUFFER),
        "JOINTS_0": buffers.add(bones, target=ARRAY_BUFFER),
        "WEIGHTS_0": buffers.add(_summing_to_one(weights), target=ARRAY_BUFFER),
    }
    if uvs is not None:
        attributes["TEXCOORD_0"] = buffers.add(uvs, target=ARRAY_BUFFER)
    faces = buffers.add(mesh.faces.astype(index).ravel(), target=ELEMENT_ARRAY_BUFFER)
    return {
        "name": "Body",
        "primitives": [{"attributes": attributes, "indices": faces, "material": 0}],
    }


def _summing_to_one(weights: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Let the strongest weight take up what rounding to 32 bits left over."""
    strongest = weights.argmax(axis=1)
    rows = np.arange(len(weights))
    rest = weights.astype(np.float64).sum(axis=1) - weights[rows, strongest]
    weights[rows, strongest] = (1.0 - rest).astype(np.float32)
    return weights


def _material() -> dict[str, Any]:
    look = {"baseColorFactor": list(SKIN_COLOUR), "metallicFactor": 0.0, "roughnessFactor": 0.75}
    return {"name": "Body", "pbrMetallicRoughness": look}


def _inverse_binds(rig: Rig) -> npt.NDArray[np.float32]:
    """(B, 4, 4) inverse global rest matrices, column-major."""
    binds = np.tile(np.eye(4), (len(rig.names), 1, 1))
    binds[:, :3, :3] = rig.axes.transpose(0, 2, 1)
    binds[:, :3, 3] = -(rig.axes.transpose(0, 2, 1) @ rig.heads[..., None])[..., 0]
    return np.ascontiguousarray(binds.transpose(0, 2, 1), dtype=np.float32)
