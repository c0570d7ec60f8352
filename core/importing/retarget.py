"""Carry a foreign skeleton's motion over to SMPL's 24 joints by global orientation.

For each mapped joint: R_smpl = R_source (C R_reference)^T, with R_reference its orientation in the
pose that means SMPL's rest pose and C the turn that lays its bone along SMPL's in that pose, so
that T-, A- and N-poses and other bone directions all end in the same world directions of the
limbs. Joints without a source follow their parent; gaps in the spine share the turn. The root
travels in proportion to the legs, so that feet which stand still go on standing still.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.body import default_body
from core.errors import StudioError
from core.importing.align import alignment, yaw
from core.importing.feet import ankle_targets, feet_kept
from core.importing.fill import local_rotations
from core.importing.frame import Frame, find_frame
from core.importing.guess import guess_map
from core.importing.joint_map import JointMap
from core.importing.landmarks import Landmarks
from core.importing.options import RetargetOptions
from core.importing.reference import Reference, find_reference
from core.importing.shape import is_smpl_skeleton, own_body
from core.importing.source import Array, Source
from core.importing.travel import travel, travel_as_told
from core.motion import FREE_BODY_ID, Motion, Provenance
from core.rotation import rotmat_to_rotvec
from core.skeleton import NUM_JOINTS


@dataclass(frozen=True)
class Retargeted:
    """A motion and what was understood of its file, for a preview."""

    motion: Motion
    frame: Frame
    reference: Reference
    is_own_skeleton: bool
    is_smpl: bool = False  # another SMPL body: its rotations are taken as they are


def retarget(
    source: Source, joint_map: JointMap | None = None, options: RetargetOptions | None = None
) -> Motion:
    """Return the source's motion on SMPL's skeleton; without a map, the guessed one is used.

    Raises StudioError when the map misses a joint no body can do without.
    """
    return retargeted(source, joint_map, options).motion


def retargeted(
    source: Source, joint_map: JointMap | None = None, options: RetargetOptions | None = None
) -> Retargeted:
    """Do what :func:`retarget` does, and say what was understood of the file."""
    options = options or RetargetOptions()
    joint_map = joint_map or guess_map(source.names, source.parents)
    if joint_map.missing:
        missing = ", ".join(name.replace("_", " ") for name in joint_map.missing)
        raise StudioError(
            f"{source.clip}: no joint is known to be the {missing}.",
            "Open the joint map and say which it is.",
        )
    index = joint_map.indices(source.names)
    frame = find_frame(source, index)
    reference = find_reference(source, index)
    frame = _facing_forward(frame, reference, index)
    source = _in_frame(source, frame)
    reference = _turned(reference, frame.rotation)
    own, reference = own_body(source, reference, index, frame)
    body = default_body()
    rest = own.joints if own is not None else body.rest_joints.astype(np.float64)
    start = reference.first_frame if source.num_frames > reference.first_frame else 0
    is_smpl = own is None and is_smpl_skeleton(source, reference, index)
    aligned = options.align_bones and own is None and not is_smpl
    reference = _levelled(reference, index)
    rotations = _global_rotations(source, reference, index, rest if aligned else None)[start:]
    local = local_rotations(rotations, sorted(index), options.spread_spine)
    moving = source.replace(positions=source.positions[start:])
    if own is not None or not options.scale_root:
        metres = own.metres_per_unit if own is not None else frame.metres_per_unit
        way = travel_as_told(moving, index[0], rest, metres)
    else:
        floor_of = body if options.on_floor else None
        way = travel(moving, reference, index, local, rest, floor_of)
        if aligned and options.keep_feet:
            targets = ankle_targets(moving, reference, index, local, rest, way)
            local = feet_kept(local, rest, way.trans, targets, source.fps)
    motion = Motion(
        poses=rotmat_to_rotvec(local).astype(np.float32),
        trans=way.trans.astype(np.float32),
        betas=(own.betas if own is not None else np.zeros(10)).astype(np.float32),
        fps=source.fps,
        body_id=_body_id(source),
        provenance=source.provenance or Provenance(kind="imported", source=source.clip),
    )
    return Retargeted(motion, frame, reference, own is not None, is_smpl)


def _body_id(source: Source) -> str:
    told = source.origin.get("body_id")
    return told if isinstance(told, str) and 0 < len(told) < 100 else FREE_BODY_ID


def _facing(positions: Array, index: dict[int, int]) -> float:
    """Radians about +Y from +Z to where a pose (J, 3) in y-up axes faces."""
    forward = Landmarks(positions, index).forward
    return float(np.arctan2(forward[0], forward[2]))


def _facing_forward(frame: Frame, reference: Reference, index: dict[int, int]) -> Frame:
    """Turn the file's world by quarters so that its rest pose faces +Z, as ours does."""
    facing = _facing(reference.positions @ frame.rotation.T, index)
    quarters = round(facing / (np.pi / 2))
    if quarters == 0:
        return frame
    rotation = np.round(yaw(-quarters * np.pi / 2), 12) @ frame.rotation
    return Frame(rotation, frame.metres_per_unit, frame.up, frame.unit, frame.is_told)


def _in_frame(source: Source, frame: Frame) -> Source:
    turn = frame.rotation
    if np.array_equal(turn, np.eye(3)):
        return source
    return source.replace(
        rest_rotations=turn @ source.rest_rotations,
        rest_positions=source.rest_positions @ turn.T,
        rotations=turn @ source.rotations,
        positions=source.positions @ turn.T,
    )


def _turned(reference: Reference, turn: Array) -> Reference:
    return Reference(
        turn @ reference.rotations,
        reference.positions @ turn.T,
        reference.origin,
        reference.first_frame,
        reference.is_trusted,
    )


def _global_rotations(
    source: Source, reference: Reference, index: dict[int, int], rest: Array | None
) -> Array:
    """(T, 24, 3, 3) of the mapped joints (identity elsewhere).

    ``rest`` (24, 3): the joints to lay the source's limbs along; None leaves them as they are.
    """
    out = np.broadcast_to(np.eye(3), (source.num_frames, NUM_JOINTS, 3, 3)).copy()
    turns = {} if rest is None else alignment(reference.positions, index, rest)
    for joint, column in index.items():
        bound = turns.get(joint, np.eye(3)) @ reference.rotations[column]
        out[:, joint] = source.rotations[:, column] @ bound.T
    return out


def _levelled(reference: Reference, index: dict[int, int]) -> Reference:
    """Turn the reference pose to face +Z; a facing that is only noise counts as none."""
    facing = _facing(reference.positions, index)
    if abs(facing) < np.radians(5.0):
        return reference
    return _turned(reference, yaw(-facing))
