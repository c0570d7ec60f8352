"""``motion-studio movie``: clips as a movie, an animated GIF or a sequence of pictures."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from core.errors import StudioError
from core.motion_file import load_motion
from studio.cli.running import check_writable, clip_paths, progress_bar


def movie(
    clips: Annotated[
        list[Path], typer.Argument(help="Clip files (npz), or folders of them.", show_default=False)
    ],
    out: Annotated[
        Path,
        typer.Option("--out", "-o", help="The file: .mp4, .gif, or .png for numbered pictures."),
    ],
    size: Annotated[str, typer.Option(help="Width x height in pixels.")] = "1280x720",
    fps: Annotated[float, typer.Option(help="Pictures a second.")] = 30.0,
    camera: Annotated[
        str, typer.Option(help="three-quarter, front, side, back or top.")
    ] = "three-quarter",
    turns: Annotated[float, typer.Option(help="Turns of the camera around the bodies.")] = 0.0,
    length: Annotated[
        float | None, typer.Option(help="Seconds; the longest clip's if left out.")
    ] = (None),
    frozen: Annotated[
        float | None, typer.Option(help="Show this second of the clips, standing still.")
    ] = None,
    background: Annotated[str, typer.Option(help="dark, white or transparent.")] = "dark",
    skeleton: Annotated[bool, typer.Option("--skeleton", help="Bones instead of bodies.")] = False,
    trails: Annotated[bool, typer.Option("--trails", help="The way of hands and feet.")] = False,
    contacts: Annotated[bool, typer.Option("--contacts", help="Mark standing feet.")] = False,
) -> None:
    """Film clips side by side.

    \b
    Examples:
      motion-studio movie kick.npz --out kick.mp4
      motion-studio movie clips --out all.gif --size 640x360 --fps 15
      motion-studio movie kick.npz --out turn.mp4 --frozen 0.8 --turns 1 --length 6
      motion-studio movie kick.npz --out frames.png --background transparent
    """
    found = re.fullmatch(r"(\d+)\s*[xX×]\s*(\d+)", size.strip())
    if not found:
        raise StudioError(f"The size {size} is not understood.", "Write it like 1280x720.")
    check_writable(out.parent)
    motions = [load_motion(path) for path in clip_paths(clips)]
    from studio.viewport.items import BodyItem, side_by_side
    from studio.viewport.movie import MovieSettings, write_movie
    from studio.viewport.strip import kind_color

    items = [
        BodyItem(key=str(i), motion=motion, position=place, color=kind_color(motion))
        for i, (motion, place) in enumerate(zip(motions, side_by_side(motions), strict=True))
    ]
    settings = MovieSettings(
        size=(int(found[1]), int(found[2])), fps=fps, camera=camera, turns=turns, length=length,
        frozen=frozen, background=background, mode="skeleton" if skeleton else "body",
        trails=trails, contacts=contacts,
    )  # fmt: skip
    with progress_bar("Filming") as progress:
        written = write_movie(items, out, settings, progress)
    print(written)
