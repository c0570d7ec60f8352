"""Hand a body to the smplx package, for code that expects its ``SMPL`` module."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import numpy as np

from core.body.model import NUM_POSE_FEATURES, BodyModel
from core.skeleton import NUM_JOINTS, PARENTS


def to_smplx(body: BodyModel, batch_size: int = 1) -> Any:
    """Return ``smplx.SMPL`` over ``body``; where it has no pose blend shapes they are zeros.

    Goes through ``data_struct=``: by path, smplx 0.1.28 unpickles whatever the file holds.
    """
    import smplx
    from smplx.utils import Struct

    posedirs = body.posedirs
    if posedirs is None:  # smplx accepts no width of 0
        posedirs = np.zeros((body.num_vertices, 3, NUM_POSE_FEATURES), np.float32)
    parents = np.array([2**32 - 1, *PARENTS[1:]], np.uint32)  # as official files write "none"
    data = {
        "v_template": np.array(body.template),
        "shapedirs": np.array(body.shapedirs),
        "posedirs": np.array(posedirs),
        "J_regressor": np.array(body.joint_regressor),
        "weights": np.array(body.weights),
        "kintree_table": np.stack([parents, np.arange(NUM_JOINTS, dtype=np.uint32)]),
        "f": np.array(body.faces, np.uint32),
    }
    with contextlib.redirect_stdout(io.StringIO()):  # it prints a warning about the betas
        return smplx.SMPL("", data_struct=Struct(**data), batch_size=batch_size)
