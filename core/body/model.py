"""A body model in SMPL's format (Loper et al. 2015): template, shape directions, skin weights.

Values only; reading files is in ``library`` and ``smpl_file``, posing in ``kinematics`` and
``skinning``. Must not import torch or scipy.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from core.skeleton import NUM_JOINTS

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int32]

NUM_POSE_FEATURES = 207
"""SMPL's pose blend shapes: 23 joints x 9 entries of (rotation - identity)."""


@dataclass(frozen=True, eq=False)
class RestBody:
    """A shaped body before posing: vertices (V, 3) and joints (24, 3), metres."""

    vertices: FloatArray
    joints: FloatArray


@dataclass(frozen=True, kw_only=True, eq=False)
class BodyModel:
    """A skinned body: V vertices, F triangles, 24 joints in SMPL's order; read-only arrays.

    template (V, 3) rest vertices in metres; faces (F, 3); shapedirs (V, 3, 10); posedirs
    (V, 3, 207) or None where the body has no pose blend shapes; joint_regressor (24, V);
    weights (V, 24), rows summing to 1; uvs (F, 3, 2) texture coordinates of the triangles' corners,
    v upwards, or None.
    """

    body_id: str
    name: str
    template: FloatArray
    faces: IntArray
    shapedirs: FloatArray
    posedirs: FloatArray | None
    joint_regressor: FloatArray
    weights: FloatArray
    uvs: FloatArray | None = None

    def __post_init__(self) -> None:
        for array in vars(self).values():
            if isinstance(array, np.ndarray):
                array.flags.writeable = False

    @property
    def num_vertices(self) -> int:
        return int(self.template.shape[0])

    def shaped(self, betas: npt.ArrayLike | None = None) -> RestBody:
        """Return the rest body of shape ``betas`` (10,); None means the template's own."""
        shape = np.zeros(10, np.float32) if betas is None else np.asarray(betas, np.float32)
        if not shape.any():
            return self._template_at_rest
        vertices = self.template + self.shapedirs @ shape
        return RestBody(vertices, self.joint_regressor @ vertices)

    @cached_property
    def _template_at_rest(self) -> RestBody:
        joints = (self.joint_regressor @ self.template).astype(np.float32)
        joints.flags.writeable = False
        return RestBody(self.template, joints)

    @property
    def rest_joints(self) -> FloatArray:
        """(24, 3) joints of the unshaped body."""
        return self._template_at_rest.joints

    @cached_property
    def _template_features(self) -> FloatArray:
        return self._features_of(self.template)

    def _features_of(self, vertices: FloatArray) -> FloatArray:
        homogeneous = np.concatenate([vertices, np.ones_like(vertices[:, :1])], axis=1)
        features = self.weights[:, :, None] * homogeneous[:, None, :]
        return np.ascontiguousarray(features.reshape(-1, NUM_JOINTS * 4), dtype=np.float32)

    def skinning_features(self, rest: RestBody) -> FloatArray:
        """(V, 96) matrix weight_k * (x, y, z, 1): times the bones' 3x4 transforms it skins.

        Column 4 k + c pairs with column c of bone k's matrix (:func:`bone_matrices`).
        """
        if rest.vertices is self.template:
            return self._template_features
        return self._features_of(rest.vertices)

    @cached_property
    def pose_shape_planes(self) -> FloatArray:
        """(207, 3V) pose blend shapes with each coordinate's vertices side by side."""
        if self.posedirs is None:
            return np.zeros((NUM_POSE_FEATURES, 3 * self.num_vertices), np.float32)
        planes = self.posedirs.transpose(2, 1, 0).reshape(NUM_POSE_FEATURES, -1)
        return np.ascontiguousarray(planes)

    def sparse_weights(self) -> tuple[npt.NDArray[np.int32], FloatArray]:
        """Return the four strongest bones a vertex, ids (V, 4) and weights (V, 4) summing to 1."""
        return self._sparse_weights

    @cached_property
    def _sparse_weights(self) -> tuple[npt.NDArray[np.int32], FloatArray]:
        ids = np.argsort(-self.weights, axis=1, kind="stable")[:, :4]
        weights = np.take_along_axis(self.weights, ids, axis=1)
        weights = weights / weights.sum(axis=1, keepdims=True)
        return ids.astype(np.int32), weights.astype(np.float32)

    @cached_property
    def normals(self) -> FloatArray:
        """(V, 3) unit normals of the unshaped rest vertices, outwards."""
        return vertex_normals(self.template, self.faces)


def vertex_normals(vertices: FloatArray, faces: IntArray) -> FloatArray:
    """Area-weighted unit normals (V, 3) of vertices (V, 3) under faces (F, 3)."""
    corners = vertices[faces]
    crosses = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals = np.empty(vertices.shape, np.float64)
    for axis in range(3):
        weights = np.repeat(crosses[:, axis], 3)
        normals[:, axis] = np.bincount(faces.ravel(), weights, minlength=len(vertices))
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    return (normals / np.maximum(length, 1e-12)).astype(np.float32)


def id_of_template(template: FloatArray) -> str:
    """Body id of a user's own body: "smpl-" and 12 hex digits of its template (V, 3)."""
    digest = hashlib.sha256(np.ascontiguousarray(template, dtype="<f4").tobytes())
    return "smpl-" + digest.hexdigest()[:12]
