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

from core.body import BodyModel, default_body, forward_kinematics
from core.errors import StudioError
from core.export.rest import A_POSE_DEGREES
from core.importing.frame import UNITS, Frame, find_frame
from core.importing.guess import guess_map
from core.importing.joint_map import JointMap
from core.importing.landmarks import Landmarks, unit
from core.importing.origin import betas_of
from core.importing.reference import Reference, find_reference
from core.importing.shape import OwnBody, fit_own_body, is_smpl_skeleton
from core.importing.source import Array, Source
from core.motion import FREE_BODY_ID, Motion, Provenance
from core.rotation import (
    minimal_rotmat,
    quat_to_rotmat,
    rotmat_to_quat,
    rotmat_to_rotvec,
    rotvec_to_rotmat,
    slerp_quat,
)
from core.skeleton import JOINT_INDEX, NUM_JOINTS, PARENTS


@dataclass(frozen=True, kw_only=True)
class RetargetOptions:
    """What can be chosen about an import.

    ``align_bones``: lay the source's limbs along SMPL's before comparing (else orientations are
    taken as they are, as most published data sets were made); ``scale_root``: travel in proportion
    to the legs (else in the source's own metres, pelvis where its hips are); ``spread_spine``:
    share a turn over spine joints the source does not have; ``on_floor``: let standing ankles
    stand at SMPL's ankle height.
    """

    align_bones: bool = True
    scale_root: bool = True
    spread_spine: bool = True
    on_floor: bool = True


NEAR_FLOOR = 0.25  # metres a source's ground may be off and still be meant as the floor
_FOOT = ("ankle", "foot")
PLAIN = RetargetOptions(align_bones=False, scale_root=False, spread_spine=False, on_floor=False)
"""Orientations and pelvis exactly as the source has them."""


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
    own, reference = _own_body(source, reference, index, frame)
    body = default_body()
    rest = own.joints if own is not None else body.rest_joints.astype(np.float64)
    start = reference.first_frame if source.num_frames > reference.first_frame else 0
    is_smpl = own is None and is_smpl_skeleton(source, reference, index)
    aligned = options.align_bones and own is None and not is_smpl
    rotations = _global_rotations(source, reference, index, rest if aligned else None)[start:]
    local = _filled(rotations, sorted(index), options.spread_spine)
    trans = _translation(
        source.replace(positions=source.positions[start:]),
        reference, index, local, rest, own, frame, options, body,
    )  # fmt: skip
    motion = Motion(
        poses=rotmat_to_rotvec(local).astype(np.float32),
        trans=trans.astype(np.float32),
        betas=(own.betas if own is not None else np.zeros(10)).astype(np.float32),
        fps=source.fps,
        body_id=_body_id(source),
        provenance=source.provenance or Provenance(kind="imported", source=source.clip),
    )
    return Retargeted(motion, frame, reference, own is not None, is_smpl)


def _body_id(source: Source) -> str:
    told = source.origin.get("body_id")
    return told if isinstance(told, str) and 0 < len(told) < 100 else FREE_BODY_ID


def _yaw(angle: float) -> Array:
    return np.asarray(rotvec_to_rotmat(np.array([0.0, angle, 0.0])))


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
    rotation = np.round(_yaw(-quarters * np.pi / 2), 12) @ frame.rotation
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


def _own_body(
    source: Source, reference: Reference, index: dict[int, int], frame: Frame
) -> tuple[OwnBody | None, Reference]:
    """Recognise SMPL's own skeleton, in T-pose or in this program's A-pose.

    Returns the body, or None, and the reference in T-pose.
    """
    if len(index) < NUM_JOINTS or not reference.is_trusted:
        return None, reference
    units = (frame.metres_per_unit, *(u for u in UNITS.values() if u != frame.metres_per_unit))
    raised = _arms_raised(reference, index)
    if str(source.origin.get("body_id", FREE_BODY_ID)) != FREE_BODY_ID:
        # another body's skeleton: its joints cannot be known here, but it is SMPL's by its origin
        is_a = source.origin.get("rest_pose") == "a"
        rest = default_body().rest_joints.astype(np.float64)
        betas = np.array(betas_of(source.origin) or np.zeros(10))
        return OwnBody(betas, rest, frame.metres_per_unit), raised if is_a else reference
    for candidate in (reference, raised):
        joints = candidate.positions[[index[j] for j in range(NUM_JOINTS)]]
        own = fit_own_body(joints, units)
        if own is not None:
            return own, candidate
    return None, reference


