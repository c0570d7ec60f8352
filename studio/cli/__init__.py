"""The command ``motion-studio``: the window without a command, everything else in a terminal.

Light on purpose: the window's start must not wait for the command line's parser, and no command
but ``open`` may import Qt.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

_OWN_OPTIONS = {"--help", "-h", "--version", "--install-completion", "--show-completion"}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command line (default: the process's own) and leave with its exit code.

    0 done, 1 a bug, 2 wrong usage or input, 3 a model is missing, 130 cancelled.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words:
        from studio.cli.window import open_window
        from studio.leaving import leave

        leave(open_window())
    from studio.cli.app import app

    app(args=_with_command(words), prog_name="motion-studio")


def _with_command(words: list[str]) -> list[str]:
    """Put ``open`` in front of a video or an option; other words are commands or typing errors."""
    first = words[0]
    if first in _OWN_OPTIONS:
        return ["--help", *words[1:]] if first == "-h" else words
    from studio.cli.app import COMMANDS, GROUPS

    is_path = Path(first).suffix or "/" in first or Path(first).exists()
    if first not in {**COMMANDS, **GROUPS} and (first.startswith("-") or is_path):
        return ["open", *words]
    return words
