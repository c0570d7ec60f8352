"""Evaluate: reports on the left, Table 1 and the confusion below the stage, their story right.

Composes panels; what they do lies in :class:`EvaluateSession`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QPoint, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import (
    QMenu,
    QProgressBar,
    QWidget,
)

from core.errors import StudioError
from core.evaluation import tables
from core.evaluation.references import begin_references
from core.evaluation.report import COLUMNS, Report, measured_by, reports_folder
from studio import bridge
from studio.actions import Action
from studio.pages.evaluate_menus import FORMATS, page_actions
from studio.pages.evaluate_session import EvaluateSession
from studio.panels.evaluate_below import MATRIX_ROWS, EvaluateBelow
from studio.panels.evaluate_reports import ReportsPanel
from studio.panels.evaluate_story import StoryPanel
from studio.panels.evaluate_table import ScoreCell, ScoreRow
from studio.services.evaluating import Wanted
from studio.services.reports import number_story
from studio.widgets import (
    Button,
    caption,
    primary_button,
)
from studio.widgets.layouts import SidePanel, scrolling
from studio.window.page import PageContext

_INTERVALS = {False: "mean ± 95 % interval over seeds",
              True: "mean ± 1.96 × variance, as published"}  # fmt: skip
_THEIRS = "Not measured here: other clips, another recogniser. From references.csv"
_PRESS_A_CELL = "Press a red cell to play its clips; green ones were read right"


class EvaluatePage(QObject):
    """The page; implements ``studio.window.page.Page``."""

    id = "evaluate"
    title = "Evaluate"
    has_own_scene = True

    def __init__(self, context: PageContext) -> None:
        super().__init__(context.viewport)
        self._context = context
        self.session = EvaluateSession(context.document, self, context.report_job)
        self._dialog: QWidget | None = None
        self._table_rows: list[tables.TableRow] = []
        self.overlay: QWidget | None = None
        self.list = ReportsPanel()
        self.new_button = primary_button(
            "New evaluation…", key="N", tooltip="Choose a model, data and a recogniser  (N)"
        )
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.doing = caption("")
        self.cancel_button = Button("Cancel", tooltip="Stop the evaluation; nothing is kept")
        self.parts = EvaluateBelow(tuple(FORMATS))
        self.table, self.confusion = self.parts.table, self.parts.confusion
        self.story = StoryPanel()
        self.left: QWidget = self._left()
        self.below: QWidget = self.parts
        self.right: QWidget = scrolling(self.story)
        self._connect()
        self._show_busy()
        self._show_list()
        self._show_chosen()

    # -- putting together -------------------------------------------------------------------------
    def _left(self) -> QWidget:
        panel = SidePanel("Reports")
        panel.add(self.list, stretch=1, edge_to_edge=True)
        for widget in (self.doing, self.bar, self.cancel_button, self.new_button):
            panel.add(widget)
        return panel

    def _connect(self) -> None:
        session, panel, story = self.session, self.list, self.story
        self.new_button.clicked.connect(self.ask_new)
        self.cancel_button.clicked.connect(session.cancel)
        for name, button in self.parts.copy_buttons.items():
            button.clicked.connect(lambda _checked=False, what=name: self.copy(what))
        panel.new_pressed.connect(self.ask_new)
        panel.chosen.connect(session.choose)
        panel.renamed.connect(session.rename)
        panel.delete_pressed.connect(session.delete)
        panel.menu_wanted.connect(self._open_menu)
        story.rename_pressed.connect(panel.rename_current)
        story.folder_pressed.connect(self.open_folder)
        story.delete_pressed.connect(session.delete)
        story.again_pressed.connect(self.ask_again)
        self.table.chosen.connect(self.show_number)
        self.parts.matrix_row.picked.connect(lambda _row: self._show_matrix())
        self.confusion.pressed.connect(self.play_misread)
        self.confusion.moved.connect(
            lambda true, read: self.parts.words.set_text(self.confusion.words((true, read)))
        )
        session.reports_changed.connect(self._show_list)
        session.chosen_changed.connect(self._show_chosen)
        session.busy_changed.connect(self._show_busy)
        session.progressed.connect(self._show_progress)
        session.staged.connect(self._show_staged)
        session.in_hand_changed.connect(self._offer_stage)

    # -- Page -------------------------------------------------------------------------------------
    def actions(self) -> Sequence[Action]:
        return page_actions(self)

    def entered(self) -> None:
        self.session.refresh()

    def left_behind(self) -> None:
        """A running evaluation goes on."""

    def receive(self, what: Any) -> None:
        """Ask for an evaluation: ``{"dataset": name, "checkpoint": path}``, each optional."""
        wanted = what if isinstance(what, dict) else {"dataset": str(what)}
        self.ask_new(str(wanted.get("dataset", "")), str(wanted.get("checkpoint", "")))

    @property
    def report(self) -> Report | None:
        """The report in hand."""
        return self.session.current

    def has_report(self) -> bool:
        """Whether a report is chosen."""
        return self.report is not None

    # -- following what is ------------------------------------------------------------------------
    def _show_list(self) -> None:
        self.list.show_reports(self.session.stored, self.session.chosen)
        has_any = bool(self.session.stored)
        self.new_button.setVisible(has_any)  # else the empty list has it

    def _show_chosen(self) -> None:
        session = self.session
        reports, marks = session.reports, session.marks()
        self.list.show_marks(marks)
        self._show_table(reports, list(marks.values()))
        self._show_matrix()
        self.story.show_reports(session.current, reports, list(marks.values()), session.warnings())
        self.parts.show_nothing(not reports)
        if reports:
            column = self.table.cell[1] if self.table.cell else 0
            self.table.choose(self._row_of("generated"), column)
        for button in self.parts.copy_buttons.values():
            button.setEnabled(bool(reports))
        self._context.actions.refresh()

    def _show_table(self, reports: list[Report], marks: list[tuple[str, str]]) -> None:
        self._table_rows = tables.table_rows(reports, with_difference=True) if reports else []
        mark_of = {id(report): mark for report, mark in zip(reports, marks, strict=False)}
        rows = []
        for row in self._table_rows:
            mark = mark_of.get(id(row.report))
            name = row.name if mark is None else row.row.name
            if row.minus is not None and mark is not None:
                first = mark_of[id(row.minus)][0]
                name, mark = f"{mark[0]} − {first}  {row.row.name}", None
            elif row.row.is_real and len({measured_by(r) for r in reports}) == 1:
                mark = None  # the same clips for all
            cells = tuple(
                ScoreCell(
                    text=cell.text().replace("-", "−"), is_best=cell.is_best, tip=_tip(row, cell)
                )
                for cell in row.cells
            )
            rows.append(
                ScoreRow(name=name, cells=cells, mark=mark, is_difference=row.minus is not None)
            )
        if reports:
            rows += [
                ScoreRow(
                    name=one.title, is_difference=True,
                    cells=tuple(
                        ScoreCell(text=tables.Cell(one.values.get(c.key), c).text(), tip=_THEIRS)
                        for c in COLUMNS
                    ),
                )
                for one in self.session.references()
            ]  # fmt: skip
        self.table.show_table([column.title for column in COLUMNS], rows)
        self.parts.fit()
        draws = {report.official for report in reports}
        self.parts.heading.set_note(
            "mean ± differs by report" if len(draws) > 1 else _INTERVALS[True in draws]
        )

    def _row_of(self, name: str) -> int:
        names = [row.row.name for row in self._table_rows]
        return names.index(name) if name in names else len(names) - 1

    def show_number(self, row: int, column: int) -> None:
        """Show what stands behind a cell of the table."""
        if row >= len(self._table_rows):
            self._context.document.message.emit(_THEIRS)
            return
        found = self._table_rows[row]
        self.story.show_number(number_story(found, found.cells[column]))

    def _show_matrix(self) -> None:
        report = self.report
        for name, _ in MATRIX_ROWS:
            known = report.row(name) if report is not None else None
            self.parts.matrix_row.set_enabled(name, known is not None and bool(known.confusion))
        row = report.row(self.parts.matrix_row.current) if report is not None else None
        if report is not None and (row is None or not row.confusion):
            row = report.row("generated") or report.rows[-1]
            self.parts.matrix_row.set_current(row.name)
        if report is None or row is None:
            self.confusion.show_matrix((), ())
            self.parts.words.set_text("")
            return
        real = report.row("GT held out") or report.row("GT")
        self.confusion.show_matrix(
            report.labels, row.confusion,
            real.per_class if real is not None and real is not row and real.confusion else (),
        )  # fmt: skip
        mark = "; the white mark is real clips" if real is not row else ""
        self.parts.words.set_text(_PRESS_A_CELL + mark)

    def _show_staged(self, cell: tuple[int, int] | None) -> None:
        self.confusion.choose(cell)
        if cell is not None:
            self.parts.words.set_text(self.confusion.words(cell))

    def _offer_stage(self) -> None:
        """Another report is in hand: its most misread clips, where they can be made again."""

        def failed(message: str, hint: str) -> None:
            self.parts.words.set_text(message)
            self._context.document.message.emit(message)

        cell = self.confusion.most_confused()
        if cell is not None:
            self.session.play_misread(self.parts.matrix_row.current, *cell, self._play, failed)

    def _show_busy(self) -> None:
        is_busy = self.session.is_busy
        for widget in (self.bar, self.doing, self.cancel_button):
            widget.setVisible(is_busy)
        self.new_button.setEnabled(not is_busy)
        self._show_progress(0.0, "Starting" if is_busy else "")
        self._context.actions.refresh()

    def _show_progress(self, fraction: float, text: str) -> None:
        self.bar.setValue(round(1000 * fraction))
        self.doing.setText(text)

    # -- orders -----------------------------------------------------------------------------------
    def copy(self, what: str) -> None:
        """Put the table on the clipboard as it is shown."""
        if self.has_report():
            text = getattr(tables, FORMATS[what])(
                self.session.reports, with_difference=True, references=self.session.references()
            )  # fmt: skip
            QGuiApplication.clipboard().setText(text)
            self._context.document.message.emit(f"The table is on the clipboard as {what}.")

    def open_folder(self) -> None:
        """Open the reports' folder in the system's file browser."""
        folder = reports_folder()
        folder.mkdir(parents=True, exist_ok=True)
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            self._context.document.message.emit(f"The reports are in {folder}")

    def edit_references(self) -> None:
        """Open the file with rows of papers in the system's editor; it is read on coming back."""
        try:
            path = begin_references()
        except StudioError as error:
            self._context.document.problem.emit(error.message, error.hint)
            return
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
            self._context.document.message.emit(f"Write the rows into {path}")

    def play_misread(self, true: int, read: int) -> None:
        """Make the clips of a cell again and play them side by side."""
        self.session.play_misread(self.parts.matrix_row.current, true, read, self._play)

    def play_most_misread(self) -> None:
        """Play the clips of the fullest cell beside the diagonal."""
        cell = self.confusion.most_confused()
        if cell is None:
            self._context.document.message.emit("Every clip was read right.")
        else:
            self.play_misread(*cell)

    def _play(self) -> None:
        self._context.viewport.frame_all()  # type: ignore[attr-defined]
        self._context.playback.play()

    def _open_menu(self, at: QPoint) -> None:
        actions = self._context.actions
        actions.refresh()
        menu = QMenu(self.list)
        for name in ("evaluate.again", "evaluate.misread", "", "evaluate.rename",
                     "evaluate.folder", "evaluate.references", "", "evaluate.delete"):  # fmt: skip
            if not name:
                menu.addSeparator()
            elif name in actions:
                menu.addAction(actions.qaction(name))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)

    # -- evaluating -------------------------------------------------------------------------------
    def ask_again(self) -> None:
        """Open the form with the model and data of the report in hand."""
        report = self.report
        if report is not None:
            path = str(report.checkpoint.get("path") or "")
            self.ask_new(str(report.dataset.get("name", "")), path if Path(path).is_file() else "")

    def ask_new(self, dataset: str = "", checkpoint: str = "") -> None:
        """Open the form."""

        def listed() -> tuple[Any, Any, Any]:
            from core.datasets.library import list_datasets
            from core.evaluation.recognisers.library import list_recognisers
            from studio.services.trained import trained_models

            return trained_models(), list_datasets(), list_recognisers()

        wanted = (str(dataset or ""), str(checkpoint or ""))
        bridge.run_in_thread(
            lambda progress: listed(), lambda found: self._open_form(found, *wanted),
            self._context.document.problem.emit, key="evaluate-form", owner=self,
        )  # fmt: skip

    def _open_form(self, found: tuple[Any, Any, Any], dataset: str, checkpoint: str) -> None:
        from studio.dialogs.new_evaluation import NewEvaluationDialog

        dialog = NewEvaluationDialog(
            *found, dataset=dataset, checkpoint=checkpoint, parent=self.right.window()
        )
        dialog.wanted.connect(self.evaluate)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._dialog = dialog
        dialog.open()

    def evaluate(self, wanted: Wanted) -> None:
        """Evaluate in a process of its own."""
        self.session.evaluate(wanted)


def _tip(row: tables.TableRow, cell: tables.Cell) -> str:
    """The seeds behind a cell, for its tooltip."""
    story = number_story(row, cell)
    if not story.values:
        return "Not measured for this row"
    shown = ", ".join(f"{value:.{story.decimals}f}" for value in story.values[:20])
    more = f" and {len(story.values) - 20} more" if len(story.values) > 20 else ""
    return f"{story.title}\n{len(story.values)} seeds: {shown}{more}"
