"""Looks after all jobs from a thread of its own, so that a window only asks for what is known.

Asking costs a lock and nothing else: no file is touched by :meth:`Watcher.snapshot` and
:meth:`Watcher.curves`. Long files are read in slices with rests between, so that the thread that
draws is never kept waiting for long.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from training.jobs.curves import CurveBook, Curves
from training.jobs.event_file import Event
from training.jobs.job import Job
from training.jobs.queue import Queue
from training.jobs.state import JobState
from training.jobs.store import JobStore

_log = logging.getLogger(__name__)

_SLICE = 64 * 1024  # bytes of events parsed at once: about a millisecond
_REST = 0.002  # seconds between two slices
_QUEUE_SECONDS = 1.0


@dataclass(frozen=True)
class JobView:
    """A job as it was last seen; ``last`` holds the last event of each kind."""

    job: Job
    state: JobState
    last: dict[str, Event] = field(default_factory=dict)
    revision: int = 0

    @property
    def id(self) -> str:
        return self.job.id


@dataclass(frozen=True)
class Snapshot:
    """All jobs, the newest first; ``revision`` grows whenever one of them changed."""

    revision: int = 0
    views: tuple[JobView, ...] = ()

    def view(self, job_id: str) -> JobView | None:
        return next((view for view in self.views if view.id == job_id), None)


@dataclass
class _Reading:
    """The curves of one job being read."""

    job: Job
    book: CurveBook = field(default_factory=CurveBook)
    offset: int = 0
    is_complete: bool = False


class Watcher:
    """Watches a store; use it in a ``with`` or call :meth:`start` and :meth:`close`.

    ``follow(ids)`` says whose curves are wanted. With ``queue`` it also starts waiting jobs.
    """

    def __init__(
        self, store: JobStore, *, interval: float = 0.2, queue: Queue | None = None
    ) -> None:
        self._store = store
        self._interval = interval
        self._queue = queue
        self._queue_due = 0.0
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._closed = False
        self._snapshot = Snapshot()
        self._wanted: tuple[str, ...] = ()
        self._readings: dict[str, _Reading] = {}
        self._curves: dict[str, Curves] = {}
        self._thread = threading.Thread(target=self._run, name="job-watcher", daemon=True)

    def __enter__(self) -> Watcher:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def close(self) -> None:
        """End the thread; the jobs go on."""
        self._closed = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def snapshot(self) -> Snapshot:
        """Return all jobs as last seen."""
        with self._lock:
            return self._snapshot

    def follow(self, ids: Iterable[str]) -> None:
        """Say whose curves are wanted; those of others are forgotten."""
        with self._lock:
            self._wanted = tuple(dict.fromkeys(ids))
        self._wake.set()

    def curves(self, job_id: str) -> Curves | None:
        """Return the curves of a followed job, None before the first look at them."""
        with self._lock:
            return self._curves.get(job_id)

    def look_now(self) -> None:
        """Let the next look come at once, after an order was given."""
        self._wake.set()

    def look(self) -> None:
        """Look once, in the calling thread: what the thread does again and again."""
        self._look_at_states()
        self._look_at_queue()
        self._look_at_curves()

    def _run(self) -> None:
        while not self._closed:
            try:
                self.look()
            except Exception:  # a folder that vanishes under the hand must not end the watch
                _log.exception("a look at the jobs failed")
            self._wake.wait(self._interval)
            self._wake.clear()

    def _look_at_states(self) -> None:
        before = {view.id: view for view in self._snapshot.views}
        views: list[JobView] = []
        for job in self._store.jobs():
            if self._closed:
                return
            views.append(_view(job, before.get(job.id)))
        if tuple(views) != self._snapshot.views:
            with self._lock:
                self._snapshot = Snapshot(self._snapshot.revision + 1, tuple(views))

    def _look_at_queue(self) -> None:
        if self._queue is not None and time.monotonic() >= self._queue_due:
            self._queue_due = time.monotonic() + _QUEUE_SECONDS
            self._queue.tick()

    def _look_at_curves(self) -> None:
        with self._lock:
            wanted = self._wanted
            self._curves = {key: value for key, value in self._curves.items() if key in wanted}
        jobs = {view.id: view.job for view in self._snapshot.views}
        self._readings = {key: one for key, one in self._readings.items() if key in wanted}
        for job_id in wanted:
            if job_id not in jobs or self._closed:
                continue
            reading = self._readings.setdefault(job_id, _Reading(jobs[job_id]))
            self._read_on(reading)

    def _read_on(self, reading: _Reading) -> None:
        """Read what was appended; show a long file's beginning before its end is read."""
        shown = time.monotonic()
        while not self._closed:
            events, offset = reading.job.events(reading.offset, _SLICE)
            if offset < reading.offset:  # made anew
                reading.book = CurveBook()
            done = offset == reading.offset
            reading.offset = offset
            reading.book.add(events)
            if done:
                break
            if time.monotonic() - shown > self._interval:
                self._show(reading, is_complete=False)
                shown = time.monotonic()
                if self._wake.is_set():
                    return
            time.sleep(_REST)
        known = self._curves.get(reading.job.id)
        if known is None or known.revision != reading.book.revision or not known.is_complete:
            self._show(reading, is_complete=True)

    def _show(self, reading: _Reading, *, is_complete: bool) -> None:
        curves = reading.book.curves(is_complete)
        with self._lock:
            self._curves[reading.job.id] = curves


def _view(job: Job, before: JobView | None) -> JobView:
    """Return how a job stands; the same object as before while nothing changed."""
    job.press()
    state = job.state()
    last = dict(job.reader.last.events) if job.has_settings else {}
    if before is not None and before.state == state and before.last == last:
        return before
    return JobView(job, state, last, before.revision + 1 if before else 0)
