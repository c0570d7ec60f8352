"""The list of videos: a place to drop them, and what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QListView,
    QSizePolicy,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from studio import icons, theme
from studio.services.capture_queue import QueueItem
from studio.widgets import paint
from studio.widgets.chips import paint_badge

ITEM_ROLE = int(Qt.ItemDataRole.UserRole) + 1
_ROW = 50
_Index = QModelIndex | QPersistentModelIndex

_STATE_COLORS: dict[str, str] = {
    "waiting": theme.DIM,
    "finding": theme.WARNING,
    "estimating": theme.WARNING,
    "choosing": theme.ACCENT,
    "failed": theme.BAD,
    "cancelled": theme.DIM,
}
VERDICT_COLORS: dict[str, str] = {"good": theme.GOOD, "usable": theme.WARNING, "poor": theme.BAD}


def color_of(item: QueueItem) -> str:
    """Colour of an item's dot and badge; the word beside it says the same."""
    return VERDICT_COLORS.get(item.badge) or _STATE_COLORS.get(item.state, theme.DIM)


class QueueModel(QAbstractListModel):
    """The queue's items as rows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[QueueItem] = []

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if not index.isValid():
            return None
        item = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return item.name
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{item.path}\n{item.detail}" + (f" {item.hint}" if item.hint else "")
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{item.name}, {item.badge}, {item.detail}"
        return item if role == ITEM_ROLE else None

    def refresh(self, items: Sequence[QueueItem]) -> None:
        """Bring the rows in line with the queue."""
        if self._rows != list(items):
            self.beginResetModel()
            self._rows = list(items)
            self.endResetModel()
        elif self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))

    def row_of(self, item: QueueItem | None) -> int:
        """Row of an item, -1 when it is not in the list."""
        return self._rows.index(item) if item in self._rows else -1


class _RowPainter(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(120, _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        item: QueueItem = index.data(ITEM_ROLE)
        rect: QRect = option.rect
        painter.save()
        paint.row_ground(painter, option)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color = color_of(item)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(color))
        painter.drawEllipse(QPointF(rect.left() + 20, rect.center().y() + 0.5), 3.5, 3.5)
        width = paint.text_width(item.badge, theme.TINY_SIZE, 600) + 14
        badge = QRectF(rect.right() - theme.MARGIN - width, rect.center().y() - 10, width, 20)
        paint_badge(painter, badge, item.badge, color)
        left = rect.left() + 34
        room = int(badge.left() - left - 10)
        middle, right = Qt.TextElideMode.ElideMiddle, Qt.TextElideMode.ElideRight
        for text, size, tone, top, elide in (
            (item.name, theme.BODY_SIZE, theme.TEXT, 7, middle),
            (item.detail, theme.TINY_SIZE, theme.FAINT, 26, right),
        ):
            place = QRect(left, rect.top() + top, room, 18)
            paint.line_of_text(painter, text, place, size, tone, elide)
        if item.is_busy or item.is_begun:
            line = QRectF(left, rect.bottom() - 4, badge.right() - left, 2)
            paint.box(painter, line, theme.LINE, radius=1)
            line.setWidth(max(line.width() * item.fraction, 2))
            paint.box(painter, line, color, radius=1)
        painter.restore()


class QueueList(QListView):
    """The rows; ``looked_at(item)`` when another is chosen, ``removed(item)`` by Del."""

    looked_at = Signal(object)
    removed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = QueueModel(self)
        self.setModel(self.rows)
        self.setItemDelegate(_RowPainter(self))
        self.setMouseTracking(True)
        self.setAccessibleName("Videos")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.selectionModel().currentChanged.connect(lambda now, _before: self._tell(now))
        self.clicked.connect(self._tell)
        self.activated.connect(self._tell)

    def _tell(self, current: QModelIndex) -> None:
        item = current.data(ITEM_ROLE)
        if item is not None:
            self.looked_at.emit(item)

    def refresh(self, items: Sequence[QueueItem], current: QueueItem | None) -> None:
        """Show these items, with ``current`` chosen."""
        self.selectionModel().blockSignals(True)
        self.rows.refresh(items)
        row = self.rows.row_of(current)
        if row >= 0:
            self.setCurrentIndex(self.rows.index(row))
        self.selectionModel().blockSignals(False)
        self.viewport().update()

    def event(self, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Delete
        ):
            event.accept()  # takes the video off the list; the window's Del deletes clips
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self.currentIndex().data(ITEM_ROLE)
        if event.key() == Qt.Key.Key_Delete and item is not None:
            self.removed.emit(item)
        else:
            super().keyPressEvent(event)


class DropZone(QAbstractButton):
    """A dashed field for files; pressed, it opens the file dialog. ``dropped(paths)``."""

    dropped = Signal(list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_over = False
        self.setText("Drop videos or a folder here")
        self.setAccessibleName("Drop videos or a folder here, or press to choose files")
        self.setToolTip("Drop videos or a folder here, or press to choose files  (Ctrl+I)")
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(180, 84)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()
            self._is_over = True
            self.update()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._is_over = False
        self.update()

    def dropEvent(self, event: QDropEvent) -> None:
        self._is_over = False
        self.update()
        paths = [Path(u.toLocalFile()) for u in event.mimeData().urls() if u.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.dropped.emit(paths)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect())
        lively = self._is_over or self.underMouse()
        fill = theme.tint(theme.ACCENT, 0.12) if self._is_over else theme.FIELD
        paint.box(painter, rect, fill)
        pen = QPen(QColor(theme.ACCENT if self._is_over else theme.FAINT if lively else theme.LINE))
        pen.setDashPattern([4, 4])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), theme.RADIUS, theme.RADIUS)
        color = theme.TEXT if lively else theme.DIM
        middle = rect.center()
        icons.paint(painter, "video", QRectF(middle.x() - 11, middle.y() - 26, 22, 22), color)
        painter.setFont(theme.font(theme.SMALL_SIZE))
        painter.setPen(QColor(color))
        words = QRectF(rect.left() + 8, middle.y() + 4, rect.width() - 16, 20)
        painter.drawText(words, Qt.AlignmentFlag.AlignCenter, self.text())
        if self.hasFocus():
            paint.focus_ring(painter, rect)
