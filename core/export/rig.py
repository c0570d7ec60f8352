"""A skeleton with its motion and skin, as FBX, GLB and BVH alike need it.

The rest pose stands on the ground at the origin. A bone's rest axes are the columns of its
global rest rotation G; between a bone and its parent p lies the fixed turn Gp^T G, and the keys are
rotations on top of it, so that zero keys are the rest pose. With SMPL's local rotation R and the
rest pose's own global rotation A (A-pose arms; identity for T) a key is G^T (Ap R A^T) G.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from core import __version__
from core.errors import FileProblem
from core.export.options import ExportOptions
from core.export.prepare import body_of
from core.export.presets import PRESETS
from core.export.rest import bone_axes, pose_of_rest
from core.export.root_motion import heading_of, split_heading, steadied
from core.motion import Motion
from core.rotation import quat_multiply, quat_to_rotmat, rotmat_to_quat, rotvec_to_quat
from core.skeleton import NUM_JOINTS, PARENTS

if TYPE_CHECKING:
    from core.body import BodyModel

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class RigMesh:
    """The skinned body in the rest pose: metres, unit normals, at most four bones a vertex.

    vertices, normals (V, 3); faces (F, 3); bones (V, 4) indices into the rig; weights (V, 4); uvs
    (F, 3, 2) of the triangles' corners, v upwards, where the body has them.
    """

    vertices: Array
    normals: Array
    faces: npt.NDArray[np.int32]
    bones: npt.NDArray[np.int32]
    weights: Array
    uvs: Array | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Take:
    """One clip on the rig: key rotations (T, B, 4) as (w, x, y, z), travel {bone: (T, 3) metres}.

    ``travel`` is in the parent's axes and replaces the bone's offset. fps as the motion has it.
    """

    name: str
    quats: Array
    travel: Mapping[int, Array]
    fps: float

    @property
    def num_frames(self) -> int:
        return len(self.quats)


@dataclass(frozen=True, kw_only=True, eq=False)
class Rig:
    """B bones, parents first; see the module for G. Lengths in metres, y up, facing +Z.

    axes (B, 3, 3) global rest rotations G; heads (B, 3) rest positions; joints: which SMPL joint
    each bone is (-1 for the ground bone); origin says where the file came from.
    """

    names: tuple[str, ...]
    parents: tuple[int, ...]
    joints: tuple[int, ...]
    axes: Array
    heads: Array
    takes: tuple[Take, ...]
    mesh: RigMesh | None
    origin: dict[str, Any] = field(default_factory=dict)

    @property
    def rest_turns(self) -> Array:
        """(B, 3, 3) fixed turn of each bone against its parent: Gp^T G."""
        turns = self.axes.copy()
        for bone, parent in enumerate(self.parents):
            if parent >= 0:
                turns[bone] = self.axes[parent].T @ self.axes[bone]
        return turns

    @property
    def offsets(self) -> Array:
        """(B, 3) rest translation of each bone in its parent's axes, metres."""
        offsets = self.heads.copy()
        for bone, parent in enumerate(self.parents):
            if parent >= 0:
                offsets[bone] = self.axes[parent].T @ (self.heads[bone] - self.heads[parent])
        return offsets


def build_rig(
    motions: Sequence[Motion],
    names: Sequence[str],
    options: ExportOptions,
    body: BodyModel | None = None,
    *,
    with_mesh: bool = True,
    with_prefix: bool = True,
    bones: str | None = None,
) -> Rig:
    """Build the rig of prepared clips that share one body and shape.

    ``with_mesh``, ``with_prefix`` and ``bones`` are what the format can hold, whatever the options
    say. Raises FileProblem where the clips' bodies differ.
    """
    model, rest = body_of(motions[0], body)
    for other in motions[1:]:
        if not np.array_equal(body_of(other, model)[1].joints, rest.joints):
            raise FileProblem(
                "The clips have different body shapes, which one file cannot hold.",
                "Write one file a clip, or choose the mean body.",
            )
    preset = PRESETS[options.skeleton]
    pose = pose_of_rest(options.rest_pose, np.asarray(rest.joints, np.float64))
    vertices = pose.apply(rest.vertices, model)
    shift = _onto_the_ground(vertices, pose.heads[0])
    heads = pose.heads + shift
    axes = bone_axes(bones or options.bone_axes, pose)
    takes = [
        _take(motion, name, options, np.asarray(rest.joints, np.float64), pose.turns, axes, heads)
        for motion, name in zip(motions, names, strict=True)
    ]
    bone_names: tuple[str, ...] = preset.bone_names(with_prefix=with_prefix)
    parents, joints = PARENTS, tuple(range(NUM_JOINTS))
    has_root = options.root_bone != "none"
    if has_root:
        bone_names = (preset.root_name, *bone_names)
        parents, joints = (-1, *(parent + 1 for parent in parents)), (-1, *joints)
        axes = np.concatenate([np.eye(3)[None], axes])
        heads = np.concatenate([np.zeros((1, 3)), heads])
    return Rig(
        names=bone_names,
        parents=parents,
        joints=joints,
        axes=axes,
        heads=heads,
        takes=tuple(takes),
        mesh=_mesh(model, vertices + shift, has_root) if with_mesh and options.mesh else None,
        origin=_origin(motions, names, options),
    )


