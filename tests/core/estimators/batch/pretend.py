"""Stand-ins for the work of a batch, importable by processes that share nothing with the test.

A "video" is a text file whose words say what its work does; every start of a piece of work is
noted in a log, so that a test can count what was done twice.
"""

from __future__ import annotations

import errno
import os
import time
from pathlib import Path

import numpy as np

from core.atomic import written_whole
from core.errors import ModelProblem, NoPersonFound
from core.estimators.work import Job, Record, write_record
from core.motion import Motion, Provenance
from core.motion_file import save_motion
from core.progress import Progress


def videos(folder: Path, **orders: str) -> Path:
    """Write pretended videos, name -> order; "a__b" is b in the folder a."""
    for name, order in orders.items():
        path = folder / (name.replace("__", "/") + ".mp4")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{order} {name}")
    return folder


def log(out: Path) -> list[tuple[str, str, int]]:
    """(what, video, process id) in the order in which it happened."""
    path = out / "log.txt"
    lines = path.read_text().splitlines() if path.exists() else []
    return [(what, video, int(pid)) for what, video, pid in (line.split() for line in lines)]


def note(job: Job, what: str) -> None:
    with (job.out / "log.txt").open("a") as file:
        file.write(f"{what} {job.video.stem} {os.getpid()}\n")


def pretend(job: Job, progress: Progress) -> Record:
    """Do what the video says: quick, slow, nobody, crash, die, die-once, full-disk, ..."""
    note(job, "start")
    order = job.video.read_text().split()[0]
    if order == "nobody":
        raise NoPersonFound("Nobody is in it.", "Film somebody.")
    if order == "crash":
        raise ZeroDivisionError("a bug")
    if order == "full-disk":
        with written_whole(job.out / "clip.npz"):
            raise OSError(errno.ENOSPC, "No space left on device")
    if order == "device":
        note(job, job.device)
    if order == "memory":
        raise MemoryError
    if order == "no-model":
        raise ModelProblem("The weights are missing.", "Get them.")
    marker = job.out / f"died-{job.key}"
    if order == "die" or (order == "die-once" and not marker.exists()):
        marker.touch()
        os._exit(9)
    for step in range(20 if order == "slow" else 4):
        time.sleep(0.05)
        progress.step(step / 40, "working")
    path = job.out / f"{job.stem}_pretend_person1.npz"
    save_motion(
        path,
        Motion(
            poses=np.zeros((3, 24, 3)),
            trans=np.zeros((3, 3)),
            provenance=Provenance(label=str(job.label.get("action", ""))),
        ),
    )
    note(job, "wrote")
    files = ({"path": path.relative_to(job.out).as_posix(), "estimator": "pretend", "person": 1,
              "num_frames": 3, "fps": 30.0},)  # fmt: skip
    return write_record(job, files, 0.1)
