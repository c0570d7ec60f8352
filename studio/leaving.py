"""The way out of the program when a worker is still inside a native library.

Such a thread can be neither stopped nor joined, and an interpreter that is taken down around it
aborts ("terminate called ..."). What had to be saved was saved when the window closed.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from typing import NoReturn

_end_at_once = os._exit  # tests put sys.exit here: it would take the test run along


def leave(status: int) -> NoReturn:
    """End the process with ``status``, at once if threads are still at work."""
    busy = [t for t in threading.enumerate() if t is not threading.main_thread() and t.is_alive()]
    if not busy:
        sys.exit(status)
    logging.getLogger(__name__).info("leaving %s behind", ", ".join(t.name for t in busy))
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    _end_at_once(status)
