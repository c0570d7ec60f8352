"""C3D, the file of motion laboratories: the 24 joints as points, in millimetres, z up.

Laboratories put z up and their programs assume it; the POINT:X_SCREEN and Y_SCREEN parameters say
so as well. Needs the library c3d, which is an extra. Points are joint centres, not skin markers.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.atomic import written_whole
from core.errors import FileProblem
from core.export.presets import PRESETS
from core.motion import Motion

if TYPE_CHECKING:
    from core.body import BodyModel

LABELS: tuple[str, ...] = PRESETS["smpl"].names
MAX_FRAMES = 65_535  # the header counts frames in 16 bits


def write(motion: Motion, path: Path, *, body: BodyModel | None = None) -> None:
    """Write the joints as points. Raises FileProblem, also where the library is missing."""
    library = _library()
    from core.body import joint_positions

    if motion.num_frames > MAX_FRAMES:
        raise FileProblem(
            f"C3D holds at most {MAX_FRAMES:,} frames, not {motion.num_frames:,}.",
            "Export a part of the clip, or at fewer frames a second.",
        )
    joints = joint_positions(motion, body).astype(np.float32) * 1000.0
    points = np.zeros((motion.num_frames, len(LABELS), 5), np.float32)  # residual and cameras: 0
    points[..., 0], points[..., 1], points[..., 2] = joints[..., 0], -joints[..., 2], joints[..., 1]
    writer = library.Writer(point_rate=motion.fps, point_units="mm")
    writer.set_point_labels(list(LABELS))
    writer.set_screen_axis("+X", "+Z")
    silence = np.zeros((0, 1), np.float32)
    writer.add_frames([(frame, silence) for frame in points])
    with warnings.catch_warnings(), written_whole(path) as temporary:
        warnings.simplefilter("ignore")  # the library warns that there is nothing but points
        with temporary.open("wb") as stream:
            writer.write(stream)


def _library() -> Any:
    try:
        import c3d
    except ImportError as error:
        raise FileProblem(
            "C3D needs the library c3d, which is not installed.",
            'Install it with: pip install "actor-motion-studio[c3d]"',
        ) from error
    return c3d
