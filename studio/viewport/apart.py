"""Long drawing in a process of its own: it tells each step on stdout, a signal stops it.

The window's side is :func:`followed`, the process's side :func:`told`. One JSON object a line.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from core.errors import Cancelled, StudioError
from core.progress import Progress
from studio.viewport.offscreen import NoOffscreen


def followed(module: str, folder: str, progress: Progress) -> Path:
    """Run ``python -m module folder``, pass its reports on, return the file it wrote.

    Raises its StudioError, NoOffscreen when it ended without a word, Cancelled.
    """
    environment = {k: v for k, v in os.environ.items() if k != "DISPLAY"}
    process = subprocess.Popen(
        [sys.executable, "-m", module, folder],
        cwd=Path(__file__).resolve().parents[2], env=environment,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None and process.stderr is not None
    try:
        for line in process.stdout:
            event = json.loads(line)
            match event["kind"]:
                case "step":
                    progress.step(event["fraction"], event["text"])
                case "done":
                    return Path(event["path"])
                case "problem":
                    raise StudioError(event["message"], event["hint"])
        last = (process.stderr.read().strip() or "no message").splitlines()[-1]
        raise NoOffscreen(f"The movie could not be drawn: {last}")
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(10)


def told(work: Callable[[Progress], Path]) -> int:
    """Do the work, tell its steps and its end; return the process's exit status."""

    def stop(number: int, frame: object) -> None:
        raise Cancelled("Cancelled.")  # so that the half-written file is removed on the way out

    signal.signal(signal.SIGTERM, stop)

    def tell(**event: object) -> None:
        sys.stdout.write(json.dumps(event) + "\n")
        sys.stdout.flush()

    def report(fraction: float, text: str, preview: object = None) -> None:
        tell(kind="step", fraction=fraction, text=text)

    try:
        written = work(Progress(report=report))
    except (Cancelled, BrokenPipeError):  # stopped, or nobody listens any more
        return 1
    except StudioError as problem:
        tell(kind="problem", message=problem.message, hint=problem.hint)
        return 2
    tell(kind="done", path=str(written))
    return 0
