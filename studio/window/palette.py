"""The command palette: type a few letters, press Enter. Finds actions and clips."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from studio import icons, theme
from studio.widgets import Separator, paint
from studio.window.fuzzy import GOOD, score

_ROW = 36
_SHOWN_ROWS = 10
_LIMIT = 60
_ENOUGH = 3


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Something the palette can do. ``group`` stands at the right ("Playback", "Clip")."""

    text: str
    group: str
    run: Callable[[], object]
    key: str = ""
    icon: str = ""
    enabled: bool = True


def found(entries: list[Entry], query: str) -> list[Entry]:
    """Return the entries that fit, best first; disabled ones after those that can be used.

    Loose fits (letters here and there) only count where hardly anything fits well.
    """
    scored = []
    for order, entry in enumerate(entries):
        points = score(query, entry.text)
        if points is None and query:
            points = score(query, f"{entry.group} {entry.text}")
            points = None if points is None else points - 20
        if points is not None:
            scored.append((not entry.enabled, -points if query else order, order, entry))
    scored.sort(key=lambda item: item[:3])
    good = [item for item in scored if not query or -item[1] >= GOOD]
    return [entry for *_, entry in (good if len(good) >= _ENOUGH else scored)[:_LIMIT]]


class _Rows(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.entries: list[Entry] = []

    def set_entries(self, entries: list[Entry]) -> None:
        self.beginResetModel()
        self.entries = entries
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        return len(self.entries)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = 0) -> object:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.entries[index.row()].text
        return None


class _RowPainter(QStyledItemDelegate):
    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(200, _ROW)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:  # fmt: skip
        model = index.model()
        assert isinstance(model, _Rows)
        entry = model.entries[index.row()]
        painter.save()
        rect = QRectF(option.rect)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen:
            paint.box(painter, rect.adjusted(6, 1, -6, -1), theme.HOVER)
        color = theme.TEXT if chosen else theme.mix(theme.DIM, theme.TEXT, 0.5)
        color = color if entry.enabled else theme.FAINT
        middle = rect.center().y()
        if entry.icon:
            tone = theme.ACCENT if chosen and entry.enabled else theme.FAINT
            icons.paint(painter, entry.icon, QRectF(18, middle - 8, 16, 16), tone)
        right = rect.right() - 18
        if entry.key:
            key = paint.pretty_key(entry.key)
            right -= paint.key_cap_width(key)
            paint.key_cap(painter, QPointF(right, middle), key, theme.DIM, theme.LINE)
            right -= 12
        small = theme.font(theme.SMALL_SIZE)
        painter.setFont(small)
        painter.setPen(QColor(theme.FAINT))
        width = QFontMetrics(small).horizontalAdvance(entry.group) + 2
        painter.drawText(
            QRectF(right - width, rect.top(), width, rect.height()),
            Qt.AlignmentFlag.AlignVCenter, entry.group,
        )  # fmt: skip
        painter.setFont(theme.font())
        painter.setPen(QColor(color))
        room = right - width - 12 - 46
        text = painter.fontMetrics().elidedText(entry.text, Qt.TextElideMode.ElideMiddle, int(room))
        painter.drawText(
            QRectF(46, rect.top(), room, rect.height()), Qt.AlignmentFlag.AlignVCenter, text
        )
        painter.restore()


class CommandPalette(QWidget):
    """Lies over the window while it is open; Esc or a click outside closes it."""

    def __init__(self, window: QWidget, entries: Callable[[], list[Entry]]) -> None:
        super().__init__(window)
        self._entries_now = entries
        self._entries: list[Entry] = []
        self._before: QWidget | None = None
        self.setAccessibleName("Command palette")
        self.field = QLineEdit()
        self.field.setProperty("role", "palette")
        self.field.setFont(theme.font(15))
        self.field.setPlaceholderText("Type a command, an action or a clip")
        self.field.setAccessibleName("Command")
        self._rows = _Rows(self)
        self.list = QListView()
        self.list.setModel(self._rows)
        self.list.setItemDelegate(_RowPainter(self.list))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 4, 1, 8)
        column.setSpacing(4)
        top = QVBoxLayout()
        top.setContentsMargins(16, 0, 16, 0)
        top.addWidget(self.field)
        column.addLayout(top)
        column.addWidget(Separator())
        column.addWidget(self.list, 1)
        self.field.textChanged.connect(self._search)
        self.field.installEventFilter(self)
        self.list.clicked.connect(self._run)
        self.list.entered.connect(self.list.setCurrentIndex)
        window.installEventFilter(self)
        self.hide()

    def open(self, text: str = "") -> None:
        """Show it, with everything that can be done now."""
        self._before = self.window().focusWidget()
        self._entries = self._entries_now()
        self.field.setText(text)
        self._search(text)
        self.place()
        self.show()
        self.raise_()
        self.field.setFocus()

    def place(self) -> None:
        """Stand in the upper middle of the window."""
        window = self.window()
        width = min(600, window.width() - 60)
        rows = min(max(len(self._rows.entries), 1), _SHOWN_ROWS)
        height = min(64 + rows * _ROW + 2, window.height() - 80)
        self.setGeometry((window.width() - width) // 2, 56, width, height)

    def close_palette(self) -> None:
        """Hide it and give the keyboard back to whom it belonged."""
        if not self.isVisible():
            return
        self.hide()
        if self._before is not None and self._before.isVisible():
            self._before.setFocus()

    def _search(self, text: str) -> None:
        self._rows.set_entries(found(self._entries, text))
        if self._rows.entries:
            self.list.setCurrentIndex(self._rows.index(0))
        self.place()
        self.update()

    def _run(self, index: QModelIndex | None = None) -> None:
        row = (index or self.list.currentIndex()).row()
        if 0 <= row < len(self._rows.entries) and self._rows.entries[row].enabled:
            entry = self._rows.entries[row]
            self.close_palette()
            entry.run()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field and isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()  # no key of the window while one types here
                return True
            if event.type() == QEvent.Type.KeyPress:
                return self._key(event)
        elif watched is self.field and event.type() == QEvent.Type.FocusOut:
            if not self.list.underMouse():
                self.close_palette()
        elif watched is self.parentWidget() and self.isVisible():
            if event.type() == QEvent.Type.Resize:
                self.place()
            elif event.type() == QEvent.Type.MouseButtonPress:
                self.close_palette()
        return False

    def _key(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8,
                 Qt.Key.Key_PageUp: -8}  # fmt: skip
        if key == Qt.Key.Key_Escape:
            self.close_palette()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._run()
        elif key in steps and self._rows.entries:
            row = self.list.currentIndex().row() + steps[key]
            last = len(self._rows.entries) - 1
            self.list.setCurrentIndex(self._rows.index(min(max(row, 0), last)))
        else:
            return False
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.RAISED))
        edge = theme.mix(theme.LINE, theme.FAINT, 0.4)
        paint.box(painter, QRectF(self.rect()), theme.RAISED, edge, 2)
        if not self._rows.entries:
            painter.setFont(theme.font())
            painter.setPen(QColor(theme.FAINT))
            painter.drawText(
                QRectF(0, 60, self.width(), _ROW), Qt.AlignmentFlag.AlignCenter,
                "Nothing is called like that",
            )  # fmt: skip
