"""``motion-studio open``, which is also what happens without a command: the window."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from core.errors import FileProblem
from studio.cli.window import open_window
from studio.leaving import leave


def open_command(
    video: Annotated[
        Path | None, typer.Argument(help="A video to import at once.", show_default=False)
    ] = None,
    project: Annotated[
        Path | None,
        typer.Option(help="The project folder to open; an empty or new one is made a project."),
    ] = None,
) -> None:
    """Open the window (what happens without a command, too).

    \b
    Examples:
      motion-studio
      motion-studio dance.mp4
      motion-studio --project ~/motions/spring
    """
    if video is not None and not video.is_file():
        raise FileProblem(f"{video} is not there.", "Check the name of the video.")
    leave(open_window(project, video))
