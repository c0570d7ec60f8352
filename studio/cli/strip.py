"""``motion-studio strip``: clips as the rows of a figure."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from core.errors import FileProblem
from core.motion import Motion
from core.motion_file import load_motion
from studio.cli.running import clip_paths


def strip(
    clips: Annotated[
        list[Path], typer.Argument(help="Clip files (npz), or folders of them.", show_default=False)
    ],
    out: Annotated[
        Path, typer.Option("--out", "-o", help="The picture to write: .png, or .pdf for print.")
    ],
    every: Annotated[int, typer.Option(min=1, help="Show every n-th frame.")] = 5,
    titles: Annotated[bool, typer.Option(help="Write each clip's action beside its row.")] = True,
    view: Annotated[
        str, typer.Option(help="The camera: three-quarter, front, side, back or top.")
    ] = "three-quarter",
    background: Annotated[str, typer.Option(help="white, dark or transparent.")] = "white",
    height: Annotated[int, typer.Option(min=60, max=2000, help="Pixels a row.")] = 200,
) -> None:
    """Draw clips as a figure of bodies, one row a clip.

    \b
    Examples:
      motion-studio strip kick.npz --out kick.png --every 5
      motion-studio strip clips --out all.png --every 10 --no-titles
      motion-studio strip clips --out paper.png --view side --background transparent --height 400
    """
    if out.suffix.lower() not in (".png", ".pdf"):
        raise FileProblem(
            f"{out.name} cannot be written as a picture.", "Let it end in .png or .pdf."
        )
    paths = clip_paths(clips)
    motions = [load_motion(path) for path in paths]
    names = row_names(motions, paths)
    if out.suffix.lower() == ".pdf":  # for print: always on white, at the page's width
        from studio.viewport.figure import FigureOptions, strip_figure

        options = FigureOptions(every=every, view=view, names=tuple(names), has_labels=titles)
        print(strip_figure(motions, options, out))
        return
    from studio.viewport.strip import render_strip

    render_strip(
        motions,
        out,
        every=every,
        titles=names if titles else None,
        view=view,
        background=background,
        height=height,
    )
    print(out)


def row_names(motions: Sequence[Motion], paths: Sequence[Path]) -> list[str]:
    """Return a name a row: the action, told apart by sample, seed or file where it repeats."""
    origins = [motion.provenance for motion in motions]
    labels = [origin.label or path.stem for origin, path in zip(origins, paths, strict=True)]
    names = []
    for origin, path, label in zip(origins, paths, labels, strict=True):
        rivals = [o for o, other in zip(origins, labels, strict=True) if other == label]
        if len(rivals) == 1:
            names.append(label)
        elif len({o.sample for o in rivals}) == len(rivals) and origin.sample is not None:
            names.append(f"{label} {origin.sample + 1}")
        elif len({o.seed for o in rivals}) == len(rivals) and origin.seed is not None:
            names.append(f"{label}, seed {origin.seed}")
        else:
            names.append(path.stem)
    return names
