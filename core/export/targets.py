"""What to write for a program: formats and options that it opens without further questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.export.options import ExportOptions, options_from


@dataclass(frozen=True, kw_only=True)
class Target:
    """A program, or a kind of them: which formats it wants and which options differ."""

    label: str
    help: str
    endings: tuple[str, ...]
    changes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def options(self) -> ExportOptions:
        """The options in full."""
        return options_from(dict(self.changes))


TARGETS: dict[str, Target] = {
    "blender": Target(
        label="Blender",
        help="FBX with the body, bones along the limbs, Rigify's names",
        endings=(".fbx",),
        changes={"skeleton": "rigify"},
    ),
    "unity": Target(
        label="Unity",
        help="FBX with the body, named for the Humanoid avatar",
        endings=(".fbx",),
        changes={"skeleton": "unity"},
    ),
    "unreal": Target(
        label="Unreal",
        help="FBX named as the mannequin, with a root bone that travels",
        endings=(".fbx",),
        changes={"skeleton": "unreal5"},
    ),
    "maya": Target(
        label="Maya, MotionBuilder",
        help="FBX named for HumanIK, with one frame of the T-pose first",
        endings=(".fbx",),
        changes={"skeleton": "hik", "bind_frame": True},
    ),
    "web": Target(
        label="Web, VRM",
        help="GLB with the body and the VRM humanoid",
        endings=(".glb",),
        changes={"skeleton": "vrm"},
    ),
    "research": Target(
        label="Research",
        help="SMPL and AMASS arrays, and the clip itself with its provenance",
        endings=(".npz", ".smpl.npz", ".amass.npz"),
    ),
    "bvh": Target(
        label="Anything with BVH",
        help="BVH in centimetres: skeleton and motion as text",
        endings=(".bvh",),
    ),
}
"""By the word the command line and the settings take."""
