"""The list of data sets: what there is, how large it is, and the buttons that bring more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from studio import theme
from studio.widgets import Button, EmptyState, SearchField, SectionHeading, paint

if TYPE_CHECKING:
    from core.datasets.library import DatasetEntry

ENTRY_ROLE = int(Qt.ItemDataRole.UserRole) + 1
_ROW = 52
_Index = QModelIndex | QPersistentModelIndex


def detail_of(entry: DatasetEntry) -> str:
    """The second line of a data set; of one that cannot be opened, why."""
    if entry.problem:
        return entry.problem
    clips, classes = entry.num_clips, len(entry.labels)
    counted = f"{clips:,} clip{'' if clips == 1 else 's'}"
    return f"{counted} · {classes} class{'' if classes == 1 else 'es'}"


class _Model(QAbstractListModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.entries: list[DatasetEntry] = []

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.entries)

    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if not 0 <= index.row() < len(self.entries):
            return None
        entry = self.entries[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{entry.name}, {detail_of(entry)}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{entry.name}\n{detail_of(entry)}\n{entry.source}\n{entry.folder}".strip()
        return entry if role == ENTRY_ROLE else None

    def show(self, entries: Sequence[DatasetEntry]) -> None:
        self.beginResetModel()
        self.entries = list(entries)
        self.endResetModel()


class _Painter(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(160, _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        entry = index.data(ENTRY_ROLE)
        rect: QRect = option.rect
        painter.save()
        paint.row_ground(painter, option)
        left, room = rect.left() + theme.MARGIN, rect.width() - 2 * theme.MARGIN
        for text, size, color, top in (
            (entry.name, theme.BODY_SIZE, theme.TEXT, 7),
            (detail_of(entry), theme.SMALL_SIZE, theme.BAD if entry.problem else theme.FAINT, 27),
        ):
            place = QRect(left, rect.top() + top, room, 18)
            paint.line_of_text(painter, text, place, size, color)
        painter.restore()


class DatasetsPanel(QWidget):
    """``chosen(name)`` when a data set is to be shown; ``import_pressed``, ``finegym_pressed``."""

    chosen = Signal(str)
    import_pressed = Signal()
    finegym_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAutoFillBackground(True)
        self.setMinimumWidth(220)
        self.heading = SectionHeading("Data sets")
        self.search = SearchField("Filter data sets")
        self.list = QListView()
        self.list.setAccessibleName("Data sets")
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setMouseTracking(True)
        self._model = _Model(self)
        self._all: list[DatasetEntry] = []
        self.list.setModel(self._model)
        self.list.setItemDelegate(_Painter(self.list))
        self.search.next_widget = self.list
        self.empty = EmptyState(
            "clip", "No data set here",
            "Import a folder of labelled clips, or build one from videos.", "Import…",
        )  # fmt: skip
        self.import_button = Button(
            "Import…", icon="import", tooltip="Import a data set from files  (Ctrl+Shift+D)"
        )
        self.finegym_button = Button(
            "FineGym…", icon="film", tooltip="Cut single gymnastic moves from your videos"
        )
        self._compose()
        self.empty.pressed.connect(self.import_pressed)
        self.import_button.clicked.connect(self.import_pressed)
        self.finegym_button.clicked.connect(self.finegym_pressed)
        self.search.textChanged.connect(lambda _text: self._filter())
        self.list.clicked.connect(self._tell)
        self.list.activated.connect(self._tell)
        self.list.selectionModel().currentChanged.connect(lambda now, _before: self._tell(now))

    def _compose(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 12, 0, 12)
        column.setSpacing(8)
        for widget in (self.heading, self.search):
            row = QHBoxLayout()
            row.setContentsMargins(theme.MARGIN, 0, theme.MARGIN, 0)
            row.addWidget(widget)
            column.addLayout(row)
        column.addWidget(self.list, 1)
        column.addWidget(self.empty, 1)
        foot = QHBoxLayout()
        foot.setContentsMargins(theme.MARGIN, 0, theme.MARGIN, 0)
        foot.setSpacing(8)
        foot.addWidget(self.import_button)
        foot.addWidget(self.finegym_button)
        column.addLayout(foot)

    def show_entries(self, entries: Sequence[DatasetEntry], current: str) -> None:
        """Show the data sets there are, with ``current`` chosen."""
        self._all = list(entries)
        self._filter(current)

    def set_current(self, name: str) -> None:
        """Mark a data set without telling anybody."""
        model = self.list.selectionModel()
        model.blockSignals(True)
        names = [entry.name for entry in self._model.entries]
        if name in names:
            self.list.setCurrentIndex(self._model.index(names.index(name)))
        model.blockSignals(False)
        self.list.viewport().update()

    def _filter(self, current: str | None = None) -> None:
        now = self.list.currentIndex().data(ENTRY_ROLE)
        current = current if current is not None else (now.name if now is not None else "")
        text = self.search.text().strip().lower()
        entries = [entry for entry in self._all if text in entry.name.lower()]
        model = self.list.selectionModel()
        model.blockSignals(True)
        self._model.show(entries)
        model.blockSignals(False)
        self.heading.set_note(f"{len(entries)}")
        self.list.setVisible(bool(entries))
        self.empty.setVisible(not entries)
        self.set_current(current)

    def _tell(self, index: QModelIndex) -> None:
        entry = index.data(ENTRY_ROLE)
        if entry is not None:
            self.chosen.emit(entry.name)
