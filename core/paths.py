"""Where things lie: what ships with the program, and the user's own data folder."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

RESOURCES = Path(__file__).resolve().parent.parent / "resources"


def data_folder() -> Path:
    """The user's data folder (models, default project); ``MOTION_STUDIO_HOME`` overrides it."""
    override = os.environ.get("MOTION_STUDIO_HOME")
    return Path(override) if override else Path(platformdirs.user_data_dir("motion-studio", False))
