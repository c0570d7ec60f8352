"""What stands right of the stage on the Train page: how the training goes, and what it is."""

from __future__ import annotations

import time

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QProgressBar, QSizePolicy, QWidget

from studio import theme
from studio.panels.train_runs import STATE_COLORS
from studio.services.training import (
    FROZEN,
    Help,
    card_rows,
    help_for,
    setting_rows,
    sweep_title,
)
from studio.widgets import Button, SectionHeading, Separator, caption
from studio.widgets.labels import set_color
from studio.widgets.layouts import SidePanel
from training.jobs.watch import JobView


class Rows(QWidget):
    """Names on the left, values on the right, a line under each."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._rows: list[tuple[str, str]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_rows(self, rows: list[tuple[str, str]]) -> None:
        """Show other rows."""
        if rows != self._rows:
            is_taller = len(rows) != len(self._rows)
            self._rows = rows
            if is_taller:
                self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, 26 * len(self._rows))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        for number, (name, value) in enumerate(self._rows):
            rect = QRectF(0, 26 * number, self.width(), 26)
            painter.setFont(theme.font(theme.SMALL_SIZE))
            painter.setPen(QColor(theme.DIM))
            painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, name)
            metrics = painter.fontMetrics()
            room = int(self.width() - metrics.horizontalAdvance(name) - 12)
            text = metrics.elidedText(value, Qt.TextElideMode.ElideMiddle, room)
            painter.setPen(QColor(theme.TEXT))
            painter.drawText(
                rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text
            )
            painter.fillRect(QRectF(0, rect.bottom() - 1, self.width(), 1), QColor(theme.LINE))


class SweepBars(QWidget):
    """The trainings of a sweep with their motion energy; ``chosen(id)`` on a click."""

    chosen = Signal(str)
    _ROW = 30

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Motion energy of the sweep")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._rows: list[tuple[str, str, float | None]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_rows(self, rows: list[tuple[str, str, float | None]]) -> None:
        """Show (id, value, energy relative to the data) of each training."""
        if rows != self._rows:
            self._rows = rows
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, self._ROW * len(self._rows))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = int(event.position().y() // self._ROW)
        if 0 <= row < len(self._rows):
            self.chosen.emit(self._rows[row][0])

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(theme.SMALL_SIZE))
        painter.setPen(Qt.PenStyle.NoPen)
        left, right = 64.0, self.width() - 96.0
        for number, (_id, value, energy) in enumerate(self._rows):
            top = number * self._ROW
            painter.setPen(QColor(theme.DIM))
            middle = Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(0, top, left - 8, self._ROW), middle, value)
            bar = QRectF(left, top + 11, right - left, 8)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.LINE))
            painter.drawRoundedRect(bar, 2, 2)
            text = "–"
            if energy is not None:
                is_frozen = energy < FROZEN
                painter.setBrush(QColor(theme.BAD if is_frozen else theme.GOOD))
                bar.setWidth(bar.width() * min(max(energy, 0.02), 1.0))
                painter.drawRoundedRect(bar, 2, 2)
                text = f"{energy:.2f} frozen" if is_frozen else f"{energy:.2f}"
            painter.setPen(QColor(theme.TEXT))
            place = QRectF(right + 8, top, self.width() - right - 8, self._ROW)
            painter.drawText(place, middle | Qt.AlignmentFlag.AlignRight, text)


class JobCard(SidePanel):
    """The chosen training. Signals are orders: ``pause_pressed``, ``stop_pressed``, ...; the first
    button resumes where that is what can be done."""

    pause_pressed = Signal()
    resume_pressed = Signal()
    stop_pressed = Signal()
    duplicate_pressed = Signal()
    use_pressed = Signal()
    help_pressed = Signal(object)  # a Help of studio.services.training
    run_chosen = Signal(str)
    notes_edited = Signal(str)

    def __init__(self) -> None:
        super().__init__("Training")
        self.heading = SectionHeading("No training chosen")
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.facts = Rows("How the training goes")
        self.problem = caption("", color=theme.BAD)
        self.problem.setWordWrap(True)
        self.help_button = Button("", tooltip="")
        self._help: Help | None = None
        self.pause_button = Button("Pause", tooltip="Save and end; it can go on later")
        self.stop_button = Button("Stop", tooltip="Save and end the training")
        self.use_button = Button(
            "Use in Create", icon="body", key="U",
            tooltip="Sample from the checkpoint that is shown  (U)",
        )  # fmt: skip
        self.settings_heading = SectionHeading("Settings", "duplicate to change")
        self.settings = Rows("Settings")
        self.duplicate_button = Button(
            "Duplicate…", key="D", tooltip="A new training from these settings  (D)"
        )
        self.sweep_heading = SectionHeading("Sweep", "motion energy")
        self.sweep = SweepBars()
        self.notes_heading = SectionHeading("Notes")
        self.notes = QPlainTextEdit()
        self.notes.setAccessibleName("Notes")
        self.notes.setPlaceholderText("What this training is for, what came of it")
        self.notes.setFixedHeight(72)
        self._id = ""
        self._can_resume = False
        self._compose()
        self._connect()
        self.show_view(None, [], "")

    def _compose(self) -> None:
        self.add(self.heading)
        self.add(self.bar)
        self.add(self.facts)
        self.add(self.problem)
        self.add(self.help_button)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.pause_button)
        row.addWidget(self.stop_button)
        self.add_layout(row)
        self.add(self.use_button)
        self.add_separator()
        self.add(self.settings_heading)
        self.add(self.settings)
        self.add(self.duplicate_button)
        self.add(self.sweep_heading)
        self.add(self.sweep)
        self.add_separator()
        self.add(self.notes_heading)
        self.add(self.notes)
        self.add_stretch()

    def _connect(self) -> None:
        self.pause_button.clicked.connect(self._pause_or_resume)
        self.stop_button.clicked.connect(self.stop_pressed)
        self.duplicate_button.clicked.connect(self.duplicate_pressed)
        self.use_button.clicked.connect(self.use_pressed)
        self.sweep.chosen.connect(self.run_chosen)
        self.help_button.clicked.connect(lambda: self.help_pressed.emit(self._help))
        self.notes.textChanged.connect(lambda: self.notes_edited.emit(self.notes.toPlainText()))

    def _pause_or_resume(self) -> None:
        (self.resume_pressed if self._can_resume else self.pause_pressed).emit()

    def show_view(
        self, view: JobView | None, sweep: list[tuple[str, str, float | None]], shown: str
    ) -> None:
        """Show a training as it is now; ``shown`` is the checkpoint on the stage, "" none."""
        for widget in (self.bar, self.facts, self.pause_button, self.stop_button, self.use_button,
                       self.settings_heading, self.settings, self.duplicate_button,
                       self.notes_heading, self.notes):  # fmt: skip
            widget.setVisible(view is not None)
        for line in self.findChildren(Separator):
            line.setVisible(view is not None)
        self.sweep_heading.setVisible(bool(sweep))
        self.sweep.setVisible(bool(sweep))
        self._can_resume = view is not None and view.state.can_resume
        if view is None:
            self.heading.title.setText("No training chosen")
            self.heading.set_note("")
            self.problem.hide()
            self.help_button.hide()
            return
        state = view.state
        self.heading.title.setText(view.job.name)
        self.heading.set_note(state.state, STATE_COLORS.get(state.state, theme.DIM))
        self.bar.setValue(round(1000 * state.fraction))
        self.facts.show_rows(card_rows(view, time.time()))
        said = " ".join(part for part in (state.message, state.hint) if part)
        self.problem.setText(said)
        set_color(self.problem, theme.DIM if state.state == "running" else theme.BAD)
        self.problem.setVisible(bool(said) and state.state in ("failed", "lost", "running"))
        self._show_help(help_for(state, view.job.config if view.job.has_settings else None))
        self.pause_button.set_label("Resume" if self._can_resume else "Pause")
        self.pause_button.setEnabled(self._can_resume or state.state in ("running", "queued"))
        self.stop_button.setEnabled(state.state in ("running", "queued"))
        self.use_button.setEnabled(bool(shown))
        if view.job.has_settings:
            self.settings.show_rows(setting_rows(view.job.config))
        swept = view.job.sweep
        self.sweep_heading.title.setText(sweep_title(swept.field if swept else ""))
        self.sweep.show_rows(sweep)
        if view.id != self._id:
            self._id = view.id
            self.notes.blockSignals(True)
            self.notes.setPlainText(view.job.notes)
            self.notes.blockSignals(False)

    def _show_help(self, found: Help | None) -> None:
        """Offer what helps a training that failed."""
        self._help = found
        self.help_button.setVisible(found is not None)
        if found is not None and found.text != self.help_button.text():
            self.help_button.set_label(found.text)
            self.help_button.setToolTip(found.tip)
