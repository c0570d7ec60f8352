"""What the joint map dialog shows, without Qt: rows, a preview in words, a figure to point at."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.errors import StudioError
from core.importing import (
    PLAIN,
    REQUIRED,
    Imported,
    JointMap,
    RetargetOptions,
    Source,
    import_clips,
    read_clips,
    retargeted,
    save_map,
)
from core.importing.frame import find_up, rotation_to_y_up
from core.importing.landmarks import Landmarks, stance_of
from core.importing.load import guessed, map_for
from core.skeleton import JOINT_INDEX

PREVIEW_FRAMES = 300
MANNERS: tuple[tuple[str, RetargetOptions], ...] = (
    ("Limbs and feet follow the file", RetargetOptions()),
    ("Orientations exactly as in the file", PLAIN),
)
"""How a motion can be carried over, in words."""
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Trunk", ("pelvis", "spine1", "spine2", "spine3", "neck", "head")),
    *(
        (f"{side.title()} {limb}", tuple(f"{side}_{part}" for part in parts))
        for limb, parts in (
            ("arm", ("collar", "shoulder", "elbow", "wrist", "hand")),
            ("leg", ("hip", "knee", "ankle", "foot")),
        )
        for side in ("left", "right")
    ),
)
"""SMPL's joints in the order people think of them."""


@dataclass(frozen=True)
class Sureness:
    """How sure a row is, in a word; ``state``: "sure", "likely", "missing" or "open"."""

    text: str
    state: str


@dataclass(frozen=True)
class Preview:
    """What comes of a map: sentences, and whether it can be imported."""

    lines: tuple[str, ...]
    is_ready: bool
    problem: str = ""


def title_of(joint: str) -> str:
    """ "left_hip" as "Left hip", "spine1" as "Spine 1"."""
    words = joint.replace("_", " ").replace("spine", "spine ")
    return words[0].upper() + words[1:]


def sureness(joint_map: JointMap, joint: str, chosen: frozenset[str] = frozenset()) -> Sureness:
    """Say how sure the map is of a joint; ``chosen`` were set by hand."""
    if joint not in joint_map.joints:
        return Sureness("missing", "missing") if joint in REQUIRED else Sureness("left out", "open")
    if joint_map.joints[joint] in joint_map.doubled:
        return Sureness("used twice", "missing")
    if joint in chosen:
        return Sureness("chosen", "sure")
    confidence = joint_map.confidence.get(joint, 0.5)
    if confidence >= 0.95:
        return Sureness("by name", "sure")
    return Sureness("likely", "likely") if confidence >= 0.8 else Sureness("by place", "likely")


@dataclass(frozen=True)
class Loaded:
    """A file's clips and the map to start from."""

    sources: list[Source]
    joint_map: JointMap


def load(path: Path) -> Loaded:
    """Read the file and start from the kept or guessed map. Raises FileProblem."""
    sources = read_clips(path)
    return Loaded(sources, map_for(sources[0]))


def guess(source: Source) -> JointMap:
    """Guess again from the names."""
    return guessed(source)


def preview(source: Source, joint_map: JointMap, options: RetargetOptions | None = None) -> Preview:
    """Try the map on the clip's beginning and say what came of it."""
    count = f"{len(joint_map.joints)} of 24 joints are mapped."
    if joint_map.missing:
        missing = ", ".join(title_of(joint).lower() for joint in joint_map.missing)
        return Preview((count,), False, f"Still missing: {missing}.")
    if joint_map.doubled:
        return Preview((count,), False, f"Used twice: {', '.join(joint_map.doubled)}.")
    frames = slice(0, PREVIEW_FRAMES)
    short = source.replace(rotations=source.rotations[frames], positions=source.positions[frames])
    try:
        result = retargeted(short, joint_map, options)
    except StudioError as error:
        return Preview((count,), False, str(error))
    lines = [
        count,
        f"{result.frame.up.upper()} is up, the unit is {result.frame.unit}.",
        "This is the program's own skeleton."
        if result.is_own_skeleton
        else "This is SMPL's skeleton."
        if result.is_smpl
        else f"Compared in: {result.reference.origin}.",
        _bends(result.motion.poses),
    ]
    problem = ""
    if not result.reference.is_trusted:
        problem = "The file has no T- or A-pose, so limbs may come out twisted."
    return Preview(tuple(lines), True, problem)


