"""What the viewport knows about one motion: its clip texture, rest shape and joints over time.

This is the only file here that asks :mod:`core.body`. Must not import vispy, Qt or torch.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from core.motion import Motion
from studio.viewport.clip_texture import ClipTexture, clip_texture
from studio.viewport.mesh import RestMesh, body_mesh, skeleton_mesh
from studio.viewport.shade import fewer_faces, shade_of

Float32 = npt.NDArray[np.float32]
Float = npt.NDArray[np.float64]
_IN_PLACE = 0.8  # metres a root may wander about in a clip that stays where it is


@dataclass(frozen=True, kw_only=True)
class PosedClip:
    """One motion made ready to draw.

    ``shape`` names the rest shape (equal shapes share one mesh on the graphics card), ``joints``
    (T, 24, 3) are world positions before the item's own position is added.
    """

    texture: ClipTexture
    bones: Float32
    joints: Float32
    shape: tuple[str, bytes]
    body: Any
    rest: Any

    @cached_property
    def span(self) -> Float:
        """(2, 2) the least and the largest (x, z) of the root."""
        root = self.joints[:, 0, ::2].astype(np.float64)
        return np.stack([root.min(axis=0), root.max(axis=0)])

    @cached_property
    def travels(self) -> bool:
        """Whether the body leaves its place."""
        return float(np.max(self.span[1] - self.span[0])) > _IN_PLACE

    @cached_property
    def around(self) -> Float:
        """(N, 3) points that surround the whole motion, for framing."""
        return surrounded(self.joints[:: max(1, len(self.joints) // 200)].reshape(-1, 3))

    @cached_property
    def feet(self) -> Float:
        """(N, 3) footprints of the whole clip, see :func:`footprints`."""
        return footprints(self.joints[:: max(1, len(self.joints) // 24)])


def footprints(joints: npt.NDArray[np.floating]) -> Float:
    """(N, 3) where feet touch or come near the floor, toes included, from joints (T, 24, 3)."""
    ankles, balls = joints[:, [7, 8]], joints[:, [10, 11]]
    toes = balls + 0.75 * (balls - ankles)
    points = np.concatenate([balls, toes]).reshape(-1, 3).astype(np.float64)
    low = points[points[:, 1] < points[:, 1].min() + 0.12]
    low[:, 1] = np.minimum(low[:, 1], 0.0)
    return np.asarray(low, np.float64)


def _betas_for(motion: Motion, body: Any) -> Float32:
    if motion.body_id == body.body_id:
        return motion.betas
    return np.zeros_like(motion.betas)


_READY: WeakKeyDictionary[Motion, PosedClip] = WeakKeyDictionary()


def make_ready(motions: Iterable[Motion]) -> None:
    """Pose motions ahead, in whatever thread; :func:`posed_clip` then has nothing left to do."""
    for motion in motions:
        clip = _READY[motion] = _posed(motion)
        _ = clip.span, clip.travels, clip.around, clip.feet  # kept from now on


def posed_clip(motion: Motion) -> PosedClip:
    """Compute the skinning transforms and joints of a motion: a few milliseconds for 60 frames."""
    return _READY.pop(motion, None) or _posed(motion)


def _posed(motion: Motion) -> PosedClip:
    from core.body import body_for, bone_matrices

    body = body_for(motion)
    betas = _betas_for(motion, body)
    rest = shaped(body, betas.tobytes())
    bones = np.ascontiguousarray(bone_matrices(motion, body), np.float32)
    joints = np.einsum("tjab,jb->tja", bones[..., :3], rest.joints) + bones[..., 3]
    return PosedClip(
        texture=clip_texture(bones),
        bones=bones,
        joints=joints.astype(np.float32),
        shape=(body.body_id, betas.tobytes()),
        body=body,
        rest=rest,
    )


@lru_cache(maxsize=32)
def shaped(body: Any, betas: bytes) -> Any:
    """Return ``body.shaped(betas)``, remembered: the same person appears again and again."""
    return body.shaped(np.frombuffer(betas, np.float32))


@lru_cache(maxsize=16)
def skin_mesh(body: Any, betas: bytes) -> RestMesh:
    """Return the skin of a body in a shape, ready for the graphics card."""
    rest = shaped(body, betas)
    ids, weights = body.sparse_weights()
    return body_mesh(rest.vertices, body.faces, ids, weights, shade_of(body), fewer_faces(body))


@lru_cache(maxsize=16)
def bones_mesh(body: Any, betas: bytes) -> RestMesh:
    """Return the skeleton of a body in a shape."""
    return skeleton_mesh(shaped(body, betas).joints)


MESHES = {"body": skin_mesh, "skeleton": bones_mesh}
"""Display mode -> the mesh that is moved."""


def surrounded(joints: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """Joints (N, 3) with the body's thickness around: (4N, 3) points for framing.

    Head, hands and feet reach past their joints.
    """
    joints = np.asarray(joints, np.float64)
    around = 0.13
    low, high = joints.min(axis=0), joints.max(axis=0)
    ends = np.array([low - around, high + around])
    ends[0, 1] = max(ends[0, 1], min(0.0, low[1]))
    grown = [joints + np.array(d) for d in ((around, 0, 0), (-around, 0, 0))]
    grown += [np.minimum(joints + np.array([0, 0.2, 0]), [np.inf, ends[1, 1] + 0.07, np.inf])]
    grown += [np.maximum(joints - np.array([0, 0.12, 0]), [-np.inf, ends[0, 1], -np.inf])]
    return np.concatenate(grown)
