"""Evaluate: reports on the left, Table 1 and the confusion below the stage, their story right."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from core.errors import StudioError
from studio import bridge, theme
from studio.actions import Action
from studio.document import ShownClip
from studio.panels.evaluate_table import ScoreTable
from studio.panels.train_card import Rows
from studio.plots.confusion import ConfusionPlot
from studio.services.evaluating import (
    Wanted,
    evaluated,
    misread_clips,
    physical_rows,
    provenance_rows,
)
from studio.widgets import (
    Button,
    EmptyState,
    SectionHeading,
    Separator,
    caption,
    primary_button,
)
from studio.widgets.layouts import SidePanel
from studio.window.page import PageContext

_FORMATS = {"LaTeX": "as_latex", "CSV": "as_csv", "Markdown": "as_markdown"}


class EvaluatePage(QObject):
    """The page; implements ``studio.window.page.Page``."""

    id = "evaluate"
    title = "Evaluate"
    has_own_scene = True

    def __init__(self, context: PageContext) -> None:
        super().__init__(context.viewport)
        self._context = context
        self._document = context.document
        self.report: Any = None
        self._handle: Any = None
        self._dialog: QWidget | None = None
        self.overlay: QWidget | None = None
        self.list = QListWidget()
        self.list.setAccessibleName("Reports")
        self.list.setSpacing(6)
        self.empty = EmptyState(
            "chip", "No report yet",
            "Measure a model against the clips it learned from: FID, accuracy, diversity.",
            "New evaluation…",
        )  # fmt: skip
        self.new_button = primary_button("New evaluation…", key="N")
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.doing = caption("")
        self.cancel_button = Button("Cancel", tooltip="Stop the evaluation; nothing is kept")
        self.table, self.confusion = ScoreTable(), ConfusionPlot()
        self.confusion_heading = SectionHeading("Confusion of generated clips")
        self.left: QWidget = self._left()
        self.below: QWidget = self._below()
        self.right: QWidget = self._right()
        self.new_button.clicked.connect(self.ask_new)
        self.empty.pressed.connect(self.ask_new)
        self.cancel_button.clicked.connect(self.cancel)
        self.list.currentItemChanged.connect(lambda item, _before: self._chosen(item))
        self.confusion.pressed.connect(self.play_misread)
        self._show_busy(False)
        self.show_report(None)

    # -- putting together -------------------------------------------------------------------------
    def _left(self) -> QWidget:
        panel = SidePanel("Reports")
        panel.add(SectionHeading("Reports"))
        panel.add(self.list, stretch=1, edge_to_edge=True)
        panel.add(self.empty, stretch=1, edge_to_edge=True)
        for widget in (self.doing, self.bar, self.cancel_button, self.new_button):
            panel.add(widget)
        return panel

    def _below(self) -> QWidget:
        box = QWidget()
        box.setMinimumHeight(220)
        halves = QSplitter(Qt.Orientation.Horizontal)
        halves.setHandleWidth(1)
        halves.setChildrenCollapsible(False)
        measures = QWidget()
        column = QVBoxLayout(measures)
        column.setContentsMargins(16, 10, 16, 10)
        column.addWidget(SectionHeading("Table 1", "mean ± 95 % interval over seeds"))
        column.addWidget(self.table)
        column.addStretch()
        matrix = QWidget()
        column = QVBoxLayout(matrix)
        column.setContentsMargins(16, 10, 16, 10)
        column.addWidget(self.confusion_heading)
        column.addWidget(self.confusion, 1)
        halves.addWidget(_scrolling(measures))
        halves.addWidget(matrix)
        halves.setSizes([620, 400])
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(Separator())
        column.addWidget(halves, 1)
        return box

    def _right(self) -> QWidget:
        panel = SidePanel("Report")
        self.heading = SectionHeading("No report chosen")
        self.story, self.physics = Rows("Where the numbers come from"), Rows("Physical measures")
        self.warnings = caption("", color=theme.WARNING)
        self.warnings.setWordWrap(True)
        self.physics_heading = SectionHeading("Physics", "generated clips")
        panel.add(self.heading)
        panel.add(self.story)
        panel.add(self.warnings)
        panel.add_separator()
        panel.add(self.physics_heading)
        panel.add(self.physics)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.copy_buttons = []
        for name in _FORMATS:
            button = Button(name, tooltip=f"Copy the table as {name}")
            button.clicked.connect(lambda _checked=False, what=name: self.copy(what))
            row.addWidget(button)
            self.copy_buttons.append(button)
        panel.add_layout(row)
        panel.add_stretch()
        return _scrolling(panel)

    # -- Page -------------------------------------------------------------------------------------
    def actions(self) -> Sequence[Action]:
        return [
            Action(id="evaluate.new", text="New evaluation…", shortcut="N", run=self.ask_new,
                   tip="Choose a model, data and a recogniser"),
            Action(id="evaluate.cancel", text="Cancel evaluation", run=self.cancel,
                   enabled=lambda: self._handle is not None, tip="Stop it; nothing is kept"),
            *(Action(id=f"evaluate.copy-{name.lower()}", text=f"Copy table as {name}",
                     run=partial(self.copy, name), enabled=self.has_report,
                     tip="To the clipboard")
              for name in _FORMATS),
        ]  # fmt: skip

    def entered(self) -> None:
        self.refresh()

    def left_behind(self) -> None:
        """A running evaluation goes on."""

    def receive(self, what: Any) -> None:
        """Ask for an evaluation on a data set: ``{"dataset": name}``."""
        self.ask_new(what.get("dataset", "") if isinstance(what, dict) else str(what))

    def has_report(self) -> bool:
        """Whether a report is chosen."""
        return self.report is not None

    # -- reports ----------------------------------------------------------------------------------
    def refresh(self, select: str = "") -> None:
        """Look which reports there are."""

        def found() -> list[tuple[str, Any]]:
            from core.evaluation.report import list_reports, load_report

            reports = []
            for path in list_reports():
                try:
                    reports.append((str(path), load_report(path)))
                except StudioError:
                    continue
            return sorted(reports, key=lambda pair: -pair[1].created)

        bridge.run_in_thread(
            lambda progress: found(), lambda reports: self._list(reports, select),
            self._document.problem.emit, key="reports", owner=self,
        )  # fmt: skip

    def _list(self, reports: list[tuple[str, Any]], select: str) -> None:
        before = select or (self.report.name if self.report is not None else "")
        self.list.blockSignals(True)
        self.list.clear()
        for path, report in reports:
            day = time.strftime("%d %b %H:%M", time.localtime(report.created))
            item = QListWidgetItem(f"{report.name}\n{report.dataset.get('name', '')} · {day}")
            item.setData(Qt.ItemDataRole.UserRole, report)
            item.setToolTip(path)
            self.list.addItem(item)
        self.list.blockSignals(False)
        self.list.setVisible(bool(reports))
        self.empty.setVisible(not reports)
        names = [report.name for _, report in reports]
        if names:
            self.list.setCurrentRow(names.index(before) if before in names else 0)

    def _chosen(self, item: QListWidgetItem | None) -> None:
        self.show_report(item.data(Qt.ItemDataRole.UserRole) if item is not None else None)

    def show_report(self, report: Any) -> None:
        """Show a report, None for none."""
        self.report = report
        for button in self.copy_buttons:
            button.setEnabled(report is not None)
        if report is None:
            return
        from core.evaluation.report import COLUMNS
        from core.evaluation.tables import cells

        self.table.show_table(
            [column.title for column in COLUMNS],
            [(name, [(c.text(), c.is_best) for c in row])
             for name, row in cells([report])],
        )  # fmt: skip
        row = report.row("generated") or report.rows[-1]
        self.confusion.show_matrix(report.labels, row.confusion)
        self.confusion_heading.set_note("press a cell to play the clips in it")
        self.heading.title.setText(report.name)
        self.story.show_rows(provenance_rows(report))
        self.warnings.setText("\n".join(report.warnings))
        self.warnings.setVisible(bool(report.warnings))
        self.physics.show_rows(physical_rows(report))
        self._context.actions.refresh()

    def copy(self, what: str) -> None:
        """Put the table on the clipboard."""
        if self.report is not None:
            QGuiApplication.clipboard().setText(getattr(self.report, _FORMATS[what])())
            self._document.message.emit(f"The table is on the clipboard as {what}.")

    def play_misread(self, true: int, read: int) -> None:
        """Make the clips of a cell again and play them side by side."""
        report = self.report
        wanted = [
            clip for clip in report.misread
            if (clip.row, clip.label, clip.read_as) == ("generated", true, read)
        ]  # fmt: skip
        if not wanted:
            self._document.message.emit("These clips were read right; misread ones can be played.")
            return

        def done(found: list[Any]) -> None:
            self._document.show(
                ShownClip(
                    key=f"{clip.seed}/{clip.index}", motion=motion, kind="generated",
                    name=report.labels[clip.label],
                    detail=f"read as {report.labels[clip.read_as]}, seed {clip.seed}",
                    row=place // 4,
                )
                for place, (clip, motion) in enumerate(found)
            )  # fmt: skip
            self._context.viewport.frame_all()  # type: ignore[attr-defined]
            self._context.playback.play()

        bridge.run_in_thread(
            lambda progress: misread_clips(report, wanted), done, self._document.problem.emit,
            key="misread", owner=self,
        )  # fmt: skip

    # -- evaluating -------------------------------------------------------------------------------
    def ask_new(self, dataset: str = "") -> None:
        """Open the form."""

        def listed() -> tuple[Any, Any, Any]:
            from core.datasets.library import list_datasets
            from core.evaluation.recognisers.library import list_recognisers
            from studio.services.trained import trained_models

            return trained_models(), list_datasets(), list_recognisers()

        bridge.run_in_thread(
            lambda progress: listed(), lambda found: self._open_form(found, str(dataset or "")),
            self._document.problem.emit, key="evaluate-form", owner=self,
        )  # fmt: skip

    def _open_form(self, found: tuple[Any, Any, Any], dataset: str) -> None:
        from studio.dialogs.new_evaluation import NewEvaluationDialog

        dialog = NewEvaluationDialog(*found, dataset=dataset, parent=self.right.window())
        dialog.wanted.connect(self.evaluate)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._dialog = dialog
        dialog.open()

    def evaluate(self, wanted: Wanted) -> None:
        """Evaluate in a process of its own."""
        if self._handle is not None:
            self._document.message.emit("One evaluation at a time; this one is not done yet.")
            return
        name = Path(wanted.checkpoint).stem

        def tell(fraction: float, text: str, _preview: object = None) -> None:
            self.bar.setValue(round(1000 * fraction))
            self.doing.setText(text or "Evaluating")
            self._context.report_job(f"evaluation {fraction:.0%}")

        def done(_result: object) -> None:
            self._end()
            self._document.message.emit(f"{name} is measured.")
            self.report = None
            self.refresh()

        def failed(message: str, hint: str) -> None:
            self._end()
            self._document.problem.emit(message, hint)

        self._handle = bridge.run_in_thread(
            lambda progress: evaluated(wanted, progress), done, failed, on_progress=tell,
            on_cancelled=self._end, owner=self,
        )  # fmt: skip
        self._show_busy(True)

    def cancel(self) -> None:
        """Stop the evaluation."""
        if self._handle is not None:
            self._handle.cancel()

    def _end(self) -> None:
        self._handle = None
        self._context.report_job("")
        self._show_busy(False)

    def _show_busy(self, is_busy: bool) -> None:
        for widget in (self.bar, self.doing, self.cancel_button):
            widget.setVisible(is_busy)
        self.new_button.setEnabled(not is_busy)
        self.doing.setText("Starting" if is_busy else "")
        self.bar.setValue(0)


def _scrolling(inside: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(inside)
    area.setMinimumWidth(270)
    return area
