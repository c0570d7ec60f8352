"""Linear blend skinning: the body's vertices in every frame, as matrix products.

Every vertex of every frame comes out of one product: with F the (V, 96) matrix of skin weights
times homogeneous rest vertices and M the (96, 3T) stack of bone transforms, the vertices are F M.
Pose blend shapes move the rest vertices frame by frame, so they take a second, longer way.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.body.kinematics import _resolve, _transforms, forward_kinematics
from core.body.model import BodyModel, FloatArray, RestBody
from core.motion import Motion
from core.rotation import rotvec_to_rotmat
from core.skeleton import NUM_JOINTS

CHUNK = 64
"""Frames skinned at a time with pose blend shapes: bounds the memory, keeps products large."""


def _posed(
    motion: Motion, body: BodyModel | None
) -> tuple[BodyModel, RestBody, npt.NDArray, FloatArray]:
    body, rest = _resolve(motion, body)
    rotmats = rotvec_to_rotmat(motion.poses)
    transforms = _transforms(*forward_kinematics(rotmats, rest.joints, motion.trans), rest)
    return body, rest, rotmats, transforms


def _rows(transforms: FloatArray) -> FloatArray:
    """(T, 24, 3, 4) bone transforms -> (3T, 96) rows that pair with the skinning features."""
    num_frames = transforms.shape[0]
    rows = transforms.transpose(0, 2, 1, 3).reshape(num_frames * 3, NUM_JOINTS * 4)
    return np.ascontiguousarray(rows)


def skin(motion: Motion, body: BodyModel | None = None) -> FloatArray:
    """(T, V, 3) vertices of the motion in metres, y up.

    Without pose blend shapes the result is a view of planar memory (T, 3, V): frame by frame it is
    contiguous, and copying it into triples would cost as much again as the skinning.
    """
    body, rest, rotmats, transforms = _posed(motion, body)
    if body.posedirs is None:
        planes = _rows(transforms) @ body.skinning_features(rest).T
        return planes.reshape(motion.num_frames, 3, -1).transpose(0, 2, 1)
    return _skin_with_pose_shapes(body, rest, rotmats, transforms)


def _skin_with_pose_shapes(
    body: BodyModel, rest: RestBody, rotmats: npt.NDArray, transforms: FloatArray
) -> FloatArray:
    """Add pose blend shapes: rest vertices differ by frame, so bones are blended per vertex."""
    num_frames, num_vertices = transforms.shape[0], body.num_vertices
    features = (rotmats[:, 1:] - np.eye(3, dtype=np.float32)).reshape(num_frames, -1)
    weights = np.ascontiguousarray(body.weights.T)  # (24, V)
    planes = rest.vertices.T.ravel()
    bones = transforms.transpose(0, 2, 3, 1).reshape(num_frames, 12, NUM_JOINTS)
    out = np.empty((num_frames, 3, num_vertices), np.float32)
    moved = np.empty((CHUNK, 3 * num_vertices), np.float32)
    blended = np.empty((CHUNK * 12, num_vertices), np.float32)
    for start in range(0, num_frames, CHUNK):
        part = slice(start, min(start + CHUNK, num_frames))
        count = part.stop - part.start
        rest_now, by_vertex = moved[:count], blended[: count * 12]
        np.matmul(features[part], body.pose_shape_planes, out=rest_now)
        rest_now += planes
        np.matmul(bones[part].reshape(-1, NUM_JOINTS), weights, out=by_vertex)
        matrices = by_vertex.reshape(count, 3, 4, num_vertices)
        vertices = rest_now.reshape(count, 3, num_vertices)
        np.einsum("tikv,tkv->tiv", matrices[:, :, :3], vertices, out=out[part])
        out[part] += matrices[:, :, 3]
    return out.transpose(0, 2, 1)


def lowest_points(motion: Motion, body: BodyModel | None = None) -> FloatArray:
    """(T,) height of the lowest vertex in each frame, metres."""
    body, rest, _, transforms = _posed(motion, body)
    if body.posedirs is not None:
        return skin(motion, body)[..., 1].min(axis=1)
    heights = _rows(transforms)[1::3] @ body.skinning_features(rest).T
    return np.asarray(heights.min(axis=1))
