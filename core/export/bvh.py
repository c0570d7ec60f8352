"""BVH: the skeleton and its motion as text.

Decisions, each because readers disagree about the alternative: the root's OFFSET is zero and its
channels hold the absolute pelvis position; rotation orders are chosen per joint and clip and the
angles unrolled, so that nothing spins between keys; the frame time has ten decimals; end sites
have a length. Y up, facing +Z, centimetres unless metres are asked for. BVH has no comments, so
the provenance cannot travel in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from core.atomic import written_whole
from core.export.euler import ORDERS, Array, choose_orders, euler_curves
from core.motion import Motion
from core.rotation import rotvec_to_quat, rotvec_to_rotmat
from core.skeleton import CHILDREN, JOINT_INDEX, NUM_JOINTS, PARENTS

if TYPE_CHECKING:
    from core.body import BodyModel

Unit = Literal["cm", "m"]

BVH_NAMES: tuple[str, ...] = (
    "Pelvis", "L_Hip", "R_Hip", "Spine1", "L_Knee", "R_Knee", "Spine2", "L_Ankle", "R_Ankle",
    "Spine3", "L_Foot", "R_Foot", "Neck", "L_Collar", "R_Collar", "Head", "L_Shoulder",
    "R_Shoulder", "L_Elbow", "R_Elbow", "L_Wrist", "R_Wrist", "L_Hand", "R_Hand",
)  # fmt: skip
"""The names SMPL tools use in BVH and FBX; no spaces or colons, which break simple readers."""

END_SITES: dict[str, tuple[float, float, float]] = {  # metres beyond the last joint
    "head": (0.0, 0.18, 0.0),
    "left_foot": (0.0, 0.0, 0.07),
    "right_foot": (0.0, 0.0, 0.07),
    "left_hand": (0.08, 0.0, 0.0),
    "right_hand": (-0.08, 0.0, 0.0),
}
_END_OF = {JOINT_INDEX[name]: np.array(end) for name, end in END_SITES.items()}
_TABLE = {"pelvis": "ZXY"} | dict.fromkeys(
    ("left_shoulder", "right_shoulder", "left_wrist", "right_wrist"), "ZYX"
)
TABLE_ORDERS = [_TABLE.get(name, "YZX") for name in JOINT_INDEX]
"""The best fixed order a joint, measured on 1,174 mocap clips; "auto" is a little better still."""
_UNITS_PER_METRE: dict[Unit, float] = {"cm": 100.0, "m": 1.0}


@dataclass(frozen=True, kw_only=True)
class BvhOptions:
    """What can be chosen about a BVH.

    ``unit``: readers know no unit; cm is what most expect (in Blender: import with scale 0.01).
    ``rotation_order``: "auto" (per joint and clip), "table" (one fixed order a joint), or one of
    the six orders for every joint ("ZXY" for programs that assume one).
    """

    unit: Unit = "cm"
    rotation_order: str = "auto"

    def __post_init__(self) -> None:
        if self.unit not in _UNITS_PER_METRE:
            raise ValueError(f"unit must be cm or m, not {self.unit!r}")
        if self.rotation_order not in ("auto", "table", *ORDERS):
            known = ", ".join(("auto", "table", *ORDERS))
            raise ValueError(f"rotation_order must be one of {known}, not {self.rotation_order!r}")


def write(
    motion: Motion,
    path: Path,
    *,
    body: BodyModel | None = None,
    unit: Unit = "cm",
    rotation_order: str = "auto",
) -> None:
    """Write the clip as BVH, whole or not at all. Raises FileProblem; ValueError for an option."""
    options = BvhOptions(unit=unit, rotation_order=rotation_order)
    text = to_text(motion, rest_joints(motion, body), options)
    with written_whole(path) as temporary:
        temporary.write_bytes(text.encode("ascii"))


def rest_joints(motion: Motion, body: BodyModel | None = None) -> Array:
    """(24, 3) metres: the rest joints of the body in the clip's shape.

    The clip's betas count only for the body they belong to.
    """
    from core.body import body_for

    if body is None:
        body = body_for(motion)
    betas = motion.betas if motion.body_id == body.body_id else np.zeros_like(motion.betas)
    return np.asarray(body.shaped(betas).joints, dtype=np.float64)


def to_text(motion: Motion, joints: Array, options: BvhOptions | None = None) -> str:
    """Return the whole file for a body with these (24, 3) rest joints in metres."""
    options = options or BvhOptions()
    scale = _UNITS_PER_METRE[options.unit]
    rotvec = motion.poses.astype(np.float64)
    rotmat = rotvec_to_rotmat(rotvec)
    match options.rotation_order:
        case "auto":
            orders = choose_orders(rotmat, rotvec_to_quat(rotvec))
        case "table":
            orders = TABLE_ORDERS
        case uniform:
            orders = [uniform] * NUM_JOINTS
    angles = np.degrees(euler_curves(rotmat, orders))
    channels = np.empty((motion.num_frames, 3 + 3 * NUM_JOINTS))
    channels[:, :3] = (joints[0] + motion.trans) * scale
    channels[:, 3:] = angles[:, DEPTH_FIRST].reshape(motion.num_frames, -1)
    frame_time = f"Frame Time: {1.0 / motion.fps:.10f}"  # six decimals would read as 30.0003 fps
    lines = [
        *_hierarchy(joints * scale, orders, scale),
        "MOTION",
        f"Frames: {motion.num_frames}",
        frame_time,
        *_rows(channels),
    ]
    return "\n".join(lines) + "\n"


def _depth_first() -> list[int]:
    order, waiting = [], [0]
    while waiting:
        joint = waiting.pop()
        order.append(joint)
        waiting.extend(reversed(CHILDREN[joint]))
    return order


DEPTH_FIRST: list[int] = _depth_first()
"""Joints in the order of a BVH hierarchy and therefore of its channels."""


def _hierarchy(joints: Array, orders: list[str], scale: float) -> list[str]:
    lines = ["HIERARCHY"]

    def add(joint: int, depth: int) -> None:
        pad = "\t" * depth
        offset = joints[joint] - joints[PARENTS[joint]] if joint else np.zeros(3)
        rotation = " ".join(f"{letter}rotation" for letter in orders[joint])
        channels = f"3 {rotation}" if joint else f"6 Xposition Yposition Zposition {rotation}"
        lines.extend(
            (
                f"{pad}{'JOINT' if joint else 'ROOT'} {BVH_NAMES[joint]}",
                f"{pad}{{",
                f"{pad}\tOFFSET {_numbers(offset)}",
                f"{pad}\tCHANNELS {channels}",
            )
        )
        for child in CHILDREN[joint]:
            add(child, depth + 1)
        if not CHILDREN[joint]:
            end = _numbers(_END_OF[joint] * scale)
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
