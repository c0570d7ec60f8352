"""From a file to motions: the table of readers, the map of its skeleton, the retargeting."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.errors import FileProblem, StudioError
from core.importing import bvh, fbx, gltf, smpl_npz
from core.importing.guess import guess_map
from core.importing.joint_map import JointMap, saved_map
from core.importing.options import RetargetOptions
from core.importing.retarget import Retargeted, retargeted
from core.importing.shape_guess import guess_by_shape
from core.importing.source import Source
from core.motion import Motion, Provenance

READERS: dict[str, Callable[[Path], list[Source]]] = {
    ".bvh": bvh.read,
    ".fbx": fbx.read,
    ".glb": gltf.read,
    ".gltf": gltf.read,
    ".vrm": gltf.read,
    ".vrma": gltf.read,
}
"""Readers of skeletons by file ending; npz holds SMPL poses and needs no map."""
FEW = 8  # joints found by name below which the names say nothing
ENDINGS: tuple[str, ...] = (*READERS, ".npz")


class JointMapNeeded(FileProblem):
    """A skeleton whose joints could not all be guessed; ``source`` and ``guess`` say how far."""

    def __init__(self, path: Path, source: Source, guess: JointMap) -> None:
        missing = ", ".join(name.replace("_", " ") for name in guess.missing)
        super().__init__(
            f"{path.name} has a skeleton this program does not know: nothing was found for the "
            f"{missing}.",
            "Say in the joint map which joint is which.",
        )
        self.source = source
        self.guess = guess


@dataclass(frozen=True, kw_only=True)
class Imported:
    """One clip of a file: its name, its motion, and in a few words what was understood."""

    name: str
    motion: Motion
    notes: tuple[str, ...] = ()


def read_clips(path: Path) -> list[Source]:
    """Read every clip of a BVH, FBX or GLB as it is. Raises FileProblem."""
    path = Path(path)
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        known = ", ".join(READERS)
        raise FileProblem(
            f"{path.name} is not a file with a skeleton this program reads.", f"It reads {known}."
        )
    if not path.is_file():
        raise FileProblem(f"{path.name} is not there.", "Check whether it was moved or renamed.")
    return reader(path)


def read_clip(path: Path) -> Source:
    """Read the first clip of a file. Raises FileProblem."""
    return read_clips(path)[0]


def map_for(source: Source) -> JointMap:
    """Return the map kept for this skeleton, else what :func:`guessed` finds."""
    saved = saved_map(source.signature)
    if saved is not None and set(saved.joints.values()) <= set(source.names):
        return saved
    return guessed(source)


def guessed(source: Source) -> JointMap:
    """Return the map the file itself brings, or a guess by names, or by shape."""
    guess = guess_map(source.names, source.parents)
    told = {joint: name for joint, name in source.roles.items() if name in source.names}
    if told:
        joints = {j: n for j, n in guess.joints.items() if n not in told.values()} | told
        sure = {j: 1.0 if j in told else guess.confidence.get(j, 0.5) for j in joints}
        return JointMap(joints, sure)
    if len(guess.joints) < FEW:
        by_shape = guess_by_shape(source)
        return by_shape if by_shape.is_complete else guess
    return guess


def import_motions(
    path: Path,
    joint_map: JointMap | None = None,
    options: RetargetOptions | None = None,
) -> list[Motion]:
    """Return the motions of a BVH, FBX, GLB or npz on SMPL's skeleton.

    Raises FileProblem; its child JointMapNeeded when a joint map has to be made by hand.
    """
    return [clip.motion for clip in import_clips(path, joint_map, options)]


def import_clips(
    path: Path,
    joint_map: JointMap | None = None,
    options: RetargetOptions | None = None,
) -> list[Imported]:
    """Do what :func:`import_motions` does, with names and notes for a preview."""
    path = Path(path)
    if path.suffix.lower() == ".npz":
        return [
            Imported(name=path.stem, motion=motion, notes=(f"{motion.fps:g} fps",))
            for motion in smpl_npz.read(path)
        ]
    sources = read_clips(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    out = []
    for source in sources:
        chosen = joint_map or map_for(source)
        if not chosen.is_complete:
            raise JointMapNeeded(path, source, chosen)
        try:
            result = retargeted(source, chosen, options)
        except FileProblem:
            raise
        except StudioError as error:
            raise FileProblem(f"{path.name}: {error.message}", error.hint) from error
        motion = result.motion
        if source.provenance is None:
            motion = motion.replace(
                provenance=Provenance(kind="imported", source=path.name, source_sha256=digest)
            )
        out.append(
            Imported(name=source.clip, motion=motion, notes=notes_of(source, chosen, result))
        )
    return out


def notes_of(source: Source, joint_map: JointMap, result: Retargeted) -> tuple[str, ...]:
    """Say in a few words what was understood of a file."""
    notes = [
        f"{source.file_format}, {source.num_joints} joints, {len(joint_map.joints)} of 24 found",
        f"{source.num_frames} frames at {source.fps:.5g} fps",
        f"{result.frame.up.upper()} up, unit {result.frame.unit}",
    ]
    if result.is_own_skeleton:
        notes.append("this program's own skeleton, taken over exactly")
    elif result.is_smpl:
        notes.append("SMPL's skeleton, rotations taken over as they are")
    else:
        notes.append(f"reference: {result.reference.origin}")
    if joint_map.confidence and max(joint_map.confidence.values()) <= 0.5:
        notes.append("its names say nothing: joints were taken by their place, look at the map")
    if result.reference.first_frame:
        notes.append("the first frame is a pose for reference and was left out")
    if not result.reference.is_trusted:
        notes.append("it has no T- or A-pose; limbs may be twisted, look at the result")
    return tuple(notes)
