"""``motion-studio estimate FOLDER``: every video of a folder, resumable, on many cores or machines.

Called by ``estimate`` when it is given a folder; the options are that command's.
"""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from core.errors import Cancelled
from core.estimators.batch import BatchOptions, BatchReport, estimate_folder
from core.estimators.executor import Advanced, Event, Failed
from core.estimators.options import EstimateOptions
from studio.cli.running import ExitCode, check_writable, complain, progress_bar

SOME_FAILED = 4
"""Exit code of a batch that went through but could not estimate every video."""


def run(
    folder: Path,
    out: Path,
    *,
    options: EstimateOptions | None = None,
    label_from: str = "none",
    jobs: int = 0,
    scheduler: str = "",
    retry_failed: bool = False,
) -> None:
    """Estimate a folder, print the clips' paths, and list at the end what failed and why.

    Leaves with 0, with 4 where some videos failed, with 130 when cancelled (the next run goes on).
    Raises StudioError for what stops the whole batch.
    """
    check_writable(out)
    batch = BatchOptions(
        estimate=options or EstimateOptions(),
        label_from=label_from,
        jobs=jobs,
        scheduler=scheduler,
        retry_failed=retry_failed,
    )
    try:
        with progress_bar(f"Estimating {folder.name or folder}") as progress:
            report = estimate_folder(folder, out, batch, progress, on_event=_tell)
    except Cancelled as stopped:
        complain(str(stopped))
        raise typer.Exit(ExitCode.CANCELLED) from None
    for row in report.done:
        for file in row.files:
            print(out / file["path"])
    print(report.clips)
    _tell_end(report)
    if report.failed:
        raise typer.Exit(SOME_FAILED)


def _tell(event: Event) -> None:
    """Say at once what failed; on a long batch nobody wants to learn it in the morning."""
    if isinstance(event, Failed) and not event.halts:
        from tqdm import tqdm

        about = "" if event.job.video.name in event.reason else f"{event.job.video.name}: "
        tqdm.write(f"motion-studio: {about}{event.reason}", file=sys.stderr)
    elif not isinstance(event, Advanced) and not sys.stderr.isatty():
        print(f"motion-studio: {event.job.video.name} done", file=sys.stderr)


def _tell_end(report: BatchReport) -> None:
    for row in report.failed:
        about = "" if Path(row.video).name in row.reason else f"{row.video}: "
        complain(f"{about}{row.reason}", row.hint)
    print(f"motion-studio: {report.text}. Manifest: {report.manifest}", file=sys.stderr)
