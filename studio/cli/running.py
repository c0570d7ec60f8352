"""How a command runs: errors as sentences with an exit code, progress bars, Ctrl+C."""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import sys
from collections.abc import Callable, Iterator
from enum import IntEnum
from pathlib import Path
from types import FrameType
from typing import Any, ParamSpec

import typer

from core.errors import Cancelled, FileProblem, ModelProblem, StudioError
from core.progress import Progress

P = ParamSpec("P")


class ExitCode(IntEnum):
    """What a command leaves with."""

    DONE = 0
    WRONG_INPUT = 2
    MODEL_MISSING = 3
    CANCELLED = 130  # as shells do: 128 + SIGINT


def complain(message: str, hint: str = "") -> None:
    """Print one sentence and, on the next line, what to do; both on stderr."""
    print(f"motion-studio: {message}", file=sys.stderr)
    if hint:
        print(f"  {hint}", file=sys.stderr)


def told(function: Callable[P, None]) -> Callable[P, None]:
    """Wrap a command: what a user can cause becomes a sentence, a bug stays a traceback."""

    @functools.wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            function(*args, **kwargs)
        except (Cancelled, KeyboardInterrupt):
            complain("Cancelled; nothing half-written is left.")
            raise typer.Exit(ExitCode.CANCELLED) from None
        except ModelProblem as problem:
            complain(problem.message, problem.hint)
            raise typer.Exit(ExitCode.MODEL_MISSING) from None
        except StudioError as problem:
            complain(problem.message, problem.hint)
            raise typer.Exit(ExitCode.WRONG_INPUT) from None

    return wrapped


@contextlib.contextmanager
def progress_bar(description: str) -> Iterator[Progress]:
    """Give a Progress shown as a bar on stderr, where that is a terminal.

    Ctrl+C (and a plain kill) asks the work to stop at its next step; a second one stops at once.
    """
    from tqdm import tqdm

    stopped = False

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal stopped
        if stopped:
            raise KeyboardInterrupt
        stopped = True

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    layout = "{desc}: {percentage:3.0f}%|{bar}| {elapsed}<{remaining}{postfix}"
    bar = tqdm(total=100.0, desc=description, bar_format=layout, disable=None, file=sys.stderr)

    def report(fraction: float, text: str = "", preview: Any = None) -> None:
        bar.set_postfix_str(text, refresh=False)
        bar.update(100.0 * fraction - bar.n)

    try:
        yield Progress(report=report, is_cancelled=lambda: stopped)
        if stopped:
            raise Cancelled("Cancelled.")
        if not bar.disable:
            bar.set_postfix_str("", refresh=False)
            bar.update(100.0 - bar.n)
    finally:
        bar.close()
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def libraries_muted() -> Iterator[None]:
    """Keep what C libraries write to stderr out of the terminal; Python's own stderr stays.

    The network runtime announces its delegates and decoders their opinions there, between the
    progress bar and the sentences for the user. ``MOTION_STUDIO_VERBOSE=1`` lets them speak.
    """
    if os.environ.get("MOTION_STUDIO_VERBOSE"):
        yield
        return
    before, descriptor = sys.stderr, 2
    before.flush()
    kept = os.dup(descriptor)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)
    try:
        with os.fdopen(os.dup(kept), "w", encoding=before.encoding, buffering=1) as own:
            sys.stderr = own
            yield
    finally:
        sys.stderr = before
        os.dup2(kept, descriptor)
        os.close(kept)


def check_writable(folder: Path) -> None:
    """Raise FileProblem before long work whose result could not be written to ``folder``."""
    existing = next(p for p in (folder.absolute(), *folder.absolute().parents) if p.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK):
        raise FileProblem(
            f"{folder} cannot be written to.", "Choose another folder, or change its rights."
        )


def clip_paths(given: list[Path]) -> list[Path]:
    """Return the clip files meant: files as they are, folders as the npz files in them.

    Raises FileProblem for a name that is not there or a folder without clips.
    """
    paths: list[Path] = []
    for path in given:
        if path.is_dir():
            inside = sorted(p for p in path.glob("*.npz") if not p.name.startswith("."))
            if not inside:
                raise FileProblem(f"{path} holds no clip.", "Give a folder with npz files.")
            paths.extend(inside)
        elif path.exists():
            paths.append(path)
        else:
            raise FileProblem(f"{path} is not there.", "Check the name.")
    return paths
