"""The body: a skinned mesh in SMPL's format, its joints and vertices in a motion's frames.

Ships with a free body of its own and reads a user's SMPL file. Numpy only, so that the window's
first frame needs nothing heavier; torch and smplx are imported in :func:`to_smplx` alone.
"""

from core.body.kinematics import (
    bone_matrices,
    floor_height,
    forward_kinematics,
    joint_positions,
)
from core.body.library import body_for, default_body, load_body
from core.body.model import BodyModel, RestBody
from core.body.skinning import skin
from core.body.smpl_file import save_body
from core.body.smplx_bridge import to_smplx

__all__ = [
    "BodyModel",
    "RestBody",
    "body_for",
    "bone_matrices",
    "default_body",
    "floor_height",
    "forward_kinematics",
    "joint_positions",
    "load_body",
    "save_body",
    "skin",
    "to_smplx",
]
