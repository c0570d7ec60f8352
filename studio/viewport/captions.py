"""What stands over the panes: each view's name and reading, the lines between, the wipe's handle.

Small Qt widgets above the canvas; where the panes are says :mod:`studio.viewport.panes`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QObject, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QWidget

from studio import theme
from studio.viewport.items import BodyItem
from studio.viewport.panes import Layout, Pane

EDGE, PADDING, LINE_HEIGHT = 14, 10, 19
HANDLE = 22
"""Pixels around the wipe's line that take hold of it."""
WIPE_STEP = 0.02


class PaneCaption(QWidget):
    """The name of a body in its colour, what it is a clip of, and below it a reading."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._name = self._detail = self._reading = ""
        self._room = (0, 0)
        self._color = theme.TEXT
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def describe(self, name: str, detail: str, color: str) -> None:
        """Say whose view this is."""
        self._name, self._detail, self._color = name, detail, color
        self._settle()

    def fit(self, width: int, height: int) -> None:
        """Leave out what a small view of these pixels has no room for."""
        room = (width - 2 * EDGE, height)
        if room != self._room:
            self._room = room
            self._settle()

    def _lines(self) -> int:
        return 2 if self._reading and self._room[1] > 150 else 1

    def _first_line(self) -> tuple[str, str]:
        """Name and what follows it, shortened or left out where it does not fit."""
        bold, plain = QFontMetrics(self._face(600)), QFontMetrics(self._face(400))
        left = self._room[0] - 2 * PADDING - bold.horizontalAdvance(self._name)
        text = f" · {self._detail}" if self._detail else ""
        if self._room[0] > 0 and plain.horizontalAdvance(text) > left:
            text = plain.elidedText(text, Qt.TextElideMode.ElideMiddle, left) if left > 60 else ""
        return self._name, text

    def read(self, text: str) -> None:
        """Say what is measured in this view now."""
        if text != self._reading:
            had, self._reading = bool(self._reading), text
            if had != bool(text) or self._words_width() > self.width() - 2 * PADDING:
                self._settle()
            self.setAccessibleDescription(text)
            self.update()

    def _settle(self) -> None:
        self.setAccessibleName(f"{self._name} {self._detail}".strip())
        self.resize(self.sizeHint())
        self.update()

    @staticmethod
    def _face(weight: int) -> QFont:
        return theme.font(theme.SMALL_SIZE, weight=weight)

    def _words_width(self) -> int:
        bold, plain = QFontMetrics(self._face(600)), QFontMetrics(self._face(400))
        name, text = self._first_line()
        first = bold.horizontalAdvance(name) + plain.horizontalAdvance(text)
        return max(first, plain.horizontalAdvance(self._reading) if self._lines() > 1 else 0)

    def sizeHint(self) -> QSize:
        return QSize(self._words_width() + 2 * PADDING + 2, self._lines() * LINE_HEIGHT + 9)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        plate = QColor(theme.WINDOW)
        plate.setAlphaF(0.62)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(plate)
        painter.drawRoundedRect(QRectF(self.rect()), 7, 7)
        painter.setFont(self._face(600))
        painter.setPen(QColor(self._color))
        line = QRectF(PADDING, 4, self.width() - 2 * PADDING, LINE_HEIGHT)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(line, middle, self._name)
        rest = line.adjusted(painter.fontMetrics().horizontalAdvance(self._name), 0, 0, 0)
        painter.setFont(self._face(400))
        painter.setPen(QColor(theme.DIM))
        painter.drawText(rest, middle, self._first_line()[1])
        if self._lines() > 1:
            painter.setFont(self._face(400))
            painter.setPen(QColor(theme.TEXT))
            painter.drawText(line.translated(0, LINE_HEIGHT), middle, self._reading)


class _Divider(QWidget):
    """The hair line between two views."""

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), QColor(theme.LINE))


class WipeHandle(QWidget):
    """The wipe's line: drag it, or step it with the arrow keys. ``moved(0..1 of the width)``."""

    moved = Signal(float)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._viewport = parent
        self.setAccessibleName("Wipe")
        self.setToolTip("Drag to uncover one body or the other  (Alt+Left, Alt+Right)")
        self.setCursor(Qt.CursorShape.SplitHCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.at = 0.5

    def place(self, at: float) -> None:
        """Stand at a part of the parent's width."""
        self.at = at
        self.setGeometry(
            round(at * self._viewport.width()) - HANDLE // 2, 0, HANDLE, self._viewport.height()
        )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            x = self.mapToParent(event.position().toPoint()).x()
            self.moved.emit(x / max(self._viewport.width(), 1))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -WIPE_STEP, Qt.Key.Key_Right: WIPE_STEP}
        if event.key() in steps:
            self.moved.emit(self.at + steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        x, y = self.width() / 2, self.height() / 2
        color = QColor(theme.ACCENT if self.hasFocus() else theme.TEXT)
        painter.setPen(QPen(color, 1.6))
        painter.drawLine(QPointF(x, 0), QPointF(x, self.height()))
        painter.setBrush(QColor(theme.RAISED))
        painter.drawEllipse(QPointF(x, y), 9.5, 9.5)
        for side in (-1, 1):
            tip = QPointF(x + 6 * side, y)
            painter.drawLine(tip, QPointF(x + 3 * side, y - 3))
            painter.drawLine(tip, QPointF(x + 3 * side, y + 3))


def side_by_side(middles: Sequence[float], widths: Sequence[int], room: int) -> list[int]:
    """Left edges of texts below ``middles`` (pixels), apart from each other and inside ``room``."""
    order = sorted(range(len(middles)), key=lambda index: middles[index])
    lefts = [0] * len(middles)
    free = EDGE
    for index in order:
        lefts[index] = max(round(middles[index] - widths[index] / 2), free)
        free = lefts[index] + widths[index] + 4
    last = room - EDGE
    for index in reversed(order):
        lefts[index] = max(min(lefts[index], last - widths[index]), 0)
        last = lefts[index] - 4
    return lefts


class Captions(QObject):
    """Everything over the panes of one viewport. ``wiped(0..1)`` when the line was moved."""

    wiped = Signal(float)

    def __init__(self, viewport: QWidget) -> None:
        super().__init__(viewport)
        self._viewport = viewport
        self._captions: dict[str, PaneCaption] = {}
        self._dividers: list[_Divider] = []
        self._handle = WipeHandle(viewport)
        self._handle.moved.connect(self.wiped)
        self._handle.hide()

    def show(self, items: Sequence[BodyItem]) -> None:
        """Have a caption for each of these bodies."""
        for key in [key for key in self._captions if key not in {item.key for item in items}]:
            caption = self._captions.pop(key)
            caption.hide()
            caption.deleteLater()
        for item in items:
            if item.key not in self._captions:
                self._captions[item.key] = PaneCaption(self._viewport)
            self._captions[item.key].describe(item.label, item.sublabel, item.color)
            self._captions[item.key].show()

    def read(self, readings: Mapping[str, str]) -> bool:
        """Say what is measured of each body now; return whether they must be placed anew."""
        before = [caption.size() for caption in self._captions.values()]
        for key, caption in self._captions.items():
            caption.read(readings.get(key, ""))
        return before != [caption.size() for caption in self._captions.values()]

    def place(
        self, layout: Layout, panes: Sequence[Pane], middles: Mapping[str, float] | None = None
    ) -> None:
        """Put everything where the panes are; one below the other where a pane has several.

        In "rows" they stand below their bodies: ``middles`` in pixels from the pane's left.
        """
        across = self._in_rows(panes, middles or {}) if layout.kind == "rows" else {}
        height = self._viewport.height()
        used: dict[int, int] = {}
        widths = sum(caption.width() for caption in self._captions.values())
        is_narrow = layout.kind == "wipe" and widths + 3 * EDGE > self._viewport.width()
        for key, caption in reversed(self._captions.items()):
            index = next((i for i, pane in enumerate(panes) if pane.shows(key)), 0)
            left, bottom, right, _ = panes[index].clip
            caption.fit(*panes[index].size)
            up = used.get(index, EDGE)
            x = left + EDGE
            if key in across:
                x, up = left + across[key], EDGE // 2
            if layout.kind == "wipe":  # they stand still while the line moves
                left, right, x = 0, self._viewport.width(), EDGE
                index = 0 if is_narrow else index
                up = used.get(index, EDGE)
            if layout.kind == "wipe" and index == 1:
                x = right - EDGE - caption.width()
            caption.move(x, height - bottom - up - caption.height())
            caption.raise_()
            used[index] = up + caption.height() + 4
        self._place_dividers(panes if layout.kind in ("views", "rows") else ())
        has_wipe = layout.kind == "wipe" and len(panes) == 2
        self._handle.setVisible(has_wipe)
        if has_wipe:
            self._handle.place(layout.wipe)
            self._handle.raise_()

    def _in_rows(self, panes: Sequence[Pane], middles: Mapping[str, float]) -> dict[str, int]:
        """Left edge of each caption in its pane, in pixels."""
        found: dict[str, int] = {}
        for pane in panes:
            keys = [key for key in self._captions if pane.shows(key) and key in middles]
            widths = [self._captions[key].width() for key in keys]
            places = side_by_side([middles[key] for key in keys], widths, pane.size[0])
            found |= dict(zip(keys, places, strict=True))
        return found

    def _place_dividers(self, panes: Sequence[Pane]) -> None:
        width, height = self._viewport.width(), self._viewport.height()
        lines = [(p.view[2], height - p.view[3], 1, p.size[1]) for p in panes if p.view[2] < width]
        lines += [(p.view[0], height - p.view[1], p.size[0], 1) for p in panes if p.view[1] > 0]
        while len(self._dividers) < len(lines):
            self._dividers.append(_Divider(self._viewport))
        for divider, line in zip(self._dividers, lines, strict=False):
            divider.setGeometry(*line)
            divider.raise_()
        for index, divider in enumerate(self._dividers):
            divider.setVisible(index < len(lines))
