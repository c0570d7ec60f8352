"""The table of commands. Adding one is one module with one function and one line here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from core import __version__
from studio.cli import (
    clean,
    compare,
    data,
    demo,
    estimate,
    evaluate,
    export,
    finegym,
    generate,
    import_,
    info,
    jobs,
    models,
    movie,
    open,
    recogniser,
    strip,
    train,
)
from studio.cli.running import told

COMMANDS: dict[str, Callable[..., None]] = {
    "open": open.open_command,
    "estimate": estimate.estimate,
    "import": import_.import_command,
    "clean": clean.clean_command,
    "generate": generate.generate,
    "export": export.export,
    "strip": strip.strip,
    "movie": movie.movie,
    "compare": compare.compare_command,
    "info": info.info,
    "demo": demo.demo,
    "models": models.models,
    "finegym": finegym.finegym_command,
    "train": train.train,
    "jobs": jobs.jobs,
    "evaluate": evaluate.evaluate,
}

GROUPS: dict[str, typer.Typer] = {"data": data.GROUP, "recogniser": recogniser.GROUP}
"""Commands with commands of their own."""

app = typer.Typer(
    help="""Turn videos into 3D body motion, sample new motion by action, look, export.

    Without a command it opens the window, with a video's path it imports that video first.

    \b
    A first round:
      motion-studio estimate dance.mp4 --out clips
      motion-studio generate --action kick --seed 7 --samples 4 --out clips
      motion-studio export clips/dance_person1.npz --out dance.bvh
      motion-studio strip clips/*.npz --out strip.png

    \b
    Exit codes: 0 done, 2 wrong usage or input, 3 a model is missing, 4 some videos of a folder
    failed, 5 a training failed, 130 cancelled.
    """,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"motion-studio {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version.", callback=_print_version, is_eager=True
        ),
    ] = False,
) -> None:
    return None


for _name, _function in COMMANDS.items():
    app.command(_name)(told(_function))
for _name, _group in GROUPS.items():
    app.add_typer(_group, name=_name)
