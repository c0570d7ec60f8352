"""FBX 7400 binary, written without Autodesk's kit or Blender.

Centimetres, Y up, facing +Z, every scale 1; the body skinned in the clip's own shape; one linear
key a frame on curves without jumps, each joint with the rotation order that strays least between
keys. Pose blend shapes do not travel: the skin is plain linear blending.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from core.atomic import written_whole
from core.export.euler import chosen_orders, euler_curves
from core.export.fbx.binary import Record, to_bytes
from core.export.fbx.curves import Stack, add_stack
from core.export.fbx.document import definitions, documents, global_settings, opening, takes
from core.export.fbx.scene import CM, Objects, add_bind_pose, add_body, add_skeleton
from core.export.options import ExportOptions
from core.export.resample import exact_rate
from core.export.rig import Rig, Take, build_rig
from core.motion import Motion
from core.rotation import quat_to_rotmat

if TYPE_CHECKING:
    from core.body import BodyModel

ORDER_NUMBERS: dict[str, int] = {"ZYX": 0, "YZX": 1, "XZY": 2, "ZXY": 3, "YXZ": 4, "XYZ": 5}
"""FBX's number of each order as BVH spells it; FBX's own names read backwards (ZYX is its XYZ)."""


def write(
    motions: Sequence[Motion],
    path: Path,
    *,
    names: Sequence[str],
    body: BodyModel | None = None,
    options: ExportOptions | None = None,
) -> None:
    """Write prepared clips of one body as the animation stacks of one file, whole or not at all.

    ``names`` become the stacks' names. Raises FileProblem.
    """
    options = options or ExportOptions()
    data = to_fbx(build_rig(motions, names, options, body), options.rotation_order)
    with written_whole(path) as temporary:
        temporary.write_bytes(data)


def to_fbx(rig: Rig, rotation_order: str = "auto") -> bytearray:
    """Return the whole file."""
    rotmats = [quat_to_rotmat(take.quats) for take in rig.takes]
    quats = [take.quats for take in rig.takes]
    orders = chosen_orders(rotation_order, rotmats, quats, rig.joints)
    stacks = [_stack(take, rotmat, orders) for take, rotmat in zip(rig.takes, rotmats, strict=True)]
    objects = Objects()
    travelling = {bone for take in rig.takes for bone in take.travel}
    models, top = add_skeleton(objects, rig, [ORDER_NUMBERS[o] for o in orders], travelling)
    others = [top]
    if rig.mesh is not None:
        others.append(add_body(objects, rig, rig.mesh, models))
    add_bind_pose(objects, rig, models, others)
    for stack in stacks:
        add_stack(objects, stack, models)
    rate, stop = stacks[0].rate, max(stack.stop for stack in stacks)
    return to_bytes(
        [
            *opening(rig.origin),
            global_settings(rate, stop),
            *documents(objects.new_id(), stacks[0].name),
            definitions(objects.records),
            Record("Objects", children=objects.records),
            Record("Connections", children=objects.connections),
            takes(stacks),
        ]
    )


def _stack(take: Take, rotmat: npt.NDArray, orders: list[str]) -> Stack:
    """Angles in each joint's own order, put into the X, Y, Z slots FBX keeps them in."""
    angles = np.degrees(euler_curves(rotmat, orders))
    slots = np.array([["XYZ".index(letter) for letter in order] for order in orders])
    curves = np.empty_like(angles)
    np.put_along_axis(curves, np.broadcast_to(slots, angles.shape), angles, axis=2)
    return Stack(
        name=take.name.replace("\0", ""),
        rate=exact_rate(take.fps),
        num_frames=take.num_frames,
        rotations={bone: curves[:, bone] for bone in range(curves.shape[1])},
        translations={bone: travel * CM for bone, travel in take.travel.items()},
    )
