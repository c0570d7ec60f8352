"""What a network is shown of a clip: some of its frames, as the published data sets give them."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from core.actor.features import turned_over
from core.rotation import rot6d_rows_to_rotmat, rotmat_to_quat, rotmat_to_rotvec

FloatArray = npt.NDArray[np.float32]
PoseForm = Literal["rot6d", "rotvec", "rotquat", "rotmat"]
_WIDTHS: dict[PoseForm, int] = {"rot6d": 6, "rotvec": 3, "rotquat": 4, "rotmat": 9}


def item(
    rows: FloatArray,
    frames: npt.NDArray[np.int64],
    *,
    form: PoseForm = "rot6d",
    y_down: bool = False,
) -> FloatArray:
    """Return (25, F, N) of a clip (T, 25, 6) as ACTOR's data sets give it.

    24 rotations in a form of F numbers, then the root's place, from that in the first of the
    ``frames`` (N,). ``y_down`` turns the clip into the camera's axes of the published data.
    """
    chosen = np.moveaxis(rows[frames], 0, -1).astype(np.float32)  # (25, 6, N)
    chosen[24, :3] -= chosen[24, :3, :1]
    if y_down:
        chosen = turned_over(chosen)
    if form == "rot6d":
        return chosen
    rotmats = rot6d_rows_to_rotmat(np.moveaxis(chosen[:24], -1, 0))  # (N, 24, 3, 3)
    turned = {
        "rotvec": lambda: rotmat_to_rotvec(rotmats),
        "rotquat": lambda: rotmat_to_quat(rotmats),
        "rotmat": lambda: rotmats.reshape(*rotmats.shape[:2], 9),
    }[form]()
    out = np.zeros((25, _WIDTHS[form], len(frames)), np.float32)
    out[:24] = np.moveaxis(turned, 0, -1)
    out[24, :3] = chosen[24, :3]
    return out


def joints_item(joints: npt.NDArray[np.float64], frames: npt.NDArray[np.int64]) -> FloatArray:
    """Return (J, 3, N) of joints (T, J, 3), the root of the first of the ``frames`` at 0."""
    chosen = joints[frames]
    return np.ascontiguousarray(np.moveaxis(chosen - chosen[0, 0], 0, -1), np.float32)
