"""``motion-studio finegym``: from FineGym's lists and a folder of videos to a data set of moves."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from core.errors import StudioError
from studio.cli.running import check_writable, libraries_muted, progress_bar

_LISTS = "--annotations, --split, --categories and --videos"


def finegym_command(
    folder: Annotated[Path, typer.Argument(help="The build's folder.", show_default=False)],
    annotations: Annotated[
        Path | None, typer.Option(help="The annotation JSON (v1.0 or v1.1).")
    ] = None,
    split: Annotated[
        list[Path] | None, typer.Option(help="A split file; give it again for train and val.")
    ] = None,
    categories: Annotated[
        Path | None, typer.Option(help="The category file that goes with the split.")
    ] = None,
    videos: Annotated[
        Path | None, typer.Option(help="Your videos, each named by its 11-character id.")
    ] = None,
    move: Annotated[
        list[str] | None,
        typer.Option(help="A move by name or Glabel; default: Split Jump and Back Handspring."),
    ] = None,
    length: Annotated[
        str, typer.Option(help="Of short ones: pad, pad_interpolate, interpolate or reject.")
    ] = "pad",
    min_frames: Annotated[int, typer.Option(help="Frames a clip shall have.")] = 55,
    accept_passing: Annotated[
        bool, typer.Option("--accept-passing", help="Accept what passed every check.")
    ] = False,
    estimate: Annotated[
        str, typer.Option(help="Estimate what is accepted: pare, vibe, blazepose.")
    ] = "",
    dataset: Annotated[
        str, typer.Option(help="Name of the data set to store the motions in.")
    ] = "finegym2",
    jobs: Annotated[int, typer.Option(help="Processes for estimating; 0: one a core.")] = 0,
) -> None:  # fmt: skip
    """Build FineGym2: cut, check, and store single moves.

    Every element of the wanted moves is cut at its exact times, held against four constraints (the
    whole move and only it, one person, one fixed camera, a good picture) and written to
    FOLDER/manifest.jsonl with reasons. Run it again to go on after a stop. Review the clips in the
    window (Data > FineGym) or accept what passes.

    \b
    Examples:
      motion-studio finegym gym --annotations finegym_annotation_info_v1.1.json \\
        --split gym99_train_element_v1.1.txt --categories gym99_categories.txt --videos videos
      motion-studio finegym gym --accept-passing --estimate pare --dataset finegym2
    """
    check_writable(folder)
    lists = (annotations, split, categories, videos)
    if all(part is None for part in lists):
        if not (folder / "manifest.jsonl").is_file():
            raise StudioError(f"{folder} holds no build yet.", f"Give {_LISTS} to make one.")
    elif annotations is None or not split or categories is None or videos is None:
        raise StudioError("The lists are not complete.", f"Give {_LISTS}.")
    else:
        _build(folder, annotations, tuple(split), categories, videos, move, length, min_frames)
    _tell(folder, accept_passing)
    if estimate:
        _estimate(folder, estimate, dataset, jobs)


def _build(
    folder: Path, annotations: Path, splits: tuple[Path, ...], categories: Path, videos: Path,
    moves: list[str] | None, length: str, min_frames: int,
) -> None:  # fmt: skip
    from core.datasets.finegym import PRESET, BuildOptions, build

    options = BuildOptions(
        annotations=annotations, splits=splits, categories=categories, videos=videos,
        moves=tuple(moves or (m.name for m in PRESET)),
        rule=length,  # type: ignore[arg-type]  # refused in a sentence where it is none
        min_frames=min_frames,
    )  # fmt: skip
    with progress_bar("Building") as progress, libraries_muted():
        report = build(options, folder, progress)
    print(report.text)
    for video, count in report.joined.missing.items():
        print(f"  missing: {video} ({count} elements)")
    for id, reason in report.failed.items():
        print(f"  not cut: {id}: {reason}")


def _tell(folder: Path, accept_passing: bool) -> None:
    from core.datasets.finegym import Review

    review = Review(folder)
    if accept_passing:
        print(f"accepted without a look, all checks passed: {review.accept_passing()}")
    states: dict[str, int] = {}
    for row in review.rows:
        states[row.state] = states.get(row.state, 0) + 1
        told = [f"{v.check}: {v.reason}" for v in row.verdicts if v.state != "pass"]
        print(f"  {row.state:9s}{row.move}  {row.id}{'  ' + '; '.join(told) if told else ''}")
    print(", ".join(f"{count} {state}" for state, count in sorted(states.items())))
    print(review.progress_text)


def _estimate(folder: Path, estimator: str, name: str, jobs: int) -> None:
    from core.datasets.finegym.motions import estimate_accepted
    from core.datasets.finegym.storing import store

    with progress_bar(f"Estimating with {estimator}") as progress, libraries_muted():
        done = estimate_accepted(folder, estimator, jobs=jobs, progress=progress)
    for id, reason in done.failed.items():
        print(f"  not estimated: {id}: {reason}")
    made = store(done, name)
    print(f"{len(done.clips)} clips stored as data set {name} in {made}")
    print(f"  motion-studio train --preset finegym2 --data {name}")
