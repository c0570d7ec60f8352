"""What a training told, as columns ready to plot; grows with the file, at the price of the news."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from training.jobs.event_file import Event

METRICS = ("fid", "accuracy", "diversity", "multimodality", "energy")
SPEEDS = ("lr", "steps_per_second", "clips_per_second")


@dataclass(frozen=True)
class Curve:
    """Points of one curve: ``step`` (N,) int64, ``epoch`` (N,) float64, ``value`` (N,) float64."""

    step: np.ndarray
    epoch: np.ndarray
    value: np.ndarray

    def __len__(self) -> int:
        return len(self.step)


@dataclass(frozen=True)
class Curves:
    """A job's curves by name: the losses, ``lr``, ``steps_per_second``, ``fid``, ...

    ``revision`` grows with every change; equal ones need no new plot. ``is_complete`` is False
    while a long file is still being read.
    """

    revision: int = 0
    losses: dict[str, Curve] = field(default_factory=dict)
    speeds: dict[str, Curve] = field(default_factory=dict)
    metrics: dict[str, Curve] = field(default_factory=dict)
    is_complete: bool = True


class _Column:
    """Numbers (N, 3): step, epoch, value; appended to, and cut where a run went back."""

    def __init__(self) -> None:
        self._rows = np.empty((256, 3))
        self._count = 0

    def append(self, step: float, epoch: float, value: float) -> None:
        if self._count == len(self._rows):
            self._rows = np.concatenate([self._rows, np.empty_like(self._rows)])
        self._rows[self._count] = step, epoch, value
        self._count += 1

    def cut(self, step: float) -> None:
        """Drop what lies behind a step: a resumed run tells it again."""
        rows = self._rows[: self._count, 0]
        self._count = int(np.searchsorted(rows, step, side="right"))

    def curve(self) -> Curve:
        rows = self._rows[: self._count].copy()  # a cut and a new value would change a view
        return Curve(rows[:, 0].astype(np.int64), rows[:, 1], rows[:, 2])

    def __len__(self) -> int:
        return self._count


class CurveBook:
    """Collects events into columns."""

    def __init__(self) -> None:
        self._groups: dict[str, dict[str, _Column]] = {"losses": {}, "speeds": {}, "metrics": {}}
        self._steps_per_epoch = 0
        self.revision = 0

    def add(self, events: Iterable[Event]) -> None:
        """Take events in the order of the file."""
        for event in events:
            taker = _TAKERS.get(str(event.get("event")))
            if taker is not None:
                taker(self, event)
                self.revision += 1

    def curves(self, is_complete: bool = True) -> Curves:
        """Return everything until now, as copies."""
        groups = {
            group: {name: column.curve() for name, column in columns.items() if len(column)}
            for group, columns in self._groups.items()
        }
        return Curves(revision=self.revision, is_complete=is_complete, **groups)

    def _put(self, group: str, name: str, event: Event, value: object) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return
        epoch = float(event.get("epoch") or 0)
        step = float(event.get("step") or epoch * self._steps_per_epoch)
        column = self._groups[group].setdefault(name, _Column())
        column.append(step, epoch, float(value))

    def _start(self, event: Event) -> None:
        self._steps_per_epoch = int(event.get("steps_per_epoch") or 0)
        for columns in self._groups.values():
            for column in columns.values():
                column.cut(float(event.get("step") or 0))

    def _step(self, event: Event) -> None:
        losses = event.get("losses")
        for name, value in losses.items() if isinstance(losses, dict) else ():
            self._put("losses", name, event, value)
        for name in SPEEDS:
            self._put("speeds", name, event, event.get(name))

    def _metrics(self, event: Event) -> None:
        for name in METRICS:
            self._put("metrics", name, event, event.get(name))


_TAKERS = {
    "start": CurveBook._start,
    "step": CurveBook._step,
    "metrics": CurveBook._metrics,
}
