"""The classes of a data set as bars: how many clips each has; one is chosen to look at."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import (
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from studio import theme
from studio.services.datasets import ClassFacts
from studio.widgets import paint

FACTS_ROLE = int(Qt.ItemDataRole.UserRole) + 1
_ROW, _NUMBER, _NAME_SHARE = 26, 92, 0.34
_Index = QModelIndex | QPersistentModelIndex


class _Model(QAbstractListModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.classes: tuple[ClassFacts, ...] = ()

    @property
    def largest(self) -> int:
        return max((facts.count for facts in self.classes), default=1)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.classes)

    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if not 0 <= index.row() < len(self.classes):
            return None
        facts = self.classes[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return facts.name
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            out = f", {facts.rejected} rejected" if facts.rejected else ""
            return f"{facts.name}: {facts.count} clips{out}"
        return facts if role == FACTS_ROLE else None

    def show(self, classes: Sequence[ClassFacts]) -> None:
        if [c.name for c in classes] == [c.name for c in self.classes]:
            self.classes = tuple(classes)
            if classes:
                self.dataChanged.emit(self.index(0), self.index(len(classes) - 1))
            return
        self.beginResetModel()
        self.classes = tuple(classes)
        self.endResetModel()


class _Painter(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(200, _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        facts: ClassFacts = index.data(FACTS_ROLE)
        largest = index.model().largest  # type: ignore[attr-defined]
        rect = QRectF(option.rect).adjusted(8, 1, -8, -1)
        is_current = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        if is_current or option.state & QStyle.StateFlag.State_MouseOver:
            paint.box(painter, rect, theme.RAISED if is_current else theme.HOVER, radius=6)
        painter.setFont(theme.font(theme.SMALL_SIZE, weight=600 if is_current else 400))
        painter.setPen(QColor(theme.TEXT if is_current else theme.DIM))
        name_width = rect.width() * _NAME_SHARE
        name = QRectF(rect.left() + 8, rect.top(), name_width - 16, rect.height())
        shown = painter.fontMetrics().elidedText(
            facts.name, Qt.TextElideMode.ElideMiddle, int(name.width())
        )
        painter.drawText(name, Qt.AlignmentFlag.AlignVCenter, shown)
        room = rect.width() - name_width - _NUMBER
        bar = QRectF(rect.left() + name_width, rect.center().y() - 4, room, 8)
        paint.box(painter, bar, theme.RAISED if not is_current else theme.LINE, radius=4)
        if facts.count:
            whole = room * facts.count / max(largest, 1)
            paint.box(painter, QRectF(bar.left(), bar.top(), whole, 8), theme.BAD, radius=4)
            kept = whole * facts.kept / facts.count
            color = theme.ACCENT if is_current else theme.mix(theme.PANEL, theme.ACCENT, 0.6)
            paint.box(painter, QRectF(bar.left(), bar.top(), kept, 8), color, radius=4)
        painter.setPen(QColor(theme.TEXT if facts.count else theme.FAINT))
        number = QRectF(bar.right() + 10, rect.top(), _NUMBER - 18, rect.height())
        words = f"{facts.count:,}" + (f"  −{facts.rejected}" if facts.rejected else "")
        painter.drawText(number, Qt.AlignmentFlag.AlignVCenter, words)
        painter.restore()


class ClassList(QListView):
    """``chosen(label)`` when another class is looked at."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = _Model(self)
        self.setModel(self._model)
        self.setItemDelegate(_Painter(self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setAccessibleName("Classes")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.clicked.connect(self._tell)
        self.selectionModel().currentChanged.connect(lambda now, _before: self._tell(now))

    @property
    def classes(self) -> tuple[ClassFacts, ...]:
        """What is shown."""
        return self._model.classes

    def show_classes(self, classes: Sequence[ClassFacts], current: int) -> None:
        """Show these classes, with the one of this number chosen, without telling anybody."""
        model = self.selectionModel()
        model.blockSignals(True)
        self._model.show(classes)
        if 0 <= current < len(classes):
            self.setCurrentIndex(self._model.index(current))
        else:
            self.clearSelection()
        model.blockSignals(False)
        self.viewport().update()

    def step(self, steps: int) -> None:
        """Choose the next or previous class."""
        count = len(self.classes)
        if count:
            now = self.currentIndex().row()
            self.setCurrentIndex(self._model.index((now + steps) % count if now >= 0 else 0))

    def _tell(self, index: QModelIndex) -> None:
        facts = index.data(FACTS_ROLE)
        if facts is not None:
            self.chosen.emit(facts.label)


def rect_of(view: ClassList, row: int) -> QRect:
    """Where a row is drawn, for tests and the guided tour."""
    return view.visualRect(view.model().index(row, 0))
