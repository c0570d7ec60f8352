"""``motion-studio evaluate``: Table 1 of a checkpoint on a data set."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from core.errors import FileProblem, StudioError
from studio.cli.running import check_writable, complain, progress_bar

FORMATS = {".md": "as_markdown", ".tex": "as_latex", ".csv": "as_csv", ".json": ""}


def evaluate(
    checkpoint: Annotated[
        Path, typer.Argument(help="A .safetensors or published checkpoint.", show_default=False)
    ],
    data: Annotated[str, typer.Option("--data", help="Name or folder of a data set.")],
    seeds: Annotated[int, typer.Option(min=1, help="How often all is drawn anew.")] = 20,
    recogniser: Annotated[
        str,
        typer.Option(help="Name or file; else the one trained on this data.", show_default=False),
    ] = "",
    official: Annotated[
        bool,
        typer.Option(
            "--official", help="Draws and intervals as published, their mistakes included."
        ),
    ] = False,
    max_clips: Annotated[int, typer.Option(min=2, help="Most clips a seed.")] = 3000,
    name: Annotated[str, typer.Option(help="Name of the report.", show_default=False)] = "",
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", help="Also write .md, .tex, .csv or .json.", show_default=False
        ),
    ] = None,
) -> None:
    """Measure a model: FID, accuracy, physics.

    Diversity and multimodality too; the report is kept.

    \b
    Examples:
      motion-studio evaluate model.safetensors --data demo
      motion-studio evaluate model.safetensors --data ntu13 --recogniser ntu13-pare --seeds 20
      motion-studio evaluate checkpoint_1000.pth.tar --data ntu13 --official --out table.tex
    """
    if out is not None:
        if out.suffix.lower() not in FORMATS:
            raise FileProblem(
                f"{out.name} cannot be written as a table.", f"Ends: {', '.join(FORMATS)}."
            )
        check_writable(out.parent)
    if not checkpoint.is_file():
        raise FileProblem(f"{checkpoint} does not exist.", "Name a checkpoint of ACTOR.")
    from core.datasets.library import open_dataset
    from core.evaluation.protocol import EvaluateOptions
    from core.evaluation.protocol import evaluate as measured
    from core.evaluation.report import save_report
    from core.evaluation.tables import per_class_markdown, physical_markdown

    with progress_bar("Evaluating") as progress:
        store = open_dataset(data, progress)
        chosen = recogniser or recogniser_of(store.fingerprint(), store.name)
        options = EvaluateOptions(
            seeds=seeds, official=official, max_clips=max_clips, name=name
        )  # fmt: skip
        report = measured(checkpoint, store, chosen, options, progress)
    for warning in report.warnings:
        complain(warning)
    print(report.as_markdown(), end="\n\n")
    print(physical_markdown([report]), end="\n\n")
    print(per_class_markdown(report), end="\n\n")
    print(save_report(report))
    if out is not None:
        _write(report, out)


def recogniser_of(fingerprint: str, name: str) -> str:
    """Name of a recogniser trained on this very content. Raises StudioError saying how to get one.

    The most accurate on its held-out clips where there are several.
    """
    from core.evaluation.recognisers.library import list_recognisers

    fitting = [e for e in list_recognisers() if e.trained_on.get("fingerprint") == fingerprint]
    if not fitting:
        raise StudioError(
            f"No recogniser was trained on {name} as it is now.",
            f"motion-studio recogniser train --data {name}, or name one with --recogniser.",
        )
    return max(fitting, key=lambda e: float(e.trained_on.get("test_accuracy", 0.0))).name


def _write(report: object, out: Path) -> None:
    from core.atomic import written_whole
    from core.evaluation.report import Report, save_report

    assert isinstance(report, Report)
    if out.suffix.lower() == ".json":
        save_report(report, out)
    else:
        text: str = getattr(report, FORMATS[out.suffix.lower()])()
        with written_whole(out) as temporary:
            temporary.write_text(text.rstrip() + "\n", encoding="utf-8")
    print(out)
