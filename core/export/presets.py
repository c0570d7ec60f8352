"""How other programs call SMPL's 24 joints, and what else they expect of a skeleton.

Renaming makes automatic mapping work; it does not retarget: rest pose and proportions stay the
body's own. Names from the makers' pages and from rigs those programs ship (docs/formats.md).
"""

from __future__ import annotations

from dataclasses import dataclass

from core.skeleton import JOINT_NAMES

_SIDED = (
    "hip", "knee", "ankle", "foot", "collar", "shoulder", "elbow", "wrist", "hand",
)  # fmt: skip
_MIDDLE = ("pelvis", "spine1", "spine2", "spine3", "neck", "head")


@dataclass(frozen=True, kw_only=True)
class Preset:
    """A skeleton's names in SMPL's order and the habits of the programs that use them.

    ``prefix`` goes before each name in FBX and GLB only (a colon breaks BVH readers); ``root`` and
    ``bones`` are defaults of the options of that name; ``root_name`` is the ground bone's.
    """

    label: str
    names: tuple[str, ...]
    prefix: str = ""
    root_name: str = "root"
    root: str = "none"
    bones: str = "world"
    vrm: bool = False

    def bone_names(self, *, with_prefix: bool = True) -> tuple[str, ...]:
        """The 24 names as a file has them."""
        return tuple(self.prefix + name for name in self.names) if with_prefix else self.names


def _named(middle: str, sided: str, left: str, right: str) -> tuple[str, ...]:
    """24 names in SMPL's order; ``sided`` holds a ``*`` where ``left`` or ``right`` goes."""
    table = dict(zip(_MIDDLE, middle.split(), strict=True))
    for side, mark in (("left", left), ("right", right)):
        for joint, name in zip(_SIDED, sided.split(), strict=True):
            table[f"{side}_{joint}"] = name.replace("*", mark)
    return tuple(table[joint] for joint in JOINT_NAMES)


_MIXAMO = _named(
    "Hips Spine Spine1 Spine2 Neck Head",
    "*UpLeg *Leg *Foot *ToeBase *Shoulder *Arm *ForeArm *Hand *HandMiddle1",
    "Left",
    "Right",
)
_UNREAL_LIMBS = "thigh_* calf_* foot_* ball_* clavicle_* upperarm_* lowerarm_* hand_* middle_01_*"
_HUMANOID_LIMBS = (
    "*UpperLeg *LowerLeg *Foot *Toes *Shoulder *UpperArm *LowerArm *Hand *MiddleProximal"
)

PRESETS: dict[str, Preset] = {
    "smpl": Preset(
        label="SMPL",
        names=_named(
            "Pelvis Spine1 Spine2 Spine3 Neck Head",
            "*_Hip *_Knee *_Ankle *_Foot *_Collar *_Shoulder *_Elbow *_Wrist *_Hand",
            "L",
            "R",
        ),
    ),
    "mixamo": Preset(label="Mixamo", names=_MIXAMO, prefix="mixamorig:", bones="limbs"),
    "hik": Preset(
        label="HumanIK (Maya, MotionBuilder)", names=_MIXAMO, root_name="Reference", bones="limbs"
    ),
    "unreal": Preset(
        label="Unreal Engine 4 mannequin",
        names=_named("pelvis spine_01 spine_02 spine_03 neck_01 head", _UNREAL_LIMBS, "l", "r"),
        root="motion",
    ),
    "unreal5": Preset(
        label="Unreal Engine 5 mannequin",
        names=_named("pelvis spine_01 spine_03 spine_05 neck_01 head", _UNREAL_LIMBS, "l", "r"),
        root="motion",
    ),
    "unity": Preset(
        label="Unity Humanoid",
        names=_named("Hips Spine Chest UpperChest Neck Head", _HUMANOID_LIMBS, "Left", "Right"),
    ),
    "vrm": Preset(
        label="VRM 1.0",
        names=_named("hips spine chest upperChest neck head", _HUMANOID_LIMBS, "left", "right"),
        vrm=True,
    ),
    "rigify": Preset(
        label="Rigify (Blender)",
        names=_named(
            "spine spine.001 spine.002 spine.003 spine.004 spine.006",
            "thigh.* shin.* foot.* toe.* shoulder.* upper_arm.* forearm.* hand.* f_middle.01.*",
            "L",
            "R",
        ),
        bones="limbs",
    ),
}
"""By the word the command line takes."""

VRM_BONES: tuple[str, ...] = PRESETS["vrm"].names
"""VRM 1.0's own names of the joints, written into the humanoid whatever the nodes are called."""
