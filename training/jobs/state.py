"""What became of a job, told from its folder alone: events, processes, requests, heartbeat.

Nothing here needs the program that started the job: whoever can read the folder can tell.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import StudioError
from training.config import TrainConfig
from training.jobs import processes
from training.jobs.event_file import LastEvents

STATES = ("queued", "running", "paused", "done", "failed", "cancelled", "lost")
ENDED = ("paused", "done", "failed", "cancelled", "lost")
SETTLED = ("done", "failed", "cancelled", "paused")  # until a file of the folder changes
RESUMABLE = ("paused", "failed", "cancelled", "lost")

EVENTS, LOG, HEARTBEAT = "events.jsonl", "log.txt", "heartbeat"
CONFIG, JOB, LAUNCH, WORKER = "config.yaml", "job.json", "launch.json", "worker.json"
QUEUED, PAUSE, STOP = "QUEUED", "PAUSE", "STOP"

SILENT_AFTER = 30.0  # seconds without heartbeat after which a job on another machine is lost
_LEAVING_SECONDS = 20.0  # a process that said its end and is still there hangs at leaving
_QUIET_AFTER = 60.0  # seconds without heartbeat that are worth a word about a job on this machine


@dataclass(frozen=True, kw_only=True)
class JobState:
    """How a job stands. ``fraction`` 0..1; ``eta_seconds`` None while unknown or not running.

    ``reason`` of a failure: data, number, memory, disk, or "" for any other.
    """

    state: str
    epoch: int = 0
    epochs: int = 0
    step: int = 0
    fraction: float = 0.0
    eta_seconds: float | None = None
    message: str = ""
    hint: str = ""
    device: str = ""
    reason: str = ""

    @property
    def is_running(self) -> bool:
        return self.state == "running"

    @property
    def can_resume(self) -> bool:
        return self.state in RESUMABLE


@dataclass(frozen=True)
class Place:
    """A process that works, or worked, on a job."""

    pid: int
    mark: float | None  # see processes.start_mark
    host: str

    @property
    def is_here(self) -> bool:
        return self.host == processes.host_name()


def read_json(path: Path) -> dict[str, Any]:
    """Return what a small JSON file holds; {} while there is none or it is being written."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}


def place_in(path: Path) -> Place | None:
    """Return the process a ``launch.json`` or ``worker.json`` tells of."""
    values = read_json(path)
    pid = values.get("pid")
    if not isinstance(pid, int) or pid <= 0:
        return None
    mark = values.get("start")
    return Place(
        pid, float(mark) if isinstance(mark, int | float) else None, str(values.get("host", ""))
    )


