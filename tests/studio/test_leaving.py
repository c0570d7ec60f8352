"""A process ends with its status even while a worker is busy."""

from __future__ import annotations

import subprocess
import sys

BUSY = """
import threading, time
from studio.leaving import leave
threading.Thread(target=time.sleep, args=(60,), daemon={daemon}).start()
leave(3)
"""


def test_a_busy_worker_does_not_hold_the_process_back() -> None:
    for daemon in (True, False):
        done = subprocess.run([sys.executable, "-c", BUSY.format(daemon=daemon)], timeout=30)
        assert done.returncode == 3


def test_without_workers_it_leaves_by_system_exit() -> None:
    code = (
        "from studio.leaving import leave\ntry:\n leave(4)\nexcept SystemExit as e: print(e.code)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
    assert done.stdout.strip() == "4"
