"""``motion-studio export``: clips to the files of other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from core.errors import FileProblem
from core.export import EXPORTERS, export_motion, exporter_for, options_from
from core.motion_file import load_motion
from studio.cli.running import clip_paths, progress_bar


def export(
    clips: Annotated[
        list[Path], typer.Argument(help="Clip files (npz), or folders of them.", show_default=False)
    ],
    out: Annotated[
        Path,
        typer.Option("--out", "-o", help="A file, whose ending is the format; or a folder."),
    ],
    to: Annotated[
        str, typer.Option("--format", "-f", help="The format where --out is a folder: bvh, npz.")
    ] = "bvh",
    unit: Annotated[str, typer.Option(help="Unit of a BVH: cm or m.")] = "cm",
    rotation_order: Annotated[
        str,
        typer.Option(help="Rotation order of a BVH: auto, table, or one for all joints: ZXY ..."),
    ] = "auto",
) -> None:
    """Write clips for other programs, as BVH for instance.

    The format comes from the file's ending. A BVH holds the skeleton in the clip's own
    proportions, Y up and facing +Z, in centimetres: in Blender, import it with scale 0.01. It
    cannot carry where a clip came from; the npz does.

    \b
    Examples:
      motion-studio export kick.npz --out kick.bvh
      motion-studio export clips --out bvh_folder
      motion-studio export kick.npz --out kick.bvh --unit m --rotation-order ZXY
    """
    paths = clip_paths(clips)
    targets = _targets(paths, out, to)
    options = options_from({"unit": unit, "rotation_order": rotation_order})
    with progress_bar("Exporting") as progress:
        for number, (source, target) in enumerate(zip(paths, targets, strict=True)):
            progress.step(number / len(paths), source.name)
            export_motion(load_motion(source), target, options)
            print(target)


def _targets(paths: list[Path], out: Path, ending: str) -> list[Path]:
    """Return one path to write a clip; in a folder the clips keep their names."""
    is_folder = out.is_dir() or not out.suffix
    if not is_folder:
        exporter_for(out)
        if len(paths) > 1:
            raise FileProblem(
                f"{len(paths)} clips do not fit into the one file {out.name}.",
                "Give a folder to --out, and the format with --format.",
            )
        return [out]
    if f".{ending.lstrip('.').lower()}" not in EXPORTERS:
        known = ", ".join(e.lstrip(".") for e in EXPORTERS)
        raise FileProblem(f"The format {ending} is not known.", f"Known are: {known}.")
    targets: list[Path] = []
    for path in paths:
        stem, number = path.stem, 1
        while (target := out / f"{stem}.{ending.lstrip('.').lower()}") in targets:
            number += 1
            stem = f"{path.stem}_{number}"
        targets.append(target)
    return targets
