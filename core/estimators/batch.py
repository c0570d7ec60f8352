"""A folder of videos in, labelled clips out: resumable, over processes or over a Dask cluster.

What is done is known by content: a manifest keeps the SHA-256 of every video with the settings it
was estimated with, so that moved and renamed videos are not done again and a changed one is. Only
this process writes the manifest; the workers write clips and, last, a record a job.
"""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.atomic import written_whole
from core.errors import Cancelled, FileProblem, ModelProblem, StudioError
from core.estimators.batch_plan import Plan, done_row, find_videos, make_plan
from core.estimators.executor import Advanced, Event, Executor, Finished
from core.estimators.file_lock import held
from core.estimators.labels import labeller
from core.estimators.manifest import Manifest, Row
from core.estimators.options import EstimateOptions
from core.estimators.work import HIDDEN, Work, estimate_job
from core.estimators.workers import ProcessExecutor, cores
from core.progress import SILENT, Progress

__all__ = ["BatchOptions", "BatchReport", "estimate_folder", "find_videos"]

MANIFEST_NAME = "manifest.jsonl"
CLIPS_NAME = "clips.csv"
_STOP_SECONDS = 3600.0


@dataclass(frozen=True, kw_only=True)
class BatchOptions:
    """How a batch runs. ``jobs``: processes, 0 for one a core or GPU; ``scheduler``: a Dask
    address, which takes the processes' place; ``retry_failed``: try videos again that an earlier
    run could not estimate."""

    estimate: EstimateOptions = field(default_factory=EstimateOptions)
    label_from: str = "none"
    jobs: int = 0
    scheduler: str = ""
    retry_failed: bool = False


@dataclass(frozen=True, kw_only=True)
class BatchReport:
    """What became of a batch; rows as in the manifest, in the order of the videos' names."""

    done: tuple[Row, ...]  # estimated now
    skipped: tuple[Row, ...]  # done earlier, or the same content under another name
    failed: tuple[Row, ...]  # now or earlier, with reasons
    manifest: Path
    clips: Path

    @property
    def text(self) -> str:
        count = len(self.done)
        parts = [f"{count} video{'' if count == 1 else 's'} estimated"]
        if self.skipped:
            parts.append(f"{len(self.skipped)} done before")
        if self.failed:
            parts.append(f"{len(self.failed)} failed")
        return ", ".join(parts)


def estimate_folder(
    folder: Path,
    out: Path,
    options: BatchOptions | None = None,
    progress: Progress = SILENT,
    *,
    executor: Executor | None = None,
    work: Work = estimate_job,
    on_event: Callable[[Event], None] | None = None,
) -> BatchReport:
    """Estimate every video below ``folder`` into ``out``; run it again to go on after a stop.

    Writes clips under the same sub-folders, the manifest, and a table of clips with their labels.
    Raises StudioError (nothing to do, bad labels), ModelProblem (weights missing), FileProblem
    (``out`` in use or not writable), Cancelled; what was done until then stays.
    """
    options = options or BatchOptions()
    folder, out = Path(folder).absolute(), Path(out).absolute()
    videos = find_videos(folder, out)
    label = labeller(options.label_from, folder)
    with _locked(out):
        manifest = Manifest(out / MANIFEST_NAME)
        plan = make_plan(
            folder, out, videos, label, options.estimate, manifest, progress.part(0, 0.02),
            retry_failed=options.retry_failed,
        )  # fmt: skip
        done: list[Row] = []
        try:
            if plan.jobs:
                runner = executor or _executor(options, len(plan.jobs))
                _run(runner, work, plan, manifest, done, progress.part(0.02, 1.0), on_event)
        finally:
            _write_table(out / CLIPS_NAME, manifest)
        progress.step(1.0, "Done")
        return BatchReport(
            done=tuple(sorted(done, key=lambda row: row.video)),
            skipped=tuple(plan.skipped),
            failed=tuple(sorted(plan.failed, key=lambda row: row.video)),
            manifest=manifest.path,
            clips=out / CLIPS_NAME,
        )


