"""Two estimators over whole data sets: means and paired differences by action, as a table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QTableView,
    QWidget,
)

from core.errors import StudioError
from core.progress import Progress
from core.project import Project
from studio import theme
from studio.dialogs.export_form import add_row, form_grid
from studio.dialogs.work_dialog import Choice, WorkDialog
from studio.document import ShownClip
from studio.services.comparing_sets import (
    KEY_MEASURES,
    TABLES,
    Measured,
    Side,
    folder_side,
    measured,
    write_table,
)
from studio.widgets import Button

_FOLDER = "A folder of clips…"
_CLEAR = 0.05  # p below which a difference is drawn as one
_WHAT: tuple[tuple[str, tuple[str, ...] | None], ...] = (
    ("peak knee flexion (completeness of movement)", ("peak knee flexion",)),
    ("jitter, foot slide, missing frames, peak knee flexion", KEY_MEASURES),
    ("all measures", None),
)


class CompareSets(WorkDialog):
    """``shown(clips)`` with the pair of a row that differs most, when the user asks for it."""

    shown = Signal(list)

    def __init__(
        self, sides: Sequence[Side], project: Project | None, parent: QWidget | None = None
    ) -> None:
        super().__init__("Compare whole data sets", "Measure", parent)
        self.setMinimumSize(860, 640)
        self._project = project
        self._measured: Measured | None = None
        self.first, self.second, self.measures = Choice(), Choice(), Choice()
        for choice in (self.first, self.second):
            for side in sides:
                choice.addItem(side.text, side)
            choice.addItem(_FOLDER, None)
            choice.activated.connect(lambda index, c=choice: self._chosen(c, index))
        self.second.setCurrentIndex(min(1, len(sides)))
        for name, measures in _WHAT:
            self.measures.addItem(name, measures)
        self.measures.currentIndexChanged.connect(lambda _index: self._show())
        self.model = QStandardItemModel(self)
        self.table = _table(self.model)
        self.table.doubleClicked.connect(lambda _index: self.show_pair())
        self.pair_button = Button("Show farthest pair", tooltip="The two clips of this row that "
                                  "differ most, beside each other (double-click)")  # fmt: skip
        self.copy_button = Button("Copy LaTeX", tooltip="The table shown, to the clipboard")
        self.save_button = Button("Save table…", tooltip="CSV, LaTeX, PNG or PDF")
        for button, run in ((self.pair_button, self.show_pair), (self.copy_button, self.copy),
                            (self.save_button, self.ask_file)):  # fmt: skip
            button.clicked.connect(run)
            button.setEnabled(False)
        self._compose()
        self.say(
            "Clips of the same video (data sets: the same name and label) are pairs; the test and "
            "the interval are of their differences.", theme.DIM,
        )  # fmt: skip

    def _compose(self) -> None:
        grid = form_grid()
        add_row(grid, "First", self.first, "One side: an estimator, a data set, a folder")
        add_row(grid, "Second", self.second, "What the first is compared with")
        add_row(grid, "Measures", self.measures, "Which rows are shown")
        self.content.addLayout(grid)
        self.content.addWidget(self.table, 1)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.pair_button)
        row.addStretch(1)
        row.addWidget(self.copy_button)
        row.addWidget(self.save_button)
        self.content.addLayout(row)

    # -- measuring --------------------------------------------------------------------------------
    def _chosen(self, choice: Choice, index: int) -> None:
        if choice.itemText(index) == _FOLDER:
            self._take_folder(choice)

    def _take_folder(self, choice: Choice) -> None:
        name = QFileDialog.getExistingDirectory(self, "Folder of npz clips, or a data set")
        if not name:
            choice.setCurrentIndex(0)
            return
        try:
            side = folder_side(Path(name))
        except StudioError as error:
            self.say(f"{error.message} {error.hint}", theme.WARNING)
            choice.setCurrentIndex(0)
            return
        choice.insertItem(choice.count() - 1, side.text, side)
        choice.setCurrentIndex(choice.count() - 2)

    def begin(self) -> None:
        first, second = self.first.currentData(), self.second.currentData()
        if self.is_working:
            return
        if not isinstance(first, Side) or not isinstance(second, Side):
            self.say("Choose both sides.", theme.WARNING)
            return

        def work(progress: Progress) -> Measured:
            return measured(first, second, self._project, progress)

        self.start(work, self._done, lambda message, hint: self.end(f"{message} {hint}", theme.BAD))

    def _done(self, found: Measured) -> None:
        self._measured = found
        skipped = found.summary.skipped
        said = f"{len(found.pairs) - len(skipped):,} pairs measured."
        if skipped:
            said += f" {len(skipped)} left out: {skipped[0]}"
        self.end(said, theme.WARNING if skipped else theme.DIM)
        self._show()
        self.copy_button.setEnabled(True)
        self.save_button.setEnabled(True)

    # -- the table --------------------------------------------------------------------------------
    def _show(self) -> None:
        self.model.clear()
        self.pair_button.setEnabled(False)
        if self._measured is None:
            return
        one, other = self._measured.summary.names
        self.model.setHorizontalHeaderLabels(
            ["Action", "Measure", "Pairs", one, other, f"{other} − {one}", "95 % interval", "p"]
        )
        for column in range(8):
            self.model.horizontalHeaderItem(column).setTextAlignment(_side(column))
        for row in self._measured.rows(self.measures.currentData()):
            is_clear = row.p_value < _CLEAR
            interval = f"{row.low:.3g} … {row.high:.3g}" if math.isfinite(row.low) else "–"
            unit = f", {row.unit}" if row.unit else ""
            cells = [row.label, f"{row.measure}{unit}", f"{row.num_pairs:,}", _number(row.first),
                     _number(row.second), f"{row.difference:+.3g}", interval,
                     _p_text(row.p_value)]  # fmt: skip
            items = [_cell(text, column, is_clear) for column, text in enumerate(cells)]
            items[7].setToolTip(row.test or "One pair, or all differ alike: nothing to test")
            items[0].setData(row, Qt.ItemDataRole.UserRole)
            self.model.appendRow(items)
        self.table.resizeColumnsToContents()
        self.table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.table.selectionModel().selectionChanged.connect(
            lambda *_: self.pair_button.setEnabled(self.table.selectionModel().hasSelection())
        )

    def show_pair(self) -> None:
        """Hand over the two clips of the chosen row that differ most."""
        index = self.table.currentIndex()
        if self._measured is None or not index.isValid():
            return
        row = self.model.item(index.row(), 0).data(Qt.ItemDataRole.UserRole)
        try:
            both = self._measured.motions(row)
        except StudioError as error:
            self.say(f"{error.message} {error.hint}", theme.WARNING)
            return
        name = self._measured.pairs[row.farthest].name
        self.shown.emit(
            [
                ShownClip(key=f"side-{k}", motion=motion, kind=motion.provenance.kind,
                          name=f"{self._measured.summary.names[k]} · {name}",
                          color="" if motion.provenance.estimator else theme.SAMPLE_COLORS[k])
                for k, motion in enumerate(both)
            ]
        )  # fmt: skip

    def _table_shown(self) -> list[list[str]]:
        assert self._measured is not None
        from core.compare.summary import only

        measures, summary = self.measures.currentData(), self._measured.summary
        return (summary if measures is None else only(summary, measures)).table()

    def copy(self) -> None:
        """Put the shown table on the clipboard as LaTeX."""
        from core.compare.table import as_latex

        QGuiApplication.clipboard().setText(as_latex(self._table_shown()))
        self.say("The table is on the clipboard as LaTeX.", theme.DIM)

    def ask_file(self) -> None:
        """Ask where the shown table is to be written."""
        endings = " ".join(f"*{ending}" for ending in TABLES)
        name, _ = QFileDialog.getSaveFileName(
            self, "Save the table", "comparison.csv", f"Tables ({endings})"
        )
        if name:
            self.save(Path(name))

    def save(self, path: Path) -> None:
        """Write the shown table; the name's ending says as what."""
        if path.suffix.lower() not in TABLES:
            self.say(f"{path.name}: use {', '.join(TABLES)}.", theme.WARNING)
            return
        try:
            write_table(self._table_shown(), path)
        except StudioError as error:
            self.say(f"{error.message} {error.hint}", theme.BAD)
            return
        self.say(f"{path.name} is written.", theme.DIM)


def _table(model: QStandardItemModel) -> QTableView:
    table = QTableView()
    table.setModel(model)
    table.setAccessibleName("Means and differences by action")
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setShowGrid(False)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(28)
    table.horizontalHeader().setHighlightSections(False)
    table.setMinimumHeight(280)
    return table


def _cell(text: str, column: int, is_clear: bool) -> QStandardItem:
    item = QStandardItem(text)
    item.setTextAlignment(_side(column))
    item.setForeground(QColor(theme.TEXT if is_clear or column < 2 else theme.DIM))
    if is_clear and column in (5, 7):
        item.setFont(theme.font(theme.SMALL_SIZE, weight=700))
    return item


def _side(column: int) -> Qt.AlignmentFlag:
    """Words left, numbers right."""
    side = Qt.AlignmentFlag.AlignLeft if column < 2 else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter


def _number(value: float) -> str:
    return "0" if abs(value) < 1e-3 else f"{value:.4g}"


def _p_text(value: float) -> str:
    if not math.isfinite(value):
        return "–"
    return "< 0.001" if value < 0.001 else f"{value:.3f}"