def _bends(poses: npt.NDArray[np.float32]) -> str:
    angles = np.degrees(np.linalg.norm(poses, axis=-1))
    parts = []
    for part in ("knee", "elbow"):
        both = angles[:, [JOINT_INDEX[f"left_{part}"], JOINT_INDEX[f"right_{part}"]]]
        parts.append(f"{part}s bend {both.min():.0f} to {both.max():.0f}°")
    return f"{parts[0].capitalize()}, {parts[1]}."


@dataclass(frozen=True)
class Figure:
    """Joints as seen from the front: points (J, 2), x to the right and y up, in a box of height 1.

    ``shown`` are the joints that belong to the body; a node on the ground above it does not.
    """

    points: npt.NDArray[np.float64]
    shown: tuple[bool, ...]


def figure(source: Source, joint_map: JointMap) -> Figure:
    """Draw the rest pose where it stands, else the first frame.

    A body that faces us has its left on our right.
    """
    pose, up = source.positions[0], source.up or "y"
    index = JointMap({j: n for j, n in joint_map.joints.items() if n in source.names}).indices(
        source.names
    )
    if joint_map.is_complete:
        up = source.up or find_up(source, index)
        if stance_of(Landmarks(source.rest_positions, index)).is_usable:
            pose = source.rest_positions
    shown = _body(source, index)
    points = pose @ rotation_to_y_up(up).T
    side = _side(points, index)
    if side is None:  # as broad as it can be seen
        body = points[shown][:, [0, 2]]
        side = np.linalg.svd(body - body.mean(axis=0), full_matrices=False)[2][0]
    flat = np.stack([points[:, [0, 2]] @ side, points[:, 1]], axis=1)
    low, high = flat[shown].min(axis=0), flat[shown].max(axis=0)
    size = max(float(high[1] - low[1]), 0.6 * float(high[0] - low[0]), 1e-9)
    return Figure((flat - 0.5 * (low + high)) / size, tuple(bool(s) for s in shown))


def _body(source: Source, index: dict[int, int]) -> npt.NDArray[np.bool_]:
    """(J,) which joints hang below the pelvis; without one, below where the skeleton branches."""
    top = index.get(JOINT_INDEX["pelvis"])
    if top is None:
        children = [list(source.parents).count(joint) for joint in range(source.num_joints)]
        top = next((joint for joint, count in enumerate(children) if count > 1), 0)
    shown = np.zeros(source.num_joints, np.bool_)
    shown[top] = True
    for joint, parent in enumerate(source.parents):
        shown[joint] |= parent >= 0 and bool(shown[parent])
    return shown


def _side(points: npt.NDArray[np.float64], index: dict[int, int]) -> npt.NDArray[np.float64] | None:
    """(2,) direction on the ground from the body's right to its left, where a pair is mapped."""
    for part in ("hip", "shoulder", "collar", "knee", "elbow"):
        left, right = JOINT_INDEX[f"left_{part}"], JOINT_INDEX[f"right_{part}"]
        if left in index and right in index:
            across = (points[index[left]] - points[index[right]])[[0, 2]]
            length = float(np.linalg.norm(across))
            if length > 1e-9:
                return np.asarray(across / length)
    return None


def finish(
    path: Path,
    source: Source,
    joint_map: JointMap,
    options: RetargetOptions | None = None,
    *,
    keep: bool,
) -> list[Imported]:
    """Keep the map for this skeleton if wished, and import the file with it. Raises FileProblem."""
    if keep:
        save_map(source.signature, joint_map)
    return import_clips(path, joint_map, options)