def _executor(options: BatchOptions, count: int) -> Executor:
    if options.scheduler:
        from core.estimators.cluster import DaskExecutor  # pulls the whole of distributed in

        return DaskExecutor(options.scheduler)
    devices = _devices(options.estimate)
    processes = options.jobs or len(devices) or cores()
    return ProcessExecutor(min(processes, count), devices)


def _devices(options: EstimateOptions) -> list[str]:
    """The GPUs to share out; none where the estimators or the user keep to the processor."""
    if options.device != "auto" or set(options.estimators) <= {"blazepose"}:
        return []
    import torch

    return [f"cuda:{i}" for i in range(torch.cuda.device_count())]


def _run(
    executor: Executor,
    work: Work,
    plan: Plan,
    manifest: Manifest,
    done: list[Row],
    progress: Progress,
    on_event: Callable[[Event], None] | None,
) -> None:
    """Let the jobs run and note every outcome the moment it is known."""
    total = len(plan.jobs)
    shares: dict[str, float] = {}
    stop = plan.jobs[0].stop
    text = ""
    try:
        for event in executor.run(work, plan.jobs):
            if event is not None:
                if on_event is not None:
                    on_event(event)
                shares[event.job.key] = event.fraction if isinstance(event, Advanced) else 1.0
                _note(event, plan, manifest, done)
                text = f"{len(done)} of {total}, {event.job.video.name}"
            progress.step(sum(shares.values()) / total, text)
    except BaseException as error:
        if stop is not None:  # workers of a cluster look for it
            with contextlib.suppress(OSError):
                stop.write_text("", encoding="utf-8")
        if isinstance(error, Cancelled | KeyboardInterrupt):
            raise Cancelled(
                f"Stopped with {len(done)} of {total} videos done; run it again to go on."
            ) from None
        raise
    finally:
        executor.close()


def _note(event: Event, plan: Plan, manifest: Manifest, done: list[Row]) -> None:
    if isinstance(event, Advanced):
        return
    row = plan.rows[event.job.key]
    if isinstance(event, Finished):
        finished = done_row(row, event.record)
        manifest.append(finished)
        done.append(finished)
        return
    if event.halts:  # every other video would fail the same way
        kind = ModelProblem if event.halts == "model" else FileProblem
        raise kind(event.reason, event.hint)
    failed = dataclasses.replace(
        row, state="failed", reason=event.reason, hint=event.hint, is_final=event.is_final
    )
    manifest.append(failed)
    plan.failed.append(failed)


_COLUMNS = (
    "clip", "label", "action_id", "subject", "camera", "setup", "repetition", "estimator",
    "person", "num_frames", "fps", "verdict", "reasons", "video", "sha256",
)  # fmt: skip


def _write_table(path: Path, manifest: Manifest) -> None:
    """One line a clip with its label: what a training or a spreadsheet reads."""
    with written_whole(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as f:
        writer = csv.DictWriter(f, _COLUMNS)
        writer.writeheader()
        for row in sorted(manifest.rows.values(), key=lambda row: row.video):
            for file in row.files if row.state == "done" else ():
                values: dict[str, Any] = {"label": row.label.get("action", ""), **row.label, **file}
                values |= {"clip": file["path"], "video": row.video, "sha256": row.sha256}
                writer.writerow({key: values.get(key, "") for key in _COLUMNS})


@contextlib.contextmanager
def _locked(out: Path) -> Iterator[None]:
    """Let one batch at a time write into ``out``."""
    with held(out / HIDDEN / "lock") as is_mine:
        if not is_mine:
            raise StudioError(
                f"Another batch is writing into {out}.",
                "Wait for it, or choose another output folder.",
            )
        for old in (out / HIDDEN).glob("stop-*"):  # a worker far away may still have to see it
            if time.time() - old.stat().st_mtime > _STOP_SECONDS:
                old.unlink(missing_ok=True)
        yield
