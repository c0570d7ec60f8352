"""``motion-studio jobs``: the trainings there are, and orders to them, from the shell."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from core.errors import StudioError

if TYPE_CHECKING:
    from training.jobs import Job, JobStore

_QUEUE_SECONDS = 1.0


def jobs(
    order: Annotated[
        str,
        typer.Argument(
            help="list, watch, pause, resume, stop, delete, restore, queue, run, log, slurm."
        ),
    ] = "list",
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[JOB]...", help="Id, name, or folder.", show_default=False),
    ] = None,
    nodes: Annotated[int, typer.Option("--nodes", help="slurm: machines.", min=1)] = 1,
    gpus: Annotated[int, typer.Option("--gpus", help="slurm: GPUs on each machine.", min=1)] = 1,
    hours: Annotated[int, typer.Option("--hours", help="slurm: time asked for.", min=1)] = 24,
) -> None:
    """List trainings, watch, pause, resume, stop them.

    `run` works off the queue until it is empty; the window does so by itself. A job that is told
    to stop may still be resumed; a deleted one lies in the bin until it is restored.

    \b
    Examples:
      motion-studio jobs
      motion-studio jobs watch demo
      motion-studio jobs stop 20261123-101500-demo
      motion-studio jobs slurm ntu13 --nodes 2 --gpus 4 > ntu13.sbatch
    """
    from training.jobs import JobStore

    store = JobStore()
    if order == "slurm":
        _slurm(store, names or [], nodes, gpus, hours)
        return
    if order in _ALL:
        _ALL[order](store)
        return
    if order not in _EACH:
        known = ", ".join((*_ALL, *_EACH, "slurm"))
        raise StudioError(f"{order!r} is no order.", f"There are: {known}.")
    if not names:
        raise StudioError(f"Which job shall {order} mean?", "`motion-studio jobs` lists them.")
    for name in names:
        _EACH[order](store, name)


def _list(store: JobStore) -> None:
    from studio.cli.job_bar import duration

    found = store.jobs()
    if not found:
        print("No trainings yet. Start one: motion-studio train --preset demo", file=sys.stderr)
    width = max((len(job.id) for job in found), default=0)
    for job in found:
        state = job.state()
        left = f", {duration(state.eta_seconds)} left" if state.eta_seconds is not None else ""
        words = f"{state.state:9} epoch {state.epoch} / {state.epochs}{left}  {state.message}"
        print(f"{job.id:{width}}  {words}".rstrip())


def _run_queue(store: JobStore) -> None:
    """Start what waits, one after another, until nothing waits or runs any more."""
    from training.jobs import Queue

    queue = Queue(store)
    while True:
        for job in queue.tick():
            print(job.folder)
        here = [job for job in store.jobs() if job.is_running_here()]
        for job in here:
            job.press()
        if not here and not queue.waiting():
            return
        time.sleep(_QUEUE_SECONDS)


def _watch(store: JobStore, name: str) -> None:
    from studio.cli.train import accompany

    accompany(store.job(name), pauses=False)


def _pause(store: JobStore, name: str) -> None:
    job = store.job(name)
    job.pause()
    _tell_end(job)


def _stop(store: JobStore, name: str) -> None:
    job = store.job(name)
    job.stop()
    _tell_end(job)


def _tell_end(job: Job) -> None:
    """Wait until it obeyed, and say so."""
    if not job.wait_until_ended(40.0):
        raise StudioError(f"{job.name} still runs.", "It saves its state; look again in a minute.")
    print(f"{job.id}  {job.state().state}")


def _resume(store: JobStore, name: str) -> None:
    from training.jobs import Queue

    job = store.job(name)
    warning = Queue(store).warning([job.config.device], besides=job)
    if warning:
        print(f"motion-studio: {warning}", file=sys.stderr)
    job.resume()
    print(f"{job.id}  running")


def _enqueue(store: JobStore, name: str) -> None:
    job = store.job(name)
    job.enqueue()
    print(f"{job.id}  queued")


def _delete(store: JobStore, name: str) -> None:
    print(store.job(name).delete())


def _restore(store: JobStore, name: str) -> None:
    print(store.restore(name).folder)


def _log(store: JobStore, name: str) -> None:
    path = store.job(name).folder / "log.txt"
    if not path.exists():
        raise StudioError(f"{name} has no log yet.", "Start it first.")
    print(path.read_text(encoding="utf-8", errors="replace"), end="")


def _slurm(store: JobStore, names: list[str], nodes: int, gpus: int, hours: int) -> None:
    from training.slurm import SlurmOptions, slurm_script

    if len(names) != 1:
        raise StudioError("A Slurm script is for one job.", "Name it: jobs slurm JOB.")
    job = store.job(names[0])
    print(slurm_script(job.folder, SlurmOptions(nodes=nodes, gpus=gpus, hours=hours)), end="")


_ALL: dict[str, Callable[[JobStore], None]] = {"list": _list, "run": _run_queue}
_EACH: dict[str, Callable[[JobStore, str], None]] = {
    "watch": _watch,
    "pause": _pause,
    "resume": _resume,
    "stop": _stop,
    "delete": _delete,
    "restore": _restore,
    "queue": _enqueue,
    "log": _log,
}
