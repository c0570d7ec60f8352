"""A folder of videos in, labelled clips out: resumable, over processes or over a Dask cluster.

What is done is known by content: a manifest keeps the SHA-256 of every video with the settings it
was estimated with, so that moved and renamed videos are not done again and a changed one is. Only
this process writes the manifest; the workers write clips and, last, a record a job.
"""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.atomic import written_whole
from core.errors import Cancelled, FileProblem, ModelProblem, StudioError
from core.estimators.file_lock import held
from core.estimators.labels import Labeller, VideoLabel, labeller
from core.estimators.manifest import Manifest, Row, content_hash, work_key
from core.estimators.options import EstimateOptions
from core.estimators.work import HIDDEN, Job, Record, Work, estimate_job, recorded, safe_stem
from core.estimators.workers import (
    Advanced,
    Event,
    Executor,
    Finished,
    ProcessExecutor,
    cores,
)
from core.motion_file import load_motion, save_motion
from core.progress import SILENT, Progress

VIDEO_ENDINGS = {
    ".mp4", ".mov", ".m4v", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".wmv", ".3gp", ".mts",
    ".m2ts", ".ts", ".flv", ".ogv",
}  # fmt: skip
MANIFEST_NAME = "manifest.jsonl"
CLIPS_NAME = "clips.csv"
_STOP_SECONDS = 3600.0
_NOT_IN_KEY = {"device", "work_folder"}  # where the work is done changes nothing of it


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


@dataclass(frozen=True)
class _Plan:
    jobs: list[Job]
    rows: dict[str, Row]  # what to note when the job is done
    skipped: list[Row]
    failed: list[Row]


def find_videos(folder: Path, out: Path | None = None) -> list[Path]:
    """Return the videos below a folder by name, without hidden ones and without those in ``out``.

    Raises FileProblem where there are none.
    """
    if not folder.is_dir():
        raise FileProblem(f"{folder} is not a folder.", "Choose a folder of videos.")
    inside = None if out is None or out.resolve() == folder.resolve() else out.resolve()
    videos = [
        path
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in VIDEO_ENDINGS
        and path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        and not (inside is not None and path.resolve().is_relative_to(inside))
    ]
    if not videos:
        raise FileProblem(
            f"{folder} holds no video.", f"Looked for {', '.join(sorted(VIDEO_ENDINGS))}."
        )
    return videos


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
        plan = _plan(folder, out, videos, label, options, manifest, progress.part(0, 0.02))
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


def _plan(
    folder: Path,
    out: Path,
    videos: list[Path],
    label: Labeller,
    options: BatchOptions,
    manifest: Manifest,
    progress: Progress,
) -> _Plan:
    settings = {
        key: value
        for key, value in dataclasses.asdict(options.estimate).items()
        if key not in _NOT_IN_KEY
    }
    stop = out / HIDDEN / f"stop-{os.getpid()}-{time.time_ns():x}"
    plan = _Plan([], {}, [], [])
    taken: set[str] = set()
    for index, video in enumerate(videos):
        progress.step(index / len(videos), f"Looking at {video.name}")
        relative = video.relative_to(folder)
        row = Row(key="", video=relative.as_posix(), sha256="", state="failed", settings=settings)
        try:
            stat = video.stat()
            digest = manifest.known_hash(row.video, stat.st_size, stat.st_mtime_ns)
            row = dataclasses.replace(
                row,
                sha256=digest or content_hash(video),
                size=stat.st_size,
                mtime_ns=stat.st_mtime_ns,
            )
            row = dataclasses.replace(row, key=work_key(row.sha256, settings))
            row = dataclasses.replace(row, label=label(relative).known())
        except (OSError, FileProblem) as error:
            reason = error.message if isinstance(error, FileProblem) else f"{error}"
            hint = error.hint if isinstance(error, FileProblem) else "Check its rights."
            plan.failed.append(dataclasses.replace(row, reason=reason, hint=hint))
            continue
        job = Job(
            key=row.key,
            video=video,
            sha256=row.sha256,
            out=out,
            stem=_free_stem(relative, row.sha256, taken),
            settings=settings,
            label=row.label,
            stop=stop,
            device=options.estimate.device,
        )
        _sort_in(plan, job, row, manifest, options)
    return plan


def _free_stem(relative: Path, sha256: str, taken: set[str]) -> str:
    """Where clips go: the video's path without its ending, with some hash if that is taken."""
    stem = safe_stem(relative.with_suffix("").as_posix())
    if stem.casefold() in taken:
        stem = f"{stem}-{sha256[:8]}"
    taken.add(stem.casefold())
    return stem


def _sort_in(plan: _Plan, job: Job, row: Row, manifest: Manifest, options: BatchOptions) -> None:
    """Put a video where it belongs: to do, done before, failed before, or twice in the folder."""
    if row.key in plan.rows or any(row.key == other.key for other in plan.skipped):
        plan.skipped.append(dataclasses.replace(row, state="done", reason="same content"))
        return
    before = manifest.rows.get(row.key)
    if (
        before is not None
        and before.state == "failed"
        and before.is_final
        and not options.retry_failed
    ):
        plan.failed.append(before)
        return
    record = recorded(job)
    if record is not None:  # the record, not the manifest, is the truth: this process may have died
        finished = _done_row(row, record)
        if before is None or before.state != "done" or before.label != row.label:
            _relabel(job, record, row)
            manifest.append(finished)
        plan.skipped.append(finished)
        return
    plan.jobs.append(job)
    plan.rows[row.key] = row


def _done_row(row: Row, record: Record) -> Row:
    return dataclasses.replace(
        row,
        state="done",
        files=record.files,
        seconds=record.seconds,
        worker=record.worker,
        when=record.when,
    )


def _relabel(job: Job, record: Record, row: Row) -> None:
    """Give clips that were made earlier the label they have now."""
    action = VideoLabel.of(row.label).action
    for file in record.files:
        path = job.out / file["path"]
        motion = load_motion(path)
        if action and motion.provenance.label != action:
            origin = dataclasses.replace(motion.provenance, label=action)
            save_motion(path, motion.replace(provenance=origin))


def _run(
    executor: Executor,
    work: Work,
    plan: _Plan,
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
    except (Cancelled, KeyboardInterrupt):
        if stop is not None:
            with contextlib.suppress(OSError):
                stop.write_text("", encoding="utf-8")
        raise Cancelled(
            f"Stopped with {len(done)} of {total} videos done; run it again to go on."
        ) from None
    finally:
        executor.close()


def _note(event: Event, plan: _Plan, manifest: Manifest, done: list[Row]) -> None:
    if isinstance(event, Advanced):
        return
    row = plan.rows[event.job.key]
    if isinstance(event, Finished):
        finished = _done_row(row, event.record)
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