class StateReader:
    """Tells a job's state again and again; what did not change is not read again."""

    def __init__(self, folder: Path, config: TrainConfig) -> None:
        self._folder = folder
        self._config = config
        self.last = LastEvents(folder / EVENTS)
        self._settled: tuple[int, JobState] | None = None

    def read(self) -> JobState:
        """Return the state now."""
        stamp = self._stamp()
        if not self.last.refresh() and self._settled is not None and self._settled[0] == stamp:
            return self._settled[1]
        state = self._read()
        self._settled = (stamp, state) if stamp and state.state in SETTLED else None
        return state

    def _stamp(self) -> int:
        """Return what changes when a file of the folder comes, goes or is replaced; 0 unknown."""
        try:
            return self._folder.stat().st_mtime_ns
        except OSError:
            return 0

    def _read(self) -> JobState:
        word, message, hint = self._verdict()
        events, config = self.last.events, self._config
        step, epoch = self._position()
        total = self.total_steps()
        fraction = min(step / total, 1.0) if total else min(epoch / config.epochs, 1.0)
        speed = float(events.get("step", {}).get("steps_per_second") or 0.0)
        knows = word == "running" and total and speed > 0 and not self._is_starting()
        left = (total - step) / speed if knows else None
        device = read_json(self._folder / WORKER).get("device") or events.get("start", {}).get(
            "device", ""
        )
        return JobState(
            state=word,
            epoch=epoch,
            epochs=config.epochs,
            step=step,
            fraction=1.0 if word == "done" else fraction,
            eta_seconds=left,
            message=message,
            hint=hint,
            device=str(device),
            reason=str(events.get("state", {}).get("reason", "")) if word == "failed" else "",
        )

    def total_steps(self) -> int:
        """Return how many steps the job has; 0 until its first start tells."""
        per_epoch = int(self.last.events.get("start", {}).get("steps_per_epoch") or 0)
        total = per_epoch * self._config.epochs
        limit = self._config.max_steps
        return min(total, limit) if limit and total else total

    def is_alive(self) -> bool:
        """Tell whether a process works on the job, here or (by its heartbeat) elsewhere."""
        places = [place_in(self._folder / name) for name in (WORKER, LAUNCH)]
        here = [place for place in places if place and place.is_here]
        if any(processes.is_alive(place.pid, place.mark) for place in here):
            return True
        elsewhere = [place for place in places if place and not place.is_here]
        return bool(elsewhere) and self.silence() < SILENT_AFTER

    def silence(self) -> float:
        """Return the seconds since the last heartbeat, by the clock of the folder's disk."""
        try:
            beat = (self._folder / HEARTBEAT).stat().st_mtime
        except OSError:
            return float("inf")
        if time.time() - beat < SILENT_AFTER / 2 and time.time() >= beat:
            return time.time() - beat
        return max(_clock_of(self._folder) - beat, 0.0)

    def _position(self) -> tuple[int, int]:
        """Return (step, epoch) reached: a resumed run may start behind its last event."""
        seen = [
            kind for kind in ("start", "step", "epoch", "checkpoint") if kind in self.last.order
        ]
        step = epoch = 0
        for kind in sorted(seen, key=self.last.order.__getitem__):
            event = self.last.events[kind]
            step = int(event.get("step", step) or 0)
            epoch = int(event.get("epoch", epoch) or 0)
        return step, epoch

    def _verdict(self) -> tuple[str, str, str]:
        """Return (state, message, hint)."""
        folder, last = self._folder, self.last
        launch = read_json(folder / LAUNCH)
        event = last.events.get("state", {})
        word, told = str(event.get("state", "")), float(event.get("time", 0.0))
        has_ended = word in ENDED and told >= float(launch.get("time", 0.0))
        has_ended = has_ended and last.is_later("state", "start")
        if self.is_alive() and not (has_ended and time.time() - told > _LEAVING_SECONDS):
            return "running", *self._words_while_running()
        if (folder / QUEUED).exists():
            return "queued", "Waits for its turn.", ""
        if has_ended:
            return word, str(event.get("message", "")), str(event.get("hint", ""))
        if (folder / STOP).exists():
            return (
                "cancelled",
                "It was ended by force, as it did not answer.",
                "Resume goes on from the last state that was saved.",
            )
        if not launch and not (folder / WORKER).exists() and not last.events:
            return "queued", "It was not started yet.", ""
        return "lost", self._last_words(), "Resume goes on from the last state that was saved."

    def _words_while_running(self) -> tuple[str, str]:
        if (self._folder / STOP).exists():
            return "Stopping.", ""
        if (self._folder / PAUSE).exists():
            return "Pausing: it saves its state first.", ""
        if self._is_starting():
            return "Starting.", ""
        quiet = self.silence()
        if _QUIET_AFTER < quiet < float("inf"):
            return f"No sign of life for {quiet / 60:.0f} min.", "Look into its log, or stop it."
        return "", ""

    def _is_starting(self) -> bool:
        """Tell whether no step was told of since the last start."""
        begun = float(read_json(self._folder / LAUNCH).get("time") or 0.0)
        told = float(self.last.events.get("step", {}).get("time") or begun)
        return told < begun or not self.last.is_later("step", "start")

    def _last_words(self) -> str:
        """Return a sentence about a process that vanished, with what its log ends with."""
        line = last_line(self._folder / LOG)
        said = f" Its log ends with: {line}" if line else ""
        return f"The process ended without a word.{said}"


def last_line(path: Path, at_most: int = 200) -> str:
    """Return the last line of a text file that says anything, shortened; "" where there is none."""
    try:
        with path.open("rb") as stream:
            size = stream.seek(0, 2)
            stream.seek(max(0, size - 8192))
            text = stream.read().decode("utf-8", "replace")
    except OSError:
        return ""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:at_most] if lines else ""


def _clock_of(folder: Path) -> float:
    """Return the time by the clock of the machine that keeps the folder: heartbeats are its."""
    probe = folder.parent / ".clock"
    try:
        probe.touch()
        return probe.stat().st_mtime
    except OSError:
        return time.time()


def no_such_job(name: str, known: list[str]) -> StudioError:
    """Return the error for a job that is not there."""
    return StudioError(
        f"There is no job {name!r}.",
        f"There are: {', '.join(known[:8])}." if known else "Start one with `motion-studio train`.",
    )
