"""What happens to the jobs of a batch, as values that travel, and where jobs can run.

One protocol for processes of this machine and for a cluster, so that a batch need not know which.
"""

from __future__ import annotations

import dataclasses
import errno
import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from core.errors import Cancelled, ModelProblem, StudioError
from core.estimators.work import Job, Record, Work, claimed, recorded, stop_asked
from core.progress import Progress

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Finished:
    """A job is done."""

    job: Job
    record: Record


@dataclass(frozen=True, kw_only=True)
class Failed:
    """A job cannot be done. ``is_final`` says that trying again would not help; ``halts`` that the
    other jobs would fail for the same reason: weights are missing, the disk is full."""

    job: Job
    reason: str
    hint: str = ""
    is_final: bool = True
    halts: Literal["", "model", "disk"] = ""


@dataclass(frozen=True, kw_only=True)
class Advanced:
    """A job has come so far, 0..1."""

    job: Job
    fraction: float
    text: str = ""


Event = Finished | Failed | Advanced


class Executor(Protocol):
    """Where jobs run. Used once."""

    def run(self, work: Work, jobs: Sequence[Job]) -> Iterator[Event | None]:
        """Do all jobs, yielding what happens; None at least every second, so nobody waits blind."""

    def close(self) -> None:
        """Stop whatever still runs."""


def outcome(work: Work, job: Job, device: str, pipe: Any = None) -> Finished | Failed:
    """Do a job that is not done yet and put what came of it into a value that travels.

    ``pipe``: where to send :class:`Advanced`, at most four times a second.
    """
    sent = 0.0

    def report(fraction: float, text: str = "", preview: Any = None) -> None:
        nonlocal sent
        now = time.monotonic()
        if pipe is not None and now - sent > 0.25:
            sent = now
            pipe.send(Advanced(job=job, fraction=fraction, text=text))

    progress = Progress(report=report, is_cancelled=stop_asked(job))
    own = job if device == job.device else dataclasses.replace(job, device=device)
    try:
        with claimed(job, progress.is_cancelled):
            return Finished(job=job, record=recorded(job) or work(own, progress))
    except Cancelled:
        return Failed(job=job, reason="Cancelled.", is_final=False)
    except StudioError as error:
        halts = _what_halts(error)
        return Failed(
            job=job, reason=error.message, hint=error.hint, is_final=not halts, halts=halts
        )
    except MemoryError:
        return Failed(
            job=job,
            reason="The memory was not enough.",
            hint="Close other programs, or run fewer at a time (--jobs 1).",
            is_final=False,
        )
    except (EOFError, BrokenPipeError):  # the parent is gone
        raise
    except Exception as error:
        _LOG.exception("estimating %s failed", job.video)
        return Failed(
            job=job,
            reason=f"An error of the program: {type(error).__name__}: {error}",
            hint="Please report it, with the video if you may.",
            is_final=False,
        )


_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}


def _what_halts(error: StudioError) -> Literal["", "model", "disk"]:
    """Why the whole batch must stop, if it must."""
    if isinstance(error, ModelProblem):
        return "model"
    cause = error.__cause__
    return "disk" if isinstance(cause, OSError) and cause.errno in _DISK else ""
