"""Giving way: what computes for hours beside a window leaves the window its processor.

Niceness alone does nothing on a Linux desktop between processes of different sessions: the kernel
shares the processor among sessions ("autogroups", sched(7)), each with a niceness of its own. Every
training is a session, torchrun's workers are too, so each of them carries its niceness over.
"""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

import psutil

_log = logging.getLogger(__name__)
NICENESS = 5  # a quarter of a processor where the window wants it whole; all of it where it idles


def give_way(pid: int) -> None:
    """Lower a process's priority; one that has gone or cannot be changed keeps its own."""
    try:
        low = psutil.BELOW_NORMAL_PRIORITY_CLASS if sys.platform == "win32" else NICENESS
        psutil.Process(pid).nice(low)
    except (psutil.Error, OSError):
        _log.debug("process %s keeps its priority", pid)


def share_niceness(own: Path = Path("/proc/self/autogroup")) -> None:
    """Give the session that this process leads the process's niceness, where sessions have one.

    A process in somebody else's session, such as a shell's, leaves it alone.
    """
    if sys.platform == "win32" or os.getsid(0) != os.getpid() or not own.exists():
        return
    try:
        own.write_text(str(os.getpriority(os.PRIO_PROCESS, 0)), encoding="ascii")
    except OSError:  # the kernel takes ten changes a second from common users
        _log.debug("the session keeps its priority")