def _onto_the_ground(vertices: Array, pelvis: Array) -> Array:
    """(3,) shift that puts the rest pose's soles on the ground, the pelvis near the middle.

    Not straight above it: Blender joins a bone to its parent's tip when it sits there exactly, and
    then drops its travel, which a ground bone's child needs.
    """
    ahead = 0.0 if np.hypot(pelvis[0], pelvis[2]) > 0.005 else 0.02
    return np.array([0.0, -vertices[:, 1].min(), ahead])


def _mesh(model: BodyModel, vertices: Array, has_root: bool) -> RigMesh:
    from core.body.model import vertex_normals

    bones, weights = model.sparse_weights()
    weights = weights.astype(np.float64)
    return RigMesh(
        vertices=vertices,
        normals=vertex_normals(vertices.astype(np.float32), model.faces).astype(np.float64),
        faces=model.faces,
        bones=bones + np.int32(has_root),
        weights=weights / weights.sum(axis=1, keepdims=True),
        uvs=None if model.uvs is None else model.uvs.astype(np.float64),
    )


def _take(
    motion: Motion,
    name: str,
    options: ExportOptions,
    rest_joints: Array,
    turns: Array,
    axes: Array,
    heads: Array,
) -> Take:
    """Turn SMPL's rotations and translation into keys on the rest axes (see the module)."""
    quats = rotvec_to_quat(motion.poses.astype(np.float64))
    pelvis = rest_joints[0] + motion.trans.astype(np.float64)
    travel: dict[int, Array] = {0: pelvis}
    root = options.root_bone
    if root == "motion":
        heading = steadied(heading_of(quats[:, 0]), motion.fps)
        ground, quats[:, 0], travel[1] = split_heading(heading, quats[:, 0], pelvis)
        travel[0] = pelvis * [1.0, 0.0, 1.0]
    elif root != "none":
        travel = {1: pelvis}
    above = turns[np.array(PARENTS)]
    above[0] = np.eye(3)
    left = rotmat_to_quat(axes.transpose(0, 2, 1) @ above)
    right = rotmat_to_quat(turns.transpose(0, 2, 1) @ axes)
    identity = [1.0, 0.0, 0.0, 0.0]
    if not (np.allclose(left, identity) and np.allclose(right, identity)):
        quats = quat_multiply(quat_multiply(left, quats), right)
    if root != "none":
        first = ground[:, None] if root == "motion" else np.tile(identity, (len(quats), 1, 1))
        quats = np.concatenate([first, quats], axis=1)
    if options.bind_frame:
        quats = np.concatenate([np.tile(identity, (1, quats.shape[1], 1)), quats])
        rest = {0: heads[0], 1: heads[0]} if root == "none" else {0: np.zeros(3), 1: heads[0]}
        travel = {bone: np.concatenate([rest[bone][None], t]) for bone, t in travel.items()}
    return Take(name=name, quats=quats, travel=travel, fps=motion.fps)


def _origin(
    motions: Sequence[Motion], names: Sequence[str], options: ExportOptions
) -> dict[str, Any]:
    """What a reader of this program needs to find the clips again: kept in the file as JSON."""
    return {
        "program": f"Motion Studio {__version__}",
        "skeleton": options.skeleton,
        "rest_pose": options.rest_pose,
        "bind_frame": options.bind_frame,
        "body_id": motions[0].body_id,
        "betas": [round(float(beta), 6) for beta in motions[0].betas],
        "clips": [
            {
                "name": name,
                "fps": motion.fps,
                "frames": motion.num_frames,
                "provenance": json.loads(motion.provenance.to_json()),
            }
            for motion, name in zip(motions, names, strict=True)
        ],
    }


def global_matrices(rig: Rig, take: Take) -> Array:
    """(T, B, 4, 4) global matrices of the bones, metres; for tests and checks of the rig itself."""
    turns, offsets = rig.rest_turns, rig.offsets
    out = np.tile(np.eye(4), (take.num_frames, len(rig.names), 1, 1))
    for bone, parent in enumerate(rig.parents):
        local = np.tile(np.eye(4), (take.num_frames, 1, 1))
        local[:, :3, :3] = turns[bone] @ quat_to_rotmat(take.quats[:, bone])
        local[:, :3, 3] = take.travel.get(bone, offsets[bone])
        out[:, bone] = local if parent < 0 else out[:, parent] @ local
    return out
