"""What the words in a joint's name mean: which side, which part of the body.

Words of Mixamo, HumanIK, CMU's BVH and ASF, Bandai-Namco, Unreal, Unity, VRM, Rigify, 3ds Max
Biped, DAZ and Poser, Xsens, Rokoko, LaFAN1 and SMPL. Names alone; the hierarchy is :mod:`guess`'s.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Side = Literal["left", "right", ""]

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_LEFT, _RIGHT = {"l", "left", "lft", "lt"}, {"r", "right", "rgt", "rt"}
_NOISE = {
    "j", "jnt", "joint", "joints", "bone", "bones", "b", "bn", "def", "org", "c", "m", "f", "avg",
    "bip", "biped", "mixamorig", "rig", "skeleton", "skel", "character", "ctrl", "base", "sk",
    "valve", "ccbase", "cc", "actor", "armature", "jtr", "mid", "center", "centre",
}  # fmt: skip
_NEVER = {
    "twist", "roll", "ik", "pole", "end", "site", "nub", "tip", "eff", "effector", "corrective",
    "helper", "target", "marker", "socket", "share", "aux", "bend2", "weapon", "prop", "dummy",
    "muscle", "jiggle", "eye", "jaw", "thumb", "index", "ring", "pinky", "little", "metacarpal",
    "top", "hair", "ear", "tongue", "breast", "pectoral", "skirt", "cloth",
}  # fmt: skip

SIDED: dict[str, tuple[str, ...]] = {
    "upleg": ("hip",), "upperleg": ("hip",), "thigh": ("hip",), "femur": ("hip",),
    "legupper": ("hip",), "thighbend": ("hip",), "hip": ("hip",), "upperlegs": ("hip",),
    "leg": ("knee", "hip"), "lowerleg": ("knee",), "lowleg": ("knee",), "calf": ("knee",),
    "shin": ("knee",), "knee": ("knee",), "tibia": ("knee",), "leglower": ("knee",),
    "foot": ("ankle", "foot"), "ankle": ("ankle",),
    "toe": ("foot",), "toes": ("foot",), "ball": ("foot",), "toe0": ("foot",), "toe1": ("foot",),
    "shoulder": ("collar", "shoulder"), "clavicle": ("collar",), "collar": ("collar",),
    "clav": ("collar",), "scapula": ("collar",), "innershoulder": ("collar",),
    "arm": ("shoulder",), "upperarm": ("shoulder",), "uparm": ("shoulder",),
    "armupper": ("shoulder",), "humerus": ("shoulder",), "shldr": ("shoulder",),
    "shldrbend": ("shoulder",),
    "forearm": ("elbow",), "lowerarm": ("elbow",), "lowarm": ("elbow",), "elbow": ("elbow",),
    "radius": ("elbow",), "armlower": ("elbow",), "forearmbend": ("elbow",), "ulna": ("elbow",),
    "hand": ("wrist", "hand"), "wrist": ("wrist",), "palm": ("wrist",),
    "handmiddle1": ("hand",), "middle1": ("hand",), "fmiddle1": ("hand",),
    "middleproximal": ("hand",), "fingers": ("hand",), "handfinger": ("hand",),
    "middle": ("hand",), "handmiddle": ("hand",), "handindex1": ("hand",), "fingerbase": ("hand",),
    "finger2": ("hand",), "mid1": ("hand",), "fmid1": ("hand",),
}  # fmt: skip
"""Word of a sided joint -> the SMPL joints it can be, the usual one first (without the side)."""

MIDDLE: dict[str, str] = {
    "hips": "pelvis", "pelvis": "pelvis", "hip": "pelvis", "root": "root", "reference": "root",
    "spine": "spine", "chest": "spine", "torso": "spine", "back": "spine", "lowerback": "spine",
    "upperback": "spine", "thorax": "spine", "upperchest": "spine", "abdomen": "spine",
    "abdomenlower": "spine", "abdomenupper": "spine", "chestlower": "spine", "waist": "spine",
    "chestupper": "spine", "abs": "spine", "belly": "spine", "stomach": "spine", "ribs": "spine",
    "spinelower": "spine", "spineupper": "spine", "spinemid": "spine", "lumbar": "spine",
    "neck": "neck", "lowerneck": "neck", "necklower": "neck", "upperneck": "neck",
    "neckupper": "neck", "necktwist": "neck", "head": "head", "skull": "head",
}  # fmt: skip
"""Word of a joint in the middle -> pelvis, spine, neck, head, or root."""


@dataclass(frozen=True)
class Reading:
    """What a name says: its side, the word for the part ("upleg"), and a number at its end."""

    side: Side
    word: str
    number: int | None = None

    @property
    def sided(self) -> tuple[str, ...]:
        """The SMPL joints (without side) this can be."""
        if not self.side:
            return ()
        if self.number is not None and (found := SIDED.get(f"{self.word}{self.number}")):
            return found
        return SIDED.get(self.word, ()) if self.number in (None, 0, 1) else ()

    @property
    def middle(self) -> str:
        """pelvis, spine, neck, head or root; empty for anything else."""
        return "" if self.side else MIDDLE.get(self.word, "")


def read_name(name: str) -> Reading:
    """Take a joint's name apart; a name that says nothing has an empty word."""
    short = re.split(r"[:|]", name)[-1].strip() or name
    side: Side = ""
    parts: list[str] = []
    number: int | None = None
    for word in _WORD.findall(short):
        lower = word.lower()
        if lower in _NEVER:
            return Reading(side, "")
        if lower.isdigit():
            number = int(lower) if parts else None  # "Bip01": the number of the rig, not a part
        elif lower in _LEFT or lower in _RIGHT:
            side = "left" if lower in _LEFT else "right"
        elif lower not in _NOISE or (lower == "base" and parts):
            parts.append(lower)
            number = None
    parts = [p for p in parts if p != "base"] if len(parts) > 1 and "finger" not in parts else parts
    word = "".join(parts)
    if not side:
        side, word = _attached_side(word)
    return Reading(side, word, number)


def _attached_side(word: str) -> tuple[Side, str]:
    """ "lfemur" is the left femur, but "ribs" no right "ibs"; "leftarm" and "armleft" as well."""
    for sign, side in (("left", "left"), ("right", "right"), ("l", "left"), ("r", "right")):
        for rest in (word.removeprefix(sign), word.removesuffix(sign)):
            if rest != word and rest in SIDED and word not in MIDDLE:
                return side, rest  # type: ignore[return-value]
    return "", word