def _arms_raised(reference: Reference, index: dict[int, int]) -> Reference:
    """Lift the arms from this program's A-pose to the T-pose."""
    rotations, positions = reference.rotations.copy(), reference.positions.copy()
    for side, sign in (("left", 1.0), ("right", -1.0)):
        turn = rotvec_to_rotmat(np.array([0.0, 0.0, sign * np.radians(A_POSE_DEGREES)]))
        arm = [index[JOINT_INDEX[f"{side}_{p}"]] for p in ("shoulder", "elbow", "wrist", "hand")]
        pivot = reference.positions[arm[0]]
        rotations[arm] = turn @ rotations[arm]
        positions[arm] = pivot + (positions[arm] - pivot) @ turn.T
    return Reference(
        rotations, positions, reference.origin, reference.first_frame, reference.is_trusted
    )


def _global_rotations(
    source: Source, reference: Reference, index: dict[int, int], rest: Array | None
) -> Array:
    """(T, 24, 3, 3) of the mapped joints (identity elsewhere).

    ``rest`` (24, 3): the joints to lay the source's limbs along; None leaves them as they are.
    """
    facing = _facing(reference.positions, index)
    level = _yaw(-_residual(facing))
    reference_rotations = level @ reference.rotations
    out = np.broadcast_to(np.eye(3), (source.num_frames, NUM_JOINTS, 3, 3)).copy()
    turns: dict[int, Array] = {}
    if rest is not None:
        turns = _alignment(reference.positions @ level.T, index, rest)
    for joint, column in index.items():
        bound = turns.get(joint, np.eye(3)) @ reference_rotations[column]
        out[:, joint] = source.rotations[:, column] @ bound.T
    return out


def _residual(facing: float) -> float:
    """Facing that is only noise of the measurement counts as none."""
    return 0.0 if abs(facing) < np.radians(5.0) else facing


_LIMBS = (
    ("hip", "knee"), ("knee", "ankle"), ("shoulder", "elbow"), ("elbow", "wrist"),
    ("wrist", "hand"),
)  # fmt: skip


def _alignment(positions: Array, index: dict[int, int], rest: Array) -> dict[int, Array]:
    """SMPL joint -> (3, 3): the turn of its bone onto SMPL's, in the reference pose.

    From the trunk outwards, each on top of the one before, so that a whole A-pose arm is turned
    before its elbow is. Feet keep flat on the floor and only take over the toes' heading.
    """
    pose = Landmarks(positions, index)
    out: dict[int, Array] = {}
    for side in ("left", "right"):
        turn = np.eye(3)
        for part, following in _LIMBS:
            if part in ("hip", "shoulder"):
                turn = np.eye(3)
            joint, child = JOINT_INDEX[f"{side}_{part}"], JOINT_INDEX[f"{side}_{following}"]
            bone = pose.limb(side, part, following) if child in index else np.zeros(3)
            if np.linalg.norm(bone) > 0.5:
                wanted = unit(rest[child] - rest[joint])
                if part == "shoulder":
                    turn = _raised(bone, wanted)
                turn = np.asarray(minimal_rotmat(turn @ bone, wanted)) @ turn
            out[joint] = turn
        out[JOINT_INDEX[f"{side}_hand"]] = turn
        heading = _foot_heading(pose, side, rest)
        out[JOINT_INDEX[f"{side}_ankle"]] = out[JOINT_INDEX[f"{side}_foot"]] = heading
    return out


def _raised(arm: Array, wanted: Array) -> Array:
    """(3, 3) the turn about the axis of sight that brings an arm to the height of ``wanted``.

    An arm is lifted in the body's plane; the short way would also twist it, up to ten degrees.
    """
    if min(np.hypot(arm[0], arm[1]), np.hypot(wanted[0], wanted[1])) < 0.5:
        return np.eye(3)
    angle = np.arctan2(wanted[1], wanted[0]) - np.arctan2(arm[1], arm[0])
    angle = (angle + np.pi) % (2 * np.pi) - np.pi
    return np.asarray(rotvec_to_rotmat(np.array([0.0, 0.0, angle])))


