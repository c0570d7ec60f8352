"""Jobs one after another: what waits is marked in its folder, so that it outlives the window."""

from __future__ import annotations

import contextlib
import logging
import os
import time
from collections.abc import Callable, Iterator, Sequence

from core.errors import StudioError
from training.jobs.job import Job
from training.jobs.state import LAUNCH, QUEUED, STATES, read_json
from training.jobs.store import JobStore

_log = logging.getLogger(__name__)
_LOCK = ".queue-lock"
_LOCK_SECONDS = 60.0  # older ones were left by a killed program
assert "queued" in STATES


class Queue:
    """Starts the job that waits longest and whose devices are free; ask with :meth:`tick`.

    ``first_device``: what "auto" means on this machine, asked when it is first needed.
    """

    def __init__(self, store: JobStore, first_device: Callable[[], str] | None = None) -> None:
        self._store = store
        self._first_device = first_device or _first_device
        self._auto = ""

    def waiting(self) -> list[Job]:
        """Return the jobs in the queue, the one that waits longest first."""
        found = []
        for job in self._store.jobs():
            card = read_json(job.folder / QUEUED) if (job.folder / QUEUED).exists() else None
            if card is not None:
                found.append((float(card.get("time", 0.0)), job.id, job))
        return [job for _, _, job in sorted(found, key=lambda entry: entry[:2])]

    def tick(self) -> list[Job]:
        """Start what can be started now and return it; call every second or so.

        Two programs that use the same folder take turns. A job that cannot be started leaves the
        queue as failed. Only jobs of this machine occupy its devices.
        """
        if not self.waiting():
            return []
        started: list[Job] = []
        with _locked(self._store) as is_mine:
            if not is_mine:
                return []
            busy = {device for job in self._running() for device in self.devices_of(job)}
            for job in self.waiting():
                if busy.isdisjoint(self.devices_of(job)):
                    if self._start(job):
                        started.append(job)
                    else:
                        continue
                busy |= self.devices_of(job)  # who waits longer goes first
        return started

    def conflicts(self, devices: Sequence[str], besides: Job | None = None) -> list[Job]:
        """Return the jobs that run on one of these devices now."""
        wanted = {self._resolved(device) for device in devices}
        return [
            job
            for job in self._running()
            if (besides is None or job.id != besides.id) and wanted & self.devices_of(job)
        ]

    def warning(self, devices: Sequence[str], besides: Job | None = None) -> str:
        """Return a sentence when devices are taken already, "" when they are free."""
        taken = self.conflicts(devices, besides)
        if not taken:
            return ""
        names = " and ".join(job.name for job in taken)
        return (
            f"{names} already train{'s' if len(taken) == 1 else ''} there: both will be slower and "
            "may run out of memory. Queue this one instead."
        )

    def devices_of(self, job: Job) -> set[str]:
        """Return the devices a job runs on, or would."""
        card = read_json(job.folder / QUEUED) if (job.folder / QUEUED).exists() else {}
        devices = card.get("devices") or read_json(job.folder / LAUNCH).get("devices")
        if not devices:
            try:
                devices = [job.config.device]
            except StudioError:
                devices = []
        return {self._resolved(str(device)) for device in devices}

    def _running(self) -> list[Job]:
        """Return the jobs that run on this machine."""
        return [job for job in self._store.jobs() if job.is_running_here()]

    def _resolved(self, device: str) -> str:
        if device == "auto":
            self._auto = self._auto or self._first_device()
            return self._auto
        return "cuda:0" if device == "cuda" else device

    def _start(self, job: Job) -> bool:
        devices = read_json(job.folder / QUEUED).get("devices")
        try:
            job.resume(devices)
        except StudioError as problem:
            _log.warning("%s could not be started: %s", job.id, problem)
            (job.folder / QUEUED).unlink(missing_ok=True)
            with contextlib.suppress(StudioError, OSError):
                job.tell("failed", problem.message, problem.hint)
            return False
        return True


def _first_device() -> str:
    from training.devices import known_devices

    return known_devices()[0].id


@contextlib.contextmanager
def _locked(store: JobStore) -> Iterator[bool]:
    """Hold the folder's lock; gives False where another program holds it."""
    path = store.root / _LOCK
    with contextlib.suppress(OSError):
        if time.time() - path.stat().st_mtime > _LOCK_SECONDS:
            path.unlink()
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
    except OSError:
        yield False
        return
    try:
        yield True
    finally:
        os.close(handle)
        path.unlink(missing_ok=True)
