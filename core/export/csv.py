"""Joint positions as a table for spreadsheets and statistics: one row a frame.

One header row whose names carry the units and no comment lines, which many readers stumble over;
so the provenance cannot travel in it. Metres, y up, seconds from the first frame.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.atomic import written_whole
from core.motion import Motion
from core.skeleton import JOINT_NAMES

if TYPE_CHECKING:
    from core.body import BodyModel

HEADER: tuple[str, ...] = (
    "frame", "time_s", *(f"{joint}_{axis}_m" for joint in JOINT_NAMES for axis in "xyz"),
)  # fmt: skip


def write(motion: Motion, path: Path, *, body: BodyModel | None = None) -> None:
    """Write 24 joints' world positions to a micrometre. Raises FileProblem."""
    from core.body import joint_positions

    joints = joint_positions(motion, body).astype(np.float64).reshape(motion.num_frames, -1)
    row = "%d,%.6f," + ",".join(["%.6f"] * joints.shape[1])
    table = (np.round(joints, 6) + 0.0).tolist()  # adding zero turns -0.000000 into 0.000000
    lines = [",".join(HEADER)]
    lines += [row % (t, t / motion.fps, *values) for t, values in enumerate(table)]
    with written_whole(path) as temporary:
        temporary.write_bytes(("\n".join(lines) + "\n").encode("ascii"))
