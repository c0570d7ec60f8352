"""One job: a folder with settings, requests and results, and the orders one can give it.

A job is what is in its folder: any number of programs may look at it, and none needs to live.
"""

from __future__ import annotations

import contextlib
import json
import time
from functools import cached_property
from pathlib import Path
from typing import Any

from core.atomic import written_whole
from core.errors import StudioError
from training.config import TrainConfig, load_config, save_config
from training.jobs import processes
from training.jobs.event_file import Event, read_events
from training.jobs.folder import BIN, EpochFile, Sweep, epoch_files, make_folder, write_json
from training.jobs.state import (
    CONFIG,
    EVENTS,
    JOB,
    LAUNCH,
    LOG,
    PAUSE,
    QUEUED,
    STOP,
    WORKER,
    JobState,
    Place,
    StateReader,
    place_in,
    read_json,
)
from training.launch import Launch

__all__ = ["EpochFile", "Job", "Sweep"]

TERM_AFTER, KILL_AFTER = 10.0, 20.0
"""Seconds after a stop was asked for when the process is told by signal, and when it is ended."""

NOTES = "notes.md"


class Job:
    """A training in its folder; make one with :meth:`training.jobs.JobStore.create`."""

    def __init__(self, folder: Path, *, program: tuple[str, ...] | None = None) -> None:
        self.folder = folder
        self._program = program
        self._card = read_json(folder / JOB)

    @property
    def id(self) -> str:
        return self.folder.name

    @property
    def name(self) -> str:
        return str(self._card.get("name") or self.id)

    @property
    def created(self) -> float:
        """Unix seconds."""
        return float(self._card.get("created") or 0.0)

    @property
    def parent(self) -> str | None:
        """The id of the job it was duplicated from."""
        return self._card.get("parent") or None

    @property
    def sweep(self) -> Sweep | None:
        values = self._card.get("sweep")
        if not isinstance(values, dict) or not {"id", "field", "value"} <= set(values):
            return None
        return Sweep(id=str(values["id"]), field=str(values["field"]), value=values["value"])

    @cached_property
    def config(self) -> TrainConfig:
        """The settings. Raises FileProblem or StudioError when the file is broken."""
        return load_config(self.folder / CONFIG)

    @property
    def has_settings(self) -> bool:
        """Whether its settings can be read."""
        try:
            return self.config is not None
        except StudioError:
            return False

    @cached_property
    def reader(self) -> StateReader:
        """Reads the state again and again; one a job, not for several threads at once."""
        return StateReader(self.folder, self.config)

    def state(self) -> JobState:
        """Return how the job stands now."""
        try:
            return self.reader.read()
        except StudioError as problem:  # of the settings
            return JobState(state="failed", message=problem.message, hint=problem.hint)

    def events(self, offset: int = 0, limit: int | None = None) -> tuple[list[Event], int]:
        """Return the events behind a byte offset, and the offset to ask with the next time."""
        return read_events(self.folder / EVENTS, offset, limit)

    def checkpoints(self) -> list[EpochFile]:
        """Return the checkpoints, first epoch first."""
        return epoch_files(self.folder / "checkpoints")

    def samples(self) -> list[EpochFile]:
        """Return the files with the samples of each checkpoint, first epoch first."""
        return epoch_files(self.folder / "samples")

    @property
    def notes(self) -> str:
        """Free text. Setting raises FileProblem when it cannot be written."""
        try:
            return (self.folder / NOTES).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return ""

    @notes.setter
    def notes(self, text: str) -> None:
        with written_whole(self.folder / NOTES) as temporary:
            temporary.write_text(text, encoding="utf-8")

    def rename(self, name: str) -> None:
        """Give another name; the folder keeps its. Raises StudioError for an empty one."""
        if not name.strip():
            raise StudioError("A job needs a name.", "Type one.")
        self._card = {**read_json(self.folder / JOB), "name": name.strip()}
        write_json(self.folder / JOB, self._card)

    # Orders

    def start(
        self,
        devices: tuple[str, ...] | list[str] | None = None,
        *,
        resume: bool = False,
        nodes: int = 1,
        rendezvous: str = "",
        max_restarts: int = 3,
        nice: bool = True,
    ) -> int:
        """Start the worker as a process of its own, and return its pid.

        Several ``devices`` (or nodes) start through torchrun; with ``nodes`` each machine starts
        its own part of the same job. Raises StudioError when it runs already, or cannot be started.
        """
        joins = self.state().is_running
        if joins and nodes == 1:
            raise StudioError(f"{self.name} runs already.", "Stop or pause it first.")
        if resume:
            self._check_unfinished()
        launch = self.launch(devices, nodes=nodes, rendezvous=rendezvous, max_restarts=max_restarts)
        if not joins:
            self._make_ready(launch)
        began = time.time()
        command = launch.command(self.folder, resume=resume)
        log = self.folder / (f"log-{processes.host_name()}.txt" if joins else LOG)
        try:
            pid, mark = processes.start(
                command, log=log, environment=launch.environment(), nice=nice
            )
        except OSError as error:
            raise StudioError(
                f"{self.name} could not be started: {error.strerror or error}.",
                "Free some memory or disk space, then resume it.",
            ) from error
        facts = {"pid": pid, "start": mark, "host": processes.host_name(), "time": began}
        if not joins:
            write_json(
                self.folder / LAUNCH, {**facts, "devices": list(launch.devices), "command": command}
            )
        return pid

    def launch(
        self,
        devices: tuple[str, ...] | list[str] | None = None,
        *,
        nodes: int = 1,
        rendezvous: str = "",
        max_restarts: int = 3,
    ) -> Launch:
        """Return how it would be started; devices default to those of the start before."""
        if devices is None:
            devices = read_json(self.folder / LAUNCH).get("devices") or ()
        more = {"program": self._program} if self._program else {}
        return Launch(
            devices=tuple(devices),
            nodes=nodes,
            rendezvous=rendezvous,
            max_restarts=max_restarts,
            **more,
        )

    def resume(self, devices: tuple[str, ...] | list[str] | None = None, **options: Any) -> int:
        """Go on from the last saved state; from the beginning where none was saved."""
        return self.start(devices, resume=True, **options)

    def enqueue(self, devices: tuple[str, ...] | list[str] | None = None) -> None:
        """Let the queue start (or resume) it when its devices are free."""
        if self.reader.is_alive():
            raise StudioError(f"{self.name} runs already.", "Nothing is to be done.")
        self._check_unfinished()
        for request in (STOP, PAUSE):
            (self.folder / request).unlink(missing_ok=True)
        card = {"time": time.time(), "devices": list(devices) if devices is not None else None}
        write_json(self.folder / QUEUED, card)

    def _check_unfinished(self) -> None:
        """Raise StudioError where the last step is done: going on would do nothing."""
        state, total = self.state(), self.reader.total_steps()
        if state.state == "done" and total and state.step >= total:
            raise StudioError(
                f"{self.name} is done: all {state.epochs:,} epochs.",
                f"To train on, raise `epochs` in {self.folder / CONFIG}, then resume it.",
            )

    def pause(self) -> None:
        """Ask it to save and end; it can be resumed. A queued one leaves the queue."""
        if not self._leave_queue():
            self._ask(PAUSE)

    def stop(self) -> None:
        """Ask it to end: by file, after 10 s by signal, after 20 s by force.

        The later two happen in :meth:`press`, which the watcher, the queue and
        :meth:`wait_until_ended` call; so they happen whoever asked and whoever still looks.
        """
        if not self._leave_queue():
            self._ask(STOP)

    def press(self, now: float | None = None) -> None:
        """End a process on this machine that was asked to stop and did not, by its age."""
        try:
            asked = (self.folder / STOP).stat().st_mtime
        except OSError:
            return
        age = (time.time() if now is None else now) - asked
        if age < TERM_AFTER:
            return
        for place in self._places():
            processes.end(place.pid, place.mark, by_force=age >= KILL_AFTER)

    def wait_until_ended(self, timeout: float = 30.0) -> bool:
        """Wait until no process works on it, pressing a stop; return whether that came true."""
        until = time.monotonic() + timeout
        while self.reader.is_alive():
            if time.monotonic() >= until:
                return False
            self.press()
            time.sleep(0.05)
        return True

    def duplicate(self, name: str | None = None, **changes: Any) -> Job:
        """Return a new job with other settings, in the queue. Raises StudioError."""
        config = self.config.changed(**changes)
        folder = make_folder(self.folder.parent, config, name=name, parent=self.id)
        return Job(folder, program=self._program)

    def delete(self) -> Path:
        """Move the folder to the bin beside the jobs; return where it lies now.

        Raises StudioError while it runs.
        """
        if self.reader.is_alive():
            raise StudioError(f"{self.name} still runs.", "Stop it first.")
        bin_folder = self.folder.parent / BIN
        target = bin_folder / self.id
        if target.exists():
            target = bin_folder / f"{self.id}-{time.time_ns()}"
        try:
            bin_folder.mkdir(exist_ok=True)
            self.folder.rename(target)
        except OSError as error:
            raise StudioError(
                f"{self.name} could not be moved to the bin: {error.strerror or error}.",
                "Close what holds its files open.",
            ) from error
        return target

    def tell(self, state: str, message: str = "", hint: str = "") -> None:
        """Write a state no worker is there to write."""
        event = {"event": "state", "time": time.time(), "state": state}
        with (self.folder / EVENTS).open("a", encoding="utf-8") as stream:
            stream.write(json.dumps({**event, "message": message, "hint": hint}) + "\n")

    def is_running_here(self) -> bool:
        """Tell whether a process of this machine works on it."""
        return any(processes.is_alive(place.pid, place.mark) for place in self._places())

    def _make_ready(self, launch: Launch) -> None:
        """Take away what belongs to an earlier run."""
        for place in self._places():  # processes that said their end and hang at leaving
            processes.end(place.pid, place.mark, by_force=True)
        if launch.devices:
            self._set_device(launch)
        for request in (STOP, PAUSE, QUEUED):
            (self.folder / request).unlink(missing_ok=True)

    def _ask(self, request: str) -> None:
        if self.reader.is_alive() and not (self.folder / request).exists():
            with contextlib.suppress(FileNotFoundError):
                (self.folder / request).touch()

    def _leave_queue(self) -> bool:
        """Return whether it only waited: then it does no more."""
        try:
            (self.folder / QUEUED).unlink()
        except OSError:
            return False
        if self.reader.is_alive():
            return False
        self.tell("cancelled", "It was taken from the queue.")
        return True

    def _places(self) -> list[Place]:
        found = (place_in(self.folder / name) for name in (LAUNCH, WORKER))
        return [place for place in found if place and place.is_here]

    def _set_device(self, launch: Launch) -> None:
        """Write the kind of device into the settings: which of them, the environment says."""
        kind = launch.devices[0].partition(":")[0]
        if self.config.device != kind:
            save_config(self.folder / CONFIG, self.config.changed(device=kind))
            self.__dict__.pop("config", None)
            self.__dict__.pop("reader", None)
