"""``motion-studio models``: which model files are there, where, and what is missing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from core.errors import StudioError
from core.paths import RESOURCES, data_folder
from studio.cli.running import ExitCode, progress_bar


def models(
    install: Annotated[
        bool, typer.Option("--install", help="Fetch the built-in estimator's files (36 MB).")
    ] = False,
    sample: Annotated[
        bool, typer.Option("--sample", help="Fetch the sample video as well (51 MB).")
    ] = False,
    source: Annotated[
        Path | None,
        typer.Option("--from", help="Take the files from this wheel or folder, without network."),
    ] = None,
    add: Annotated[
        list[str] | None,
        typer.Option(
            "--add", metavar="NAME=FILE", help="Check and use your own vibe=, spin= or pare=FILE."
        ),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Exit with 3 if the built-in estimator is missing.")
    ] = False,
) -> None:
    """List the model files: installed, missing, and where.

    \b
    Examples:
      motion-studio models
      motion-studio models --install
      motion-studio models --install --from ~/Downloads
      motion-studio models --add pare=pare_w_3dpw_checkpoint.ckpt
    """
    from core import weights

    if install:
        with progress_bar("Installing the estimator") as progress:
            weights.install_estimator(progress, source=source)
    if sample:
        with progress_bar("Installing the sample video") as progress:
            weights.install_sample_video(progress, source=source)
    for entry in add or ():
        _add(entry)
    print(f"Fetched files lie in {data_folder()}")
    for file in weights.FILES.values():
        where = f"{file.size / 1e6:.1f} MB  {file.path}" if file.is_installed else file.origin
        _line(file.is_installed, file.needed_for, f"{where}  ({file.licence})")
    print("\nFiles only you can bring, under licences of their own:")
    for own in weights.SUPPLIED.values():
        copy = weights.supplied(own.name)
        how = f"{own.file}: {own.where} Then: motion-studio models --add {own.name}=FILE"
        _line(copy is not None, own.needed_for, f"{copy or how}  ({own.licence})")
    print(f"\nFiles that ship with the program lie in {RESOURCES}")
    for what, place in (
        ("the free body", RESOURCES / "body" / "free_body.npz"),
        ("the demo ACTOR", RESOURCES / "models" / "demo_actor.safetensors"),
    ):
        size = f"{place.stat().st_size / 1e6:.1f} MB  " if place.exists() else ""
        _line(place.exists(), what, f"{size}{place}")
    if any(file.wheel for file in weights.missing()):
        print("\nFetch what is missing with: motion-studio models --install --sample")
    if check and not weights.is_estimator_installed():
        raise typer.Exit(ExitCode.MODEL_MISSING)


def _add(entry: str) -> None:
    """Adopt one ``name=file``; raises StudioError that says what does not fit."""
    from core import weights

    name, equals, file = entry.partition("=")
    if not equals or not file or name not in weights.SUPPLIED:
        raise StudioError(
            f"{entry!r} is not NAME=FILE with a name the program knows.",
            f"Names: {', '.join(weights.SUPPLIED)}.",
        )
    print(weights.adopt(name, Path(file).expanduser()))


def _line(is_there: bool, what: str, where: str) -> None:
    print(f"  {'installed' if is_there else 'missing  '}  {what}\n             {where}")