def _foot_heading(pose: Landmarks, side: str, rest: Array) -> Array:
    if not pose.has(f"{side}_foot"):
        return np.eye(3)
    ankle, foot = JOINT_INDEX[f"{side}_ankle"], JOINT_INDEX[f"{side}_foot"]
    have, wanted = pose.limb(side, "ankle", "foot"), unit(rest[foot] - rest[ankle])
    if np.hypot(have[0], have[2]) < 0.3 or have[2] < 0:
        return np.eye(3)  # a foot that points down or back says nothing about its heading
    turn = np.arctan2(wanted[0], wanted[2]) - np.arctan2(have[0], have[2])
    return _yaw(float(turn)) if abs(turn) < np.radians(40.0) else np.eye(3)


def _filled(rotations: Array, known: list[int], spread_spine: bool) -> Array:
    """(T, 24, 3, 3) global -> local; unknown joints follow their parent or share the way."""
    rotations = rotations.copy()
    have = set(known)
    shared = _shared(have) if spread_spine else {}
    for joint in range(1, NUM_JOINTS):
        if joint in have:
            continue
        parent = PARENTS[joint]
        if joint in shared:
            below, fraction = shared[joint]
            a, b = rotmat_to_quat(rotations[:, parent]), rotmat_to_quat(rotations[:, below])
            rotations[:, joint] = quat_to_rotmat(slerp_quat(a, b, np.array(fraction)))
        else:
            rotations[:, joint] = rotations[:, parent]
    local = rotations.copy()
    for joint in range(1, NUM_JOINTS):
        local[:, joint] = rotations[:, PARENTS[joint]].swapaxes(-1, -2) @ rotations[:, joint]
    return local


def _shared(have: set[int]) -> dict[int, tuple[int, float]]:
    """Unknown joint of the trunk -> (the next known one above it, its share of the way)."""
    trunk = [JOINT_INDEX[n] for n in ("spine1", "spine2", "spine3", "neck", "head")]
    out = {}
    for i, joint in enumerate(trunk):
        above = next((k for k, other in enumerate(trunk[i:], start=i) if other in have), None)
        if joint not in have and above is not None:
            out[joint] = trunk[above], 1.0 / (above - i + 1)
    return out


def _translation(
    source: Source,
    reference: Reference,
    index: dict[int, int],
    local: Array,
    rest: Array,
    own: OwnBody | None,
    frame: Frame,
    options: RetargetOptions,
    body: BodyModel,
) -> Array:
    """(T, 3) metres, such that the middle of the hips travels as the source's does."""
    if own is not None or not options.scale_root:
        metres = own.metres_per_unit if own is not None else frame.metres_per_unit
        return source.positions[:, index[0]] * metres - rest[0]
    pose = Landmarks(source.positions, index)
    hips = [JOINT_INDEX["left_hip"], JOINT_INDEX["right_hip"]]
    own_leg = float(Landmarks(rest, {j: j for j in range(NUM_JOINTS)}).leg_length)
    leg = float(Landmarks(reference.positions, index).leg_length)
    scale = own_leg / max(leg, 1e-9)
    offset = rest[hips].mean(axis=0) - rest[0]
    pelvis = pose.middle("hip") * scale - (local[:, 0] @ offset)
    if options.on_floor:
        pelvis[:, 1] += _floor_shift(local, pelvis, rest, body)
    return np.asarray(pelvis - rest[0])


def _floor_shift(local: Array, pelvis: Array, rest: Array, body: BodyModel) -> float:
    """Metres that bring standing feet, heel or ball, to height zero.

    Only where the source's ground is near zero already: a clip on a staircase stays there.
    """
    positions = forward_kinematics(local, rest, pelvis - rest[0])[1]
    feet = [JOINT_INDEX[f"{side}_{part}"] for side in ("left", "right") for part in _FOOT]
    above_sole = rest[feet, 1] - float(body.template[:, 1].min())
    lowest = (positions[:, feet, 1] - above_sole).min(axis=1)
    standing = float(np.percentile(lowest, 10))
    return -standing if abs(standing) <= NEAR_FLOOR else 0.0
