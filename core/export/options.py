"""What can be chosen about an export, and how each choice is described.

One dataclass of values and one table of descriptions: the dialog and the command line are made from
the table, so a new choice is one field and one row. Torch-free and free of Qt.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from core.errors import StudioError
from core.export.presets import PRESETS

ALL: frozenset[str] = frozenset()
"""In ``OptionInfo.formats``: the choice changes the motion, so it holds for every format."""
RIGGED = frozenset((".fbx", ".glb", ".bvh", ".usd"))
MESHED = frozenset((".fbx", ".glb", ".usd"))
ORDER_CHOICES = ("auto", "table", "XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX")


@dataclass(frozen=True, kw_only=True)
class OptionInfo:
    """One choice: its field in ExportOptions, a label, a sentence, values with their texts.

    ``choices`` is empty for a yes/no field; ``formats`` are the endings it matters for (ALL: every
    one); ``is_open`` where other values than those listed are allowed (any rate).
    """

    name: str
    label: str
    help: str
    choices: tuple[tuple[Any, str], ...] = ()
    formats: frozenset[str] = ALL
    is_open: bool = False

    @property
    def flag(self) -> str:
        """The command line's word for it."""
        return "--" + self.name.replace("_", "-")

    def matters_for(self, ending: str) -> bool:
        """Whether a file of this ending comes out differently."""
        return not self.formats or ending in self.formats


OPTIONS: tuple[OptionInfo, ...] = (
    OptionInfo(
        name="skeleton",
        label="Skeleton names",
        help="Names the bones as the target program knows them, so that it maps them by itself",
        choices=tuple((key, preset.label) for key, preset in PRESETS.items()),
        formats=RIGGED,
    ),
    OptionInfo(
        name="mesh",
        label="Body mesh",
        help="Writes the skinned body in the clip's own shape; off writes bones only",
        formats=MESHED,
    ),
    OptionInfo(
        name="shape",
        label="Body shape",
        help="The clip's own proportions, or the mean body for every clip",
        choices=(("clip", "the clip's own"), ("mean", "mean body")),
    ),
    OptionInfo(
        name="rest_pose",
        label="Rest pose",
        help="The pose the body is bound in; the motion is the same with either",
        choices=(("t", "T-pose"), ("a", "A-pose (arms 45 degrees down)")),
        formats=RIGGED,
    ),
    OptionInfo(
        name="bones",
        label="Bone axes",
        help="World axes keep SMPL's numbers; along the limbs looks right in Blender and Maya",
        choices=(
            (None, "as the skeleton names ask"),
            ("world", "parallel to the world"),
            ("limbs", "Y along the limb"),
        ),
        formats=MESHED,
    ),
    OptionInfo(
        name="root",
        label="Root bone",
        help="A bone on the ground above the pelvis, as game engines want it",
        choices=(
            (None, "as the skeleton names ask"),
            ("none", "none: the pelvis travels"),
            ("still", "at the origin: the pelvis travels"),
            ("in_place", "in place: no travel at all"),
            ("motion", "root motion: travel and turn on the ground"),
        ),
        formats=RIGGED,
    ),
    OptionInfo(
        name="bind_frame",
        label="Bind frame first",
        help="Puts one frame of the rest pose before the motion, for retargeting tools",
        formats=RIGGED,
    ),
    OptionInfo(
        name="fps",
        label="Frames per second",
        help="Resamples by spherical interpolation; the source rate changes nothing",
        choices=(
            (None, "as the clip"),
            *((rate, f"{rate:g}") for rate in (20.0, 24.0, 25.0)),
            (29.97, "29.97 (in Blender rather 30)"),
            *((rate, f"{rate:g}") for rate in (30.0, 50.0, 60.0, 120.0)),
        ),
        is_open=True,
    ),
    OptionInfo(
        name="start_at_origin",
        label="Start at the origin",
        help="Moves the clip so that it begins above the middle of the ground",
    ),
    OptionInfo(
        name="on_floor",
        label="Stand on the floor",
        help="Lifts or lowers the clip so that its lowest point touches height 0",
    ),
    OptionInfo(
        name="unit",
        label="BVH unit",
        help="The unit of lengths; readers cannot know it (in Blender, import cm with scale 0.01)",
        choices=(("cm", "centimetres (usual)"), ("m", "metres")),
        formats=frozenset((".bvh",)),
    ),
    OptionInfo(
        name="facing",
        label="BVH facing",
        help="Where the rest pose looks",
        choices=(("+z", "+Z (usual)"), ("-z", "-Z"), ("+x", "+X"), ("-x", "-X")),
        formats=frozenset((".bvh",)),
    ),
    OptionInfo(
        name="up",
        label="BVH up axis",
        help="Which axis points up; Z turns the facing +Z into -Y, as in Blender",
        choices=(("y", "Y (usual)"), ("z", "Z")),
        formats=frozenset((".bvh",)),
    ),
    OptionInfo(
        name="rotation_order",
        label="Rotation order",
        help="Order of a BVH's rotation channels (FBX reads them backwards: ZYX is its XYZ)",
        choices=(
            ("auto", "best for each joint and clip"),
            ("table", "one fixed order a joint"),
            *((order, f"{order} for all joints") for order in ORDER_CHOICES[2:]),
        ),
        formats=frozenset((".bvh", ".fbx")),
    ),
    OptionInfo(
        name="vrm",
        label="VRM humanoid",
        help="Writes the VRM 1.0 humanoid into the GLB, so that VRM programs know the bones",
        choices=((None, "as the skeleton names ask"), (True, "yes"), (False, "no")),
        formats=frozenset((".glb",)),
    ),
)
OPTION: dict[str, OptionInfo] = {info.name: info for info in OPTIONS}


