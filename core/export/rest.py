"""The pose a skeleton is bound in, and which way its bones' axes point there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from core.rotation import rotvec_to_rotmat
from core.skeleton import CHILDREN, JOINT_INDEX, NUM_JOINTS, PARENTS

if TYPE_CHECKING:
    from core.body import BodyModel

Array = npt.NDArray[np.float64]

A_POSE_DEGREES = 45.0
"""How far the arms hang in the A-pose; Unreal's mannequin holds them at about 45 to 50 degrees."""

END_SITES: dict[str, tuple[float, float, float]] = {  # metres beyond the last joint
    "head": (0.0, 0.18, 0.0),
    "left_foot": (0.0, 0.0, 0.07),
    "right_foot": (0.0, 0.0, 0.07),
    "left_hand": (0.08, 0.0, 0.0),
    "right_hand": (-0.08, 0.0, 0.0),
}
END_OF: dict[int, Array] = {JOINT_INDEX[name]: np.array(end) for name, end in END_SITES.items()}
_AFTER = {JOINT_INDEX["pelvis"]: JOINT_INDEX["spine1"], JOINT_INDEX["spine3"]: JOINT_INDEX["neck"]}


@dataclass(frozen=True, kw_only=True, eq=False)
class RestPose:
    """turns (24, 3, 3): the joints' global rotations against the T-pose; heads (24, 3) metres."""

    turns: Array
    heads: Array
    t_heads: Array

    def apply(self, vertices: npt.NDArray, model: BodyModel) -> Array:
        """(V, 3) T-pose vertices -> the same body in this pose, by linear blend skinning."""
        vertices = np.asarray(vertices, np.float64)
        if np.array_equal(self.heads, self.t_heads):
            return vertices
        shift = self.heads - (self.turns @ self.t_heads[..., None])[..., 0]
        moves = np.concatenate([self.turns, shift[..., None]], axis=2).reshape(NUM_JOINTS, 12)
        blended = (model.weights.astype(np.float64) @ moves).reshape(-1, 3, 4)
        turned = np.einsum("vij,vj->vi", blended[..., :3], vertices)
        return np.asarray(turned + blended[..., 3])


def pose_of_rest(name: str, joints: Array) -> RestPose:
    """Return the rest pose "t" or "a" of a body with these (24, 3) T-pose joints."""
    local = np.tile(np.eye(3), (NUM_JOINTS, 1, 1))
    if name == "a":
        for side, sign in (("left", -1.0), ("right", 1.0)):
            turn = np.array([0.0, 0.0, sign * np.radians(A_POSE_DEGREES)])
            local[JOINT_INDEX[f"{side}_shoulder"]] = rotvec_to_rotmat(turn)
    turns, heads = local.copy(), joints.copy()
    for joint in range(1, NUM_JOINTS):
        parent = PARENTS[joint]
        turns[joint] = turns[parent] @ local[joint]
        heads[joint] = heads[parent] + turns[parent] @ (joints[joint] - joints[parent])
    return RestPose(turns=turns, heads=heads, t_heads=joints)


def ends_of(turns: Array) -> dict[int, Array]:
    """Return {joint: (3,) metres} from the last joint of each limb to its tip in a rest pose."""
    return {joint: turns[joint] @ end for joint, end in END_OF.items()}


def bone_axes(kind: str, pose: RestPose) -> Array:
    """(24, 3, 3) global rest axes, as columns: the world's, or +Y along the limb.

    Along the limb +Z looks as far forward as it can (up where the limb itself points forward), so
    that left and right bones mirror each other and knees bend about X.
    """
    axes = np.tile(np.eye(3), (NUM_JOINTS, 1, 1))
    if kind == "world":
        return axes
    ends = ends_of(pose.turns)
    for joint in range(NUM_JOINTS):
        if joint in ends:
            along = ends[joint]
        else:
            child = _AFTER.get(joint, CHILDREN[joint][0])
            along = pose.heads[child] - pose.heads[joint]
        y = along / np.linalg.norm(along)
        hint = np.array([0.0, 0.0, 1.0]) if abs(y[2]) < 0.8 else np.array([0.0, 1.0, 0.0])
        z = hint - (hint @ y) * y
        z /= np.linalg.norm(z)
        axes[joint] = np.stack([np.cross(y, z), y, z], axis=1)
    return axes
