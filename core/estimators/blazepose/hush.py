"""Keeping the network runtime's greeting off the terminal, and nothing else.

The runtime's C++ side writes "INFO: Created TensorFlow Lite XNNPACK delegate" to the process's
standard error when it loads a network, into the middle of a progress bar, and has no switch for it.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator

_GREETING = b"INFO: Created TensorFlow Lite"


@contextlib.contextmanager
def without_greeting() -> Iterator[None]:
    """Hold standard error back for the block, then pass on every line but the greeting."""
    try:
        kept = os.dup(2)
    except OSError:  # a program without a standard error
        yield
        return
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            held.seek(0)
            rest = b"".join(line for line in held if not line.startswith(_GREETING))
            if rest:
                os.write(2, rest)