@dataclass(frozen=True, kw_only=True)
class ExportOptions:
    """What is wanted of an export; ``OPTIONS`` describes each field.

    None in ``bones``, ``root`` and ``vrm`` means what the skeleton preset asks for; None in ``fps``
    the clip's own rate. Raises StudioError naming a value that is not possible.
    """

    skeleton: str = "smpl"
    mesh: bool = True
    shape: str = "clip"
    rest_pose: str = "t"
    bones: str | None = None
    root: str | None = None
    bind_frame: bool = False
    fps: float | None = None
    start_at_origin: bool = False
    on_floor: bool = False
    unit: str = "cm"
    facing: str = "+z"
    up: str = "y"
    rotation_order: str = "auto"
    vrm: bool | None = None

    def __post_init__(self) -> None:
        for info in OPTIONS:
            value = getattr(self, info.name)
            known = [choice for choice, _ in info.choices] or [False, True]
            if value not in known and not info.is_open:
                words = " or ".join(str(choice) for choice in known if choice is not None)
                raise StudioError(f"{info.label} cannot be {value}.", f"Use {words}.")
        if self.fps is not None and not 1.0 <= self.fps <= 1000.0:
            raise StudioError(
                f"{self.fps:g} frames per second cannot be written.", "Use a rate from 1 to 1000."
            )

    def for_format(self, ending: str) -> ExportOptions:
        """Return the options with what does not matter for the format at its default.

        So a choice for a skeleton (no travel, say) leaves a table of positions alone.
        """
        others = [info.name for info in OPTIONS if not info.matters_for(ending)]
        usual = ExportOptions()
        return dataclasses.replace(self, **{name: getattr(usual, name) for name in others})

    @property
    def bone_axes(self) -> str:
        """Return "world" or "limbs"."""
        return self.bones or PRESETS[self.skeleton].bones

    @property
    def root_bone(self) -> str:
        """Return "none", "still", "in_place" or "motion"."""
        return self.root or PRESETS[self.skeleton].root

    @property
    def has_vrm(self) -> bool:
        """Whether a GLB gets the VRM humanoid."""
        return PRESETS[self.skeleton].vrm if self.vrm is None else self.vrm


def options_from(values: dict[str, Any]) -> ExportOptions:
    """Make options of keyword values. Raises StudioError for a name that is not an option."""
    known = {field.name for field in dataclasses.fields(ExportOptions)}
    for name in values:
        if name not in known:
            raise StudioError(
                f"There is no export option {name}.", "Known are " + ", ".join(sorted(known)) + "."
            )
    return ExportOptions(**values)
