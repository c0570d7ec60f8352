"""Train: jobs on the left, what the chosen one has learned so far in the middle, its card right.

Composes panels; what they do lies in :class:`TrainSession`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from core.errors import StudioError
from studio import bridge, theme
from studio.actions import Action
from studio.pages.train_menus import page_actions
from studio.pages.train_session import TrainSession
from studio.pages.train_stage import views_of
from studio.panels.train_card import JobCard
from studio.panels.train_epochs import EpochBar
from studio.panels.train_runs import RunsPanel
from studio.plots.curves import CurvePlot, Line
from studio.services.training import Help, sweep_rows
from studio.widgets import SectionHeading, Separator
from studio.widgets.chips import ToggleGroup
from studio.widgets.layouts import scrolling
from studio.widgets.slider import Slider
from studio.window.page import PageContext
from training.config import TrainConfig
from training.jobs import JobStore
from training.jobs.state import LOG

LOSS_COLORS = {
    "total": theme.TEXT, "rc": theme.ACCENT, "rcxyz": theme.PARE, "vel": theme.BLAZEPOSE,
    "kl": theme.VIBE,
}  # fmt: skip
LOSS_NAMES = {
    "rc": "pose",
    "rcxyz": "body",
    "vel": "velocity",
    "kl": "KL",
    "lr": "learning rate",
    "steps_per_second": "steps a second",
    "fid": "FID",
}
METRIC_COLORS = {"fid": theme.BLAZEPOSE, "accuracy": theme.GOOD}
PLOTS = (("loss", "Losses"), ("speed", "Speed"), ("lr", "Learning rate"))


class TrainPage(QObject):
    """The page; implements ``studio.window.page.Page``."""

    id = "train"
    title = "Train"
    has_own_scene = True

    def __init__(self, context: PageContext, store: JobStore | None = None) -> None:
        super().__init__(context.viewport)
        self._context = context
        self.session = TrainSession(
            context.document, self, store, context.report_job, context.playback.at_tick
        )
        self.runs = RunsPanel()
        self.card = JobCard()
        self.epochs = EpochBar()
        self.plot = CurvePlot("Losses over epochs")
        self.plot.set_log(True)
        self.metrics = CurvePlot("FID and accuracy over epochs")
        self.which = ToggleGroup(
            [(key, text, f"Show {text.lower()}") for key, text in PLOTS], name="Curves"
        )
        self.scale = ToggleGroup(
            [("log", "log", "Logarithmic scale")], exclusive=False, name="Scale"
        )
        self.smoothing = Slider(0.0, 0.98, 0.6, step=0.02)
        self.smoothing.setAccessibleName("Smoothing")
        self.smoothing.setToolTip("How much the curves are smoothed")
        self.smoothing.setFixedWidth(90)
        self.plot.set_smoothing(0.6)
        self.left: QWidget = self.runs
        self.right: QWidget = scrolling(self.card)
        self.overlay: QWidget | None = None
        self.below: QWidget = self._below()
        self._dialog: QWidget | None = None
        self._is_overlaid = self._is_here = False
        self._wanted: dict[str, str] = {}
        self._framed = ""  # the training the camera was put before
        self._connect()

    # -- putting together -------------------------------------------------------------------------
    def _below(self) -> QWidget:
        box = QWidget()
        box.setMinimumHeight(190)
        head = QHBoxLayout()
        head.setContentsMargins(8, 0, 8, 0)
        head.addStretch(1)
        for widget in (self.smoothing, self.scale, self.which):
            head.addWidget(widget)
        halves = QSplitter(Qt.Orientation.Horizontal)
        halves.setHandleWidth(1)
        halves.setChildrenCollapsible(False)
        side = QHBoxLayout()
        side.setContentsMargins(8, 0, 8, 0)
        side.addWidget(SectionHeading("FID and accuracy"), 1)
        for row, plot in ((head, self.plot), (side, self.metrics)):
            half = QWidget()
            column = QVBoxLayout(half)
            column.setContentsMargins(8, 8, 8, 10)
            column.setSpacing(6)
            column.addLayout(row)
            column.addWidget(plot, 1)
            halves.addWidget(half)
        halves.setSizes([640, 320])
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(Separator())
        column.addWidget(self.epochs)
        column.addWidget(Separator())
        column.addWidget(halves, 1)
        return box

    def _connect(self) -> None:
        session, card = self.session, self.card
        self.which.set_current("loss")
        self.scale.set_on("log", True)
        self.runs.chosen.connect(session.choose)
        self.runs.new_pressed.connect(self.ask_new)
        self.epochs.moved.connect(session.show_nearest)
        self.which.picked.connect(lambda _key: self._show_curves())
        self.scale.toggled.connect(lambda _key, is_on: self.plot.set_log(is_on))
        self.smoothing.value_changed.connect(self.plot.set_smoothing)
        card.pause_pressed.connect(session.pause)
        card.resume_pressed.connect(session.resume)
        card.stop_pressed.connect(session.stop)
        card.duplicate_pressed.connect(lambda: self.ask_duplicate())
        card.use_pressed.connect(self.use_checkpoint)
        card.run_chosen.connect(session.choose)
        card.help_pressed.connect(self.help)
        card.notes_edited.connect(session.keep_notes)
        session.jobs_changed.connect(self._show_jobs)
        session.job_changed.connect(self._show_job)
        session.curves_changed.connect(self._show_curves)
        session.epochs_changed.connect(self._show_epochs)
        session.epoch_shown.connect(self._epoch_shown)
        self._context.document.shown_changed.connect(self._arrange)

    # -- Page -------------------------------------------------------------------------------------
    def actions(self) -> Sequence[Action]:
        return page_actions(self)

    def entered(self) -> None:
        self._is_here = True
        self._arrange()
        self.session.start()
        self._show_jobs()

    def left_behind(self) -> None:
        """The watching goes on: the header shows what runs."""
        self._is_here = False
        self._lay_out([])

    def shut_down(self) -> None:
        """End the watching; the trainings go on."""
        self.session.close()

    def receive(self, what: Any) -> None:
        """Begin a training: ``{"dataset": name, "preset": name}``, each optional."""
        wanted = what if isinstance(what, dict) else {"dataset": str(what)}
        self._wanted = {key: str(wanted.get(key, "")) for key in ("dataset", "preset")}
        self.ask_new()

    # -- what can be done -------------------------------------------------------------------------
    def can_pause(self) -> bool:
        view = self.session.view
        return view is not None and view.state.state in ("running", "queued")

    def can_resume(self) -> bool:
        view = self.session.view
        return view is not None and view.state.can_resume

    def can_delete(self) -> bool:
        view = self.session.view
        return view is not None and not view.state.is_running

    def has_settings(self) -> bool:
        return self.session.job is not None and self.session.job.has_settings

    def has_samples(self) -> bool:
        return bool(self.session.samples)

    def has_checkpoint(self) -> bool:
        return bool(self.session.checkpoint_shown())

    def is_overlaid(self) -> bool:
        return self._is_overlaid

    def toggle_overlay(self) -> None:
        """Draw the other trainings' curves too, or not."""
        self._is_overlaid = not self._is_overlaid
        self.session.overlay(
            tuple(v.id for v in self.session.snapshot.views)[:4] if self._is_overlaid else ()
        )
        self._show_curves()

    # -- orders -----------------------------------------------------------------------------------
    def ask_new(self) -> None:
        """Open the form for a new training."""
        self._ask(None)

    def help(self, found: Help) -> None:
        """Do what helps a training that failed."""
        job = self.session.job
        if job is None:
            return
        if found.kind == "duplicate":
            self.ask_duplicate(found.changes)
        elif found.kind == "data":
            self._context.hand_over("data", "")  # its name would only fail again
        else:
            self._show_file(job.folder / LOG if found.kind == "log" else job.folder)

    def _show_file(self, path: Path) -> None:
        """Open a file or folder with what the system opens it with."""
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
            self._context.document.message.emit(f"It lies at {path}.")

    def ask_duplicate(self, changes: Mapping[str, Any] | None = None) -> None:
        """Open the form with the chosen training's settings, some of them changed."""
        job = self.session.job
        if job is not None and job.has_settings:
            self._ask(job.config, {"name": f"{job.name} 2", **(changes or {})})

    def _ask(self, config: Any, changes: Mapping[str, Any] | None = None) -> None:
        def listed() -> tuple[Any, tuple[str, ...]]:
            from core.datasets.library import list_datasets
            from core.evaluation.recognisers.library import list_recognisers

            return list_datasets(), tuple(entry.name for entry in list_recognisers())

        bridge.run_in_thread(
            lambda progress: listed(), lambda found: self._open_form(found, config, changes or {}),
            self._context.document.problem.emit, key="train-form", owner=self,
        )  # fmt: skip

    def _open_form(
        self, found: tuple[Any, tuple[str, ...]], config: Any, changes: Mapping[str, Any]
    ) -> None:
        from studio.dialogs.new_training import NewTrainingDialog

        entries, recognisers = found
        dialog = NewTrainingDialog(entries, recognisers, config, self.right.window())
        dialog.change(changes)
        wanted, self._wanted = self._wanted, {}
        if any(wanted.values()):
            dialog.take(**wanted)
        dialog.wanted.connect(self.session.create)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._dialog = dialog
        dialog.open()

    def use_checkpoint(self) -> None:
        """Sample from the checkpoint on the stage, on the Create page."""
        path = self.session.checkpoint_shown()
        if path:
            self._context.hand_over("create", {"checkpoint": path})

    # -- following what is ------------------------------------------------------------------------
    def _show_jobs(self) -> None:
        self.runs.show_views(self.session.snapshot.views, self.session.current)
        self._context.actions.refresh()

    def _show_job(self) -> None:
        session = self.session
        view = session.view
        try:
            rows = sweep_rows(session.snapshot.views, view.job) if view is not None else []
        except StudioError:
            rows = []
        self.runs.set_current(session.current)
        self.card.show_view(view, rows, session.checkpoint_shown())
        if view is None:
            self.plot.show_lines([])
            self.metrics.show_lines([])

    def _arrange(self) -> None:
        """Give each training of a sweep a row of its own."""
        if self._is_here:
            self._lay_out(views_of(self._context.document.shown))

    def _lay_out(self, views: list[list[str]]) -> None:
        viewport: Any = self._context.viewport
        if hasattr(viewport, "set_layout"):
            viewport.set_layout("rows" if len(views) > 1 else "together", views)

    def _show_epochs(self) -> None:
        shown = self.session.shown
        self.epochs.show_epochs(
            [file.epoch for file in self.session.samples], shown.epoch if shown else None
        )

    def _epoch_shown(self, epoch: int) -> None:
        self._show_epochs()
        self.plot.set_mark(epoch)
        self.metrics.set_mark(epoch)
        if self.session.current == self._framed:  # checkpoint by checkpoint
            self._context.viewport.keep_framed()  # type: ignore[attr-defined]
        self._framed = self.session.current  # other bodies have framed themselves
        if not self._context.playback.is_playing:
            self._context.playback.play()
        self._show_job()
        self._context.actions.refresh()

    def _show_curves(self) -> None:
        key = self.which.current
        ids = (self.session.current, *self.session.overlaid)
        lines: list[Line] = []
        metrics: list[Line] = []
        for run, job_id in enumerate(ids):
            curves = self.session.curves(job_id)
            if curves is None:
                continue
            found = {
                "loss": curves.losses,
                "speed": {k: v for k, v in curves.speeds.items() if k == "steps_per_second"},
                "lr": {k: v for k, v in curves.speeds.items() if k == "lr"},
            }[key or "loss"]
            lines += [
                Line(name=name, color=LOSS_COLORS.get(name, theme.ACCENT), x=c.epoch, y=c.value,
                     run=run)
                for name, c in found.items()
            ]  # fmt: skip
            metrics += [
                Line(name=name, color=METRIC_COLORS[name], x=c.epoch, y=c.value, run=run,
                     is_share=name == "accuracy")
                for name, c in curves.metrics.items() if name in METRIC_COLORS
            ]  # fmt: skip
        self.plot.show_lines(lines)
        self.metrics.show_lines(metrics)
        self.plot.set_legend(_legend(lines))
        self.metrics.set_legend(_legend(metrics))
        job = self.session.job
        self.plot.set_empty_text("The curves begin with the first steps." if job else "")
        self.metrics.set_empty_text(no_metrics_text(job.config) if job and job.has_settings else "")


def no_metrics_text(config: TrainConfig) -> str:
    """Why there is no FID, or when there will be."""
    if not config.recogniser or not config.measure_every:
        return "Measured where a training names a recogniser: New training, Meanwhile."
    return f"The first numbers come at epoch {config.measure_every}."


def _legend(lines: Sequence[Line]) -> str:
    """The names of the curves in their colours, as rich text."""
    seen = {line.name: line.color for line in lines if line.run == 0}
    return "&nbsp;&nbsp; ".join(
        f'<span style="color:{color}">{LOSS_NAMES.get(name, name)}</span>'
        for name, color in seen.items()
    )
