"""One video of a batch, done in whatever process or machine a job lands on.

The clips are written first, the record of the job last, each file whole: a job that has its record
is done and is never done again, whoever asks; one without is done from its last finished chunk, by
one process at a time.
Everything here travels to other processes by name, so it stays at module level.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import re
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.atomic import written_whole
from core.errors import Cancelled
from core.estimators.file_lock import held
from core.estimators.labels import VideoLabel
from core.estimators.options import EstimateOptions
from core.motion import Motion
from core.motion_file import save_motion
from core.progress import Progress
from core.quality import verdict

HIDDEN = ".motion-studio"
"""Folder below the output folder with records, unfinished work and the lock."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """One video to estimate. ``stem`` is where its clips go, below ``out`` and without ending.

    settings are keyword arguments of EstimateOptions, plain values only. stop is a file whose
    appearance means that the batch was cancelled.
    """

    key: str
    video: Path
    sha256: str
    out: Path
    stem: str
    settings: dict[str, Any] = field(default_factory=dict)
    label: dict[str, str | int] = field(default_factory=dict)
    stop: Path | None = None
    device: str = "auto"

    @property
    def record_path(self) -> Path:
        return self.out / HIDDEN / "records" / f"{self.key}.json"

    @property
    def claim_path(self) -> Path:
        return self.out / HIDDEN / "claims" / self.key

    @property
    def work_folder(self) -> Path:
        return self.out / HIDDEN / "work" / self.key


@dataclass(frozen=True, kw_only=True)
class Record:
    """What came of a job; ``files`` as in :class:`core.estimators.manifest.Row`."""

    key: str
    files: tuple[dict[str, Any], ...]
    seconds: float
    worker: str
    when: str


Work = Callable[[Job, Progress], Record]
_ONE_AT_A_TIME = threading.Lock()  # workers of a cluster may bring threads; networks would fight
_LOOK_SECONDS = 0.5


@contextlib.contextmanager
def claimed(job: Job, is_cancelled: Callable[[], bool]) -> Iterator[None]:
    """Be the only one anywhere who works on the job.

    Where another process is at it already (of a batch that was killed, but not its cluster), wait
    until it is through or dead; its record will then be there, or not. Raises Cancelled.
    """
    while not _ONE_AT_A_TIME.acquire(timeout=_LOOK_SECONDS):
        if is_cancelled():
            raise Cancelled("Cancelled.")
    try:
        while True:
            with held(job.claim_path) as is_mine:
                if is_mine:
                    yield
                    return
            if is_cancelled():
                raise Cancelled("Cancelled.")
            time.sleep(_LOOK_SECONDS)
    finally:
        _ONE_AT_A_TIME.release()


def recorded(job: Job) -> Record | None:
    """The record of a job that is done with all its clips there, else None."""
    try:
        values = json.loads(job.record_path.read_text(encoding="utf-8"))
        names = {f.name for f in dataclasses.fields(Record)}
        values = {key: value for key, value in values.items() if key in names}
        record = Record(**{**values, "files": tuple(values["files"])})
        present = all((job.out / file["path"]).is_file() for file in record.files)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return record if present and record.files else None


def write_record(job: Job, files: tuple[dict[str, Any], ...], seconds: float) -> Record:
    """Note that a job is done. Raises FileProblem."""
    record = Record(
        key=job.key,
        files=files,
        seconds=round(seconds, 2),
        worker=f"{socket.gethostname()}:{os.getpid()}",
        when=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    with written_whole(job.record_path) as temporary:
        temporary.write_text(json.dumps(dataclasses.asdict(record)), encoding="utf-8")
    return record


def estimate_job(job: Job, progress: Progress) -> Record:
    """Estimate one video with every estimator of the job and write its clips.

    Raises StudioError (the video cannot be estimated), Cancelled.
    """
    start = time.monotonic()
    files = []
    for estimator, motions in _estimated(job, progress).items():
        for person, motion in enumerate(motions, start=1):
            files.append(_written(job, estimator, person, motion))
    record = write_record(job, tuple(files), time.monotonic() - start)
    shutil.rmtree(job.work_folder, ignore_errors=True)
    return record


def _estimated(job: Job, progress: Progress) -> dict[str, list[Motion]]:
    """Motions by estimator. Imported here: the parent of a batch needs no network."""
    from core.estimators.estimate import estimate_people

    options = EstimateOptions(**job.settings, device=job.device, work_folder=job.work_folder)
    found = estimate_people(job.video, options, progress=progress)
    return {name: list(result.motions) for name, result in found.items()}


def _written(job: Job, estimator: str, person: int, motion: Motion) -> dict[str, Any]:
    path = job.out / f"{job.stem}_{estimator}_person{person}.npz"
    label = VideoLabel.of(job.label).action
    origin = dataclasses.replace(motion.provenance, label=label or motion.provenance.label)
    save_motion(path, motion.replace(provenance=origin))
    judged = verdict(motion)
    return {
        "path": path.relative_to(job.out).as_posix(),
        "estimator": estimator,
        "person": person,
        "num_frames": motion.num_frames,
        "fps": round(motion.fps, 6),
        "verdict": judged.grade,
        "reasons": "; ".join(judged.reasons),
    }


def stop_asked(job: Job) -> Callable[[], bool]:
    """Whether the batch was cancelled, asking the disk at most once a second."""
    asked = 0.0
    stopped = False

    def is_cancelled() -> bool:
        nonlocal asked, stopped
        now = time.monotonic()
        if not stopped and job.stop is not None and now - asked > 1.0:
            asked, stopped = now, job.stop.exists()
        return stopped

    return is_cancelled


def safe_stem(text: str) -> str:
    """A relative path without what some file system refuses."""
    return "/".join(re.sub(r'[\x00-\x1f\\:*?"<>|]+', "-", part) for part in text.split("/"))
