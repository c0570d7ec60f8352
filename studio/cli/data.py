"""``motion-studio data``: the data sets there are; import, look, export, delete."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import numpy as np
import typer

from core.errors import StudioError
from studio.cli.running import progress_bar, told

if TYPE_CHECKING:
    from core.datasets.readers import ImportOptions
    from core.datasets.store import ClipStore

GROUP = typer.Typer(
    help="Data sets: list, import, look at, export.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
_NAME = typer.Argument(help="Name or folder of a data set.", show_default=False)


def list_command() -> None:
    """List the data sets: clips, classes, fingerprint, where they came from."""
    from core.datasets.library import list_datasets

    for entry in list_datasets():
        what = entry.problem or entry.source
        kept = entry.fingerprint or "made when first used"
        print(
            f"{entry.name:<16} {entry.num_clips:>7,} clips {len(entry.labels):>3} labels  "
            f"{kept:<20}  {what}"
        )


def import_data(
    paths: Annotated[
        list[Path],
        typer.Argument(
            help="A file or folder, several of one kind, or the word demo.", show_default=False
        ),
    ],
    name: Annotated[str, typer.Option("--name", "-n", help="Name of the new data set.")] = "",
    look: Annotated[
        bool, typer.Option("--look", help="Only say what is there; import nothing.")
    ] = False,
    labels: Annotated[
        str, typer.Option(help="Keep only these, with commas, numbered in this order.")
    ] = "",
    label_file: Annotated[
        Path | None, typer.Option(help="CSV with columns path and label, for motion files.")
    ] = None,
    labels_from: Annotated[
        str, typer.Option(help="Of motion files: auto, clip, folder or name.")
    ] = "auto",
    min_frames: Annotated[int, typer.Option(min=1, help="Leave out shorter clips.")] = 1,
    max_frames: Annotated[
        int | None, typer.Option(min=1, help="End longer clips after so many frames.")
    ] = None,
    fps: Annotated[
        float | None,
        typer.Option(min=1, help="Frames a second of all clips; default: what most have."),
    ] = None,
    estimator: Annotated[
        str, typer.Option(help="Which made the clips, where they do not say; else only its clips.")
    ] = "",
    axes: Annotated[
        str, typer.Option(help='Of NTU13, HumanAct12, UESTC: auto, "y up" or "y down".')
    ] = "auto",
    views: Annotated[str, typer.Option(help="Of UESTC: all or front.")] = "all",
    clips_per_action: Annotated[
        int, typer.Option(min=1, help="Of demo: clips of each action.")
    ] = 40,
    reader: Annotated[str, typer.Option(help="Read as this layout; default: found out.")] = "",
    skip_broken: Annotated[
        bool, typer.Option("--skip-broken", help="Leave out files that cannot be read, and say so.")
    ] = False,
) -> None:
    """Import labelled clips into a new data set; whole, or not at all.

    Reads NTU13 (ntu_vibe_list.txt), HumanAct12 (humanact12poses.pkl), UESTC
    (vibe_cache_refined.pkl), packed npz, projects of this program, folders, archives and tables
    (CSV) of BVH, FBX, glTF, SMPL or AMASS npz and CMU text files, and the demo generator.

    \b
    Examples:
      motion-studio data import bvh --name mocap --labels walk,run --min-frames 60
      motion-studio data import smpl24_a.npz smpl24_b.npz --name mocap13 --labels walk,run,bow
      motion-studio data import data/ntu13 --name ntu13 --estimator vibe
      motion-studio data import demo --name demo200 --clips-per-action 200
    """
    from core.datasets.readers import ImportOptions, import_dataset
    from core.datasets.readers.base import Axes, LabelsFrom, Views

    options = ImportOptions(
        labels=tuple(word.strip() for word in labels.split(",") if word.strip()) or None,
        label_file=label_file, min_frames=min_frames, max_frames=max_frames, fps=fps,
        estimator=estimator,
        axes=_one_of(axes, Axes, "--axes"), views=_one_of(views, Views, "--views"),
        labels_from=_one_of(labels_from, LabelsFrom, "--labels-from"),
        clips_per_action=clips_per_action, skip_broken=skip_broken,
    )  # fmt: skip
    for path in paths:
        if not path.exists():
            raise StudioError(f"{path} does not exist.", "Choose another folder or file.")
    if look:
        _look(paths, reader or None, options)
        return
    if not name:
        raise StudioError("The data set needs a name.", "Give one with --name.")
    with progress_bar("Importing") as progress:
        store = import_dataset(
            paths, name=name, reader=reader or None, options=options, progress=progress
        )
    print("\n".join(_lines(store)))
    store.close()


def _one_of(word: str, choices: Any, option: str) -> Any:
    known = get_args(choices)
    if word not in known:
        raise StudioError(f"{option} cannot be {word!r}.", f"Choose from: {', '.join(known)}.")
    return word


def _look(paths: list[Path], reader: str | None, options: ImportOptions) -> None:
    from core.datasets.readers import inspect_dataset

    for path in paths:
        found = inspect_dataset(path, reader, options)
        print(f"{path}: {found.title}, {found.text}")
        print(f"  labels: {', '.join(found.labels)}")
        for line in found.note.splitlines():
            print(f"  {line}")


def info_data(
    name: Annotated[str, _NAME],
    clips: Annotated[bool, typer.Option("--clips", help="List every clip too.")] = False,
) -> None:
    """Say what a data set holds: classes, lengths, people, decisions, splits, fingerprint."""
    from core.datasets.library import open_dataset

    with progress_bar("Opening") as progress:
        store = open_dataset(name, progress)
    print("\n".join(_lines(store)))
    if clips:
        labels = store.labels
        for record in store.records:
            print(
                f"{record.index:>6} {labels[record.label]:<20} {record.num_frames:>5} frames  "
                f"{record.review:<7} {record.name}" + (f"  ({record.note})" if record.note else "")
            )
    store.close()


def _lines(store: ClipStore) -> list[str]:
    records = list(store.records)
    kept = [record for record in records if record.review != "reject"]
    rates = sorted({record.fps for record in records})
    lengths = np.array([record.num_frames for record in kept] or [0])
    lines = [
        str(store.folder),
        f"{store.name}: {len(records):,} clips, {len(records) - len(kept):,} rejected, "
        f"fingerprint {store.fingerprint()}",
        f"  {', '.join(f'{rate:g}' for rate in rates) or 'no'} fps; {lengths.min()} to "
        f"{lengths.max()} frames, median {int(np.median(lengths))}, {lengths.sum():,} in all",
        f"  estimated by: {', '.join(e or 'nobody (captured or made)' for e in store.estimators)}",
        f"  source: {store.source}",
        *(f"  {line}" for line in store.note.splitlines()),
    ]
    groups = {"files": "file", "subjects": "subject", "views": "view"}
    counts = {word: len({getattr(r, key) for r in kept} - {""}) for word, key in groups.items()}
    lines.append("  " + ", ".join(f"{count:,} {word}" for word, count in counts.items()))
    try:
        lines.append(f"  split: {store.split().text}")
    except StudioError as problem:
        lines.append(f"  split: {problem.message}")
    per_label = np.bincount([r.label for r in kept], minlength=len(store.labels))
    lines += [
        f"  {number:>3} {label:<24} {count:>6,}"
        for number, (label, count) in enumerate(zip(store.labels, per_label, strict=True))
    ]
    return lines


def export_data(
    name: Annotated[str, _NAME],
    out: Annotated[
        Path,
        typer.Option(
            "--out", "-o",
            help="A .jsonl manifest, a packed .npz, or a folder for one clip file each.",
            show_default=False,
        ),
    ],
    labels: Annotated[str, typer.Option(help="Only these, with commas.")] = "",
) -> None:  # fmt: skip
    """Write a data set's manifest, or its kept clips, to be read anywhere.

    \b
    Examples:
      motion-studio data export mocap13 --out mocap13.jsonl
      motion-studio data export mocap13 --out mocap13.npz --labels walk,run
      motion-studio data export mocap13 --out clips && motion-studio export clips --out bvh
    """
    from core.datasets.library import open_dataset
    from core.datasets.writing import write_clips, write_packed

    store = open_dataset(name)
    if out.suffix == ".jsonl":
        store.manifest(out)
        print(out)
        return
    wanted = [word.strip() for word in labels.split(",") if word.strip()] or None
    with progress_bar("Exporting") as progress:
        if out.suffix == ".npz":
            write_packed(store, out, labels=wanted, progress=progress)
            print(out)
        else:
            for path in write_clips(store, out, labels=wanted, progress=progress):
                print(path)


def delete_data(
    name: Annotated[str, _NAME],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete a data set. What it was imported from stays."""
    from core.datasets.library import delete_dataset, list_datasets

    names = [entry.name for entry in list_datasets()]
    if name not in names:  # told before anything is asked
        raise StudioError(f"There is no data set {name!r}.", f"There are: {', '.join(names)}.")
    if not yes:
        typer.confirm(f"Delete the data set {name}?", abort=True)
    delete_dataset(name)


for _name, _function in (
    ("list", list_command), ("import", import_data), ("info", info_data),
    ("export", export_data), ("delete", delete_data),
):  # fmt: skip
    GROUP.command(_name)(told(_function))
