"""The names under the bodies: small widgets that never cover each other.

Where they go is worked out in :func:`place_labels`, without Qt's help, so that it can be tested.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QWidget

from studio import theme
from studio.viewport.items import BodyItem

if TYPE_CHECKING:
    from studio.viewport.scene import Scene

PADDING_X, HEIGHT, GAP = 10, 24, 6
SAME_ROW = 0.16
"""Labels whose heights differ by less than this part of the picture share the lower one's row."""
MAX_WIDTH = 260


def place_labels(
    wanted: Sequence[tuple[float, float]],
    sizes: Sequence[tuple[int, int]],
    area: tuple[int, int],
) -> list[tuple[int, int]]:
    """Return the top left corner of each label: centred on ``wanted`` (x, y of the top middle),

    inside ``area`` and apart from the others. Labels that collide move down, row by row; where
    there is no room below, up.
    """
    width, height = area
    wanted = _in_rows(wanted, SAME_ROW * height)
    taken: list[tuple[int, int, int, int]] = []
    places: dict[int, tuple[int, int]] = {}
    for index in sorted(range(len(wanted)), key=lambda i: (round(wanted[i][1]), wanted[i][0])):
        w, h = sizes[index]
        x = round(min(max(wanted[index][0] - w / 2, GAP), max(GAP, width - w - GAP)))
        start = round(min(max(wanted[index][1], GAP), max(GAP, height - h - GAP)))
        rows = [start]
        for step in range(1, 40):
            rows += [start + step * (h + GAP) // 2, start - step * (h + GAP) // 2]
        y = start
        for row in rows:
            free = all(
                x + w + GAP <= tx or tx + tw + GAP <= x or row + h + 2 <= ty or ty + th + 2 <= row
                for tx, ty, tw, th in taken
            )
            if free and GAP <= row <= height - h - GAP:
                y = row
                break
        taken.append((x, y, w, h))
        places[index] = (x, y)
    return [places[i] for i in range(len(wanted))]


def _plate(color: str, opacity: float) -> QColor:
    plate = QColor(color)
    plate.setAlphaF(opacity)
    return plate


def _in_rows(wanted: Sequence[tuple[float, float]], reach: float) -> list[tuple[float, float]]:
    """Give neighbours in height one common row: a line of names is calmer than a staircase."""
    rows: dict[int, float] = {}
    row: list[int] = []
    for index in sorted(range(len(wanted)), key=lambda i: wanted[i][1]):
        if row and wanted[index][1] - wanted[row[0]][1] > reach:
            row = []
        row.append(index)
        rows.update(dict.fromkeys(row, wanted[index][1]))
    return [(x, rows[i]) for i, (x, _) in enumerate(wanted)]


class BodyLabel(QWidget):
    """One name: bold title, quiet subtitle; the selected one has the accent's outline."""

    clicked = Signal(str)

    def __init__(self, key: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.key = key
        self._title = self._subtitle = self._shown_title = ""
        self._selected = False
        self._picture: QPixmap | None = None  # painted once: the stage behind it moves
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def describe(self, title: str, subtitle: str, selected: bool) -> None:
        """Show these words; the full ones are in the tooltip when they had to be cut."""
        if (title, subtitle, selected) == (self._title, self._subtitle, self._selected):
            return
        self._title, self._subtitle, self._selected = title, subtitle, selected
        room = MAX_WIDTH - 2 * PADDING_X - self._width(f" · {subtitle}" if subtitle else "", False)
        metrics = QFontMetrics(self._font(True))
        self._shown_title = metrics.elidedText(title, Qt.TextElideMode.ElideMiddle, max(room, 60))
        whole = f"{title} · {subtitle}" if subtitle else title
        self.setToolTip(whole if self._shown_title != title else "")
        self.setAccessibleName(whole)
        self.resize(self.sizeHint())
        self._picture = None
        self.update()

    def _font(self, bold: bool) -> QFont:
        return theme.font(theme.SMALL_SIZE, weight=600 if bold else 400)

    def _width(self, text: str, bold: bool) -> int:
        return QFontMetrics(self._font(bold)).horizontalAdvance(text)

    def sizeHint(self) -> QSize:
        width = self._width(self._shown_title, True)
        if self._subtitle:
            width += self._width(f" · {self._subtitle}", False)
        return QSize(width + 2 * PADDING_X, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        scale = self.devicePixelRatioF()
        if self._picture is None or self._picture.devicePixelRatio() != scale:
            self._picture = QPixmap(self.size() * scale)
            self._picture.setDevicePixelRatio(scale)
            self._picture.fill(Qt.GlobalColor.transparent)
            painter = QPainter(self._picture)
            self._paint(painter)
            painter.end()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        painter.end()

    def _paint(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.75, 0.75, -0.75, -0.75)
        if self._selected:
            painter.setPen(QPen(QColor(theme.ACCENT), 1.3))
            painter.setBrush(_plate(theme.ON_ACCENT, 0.86))
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(_plate(theme.WINDOW, 0.55))
        painter.drawRoundedRect(box, 7, 7)
        baseline = (HEIGHT + QFontMetrics(self._font(True)).capHeight()) // 2
        at = QPoint(PADDING_X, baseline)
        painter.setFont(self._font(True))
        painter.setPen(QColor(theme.TEXT))
        painter.drawText(at, self._shown_title)
        if self._subtitle:
            at.setX(at.x() + self._width(self._shown_title, True))
            painter.setFont(self._font(False))
            painter.setPen(QColor(theme.DIM))
            painter.drawText(at, f" · {self._subtitle}")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.clicked.emit(self.key)


class LabelLayer(QObject):
    """All names over one viewport: makes, places and forgets them. ``clicked(key)``."""

    clicked = Signal(str)

    def __init__(self, viewport: QWidget) -> None:
        super().__init__(viewport)
        self._viewport = viewport
        self._labels: dict[str, BodyLabel] = {}

    def show(self, items: Sequence[BodyItem], selected: str | None) -> None:
        """Have a label for each item that has a name."""
        keys = {item.key for item in items if item.label}
        for key in [key for key in self._labels if key not in keys]:
            label = self._labels.pop(key)
            label.hide()
            label.deleteLater()
        for item in items:
            if not item.label:
                continue
            if item.key not in self._labels:
                self._labels[item.key] = BodyLabel(item.key, self._viewport)
                self._labels[item.key].clicked.connect(self.clicked)
            label = self._labels[item.key]
            label.describe(item.label, item.sublabel, item.key == selected)
            label.show()
            label.raise_()

    def place(self, scene: Scene) -> None:
        """Put each label below its body's lowest footprint, as the camera sees it now."""
        if not self._labels:
            return
        area = (self._viewport.width(), self._viewport.height())
        size = (float(area[0]), float(area[1]))
        places_on_floor = [scene.floor_place(key) for key in self._labels]
        feet = [scene.feet(key) for key in self._labels]
        starts = np.cumsum([0, *(len(points) for points in feet[:-1])])
        middles = scene.camera.project([(x, 0.0, z) for x, z in places_on_floor], size)[:, 0]
        heights = scene.camera.project(np.concatenate(feet), size)[:, 1]
        lowest = np.maximum.reduceat(heights, starts) + 12.0
        wanted = list(zip(middles.tolist(), lowest.tolist(), strict=True))
        sizes = [(label.width(), label.height()) for label in self._labels.values()]
        places = place_labels(wanted, sizes, area)
        for label, (x, y) in zip(self._labels.values(), places, strict=True):
            if (label.x(), label.y()) != (x, y):
                label.move(x, y)
