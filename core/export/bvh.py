"""BVH: the skeleton and its motion as text.

Decisions, each because readers disagree about the alternative: the root's OFFSET is zero and its
channels hold the absolute pelvis position; rotation orders are chosen per joint and clip and the
angles unrolled, so that nothing spins between keys; the frame time has ten decimals; end sites
have a length. Y up, facing +Z, centimetres unless asked otherwise. BVH has no comments, so
the provenance cannot travel in it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.atomic import written_whole
from core.export.euler import Array, chosen_orders, euler_curves
from core.export.options import ExportOptions
from core.export.prepare import body_of
from core.export.presets import PRESETS
from core.export.resample import exact_rate
from core.export.rest import ends_of, pose_of_rest
from core.export.rig import Rig, build_rig
from core.motion import Motion
from core.rotation import quat_multiply, quat_to_rotmat, rotmat_to_quat

if TYPE_CHECKING:
    from core.body import BodyModel

BVH_NAMES: tuple[str, ...] = PRESETS["smpl"].names
"""The names SMPL tools use in BVH and FBX; no spaces or colons, which break simple readers."""

_UNITS_PER_METRE: dict[str, float] = {"cm": 100.0, "m": 1.0}
_FACING_DEGREES: dict[str, float] = {"+z": 0.0, "+x": 90.0, "-z": 180.0, "-x": -90.0}


def write(
    motion: Motion,
    path: Path,
    *,
    body: BodyModel | None = None,
    options: ExportOptions | None = None,
) -> None:
    """Write a prepared clip as BVH, whole or not at all. Raises FileProblem."""
    options = options or ExportOptions()
    rig = build_rig(
        [motion], [path.stem], options, body, with_mesh=False, with_prefix=False, bones="world"
    )
    text = to_text(rig, options, tips(motion, options, body))
    with written_whole(path) as temporary:
        temporary.write_bytes(text.encode("ascii"))


def tips(motion: Motion, options: ExportOptions, body: BodyModel | None = None) -> dict[int, Array]:
    """Return {SMPL joint: (3,) metres} of the end sites, as the rest pose turns them."""
    joints = np.asarray(body_of(motion, body)[1].joints, np.float64)
    return ends_of(pose_of_rest(options.rest_pose, joints).turns)


def frame_turn(options: ExportOptions) -> Array:
    """(3, 3) turn of the file's frame against the program's (y up, facing +z)."""
    angle = np.radians(_FACING_DEGREES[options.facing])
    cosine, sine = np.cos(angle), np.sin(angle)
    turn = np.array([[cosine, 0.0, sine], [0.0, 1.0, 0.0], [-sine, 0.0, cosine]])
    if options.up == "z":
        turn = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]]) @ turn
    return np.where(np.abs(turn) < 1e-12, 0.0, turn)


def to_text(rig: Rig, options: ExportOptions, ends: dict[int, Array]) -> str:
    """Return the whole file for a rig with one take; ``ends`` as :func:`tips` gives them."""
    take, scale = rig.takes[0], _UNITS_PER_METRE[options.unit]
    turn = frame_turn(options)
    quats = take.quats
    if not np.array_equal(turn, np.eye(3)):  # the same rotation seen from the turned frame
        there = rotmat_to_quat(turn)
        quats = quat_multiply(quat_multiply(there, quats), there * [1.0, -1.0, -1.0, -1.0])
    rotmat = quat_to_rotmat(quats)
    orders = chosen_orders(options.rotation_order, [rotmat], [quats], rig.joints)
    angles = np.degrees(euler_curves(rotmat, orders))
    columns = []
    for bone in _depth_first(rig.parents):
        if bone in take.travel or rig.parents[bone] < 0:
            travel = take.travel.get(bone, np.zeros((take.num_frames, 3)))
            columns.append(travel @ turn.T * scale)
        columns.append(angles[:, bone])
    lines = [
        *_hierarchy(rig, orders, (rig.offsets @ turn.T) * scale, ends, turn * scale),
        "MOTION",
        f"Frames: {take.num_frames}",
        f"Frame Time: {1.0 / float(exact_rate(take.fps)):.10f}",  # six decimals: 30.0003 fps
        *_rows(np.concatenate(columns, axis=1)),
    ]
    return "\n".join(lines) + "\n"


def _children(parents: tuple[int, ...]) -> list[list[int]]:
    return [[c for c, p in enumerate(parents) if p == bone] for bone in range(len(parents))]


def _depth_first(parents: tuple[int, ...]) -> list[int]:
    """Bones in the order of a BVH hierarchy and therefore of its channels."""
    children, order, waiting = _children(parents), [], [0]
    while waiting:
        bone = waiting.pop()
        order.append(bone)
        waiting.extend(reversed(children[bone]))
    return order


def _hierarchy(
    rig: Rig, orders: list[str], offsets: Array, ends: dict[int, Array], turn: Array
) -> list[str]:
    lines, children, travels = ["HIERARCHY"], _children(rig.parents), rig.takes[0].travel

    def add(bone: int, depth: int) -> None:
        pad = "\t" * depth
        is_root = rig.parents[bone] < 0
        has_place = is_root or bone in travels  # its channels hold the place, so no offset
        rotation = " ".join(f"{letter}rotation" for letter in orders[bone])
        places = "6 Xposition Yposition Zposition" if has_place else "3"
        lines.extend(
            (
                f"{pad}{'ROOT' if is_root else 'JOINT'} {rig.names[bone]}",
                f"{pad}{{",
                f"{pad}\tOFFSET {_numbers(np.zeros(3) if has_place else offsets[bone])}",
                f"{pad}\tCHANNELS {places} {rotation}",
            )
        )
        for child in children[bone]:
            add(child, depth + 1)
        if not children[bone]:
            end = _numbers(turn @ ends[rig.joints[bone]])
            lines.extend((f"{pad}\tEnd Site", f"{pad}\t{{", f"{pad}\t\tOFFSET {end}", f"{pad}\t}}"))
        lines.append(f"{pad}}}")

    add(0, 0)
    return lines


def _numbers(values: Array) -> str:
    return " ".join(f"{value + 0.0:.6f}" for value in np.round(values, 6))


def _rows(channels: Array) -> list[str]:
    """One line a frame; adding 0.0 after rounding turns -0.000000 into 0.000000."""
    row = " ".join(["%.6f"] * channels.shape[1])
    return [row % tuple(values) for values in (np.round(channels, 6) + 0.0).tolist()]
