"""Jobs over processes of this machine: one a core, or one a GPU.

A pool of our own, because a process that dies (memory, a crash in a decoder) must cost only the
video it had: that one is tried once more, then reported, and the pool goes on. Processes are
spawned, so they share nothing and work the same everywhere.
"""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from core.estimators.executor import Advanced, Event, Failed, outcome
from core.estimators.work import Job, Work

_LOG = logging.getLogger(__name__)
TRIES = 2  # of a video whose process died
_TICK = 0.2  # seconds between looks at the clock
_PATIENCE = 3.0  # seconds a process gets to end by itself


@dataclass
class _Worker:
    process: BaseProcess
    pipe: Connection
    slot: int
    job: Job | None = None


def cores() -> int:
    """The processor cores this process may use."""
    with contextlib.suppress(AttributeError):  # not on every system
        return max(1, len(os.sched_getaffinity(0)))
    return max(1, os.cpu_count() or 1)


class ProcessExecutor:
    """Processes of this machine; with ``devices`` each keeps to one of them ("cuda:0")."""

    def __init__(self, processes: int, devices: Sequence[str] = ()) -> None:
        self._count = max(1, processes)
        self._devices = tuple(devices)
        self._threads = max(1, cores() // self._count)
        self._workers: list[_Worker] = []

    def run(self, work: Work, jobs: Sequence[Job]) -> Iterator[Event | None]:
        """Do all jobs; see :class:`Executor`."""
        waiting = deque(jobs)
        tries: dict[str, int] = {}
        slots = range(min(self._count, len(jobs)))
        self._workers = [self._started(work, slot) for slot in slots]
        while waiting or any(worker.job for worker in self._workers):
            for worker in self._workers:
                if worker.job is None and waiting:
                    self._give(worker, waiting.popleft())
            busy = [worker for worker in self._workers if worker.job]
            ready = wait([w.pipe for w in busy] + [w.process.sentinel for w in busy], _TICK)
            for worker in busy:
                if worker.pipe in ready or worker.process.sentinel in ready:
                    yield from self._heard(worker, work, waiting, tries)
            yield None
        self.close()

    def _started(self, work: Work, slot: int) -> _Worker:
        here, there = multiprocessing.Pipe()
        process = multiprocessing.get_context("spawn").Process(
            target=_serve, args=(there, work), name=f"estimate-{slot}", daemon=True
        )
        with _environment(OMP_NUM_THREADS=str(self._threads), OMP_WAIT_POLICY="PASSIVE"):
            process.start()
        there.close()
        return _Worker(process, here, slot)

    def _give(self, worker: _Worker, job: Job) -> None:
        worker.job = job
        device = self._devices[worker.slot % len(self._devices)] if self._devices else job.device
        with contextlib.suppress(OSError):  # a dead process is noticed by its sentinel
            worker.pipe.send((job, device))

    def _heard(
        self, worker: _Worker, work: Work, waiting: deque[Job], tries: dict[str, int]
    ) -> Iterator[Event]:
        job = worker.job
        assert job is not None
        try:
            while worker.pipe.poll():
                event = worker.pipe.recv()
                yield event
                if not isinstance(event, Advanced):
                    worker.job = None
                    return
        except (EOFError, OSError):
            pass
        if worker.process.is_alive():
            return
        worker.process.join()
        code = worker.process.exitcode
        worker.pipe.close()
        self._workers[self._workers.index(worker)] = self._started(work, worker.slot)
        tries[job.key] = tries.get(job.key, 0) + 1
        _LOG.warning("the process of %s ended with %s", job.video.name, code)
        if tries[job.key] < TRIES:
            waiting.append(job)
        else:
            yield Failed(
                job=job,
                reason=f"Its process died {TRIES} times ({_cause(code)}).",
                hint="Often the memory is not enough: run fewer at a time (--jobs 1).",
                is_final=False,
            )

    def close(self) -> None:
        """End the processes: kindly, then not."""
        workers, self._workers = self._workers, []
        for worker in workers:
            with contextlib.suppress(OSError):
                worker.pipe.send(None)
            if worker.job is not None:
                worker.process.terminate()
        until = time.monotonic() + _PATIENCE
        for worker in workers:
            worker.process.join(max(0.0, until - time.monotonic()))
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()
            worker.pipe.close()


def _cause(code: int | None) -> str:
    if code is not None and code < 0:
        with contextlib.suppress(ValueError):
            return f"stopped by {signal.Signals(-code).name}"
    return f"exit code {code}"


@contextlib.contextmanager
def _environment(**values: str) -> Iterator[None]:
    """Variables a spawned process starts with; numpy and torch read them when they are imported."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _serve(pipe: Connection, work: Work) -> None:
    """The life of a spawned process: take jobs until there are no more, or nobody is there."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the parent's
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with contextlib.suppress(EOFError, OSError):
        while (given := pipe.recv()) is not None:
            job, device = given
            pipe.send(outcome(work, job, device, pipe))


def _end_with_parent() -> None:
    """End this process when its parent was killed; files are whole or absent at any moment."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
