"""The source's skeleton from the front: what is mapped, what is asked about, a joint to click."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from studio import theme
from studio.services.joint_maps import Figure
from studio.widgets import paint

_REACH = 14.0  # pixels around a joint that count as on it


class SkeletonFigure(QWidget):
    """Paints joints and bones; ``joint_clicked`` gives the name of the joint under the click."""

    joint_clicked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._points: npt.NDArray[np.float64] = np.zeros((0, 2))
        self._shown: tuple[bool, ...] = ()
        self._names: tuple[str, ...] = ()
        self._parents: tuple[int, ...] = ()
        self._mapped: frozenset[str] = frozenset()
        self._current = ""
        self._under = -1
        self.setMouseTracking(True)
        self.setMinimumSize(240, 300)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Skeleton of the file; click a joint to choose it")

    def show_skeleton(
        self, figure: Figure, names: tuple[str, ...], parents: tuple[int, ...]
    ) -> None:
        """Show the joints that belong to the body."""
        self._points, self._shown = figure.points, figure.shown
        self._names, self._parents = names, parents
        self.update()

    def mark(self, mapped: frozenset[str], current: str) -> None:
        """Tell which joints are mapped and which one the chosen row uses."""
        self._mapped, self._current = mapped, current
        self.update()

    def place_of(self, name: str) -> QPointF:
        """Where a joint is in the widget."""
        return self._places()[self._names.index(name)]

    def sizeHint(self) -> QSize:
        return QSize(300, 420)

    def _places(self) -> list[QPointF]:
        if not len(self._points):
            return []
        span = np.ptp(self._points[list(self._shown)], axis=0)
        scale = min(
            (self.width() - 56) / max(float(span[0]), 0.3),
            (self.height() - 84) / max(float(span[1]), 0.3),
        )
        middle = QPointF(self.width() / 2, self.height() / 2 - 10)
        return [middle + QPointF(float(x) * scale, -float(y) * scale) for x, y in self._points]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint.box(painter, QRectF(self.rect()), theme.WINDOW)
        places = self._places()
        painter.setPen(QPen(QColor(theme.LINE), 2))
        for joint, parent in enumerate(self._parents):
            if parent >= 0 and places and self._shown[parent] and self._shown[joint]:
                painter.drawLine(places[parent], places[joint])
        for joint, place in enumerate(places):
            name = self._names[joint]
            if name == self._current or not self._shown[joint]:
                continue
            is_mapped = name in self._mapped
            painter.setPen(Qt.PenStyle.NoPen if is_mapped else QPen(QColor(theme.FAINT), 1.2))
            painter.setBrush(QColor(theme.DATA if is_mapped else theme.WINDOW))
            radius = 4.0 if is_mapped else 3.0
            painter.drawEllipse(place, radius, radius)
        if self._current in self._names and places:
            place = places[self._names.index(self._current)]
            painter.setPen(QPen(QColor(theme.ACCENT), 1.6))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(place, 9.0, 9.0)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.ACCENT))
            painter.drawEllipse(place, 4.5, 4.5)
        self._caption(painter)

    def _caption(self, painter: QPainter) -> None:
        under = self._names[self._under] if 0 <= self._under < len(self._names) else ""
        text = under or self._current or "Click a joint to choose it for the row"
        painter.setFont(theme.font(theme.SMALL_SIZE))
        painter.setPen(QColor(theme.TEXT if under or self._current else theme.FAINT))
        rect = QRectF(12, self.height() - 34, self.width() - 24, 22)
        shown = painter.fontMetrics().elidedText(
            text, Qt.TextElideMode.ElideMiddle, int(rect.width())
        )
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, shown)

    def _at(self, where: QPointF) -> int:
        places = self._places()
        if not places:
            return -1
        away = [
            (p - where).manhattanLength() if shown else np.inf
            for p, shown in zip(places, self._shown, strict=True)
        ]
        nearest = int(np.argmin(away))
        return nearest if away[nearest] <= _REACH else -1

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._under = self._at(event.position())
        inside = self._under >= 0
        self.setCursor(Qt.CursorShape.PointingHandCursor if inside else Qt.CursorShape.ArrowCursor)
        if not inside:
            QToolTip.hideText()
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        joint = self._at(event.position())
        if joint >= 0:
            self.joint_clicked.emit(self._names[joint])
