"""``motion-studio recogniser``: networks that tell actions apart; FID is measured on them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from core.errors import FileProblem
from studio.cli.running import progress_bar, told

GROUP = typer.Typer(
    help="Networks that tell actions apart.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def train(
    data: Annotated[str, typer.Option("--data", help="Name or folder of a data set.")],
    kind: Annotated[
        str, typer.Option(help="gru (on joint positions) or stgcn (on rotations).")
    ] = "gru",
    name: Annotated[
        str, typer.Option(help="Name of the recogniser.", show_default="data set and kind")
    ] = "",
    frames: Annotated[int, typer.Option(min=2, max=300, help="Frames it reads.")] = 60,
    epochs: Annotated[int, typer.Option(min=1, help="Most rounds over the clips.")] = 200,
    patience: Annotated[
        int, typer.Option(min=1, help="Rounds without a better one that end it.")
    ] = 40,
    seed: Annotated[int, typer.Option(help="Seed of the training and of the split.")] = 0,
    force: Annotated[bool, typer.Option("--force", help="Replace one of the same name.")] = False,
) -> None:
    """Train a recogniser; tells how it does on files it has not seen.

    \b
    Examples:
      motion-studio recogniser train --data demo
      motion-studio recogniser train --data ntu13-pare --kind stgcn --name pare
    """
    from core.datasets.library import open_dataset
    from core.evaluation.recognisers.learning import RecogniserOptions, train_recogniser
    from core.evaluation.recognisers.library import ENDING, recognisers_folder
    from core.evaluation.recognisers.recogniser import checked_kind, save_recogniser

    options = RecogniserOptions(
        kind=checked_kind(kind), num_frames=frames, epochs=epochs, patience=patience, seed=seed
    )
    path = recognisers_folder() / f"{name or f'{Path(data).name}-{kind}'}{ENDING}"
    if path.exists() and not force:
        raise FileProblem(
            f"There is a recogniser {path.stem!r} already.", "Use --name, or --force."
        )
    with progress_bar("Training") as progress:
        store = open_dataset(data, progress)
        found = train_recogniser(store, options, progress)
    save_recogniser(path, found.recogniser)
    print(f"{found.split}; best after epoch {found.epochs}")
    print(
        f"right: {found.train_accuracy:.1%} of the training clips, "
        f"{found.test_accuracy:.1%} of the held-out clips"
    )
    width = max(len(label) for label in store.labels)
    for label, row in zip(store.labels, found.confusion, strict=True):
        print(f"{label:>{width}} " + " ".join(f"{count:4d}" for count in row))
    print(path)


def list_command() -> None:
    """List the recognisers: kind, labels, data, how many held-out clips they get right."""
    from core.evaluation.recognisers.library import list_recognisers

    for entry in list_recognisers():
        known = entry.trained_on
        print(
            f"{entry.name:<20} {entry.kind:<6} {len(entry.labels):>3} labels  "
            f"{known.get('dataset', '?')} {known.get('fingerprint', '')}  "
            f"{float(known.get('test_accuracy', 0.0)):.1%} of held-out clips"
        )


GROUP.command("train")(told(train))
GROUP.command("list")(told(list_command))
