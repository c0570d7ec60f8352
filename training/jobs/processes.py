"""Processes seen from outside: is this pid still the one that was started, and how to end it.

A pid alone says nothing after a restart of the machine; a pid with its start time does.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from training.priority import give_way

_log = logging.getLogger(__name__)
_SAME_START = 1.5  # ticks of /proc, seconds elsewhere
_children: dict[int, subprocess.Popen[bytes]] = {}
_children_lock = threading.Lock()


def host_name() -> str:
    """Return the name of this machine as it is written into a job's folder."""
    return socket.gethostname()


def start_mark(pid: int) -> float | None:
    """Return what tells a process from a later one of the same pid: when it began.

    In ticks since the machine's start where there is /proc (the clock may be set meanwhile), in
    Unix seconds elsewhere: only good to compare on one machine. None where no process runs; one
    that ended and was not yet taken leave of does not run.
    """
    reap()
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stream:  # noqa: PTH123
            fields = stream.read().rpartition(")")[2].split()
        return None if fields[0] in "ZX" else float(fields[19])
    except (OSError, IndexError, ValueError):
        return None if _HAS_PROC else _start_elsewhere(pid)


_HAS_PROC = Path("/proc/self/stat").exists()


def _start_elsewhere(pid: int) -> float | None:
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else float(process.create_time())
    except (psutil.Error, ValueError, OverflowError):
        return None


def is_alive(pid: int, mark: float | None) -> bool:
    """Tell whether the process with this start mark still runs under this pid."""
    now = start_mark(pid)
    return now is not None and (mark is None or abs(now - mark) < _SAME_START)


def start(
    command: Sequence[str], *, log: Path, environment: Mapping[str, str], nice: bool = True
) -> tuple[int, float | None]:
    """Start a process of its own that outlives this one; return its pid and start mark.

    Its output is appended to ``log``. Raises OSError.
    """
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.DETACHED_PROCESS
    with log.open("ab") as stream:
        child = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=sys.platform != "win32",
            creationflags=flags,
            env=dict(environment),
            close_fds=True,
        )
    with _children_lock:
        _children[child.pid] = child
    mark = start_mark(child.pid)
    if nice:
        give_way(child.pid)
    return child.pid, mark


def reap() -> None:
    """Take leave of our ended children, so that they do not stay as zombies."""
    with _children_lock:
        for pid in [pid for pid, child in _children.items() if child.poll() is not None]:
            del _children[pid]


def end(pid: int, mark: float | None, *, by_force: bool) -> None:
    """Ask a process to end, or end it by force with all its descendants; gone ones are no error.

    torchrun puts its workers into sessions of their own, so that the group is not enough.
    """
    if not is_alive(pid, mark):
        return
    if not by_force:
        _send(pid, signal.SIGTERM)
        return
    try:
        family = [*psutil.Process(pid).children(recursive=True), psutil.Process(pid)]
    except psutil.Error:
        return
    for process in reversed(family):  # the parent first: it must not start a child anew
        try:
            process.kill()
        except psutil.Error:
            _log.debug("process %s had gone", process.pid)


def _send(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except OSError:
        _log.debug("process %s had gone", pid)
