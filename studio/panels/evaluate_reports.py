"""The list of reports: name, data and day, FID; several can be chosen, renamed where they stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from studio import theme
from studio.panels.evaluate_table import paint_mark
from studio.services.reports import StoredReport
from studio.widgets import EmptyState, SearchField, SectionHeading, paint
from studio.widgets.chips import paint_badge

REPORT_ROLE = int(Qt.ItemDataRole.UserRole) + 1
_ROW = 52
_Index = QModelIndex | QPersistentModelIndex


class _Model(QAbstractListModel):
    renamed = Signal(object, str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.reports: list[StoredReport] = []

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.reports)

    def flags(self, index: _Index) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsEditable

    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if not 0 <= index.row() < len(self.reports):
            return None
        stored = self.reports[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.EditRole:
                return stored.report.name
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{stored.report.name}, {stored.details}, {stored.badge}"
            case Qt.ItemDataRole.ToolTipRole:
                return f"{stored.report.name}\n{stored.details}\n{stored.path}"
        return stored if role == REPORT_ROLE else None

    def setData(
        self, index: _Index, value: object, role: int = int(Qt.ItemDataRole.EditRole)
    ) -> bool:
        name = str(value).strip()
        stored = self.reports[index.row()]
        if role == Qt.ItemDataRole.EditRole and name and name != stored.report.name:
            self.renamed.emit(stored, name)
        return False  # the list is read again

    def show(self, reports: Sequence[StoredReport]) -> None:
        self.beginResetModel()
        self.reports = list(reports)
        self.endResetModel()


class _Painter(QStyledItemDelegate):
    def __init__(self, panel: ReportsPanel) -> None:
        super().__init__(panel.list)
        self._panel = panel

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(160, _ROW)

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: _Index) -> QWidget:
        editor = QLineEdit(parent)
        editor.setProperty("role", "rename")
        editor.setAccessibleName("New name")
        return editor

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: _Index
    ) -> None:
        rect: QRect = option.rect
        badge = index.data(REPORT_ROLE).badge
        width = rect.width() - 8 - theme.MARGIN
        width -= round(paint.text_width(badge, theme.TINY_SIZE, 600) + 22) if badge else 0
        editor.setGeometry(QRect(rect.left() + 8, rect.top() + 4, width, 26))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        stored: StoredReport = index.data(REPORT_ROLE)
        rect: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint.row_ground(painter, option)
        mark = self._panel.mark_of(stored)
        if mark is not None:
            paint_mark(painter, QRectF(rect.left() + theme.MARGIN, rect.top() + 9, 16, 16), *mark)
        right = rect.right() - theme.MARGIN
        if stored.badge:
            width = paint.text_width(stored.badge, theme.TINY_SIZE, 600) + 14
            right -= round(width)
            place = QRectF(right, rect.center().y() - 10, width, 20)
            paint_badge(painter, place, stored.badge, theme.DIM)
        left = rect.left() + theme.MARGIN + (26 if mark is not None else 0)
        room = right - 8 - left
        for text, size, ink, top in (
            (stored.report.name, theme.BODY_SIZE, theme.TEXT, 8),
            (stored.details, theme.SMALL_SIZE, theme.FAINT, 27),
        ):
            line = QRect(left, rect.top() + top, room, 18)
            paint.line_of_text(painter, text, line, size, ink)
        if option.state & QStyle.StateFlag.State_HasFocus and option.widget.hasFocus():
            paint.focus_ring(painter, QRectF(rect).adjusted(3, 1, -2, -1), 6)
        painter.restore()


class _List(QListView):
    """F2 renames in place, Del asks for the bin; while it has the focus these keys are its own."""

    rename_pressed = Signal()
    delete_pressed = Signal()

    def event(self, event: QEvent) -> bool:
        keys = (Qt.Key.Key_F2, Qt.Key.Key_Delete, Qt.Key.Key_Home, Qt.Key.Key_End)
        is_asked = event.type() == QEvent.Type.ShortcutOverride
        if is_asked and isinstance(event, QKeyEvent) and event.key() in keys:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.state() == QAbstractItemView.State.EditingState:
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_F2:
            self.rename_pressed.emit()
        elif event.key() == Qt.Key.Key_Delete:
            self.delete_pressed.emit()
        else:
            super().keyPressEvent(event)


class ReportsPanel(QWidget):
    """``chosen(reports)`` on another choice; ``renamed(report, name)``, ``delete_pressed``,
    ``new_pressed``, ``menu_wanted(point)`` are orders."""

    chosen = Signal(object)
    renamed = Signal(object, str)
    delete_pressed = Signal()
    new_pressed = Signal()
    menu_wanted = Signal(QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heading = SectionHeading("Reports")
        self.search = SearchField("Filter reports")
        self.list = _List()
        self.list.setAccessibleName("Reports")
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setMouseTracking(True)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.model = _Model(self)
        self.list.setModel(self.model)
        self.list.setItemDelegate(_Painter(self))
        self.search.next_widget = self.list
        self.empty = EmptyState(
            "chip", "No report yet",
            "Measure a model against the clips it learned from: FID, accuracy, diversity.",
            "New evaluation…", key="N",
        )  # fmt: skip
        self._all: tuple[StoredReport, ...] = ()
        self._marks: dict[Path, tuple[str, str]] = {}
        self._is_showing = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        top = QVBoxLayout()
        top.setContentsMargins(theme.MARGIN, 0, theme.MARGIN, 0)
        top.setSpacing(8)
        top.addWidget(self.heading)
        top.addWidget(self.search)
        column.addLayout(top)
        column.addWidget(self.list, 1)
        column.addWidget(self.empty, 1)
        self.empty.pressed.connect(self.new_pressed)
        self.search.textChanged.connect(lambda _text: self._filter(self.selected()))
        self.model.renamed.connect(self.renamed)
        self.list.rename_pressed.connect(self.rename_current)
        self.list.delete_pressed.connect(self.delete_pressed)
        self.list.customContextMenuRequested.connect(
            lambda at: self.menu_wanted.emit(self.list.viewport().mapToGlobal(at))
        )
        self.list.selectionModel().selectionChanged.connect(lambda *_: self._tell())

    def show_reports(
        self, reports: Sequence[StoredReport], select: Sequence[StoredReport] = ()
    ) -> None:
        """Show reports, with those of the files of ``select`` chosen, else the first."""
        self._all = tuple(reports)
        self._filter(select)

    def selected(self) -> list[StoredReport]:
        """The chosen reports in the list's order."""
        rows = sorted(index.row() for index in self.list.selectionModel().selectedIndexes())
        return [self.model.reports[row] for row in rows if row < len(self.model.reports)]

    def choose(self, rows: Sequence[int]) -> None:
        """Choose these rows."""
        selection = QItemSelection()
        for row in rows:
            selection.select(self.model.index(row), self.model.index(row))
        if rows:
            self.list.selectionModel().setCurrentIndex(
                self.model.index(rows[0]), QItemSelectionModel.SelectionFlag.NoUpdate
            )
        self.list.selectionModel().select(
            selection, QItemSelectionModel.SelectionFlag.ClearAndSelect
        )

    def step(self, steps: int) -> None:
        """Choose the next or previous report."""
        row = self.list.currentIndex().row() + steps
        if 0 <= row < len(self.model.reports):
            self.choose([row])

    def rename_current(self) -> None:
        """Type a new name where the old one stands."""
        if self.selected():
            self.list.edit(self.list.currentIndex())

    def show_marks(self, marks: Mapping[Path, tuple[str, str]]) -> None:
        """Mark reports, by their files, with the letter and colour they have in the table."""
        self._marks = dict(marks)
        self.list.viewport().update()

    def mark_of(self, stored: StoredReport) -> tuple[str, str] | None:
        """Letter and colour of a report in the table, None where it needs none."""
        return self._marks.get(stored.path)

    def _filter(self, select: Sequence[StoredReport]) -> None:
        words = self.search.text().lower().split()
        found = [
            stored for stored in self._all
            if all(w in f"{stored.report.name} {stored.details}".lower() for w in words)
        ]  # fmt: skip
        wanted = {stored.path for stored in select}
        self._is_showing = True
        self.model.show(found)
        rows = [row for row, stored in enumerate(found) if stored.path in wanted]
        self.choose(rows or ([0] if found else []))
        self._is_showing = False
        self.heading.set_note(str(len(found)) if self._all else "")
        self.search.setVisible(bool(self._all))
        self.list.setVisible(bool(self._all))
        self.empty.setVisible(not self._all)
        self._tell()

    def _tell(self) -> None:
        if not self._is_showing:
            self.chosen.emit(self.selected())
