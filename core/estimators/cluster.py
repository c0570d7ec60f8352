"""Jobs over a Dask cluster: the same jobs, wherever the scheduler has workers.

Workers read the videos and write the clips themselves, so both folders must be reachable under the
same path on every machine, which is checked first. Dask moves the job of a worker that vanished to
another one; jobs that were done already answer with their record instead of being done again.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from core import __version__
from core.errors import StudioError
from core.estimators.executor import Event, Failed, Finished, outcome
from core.estimators.work import HIDDEN, Job, Work

_LOG = logging.getLogger(__name__)
_TICK = 0.2
ANSWER_SECONDS = 20.0  # how long to wait for a scheduler, and for its first worker


class DaskExecutor:
    """Workers of the scheduler at ``address`` ("tcp://host:8786")."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._client: Any = None
        self._futures: list[Any] = []

    def run(self, work: Work, jobs: Sequence[Job]) -> Iterator[Event | None]:
        """Do all jobs; see :class:`core.estimators.executor.Executor`. Raises StudioError."""
        from distributed import as_completed

        client = self._connected()
        self._check_workers(jobs[0].out)
        token = f"{time.time_ns():x}"
        by_key = {f"estimate-{job.key}-{token}": job for job in jobs}
        self._futures = [
            client.submit(_do, work, job, key=key, pure=False, retries=1)
            for key, job in by_key.items()
        ]
        done = as_completed(self._futures, loop=client.loop)
        left = len(jobs)
        while left:
            if client.status not in ("running", "connecting"):
                raise self._lost()
            if not done.has_ready():
                yield None
                time.sleep(_TICK)
                continue
            future = next(done)
            left -= 1
            yield self._event(future, by_key[future.key])
        self.close()

    def _connected(self) -> Any:
        from distributed import Client

        try:
            self._client = Client(self._address, timeout=ANSWER_SECONDS, set_as_default=False)
            self._client.wait_for_workers(1, timeout=ANSWER_SECONDS)
        except (OSError, TimeoutError, ValueError) as error:
            self.close()
            raise StudioError(
                f"No Dask scheduler with a worker answers at {self._address}.",
                "Start them with `dask scheduler` and `dask worker ADDRESS --nthreads 1`.",
            ) from error
        return self._client

    def _check_workers(self, out: Path) -> None:
        """Every worker must have this program and see the output folder. Raises StudioError."""
        token = out / HIDDEN / f"seen-{time.time_ns():x}"
        token.parent.mkdir(parents=True, exist_ok=True)
        token.write_text("", encoding="utf-8")
        try:
            answers = self._client.run(_look, str(token), on_error="return")
        finally:
            token.unlink(missing_ok=True)
        for worker, answer in answers.items():
            if isinstance(answer, BaseException):
                raise StudioError(
                    f"The worker {worker} cannot run this program: {answer}.",
                    "Install actor-motion-studio where the worker runs.",
                )
            version, sees = answer
            if not sees:
                raise StudioError(
                    f"The worker {worker} does not see {out}.",
                    "Choose an output folder that all machines reach under the same path.",
                )
            if version != __version__:
                raise StudioError(
                    f"The worker {worker} runs version {version}, not {__version__}.",
                    "Install the same version everywhere.",
                )

    def _event(self, future: Any, job: Job) -> Event:
        try:
            event: Finished | Failed = future.result(timeout=ANSWER_SECONDS)
            return event
        except Exception as error:  # of Dask itself: workers that died too often, lost results
            _LOG.warning("the job of %s was lost: %r", job.video.name, error)
            return Failed(
                job=job,
                reason=f"The cluster could not finish it ({type(error).__name__}).",
                hint="Its workers died; give them more memory, then run the same command again.",
                is_final=False,
            )

    def _lost(self) -> StudioError:
        return StudioError(
            f"The Dask scheduler at {self._address} stopped answering.",
            "Start it and run the same command again: what is done is not done again.",
        )

    def close(self) -> None:
        """Take back the jobs that have not begun and leave; the cluster stays."""
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(Exception):  # it may be gone already
                client.cancel(self._futures)
            with contextlib.suppress(Exception):
                client.close(timeout=5)
        self._futures = []


def _look(path: str) -> tuple[str, bool]:
    return __version__, Path(path).exists()


def _do(work: Work, job: Job) -> Finished | Failed:
    return outcome(work, job, job.device)
