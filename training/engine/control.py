"""How a running training is asked for something: files in its folder, and signals.

``STOP`` and ``PAUSE`` are obeyed at the next step, after saving. A thread touches ``heartbeat``
every two seconds, so that a reader, also on another machine, can tell work from death.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
import time
from pathlib import Path
from types import FrameType
from typing import Literal

STOP, PAUSE, HEARTBEAT, WORKER = "STOP", "PAUSE", "heartbeat", "worker.json"
BEAT_SECONDS = 2.0
Wish = Literal["", "cancelled", "paused"]


class Control:
    """Use it in a ``with``; :attr:`wish` says what is wanted.

    ``hears_at_once`` False leaves signals to :meth:`listen`: a worker that waits for others to
    come must be ended by a signal, or torchrun waits half a minute for it.
    """

    def __init__(self, folder: Path, *, hears_at_once: bool = True) -> None:
        self._folder = folder
        self._hears_at_once = hears_at_once
        self._done = threading.Event()
        self._signalled = False
        self._beat = threading.Thread(target=self._keep_beating, name="heartbeat", daemon=True)
        self._before: dict[int, object] = {}

    def __enter__(self) -> Control:
        if self._hears_at_once:
            self.listen()
        self._beat.start()
        return self

    def listen(self) -> None:
        """Take signals as wishes from now on."""
        if threading.current_thread() is threading.main_thread() and not self._before:
            for number in (signal.SIGTERM, signal.SIGINT):
                self._before[number] = signal.signal(number, self._notice)

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._beat.join()
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    @property
    def wish(self) -> Wish:
        """What is asked for now: a signal and ``PAUSE`` keep the training resumable as paused."""
        if (self._folder / STOP).exists():
            return "cancelled"
        return "paused" if self._signalled or (self._folder / PAUSE).exists() else ""

    def forget(self) -> None:
        """Take requests from before this process away: a training started anew wants to run.

        What was asked while it was starting, which takes seconds, still holds.
        """
        age = time.time() - _born()
        for name in (STOP, PAUSE):
            path = self._folder / name
            with contextlib.suppress(OSError):
                if time.time() - path.stat().st_mtime > age:
                    path.unlink()

    def _notice(self, number: int, frame: FrameType | None) -> None:
        self._signalled = True

    def _keep_beating(self) -> None:
        path = self._folder / HEARTBEAT
        while True:
            with contextlib.suppress(OSError):  # a full disk, a lost share: the loop will say it
                path.touch()
            if self._done.wait(BEAT_SECONDS):
                return


def _born() -> float:
    """When this process began, Unix seconds; now, where nothing tells."""
    try:
        import psutil
    except ImportError:
        return time.time()
    return float(psutil.Process().create_time())


def worker_facts(device: str, world_size: int) -> dict[str, object]:
    """Who works on a job: pid and start time tell a process from a later one of the same pid."""
    return {
        "pid": os.getpid(),
        "start": process_start(os.getpid()),
        "host": socket.gethostname(),
        "device": device,
        "world_size": world_size,
    }


def process_start(pid: int) -> float | None:
    """When a process of this machine began, in its own unit; None where there is none such."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
        return float(stat.rpartition(")")[2].split()[19])  # field 22: ticks since boot
    except (OSError, IndexError, ValueError):
        return _start_elsewhere(pid)


def _start_elsewhere(pid: int) -> float | None:
    """The same without /proc, from psutil where it is installed."""
    try:
        import psutil
    except ImportError:
        return None
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.Error:
        return None
