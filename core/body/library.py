"""Which body a motion is shown with: the free one that ships, or a user's own file."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from core.body.model import BodyModel
from core.body.smpl_file import read_smpl
from core.errors import FileProblem
from core.motion import FREE_BODY_ID, Motion
from core.paths import RESOURCES

FREE_BODY_FILE = RESOURCES / "body" / "free_body.npz"


@cache
def default_body() -> BodyModel:
    """Return the free body that ships with the program (see NOTICE and docs/body.md)."""
    try:
        with np.load(FREE_BODY_FILE, allow_pickle=False) as data:
            return BodyModel(
                body_id=FREE_BODY_ID,
                name="Free body",
                template=data["v_template"],
                faces=data["f"].astype(np.int32),
                shapedirs=data["shapedirs"],
                posedirs=None,
                joint_regressor=data["J_regressor"],
                weights=data["weights"],
            )
    except (OSError, KeyError, ValueError) as error:
        raise FileProblem(
            "The program's own body, resources/body/free_body.npz, cannot be read.",
            "Install the program again.",
        ) from error


def load_body(path: Path) -> BodyModel:
    """Read a user's SMPL body, pickle or npz, without running anything the file contains.

    Raises FileProblem for a file that is not one, is damaged, or is refused.
    """
    return read_smpl(path)


def body_for(motion: Motion) -> BodyModel:
    """Return the body to show ``motion`` with.

    A motion made on a user's body is shown on the free one until that body is given explicitly;
    its betas are then left out, as they mean nothing on another body.
    """
    return default_body()
