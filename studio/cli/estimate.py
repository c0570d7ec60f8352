"""``motion-studio estimate``: a video, or a folder of them, in; one clip a person out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.atomic import written_whole
from core.errors import StudioError
from core.motion_file import save_motion
from core.paths import data_folder
from studio.cli.running import check_writable, libraries_muted, progress_bar

if TYPE_CHECKING:
    from core.estimators import Estimate, EstimateOptions

_BATCH = "Of a folder"
_CAMERA = "Camera"


def estimate(
    video: Annotated[
        Path, typer.Argument(help="The video file, or a folder of them.", show_default=False)
    ],
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Folder for the clips; made if it is not there.")
    ],
    estimator: Annotated[
        str,
        typer.Option(
            help="Estimators, several with commas: blazepose, vibe, pare. "
            "`motion-studio models` lists their files."
        ),
    ] = "blazepose",
    people: Annotated[
        str,
        typer.Option(help="Whom: all, prominent (seen whole the longest), or numbers: 1,3."),
    ] = "all",
    max_people: Annotated[
        int, typer.Option(min=1, max=16, help="Follow at most so many at a time.")
    ] = 4,
    focal: Annotated[
        float | None,
        typer.Option(
            min=1.0, help="Focal length in pixels, if you know it.", show_default="the diagonal",
            rich_help_panel=_CAMERA,
        ),
    ] = None,
    fov: Annotated[
        float | None,
        typer.Option(
            min=1.0, max=170.0, help="Or the field of view of the picture's diagonal, degrees.",
            show_default="53", rich_help_panel=_CAMERA,
        ),
    ] = None,
    official: Annotated[
        bool,
        typer.Option("--official", help="VIBE and PARE as the originals run, defects included."),
    ] = False,
    smooth: Annotated[
        bool | None,
        typer.Option(
            "--smooth/--no-smooth", help="Smooth VIBE's and PARE's motion.",
            show_default="unless official",
        ),
    ] = None,
    refine: Annotated[
        bool, typer.Option(help="Fit the built-in estimator's body to the whole track.")
    ] = True,
    clean: Annotated[
        bool, typer.Option("--clean", help="Clean the motions up afterwards.")
    ] = False,
    precision: Annotated[
        str, typer.Option(help="float32, or bfloat16: faster, a little less exact.")
    ] = "float32",
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    label_from: Annotated[
        str, typer.Option(help="none, folder, ntu, uestc, csv, FILE.csv.", rich_help_panel=_BATCH)
    ] = "none",
    jobs: Annotated[
        int, typer.Option(min=0, help="Processes; 0: one a core or GPU.", rich_help_panel=_BATCH)
    ] = 0,
    scheduler: Annotated[
        str, typer.Option(help="Address of a Dask scheduler.", rich_help_panel=_BATCH)
    ] = "",
    retry_failed: Annotated[
        bool,
        typer.Option(
            "--retry-failed", help="Try again what failed before.", rich_help_panel=_BATCH
        ),
    ] = False,
) -> None:  # fmt: skip
    """Turn a video of people into 3D body motion.

    Writes one clip a person, <video>_person1.npz, and summary.json: how many frames were seen,
    how surely, and which were bridged. People should be seen whole, feet included. A run that was
    stopped goes on where it was when it is started again.

    \b
    Examples:
      motion-studio estimate dance.mp4 --out clips
      motion-studio estimate phone.mov --out clips --fov 65 --people prominent
      motion-studio estimate duet.mp4 --out clips --estimator vibe,pare
      motion-studio estimate recordings/ --out clips --label-from folder --jobs 2
    """
    from core.estimators.options import EstimateOptions

    options = EstimateOptions(
        estimators=_names(estimator),
        focal=focal,
        fov_degrees=fov,
        official=official,
        smooth=smooth,
        refine=refine,
        clean=clean,
        people=_whom(people),
        max_people=max_people,
        precision=precision,
        device=device,
        work_folder=None if video.is_dir() else data_folder() / "unfinished",
    )
    if video.is_dir():
        from studio.cli import estimate_folder

        estimate_folder.run(
            video,
            out,
            options=options,
            label_from=label_from,
            jobs=jobs,
            scheduler=scheduler,
            retry_failed=retry_failed,
        )
        return
    _one(video, out, options)


def _one(video: Path, out: Path, options: EstimateOptions) -> None:
    from core import estimators
    from core.estimators.chunks import forget

    check_writable(out)
    with libraries_muted(), progress_bar(f"Estimating {video.name}") as progress:
        results = estimators.estimate_people(video, options, progress=progress)
    files = [path for name, result in results.items() for path in _saved(video, out, name, result)]
    summary: dict[str, Any] = {"files": [path.name for path in files]}
    if len(results) == 1:
        summary |= next(iter(results.values())).summary
    else:
        summary["estimators"] = {name: result.summary for name, result in results.items()}
    with written_whole(out / "summary.json") as temporary:
        text = json.dumps(summary, indent=2, default=_plain, ensure_ascii=False)
        temporary.write_text(text + "\n", encoding="utf-8")
    print(out / "summary.json")
    if options.work_folder is not None and video.exists():
        forget(options.work_folder, video)


def _saved(video: Path, out: Path, estimator: str, result: Estimate) -> list[Path]:
    """Write one clip a person; a clip is named after its estimator where that is not plain."""
    by = "" if estimator == "blazepose" else f"_{estimator}"
    paths = []
    for person, motion in enumerate(result.motions, start=1):
        paths.append(out / f"{video.stem}{by}_person{person}.npz")
        save_motion(paths[-1], motion)
        print(paths[-1])
    return paths


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip().lower() for name in text.split(",") if name.strip())


def _whom(text: str) -> Any:
    if text in ("all", "prominent"):
        return text
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError as error:
        raise StudioError(
            f"People cannot be {text!r}.", "Give all, prominent, or numbers like 1,3."
        ) from error


def _plain(value: Any) -> Any:
    """Numpy's numbers and arrays as JSON has them, anything else as text."""
    return value.tolist() if hasattr(value, "tolist") else str(value)
