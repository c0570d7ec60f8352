"""The studio's own clip file as an export format: everything a clip holds, lossless."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from core.motion import Motion
from core.motion_file import save_motion

if TYPE_CHECKING:
    from core.body import BodyModel


def write(motion: Motion, path: Path, *, body: BodyModel | None = None) -> None:
    """Write the clip npz; ``body`` is not needed, the clip names its own. Raises FileProblem."""
    save_motion(path, motion)
