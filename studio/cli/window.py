"""Opening the window from the command line, or saying why it cannot open.

Apart from the command ``open`` so that a plain ``motion-studio`` starts without the parser.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

NO_DISPLAY = (
    "There is no display, so the window cannot open. The other commands work without one: "
    "see motion-studio --help, or use `make run`, which drives the window on a virtual display."
)


def has_display(environment: Mapping[str, str], platform: str) -> bool:
    """Tell whether Qt would find a screen (or was told to do without)."""
    if not platform.startswith(("linux", "freebsd")):
        return True
    if environment.get("QT_QPA_PLATFORM", "").startswith(("offscreen", "minimal", "vnc")):
        return True
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def open_window(project: Path | None = None, video: Path | None = None) -> int:
    """Open the studio and return its exit code, 2 where there is no display."""
    if not has_display(os.environ, sys.platform):
        print(NO_DISPLAY, file=sys.stderr)
        return 2
    from studio.app import run

    return int(run(project=project, video=video) or 0)
