"""What the Train page does: follows the jobs, gives orders, puts samples on the stage.

Jobs are processes of their own; here their folders are read, from a thread that looks at them five
times a second. Closing the window ends nothing.
"""

from __future__ import annotations

import bisect
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from core.errors import StudioError
from studio import bridge
from studio.document import Document, ShownClip
from studio.pages.train_stage import rows_around, staged
from studio.services.training import SampleRow, load_samples, sweep_rows, sweep_title
from studio.viewport.poses import make_ready
from training.config import TrainConfig
from training.jobs import JobStore, Queue
from training.jobs.curves import Curves
from training.jobs.job import EpochFile, Job
from training.jobs.watch import JobView, Snapshot, Watcher

_POLL = 200  # milliseconds
_CURVES = 700  # they are looked at apart: both in one breath would hold up a frame


class TrainSession(QObject):
    """Signals: ``jobs_changed``; ``job_changed`` the chosen one, or another chosen;
    ``curves_changed``; ``epochs_changed`` checkpoints came; ``epoch_shown(epoch)``."""

    jobs_changed = Signal()
    job_changed = Signal()
    curves_changed = Signal()
    epochs_changed = Signal()
    epoch_shown = Signal(int)

    def __init__(
        self, document: Document, parent: QObject, store: JobStore | None = None,
        report: Callable[[str], None] = lambda text: None,
        at_tick: Callable[[Callable[[], None]], None] = lambda call: call(),
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._document, self._report, self._at_tick = document, report, at_tick
        self.store = store or JobStore()
        self.queue = Queue(self.store)
        self.watcher = Watcher(self.store, queue=self.queue)
        self.snapshot = Snapshot()
        self.current = ""
        self.overlaid: tuple[str, ...] = ()  # other jobs whose curves are shown too
        self.samples: tuple[EpochFile, ...] = ()
        self.shown: EpochFile | None = None
        self.is_following = True  # the newest checkpoint
        self._rows: list[tuple[str, str, Path]] = []  # on the stage
        self._curve_marks: dict[str, int] = {}
        self._reported = ""
        self._poll = QTimer(self, interval=_POLL)
        self._poll.timeout.connect(self.look)
        self._curve_poll = QTimer(self, interval=_CURVES)
        self._curve_poll.timeout.connect(self.look_at_curves)
        self._started = False

    def start(self) -> None:
        """Begin to watch; once."""
        if not self._started:
            self._started = True
            self.watcher.start()
            # a child process asks torch once; from then on the form knows every card
            bridge.run_in_thread(
                lambda progress: _looked_for_devices(),
                lambda found: None,
                lambda message, hint: None,
                key="devices",
                owner=self,
            )
            self._poll.start()
            self._curve_poll.start()

    def close(self) -> None:
        """End the watching; the jobs go on."""
        self._poll.stop()
        self._curve_poll.stop()
        if self._started:
            self.watcher.close()

    # -- what there is ----------------------------------------------------------------------------
    @property
    def view(self) -> JobView | None:
        """The chosen job as last seen."""
        return self.snapshot.view(self.current)

    @property
    def job(self) -> Job | None:
        return self.view.job if self.view is not None else None

    def look(self) -> None:
        """Take over what the watcher has seen since."""
        snapshot = self.watcher.snapshot()
        if snapshot.revision != self.snapshot.revision:
            self.snapshot = snapshot
            if self.view is None:
                self.choose(snapshot.views[0].id if snapshot.views else "")
            self.jobs_changed.emit()
            self.job_changed.emit()
            self._look_at_samples()
            self._tell_header()
        elif self.view is not None and self.view.state.is_running:
            self.job_changed.emit()  # elapsed time, age of the checkpoint

    def look_at_curves(self) -> None:
        """Take over what the curves have gained since."""
        marks = {}
        for job_id in (self.current, *self.overlaid):
            curves = self.watcher.curves(job_id)
            marks[job_id] = curves.revision if curves is not None else -1
        if marks != self._curve_marks:
            self._curve_marks = marks
            self.curves_changed.emit()

    def _tell_header(self) -> None:
        running = [view for view in self.snapshot.views if view.state.is_running]
        text = f"{running[0].job.name} {running[0].state.fraction:.0%}" if running else ""
        if len(running) > 1:
            text += f" +{len(running) - 1}"
        if text != self._reported:
            self._reported = text
            self._report(text)

    def choose(self, job_id: str) -> None:
        """Look at another training."""
        if job_id == self.current:
            return
        self.current, self.shown, self.samples, self.is_following = job_id, None, (), True
        self.watcher.follow([job_id, *self.overlaid] if job_id else self.overlaid)
        self.watcher.look_now()
        self._curve_marks = {}
        self.job_changed.emit()
        QTimer.singleShot(_POLL, self, self.look_at_curves)
        self._document.show([])
        self._look_at_samples()

    def overlay(self, job_ids: tuple[str, ...]) -> None:
        """Show the curves of other trainings too."""
        self.overlaid = tuple(job_id for job_id in job_ids if job_id != self.current)
        self.watcher.follow([self.current, *self.overlaid])
        self.watcher.look_now()
        QTimer.singleShot(_POLL, self, self.look_at_curves)

    def curves(self, job_id: str) -> Curves | None:
        """The curves of the chosen or an overlaid training."""
        return self.watcher.curves(job_id)

    # -- samples ----------------------------------------------------------------------------------
    def _look_at_samples(self) -> None:
        job = self.job
        found = tuple(job.samples()) if job is not None else ()
        if found == self.samples:
            if self.shown is not None and self._rows_at(self.shown) != self._rows:
                self.show_epoch(self.shown)  # another training of the sweep has come further
            return
        self.samples = found
        self.epochs_changed.emit()
        if found and (self.is_following or self.shown is None):
            self.show_epoch(found[-1])

    def show_nearest(self, epoch: float) -> None:
        """Show the checkpoint nearest to an epoch; the last one follows those to come."""
        if not self.samples:
            return
        epochs = [file.epoch for file in self.samples]
        at = bisect.bisect_left(epochs, epoch)
        around = self.samples[max(at - 1, 0) : at + 1]
        file = min(around, key=lambda file: abs(file.epoch - epoch))
        self.is_following = file is self.samples[-1]
        if file != self.shown:
            self.show_epoch(file)

    def step_epoch(self, steps: int) -> None:
        """Show a later (or earlier) checkpoint."""
        if self.samples and self.shown in self.samples:
            at = self.samples.index(self.shown) + steps
            self.show_nearest(self.samples[min(max(at, 0), len(self.samples) - 1)].epoch)

    def show_epoch(self, file: EpochFile) -> None:
        """Put the samples of a checkpoint on the stage."""
        self.shown = file
        rows = self._rows = self._rows_at(file)

        def loaded() -> list[ShownClip]:
            clips = staged(
                [
                    SampleRow(text=text, samples=load_samples(path, name))
                    for text, name, path in rows
                ]
            )
            make_ready(clip.motion for clip in clips)
            return clips

        def show(found: list[ShownClip]) -> None:
            if self.shown == file:
                self._document.show(found)
                self.epoch_shown.emit(file.epoch)

        bridge.run_in_thread(
            lambda progress: loaded(), lambda found: self._at_tick(lambda: show(found)),
            self._document.problem.emit, key="train-samples", owner=self,
        )  # fmt: skip

    def _rows_at(self, file: EpochFile) -> list[tuple[str, str, Path]]:
        """What stands on the stage: (value, model, samples) of the training and of its sweep's.

        The others are shown as they were at the nearest epoch.
        """
        job = self.job
        swept = {job_id: text for job_id, text, _ in sweep_rows(self.snapshot.views, job)}
        named = sweep_title(job.sweep.field) if job is not None and job.sweep else ""
        files: dict[str, EpochFile] = {self.current: file}
        names = {self.current: job.name if job is not None else ""}
        for job_id in swept:
            view = self.snapshot.view(job_id)
            found = view.job.samples() if view is not None and job_id != self.current else []
            if view is not None and found:
                names[job_id] = view.job.name
                files[job_id] = min(found, key=lambda other: abs(other.epoch - file.epoch))
        order = [job_id for job_id in swept if job_id in files] or [self.current]
        label = named.partition(": ")[2]
        return [
            (
                f"{label} {swept[job_id]}" if swept else "",
                f"{names[job_id]}, epoch {files[job_id].epoch}",
                files[job_id].path,
            )
            for job_id in rows_around(order, self.current)
        ]

    # -- orders -----------------------------------------------------------------------------------
    def create(self, config: TrainConfig, field: str = "", values: list[Any] | None = None) -> None:
        """Make a training, or one for each value of a sweep, and let the queue start it."""
        from training.jobs import sweep

        try:
            if field and values:
                jobs = sweep(self.store, config, field, values)
            else:
                jobs = [self.store.create(config)]
        except StudioError as error:
            self._document.problem.emit(error.message, error.hint)
            return
        self.watcher.look_now()
        self.choose(jobs[0].id)
        warning = self.queue.warning([config.device], besides=jobs[0])
        self._document.message.emit(warning or f"{jobs[0].name} waits to be started.")

    def order(self, what: Callable[[Job], object], said: str = "") -> None:
        """Give the chosen job an order, in a thread: it may wait for a disk."""
        job = self.job
        if job is None:
            return

        def done(_result: object) -> None:
            self.watcher.look_now()
            if said:
                self._document.message.emit(said.format(name=job.name))

        bridge.run_in_thread(
            lambda progress: what(job), done, self._document.problem.emit, owner=self
        )

    def pause(self) -> None:
        self.order(Job.pause, "{name} will save and end; it can go on later.")

    def resume(self) -> None:
        self.order(Job.enqueue, "{name} goes on as soon as its device is free.")

    def stop(self) -> None:
        self.order(Job.stop, "{name} saves and ends.")

    def delete(self) -> None:
        self.order(Job.delete, "{name} lies in the bin beside the trainings.")
        self.current = ""

    def keep_notes(self, text: str) -> None:
        """Keep the notes about the chosen training."""
        job = self.job
        if job is not None:
            try:
                job.notes = text
            except StudioError as error:
                self._document.problem.emit(error.message, error.hint)

    def checkpoint_shown(self) -> str:
        """The file of the checkpoint whose samples are on the stage, "" where there is none."""
        job = self.job
        if job is None or self.shown is None:
            return ""
        epoch = self.shown.epoch
        return next((str(f.path) for f in job.checkpoints() if f.epoch == epoch), "")


def _looked_for_devices() -> int:
    """How many devices there are; tests of pages do not ask the machine."""
    from training.cost import UNMEASURED
    from training.devices import find_devices, known_devices

    return len(known_devices() if os.environ.get(UNMEASURED) else find_devices())
