"""Where things stand: rows that wrap, and side panels that scroll when the window is low."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QLayout,
    QLayoutItem,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from studio import theme
from studio.widgets.labels import Separator


class FlowLayout(QLayout):
    """Left to right, and on to the next row where the width ends."""

    def __init__(self, parent: QWidget | None = None, *, spacing: int = 8) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self.setSpacing(spacing)
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(QRect(0, 0, width, 0), is_trial=True)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._place(rect, is_trial=False)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._items:
            if not item.isEmpty():
                size = size.expandedTo(item.minimumSize())
        return size

    def _place(self, rect: QRect, *, is_trial: bool) -> int:
        x, y, height = rect.x(), rect.y(), 0
        for item in self._items:
            if item.isEmpty():  # hidden: takes no room
                continue
            size = item.sizeHint()
            if x + size.width() > rect.right() + 1 and x > rect.x():
                x, y, height = rect.x(), y + height + self.spacing(), 0
            if not is_trial:
                item.setGeometry(QRect(QPoint(x, y), size))
            x += size.width() + self.spacing()
            height = max(height, size.height())
        return y + height - rect.y()


def scrolling(inside: QWidget, *, least: int = 270, is_sideways: bool = False) -> QScrollArea:
    """Put a widget into an area that scrolls when there is less room than it needs.

    ``least``: the area's smallest width; ``is_sideways``: to the side too.
    """
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    if not is_sideways:
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(inside)
    area.setMinimumWidth(least)
    return area


class SidePanel(QWidget):
    """A column of groups with the panel's margins; scrolls up and down, never sideways.

    ``add(widget)`` and ``add_layout`` fill it from the top, ``add_separator`` draws a line from
    edge to edge, ``add_stretch`` lets what follows stand at the bottom.
    """

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setMinimumWidth(240)
        self._content = QWidget()
        self._column = QVBoxLayout(self._content)
        self._column.setContentsMargins(0, 12, 0, 12)
        self._column.setSpacing(8)
        scroll = QScrollArea()
        scroll.setWidget(self._content)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.viewport().setAutoFillBackground(False)
        self._content.setAutoFillBackground(False)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)

    def add(self, widget: QWidget, *, stretch: int = 0, edge_to_edge: bool = False) -> QWidget:
        """Add a widget within the margins, or from edge to edge."""
        if edge_to_edge:
            self._column.addWidget(widget, stretch)
        else:
            box = QVBoxLayout()
            box.setContentsMargins(theme.MARGIN, 0, theme.MARGIN, 0)
            box.addWidget(widget)
            self._column.addLayout(box, stretch)
        return widget

    def add_layout(self, layout: QLayout) -> None:
        """Add a layout within the margins."""
        box = QVBoxLayout()
        box.setContentsMargins(theme.MARGIN, 0, theme.MARGIN, 0)
        box.addLayout(layout)
        self._column.addLayout(box)

    def add_separator(self) -> None:
        """Draw a line before the next group."""
        self._column.addSpacing(6)
        self._column.addWidget(Separator())
        self._column.addSpacing(6)

    def add_space(self, height: int) -> None:
        """Leave some room."""
        self._column.addSpacing(height)

    def add_stretch(self) -> None:
        """Push what follows to the bottom."""
        self._column.addStretch(1)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), QColor(theme.PANEL))
