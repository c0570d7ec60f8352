"""All jobs of a folder: finding them again, making new ones, sweeps, the bin."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from core.errors import StudioError
from core.paths import data_folder
from training.config import TrainConfig
from training.fields import FIELD
from training.jobs.folder import BIN, Sweep, make_folder
from training.jobs.job import Job
from training.jobs.state import JOB, no_such_job


class JobStore:
    """The jobs under a folder; several programs, also on several machines, may use it at once.

    ``program``: what is started in place of ``python -m training``, for tests.
    """

    def __init__(self, root: Path | None = None, *, program: Sequence[str] | None = None) -> None:
        self.root = Path(root) if root is not None else data_folder() / "jobs"
        self._program = tuple(program) if program else None
        self._known: dict[str, Job] = {}

    def jobs(self) -> list[Job]:
        """Return all jobs, the newest first; known ones as the same objects as before."""
        try:
            folders = [path for path in self.root.iterdir() if not path.name.startswith(".")]
        except OSError:
            return []
        known = self._known
        found: dict[str, Job] = {}
        for folder in folders:
            job = known.get(folder.name)
            if job is None and (folder / JOB).exists():
                job = Job(folder, program=self._program)
            if job is not None:
                found[folder.name] = job
        self._known = found  # at once: another thread may be listing too
        return sorted(found.values(), key=lambda job: (job.created, job.id), reverse=True)

    def job(self, name: str) -> Job:
        """Return a job by its id, by the newest of its name, or by the beginning of its id.

        Raises StudioError naming those there are.
        """
        jobs = self.jobs()
        for fits in (
            lambda job: job.id == name,
            lambda job: job.name == name,
            lambda job: bool(name) and job.id.startswith(name),
        ):
            found = next(filter(fits, jobs), None)
            if found is not None:
                return found
        folder = Path(name)
        if (folder / JOB).exists():
            return Job(folder.resolve(), program=self._program)
        raise no_such_job(name, [job.id for job in jobs])

    def create(
        self,
        config: TrainConfig,
        name: str | None = None,
        parent: str | None = None,
        sweep: Sweep | None = None,
        *,
        waits: bool = True,
    ) -> Job:
        """Make a job; it waits in the queue, or (``waits=False``) until it is started by hand.

        Raises FileProblem.
        """
        folder = make_folder(self.root, config, name=name, parent=parent, sweep=sweep, waits=waits)
        job = Job(folder, program=self._program)
        self._known[job.id] = job
        return job

    def deleted(self) -> list[str]:
        """Return the ids in the bin."""
        folder = self.root / BIN
        return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []

    def restore(self, job_id: str) -> Job:
        """Take a job out of the bin. Raises StudioError when it is not there."""
        source, target = self.root / BIN / job_id, self.root / job_id
        if not source.is_dir() or target.exists():
            raise no_such_job(job_id, self.deleted())
        source.rename(target)
        return Job(target, program=self._program)


def sweep(
    store: JobStore, config: TrainConfig, field: str, values: Iterable[Any], name: str = ""
) -> list[Job]:
    """Make one job for each value of a setting, same seeds and all; they wait in the queue.

    All values are checked before the first job is made. Raises StudioError.
    """
    if field not in FIELD or field in ("name", "dataset"):
        raise StudioError(f"{field!r} cannot be swept.", "Choose a setting such as lambda_kl.")
    configs = [config.changed(**{field: value}) for value in values]
    if len(configs) < 2:
        raise StudioError("A sweep needs at least two values.", "Give several, or start one job.")
    name = name or config.name
    mark = f"{name}-{time.time_ns():x}"
    return [
        store.create(
            one,
            name=f"{name}, {FIELD[field].label} {_text(getattr(one, field))}",
            sweep=Sweep(id=mark, field=field, value=getattr(one, field)),
        )
        for one in configs
    ]


def _text(value: Any) -> str:
    """A value in a job's name: 5e-5, not 5e-05."""
    return f"{value:g}".replace("e-0", "e-") if isinstance(value, float) else f"{value}"
