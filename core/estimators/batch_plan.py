"""What a batch has to do: which videos there are, which are done, failed before, or there twice.

Must not start any work; it reads the folder, the manifest and the records.
"""

from __future__ import annotations

import dataclasses
import os
import time
from dataclasses import dataclass
from pathlib import Path

from core.errors import FileProblem
from core.estimators.labels import Labeller, VideoLabel
from core.estimators.manifest import Manifest, Row, content_hash, work_key
from core.estimators.options import EstimateOptions
from core.estimators.work import HIDDEN, Job, Record, recorded, safe_stem
from core.motion_file import load_motion, save_motion
from core.progress import Progress

VIDEO_ENDINGS = {
    ".mp4", ".mov", ".m4v", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".wmv", ".3gp", ".mts",
    ".m2ts", ".ts", ".flv", ".ogv",
}  # fmt: skip
_NOT_IN_KEY = {"device", "work_folder"}  # where the work is done changes nothing of it


@dataclass(frozen=True)
class Plan:
    """The videos of a batch, sorted into what is to be done with them."""

    jobs: list[Job]
    rows: dict[str, Row]  # what to note when the job is done
    skipped: list[Row]
    failed: list[Row]
    seen: set[str]  # keys


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


def make_plan(
    folder: Path,
    out: Path,
    videos: list[Path],
    label: Labeller,
    options: EstimateOptions,
    manifest: Manifest,
    progress: Progress,
    *,
    retry_failed: bool = False,
) -> Plan:
    """Look at every video of a batch. Raises Cancelled; a video that cannot be read has failed."""
    settings = {
        key: value for key, value in dataclasses.asdict(options).items() if key not in _NOT_IN_KEY
    }
    stop = out / HIDDEN / f"stop-{os.getpid()}-{time.time_ns():x}"
    plan = Plan([], {}, [], [], set())
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
            device=options.device,
        )
        _sort_in(plan, job, row, manifest, retry_failed)
    return plan


def _free_stem(relative: Path, sha256: str, taken: set[str]) -> str:
    """Where clips go: the video's path without its ending, with some hash if that is taken."""
    stem = safe_stem(relative.with_suffix("").as_posix())
    if stem.casefold() in taken:
        stem = f"{stem}-{sha256[:8]}"
    taken.add(stem.casefold())
    return stem


def _sort_in(plan: Plan, job: Job, row: Row, manifest: Manifest, retry_failed: bool) -> None:
    """Put a video where it belongs: to do, done before, failed before, or twice in the folder."""
    if row.key in plan.seen:
        plan.skipped.append(dataclasses.replace(row, state="done", reason="same content"))
        return
    plan.seen.add(row.key)
    before = manifest.rows.get(row.key)
    if before is not None and before.state == "failed" and before.is_final and not retry_failed:
        plan.failed.append(before)
        return
    record = recorded(job)
    if record is not None and not manifest.owns(row.key, (f["path"] for f in record.files)):
        job.record_path.unlink(missing_ok=True)  # its clips were written over with other settings
        record = None
    if record is not None:  # the record, not the manifest, is the truth: this process may have died
        finished = done_row(row, record)
        if before is None or before.state != "done" or before.label != row.label:
            _relabel(job, record, row)
            manifest.append(finished)
        plan.skipped.append(finished)
        return
    plan.jobs.append(job)
    plan.rows[row.key] = row


def done_row(row: Row, record: Record) -> Row:
    """The row of a video that is done."""
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
