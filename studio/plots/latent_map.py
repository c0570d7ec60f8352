"""The latent map: a dot for every known clip of every action, a ring where the current clip lies.

Click anywhere to sample there, drag to blend while the body follows.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QToolTip, QWidget

from studio import theme

_DOT = 5
_RING = 13
_KEY_STEP = 0.03  # of the map's width for an arrow key
_STEPS: dict[Qt.Key, tuple[int, int]] = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}


def label_color(index: int, count: int) -> str:
    """Colour of an action's dots: evenly spread hues, all equally bright."""
    return QColor.fromHslF((0.47 + index / max(count, 1)) % 1.0, 0.55, 0.62).name()


class LatentMapView(pg.PlotWidget):  # type: ignore[misc]
    """Shows dots and lets the user point into the plane.

    ``place_picked(x, y)`` at every place pointed at, while dragging too; ``pick_finished`` when the
    button is let go.
    """

    place_picked = Signal(float, float)
    pick_finished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, background=theme.FIELD)
        self.setObjectName("latent_map")
        self.setAccessibleName("Latent map")
        self.setToolTip("Click to sample there, drag to blend, arrow keys to move")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumHeight(120)
        self.setFrameShape(pg.PlotWidget.Shape.NoFrame)
        self.setMenuEnabled(False)
        self.setMouseTracking(True)
        self.hideButtons()
        self.hideAxis("left")
        self.hideAxis("bottom")
        self.getViewBox().setMouseEnabled(x=False, y=False)
        self.getViewBox().setDefaultPadding(0.06)
        self._dots = pg.ScatterPlotItem(size=_DOT, pen=None, pxMode=True)
        self._ring = pg.ScatterPlotItem(
            size=_RING, symbol="o", brush=None, pen=pg.mkPen(theme.TEXT, width=2), pxMode=True
        )
        self._name = pg.TextItem(color=theme.TEXT, anchor=(0.5, 0.5))
        self._name.setFont(theme.font(theme.TINY_SIZE, weight=600))
        self._name.hide()
        self.addItem(self._dots)
        self.addItem(self._name, ignoreBounds=True)
        self.addItem(self._ring)
        self._labels: tuple[str, ...] = ()
        self._points = np.zeros((0, 2), np.float32)
        self._label_of = np.zeros(0, np.int64)
        self._current = -1
        self._is_picking = False

    def set_dots(
        self,
        points: npt.NDArray[np.float32],
        label_of: npt.NDArray[np.int64],
        labels: Sequence[str],
    ) -> None:
        """Show points (N, 2) of the actions label_of (N,)."""
        self._points, self._label_of, self._labels = points, label_of, tuple(labels)
        self._paint_dots()
        if len(points):
            low, high = points.min(axis=0), points.max(axis=0)
            self.setRange(
                xRange=(float(low[0]), float(high[0])), yRange=(float(low[1]), float(high[1]))
            )
        self._paint_name()

    def set_current_label(self, label: str) -> None:
        """Let one action's dots stand out."""
        index = self._labels.index(label) if label in self._labels else -1
        if index != self._current:
            self._current = index
            self._paint_dots()
            self._paint_name()

    def _paint_name(self) -> None:
        """Write the current action's name over its dots: colour alone would not say which."""
        mine = self._points[self._label_of == self._current]
        self._name.setVisible(len(mine) > 0)
        if len(mine):
            middle = float(mine[:, 0].mean())
            _, (low, high) = self.getViewBox().viewRange()
            top = min(float(mine[:, 1].max()) + 0.07 * (high - low), high - 0.05 * (high - low))
            self._name.setText(self._labels[self._current])
            self._name.setPos(middle, top)

    def set_place(self, place: tuple[float, float] | None) -> None:
        """Put the ring where the current clip lies, or take it away."""
        if place is None:
            self._ring.setData(pos=np.zeros((0, 2)))
        else:
            self._ring.setData(pos=np.array([place]))

    @property
    def place(self) -> tuple[float, float] | None:
        """Where the ring is."""
        x, y = self._ring.getData()
        return (float(x[0]), float(y[0])) if len(x) else None

    @property
    def is_picking(self) -> bool:
        """Whether the button is held down: the ring is where the pointer is."""
        return self._is_picking

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.viewport().rect())
        for x, y in ((0, 0), (1, 0), (0, 1), (1, 1)):  # only the corners: quick while dragging
            corner = QRectF(0, 0, theme.RADIUS, theme.RADIUS)
            corner.moveTo(
                x * (rect.width() - corner.width()), y * (rect.height() - corner.height())
            )
            round_ = QRectF(0, 0, 2 * theme.RADIUS, 2 * theme.RADIUS)
            round_.moveTo(
                x * (rect.width() - round_.width()), y * (rect.height() - round_.height())
            )
            outside, inside = QPainterPath(), QPainterPath()
            outside.addRect(corner)
            inside.addEllipse(round_)
            painter.fillPath(outside.subtracted(inside), QColor(theme.PANEL))
        painter.setPen(QPen(QColor(theme.ACCENT if self.hasFocus() else theme.LINE), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), theme.RADIUS, theme.RADIUS)
        painter.end()

    def _paint_dots(self) -> None:
        if not len(self._points):
            return
        brushes = []
        for index in range(len(self._labels)):
            color = QColor(label_color(index, len(self._labels)))
            if index == self._current:
                color = QColor(theme.ACCENT)
            color.setAlphaF(0.95 if index == self._current else 0.5)
            brushes.append(pg.mkBrush(color))
        order = np.argsort(self._label_of == self._current, kind="stable")  # the current on top
        self._dots.setData(
            pos=self._points[order], brush=[brushes[i] for i in self._label_of[order]]
        )

    # -- pointing ---------------------------------------------------------------------------------
    def _plane(self, at: QPointF) -> tuple[float, float]:
        place = self.getViewBox().mapSceneToView(self.mapToScene(at.toPoint()))
        return place.x(), place.y()

    def _pick(self, at: QPointF) -> None:
        if len(self._points):
            x, y = self._plane(at)
            self.set_place((x, y))
            self.place_picked.emit(x, y)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._is_picking = True
            self._pick(event.position())
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._is_picking:
            self._pick(event.position())
        else:
            self._tell_label(event)
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._is_picking:
            self._is_picking = False
            self.pick_finished.emit()
        event.accept()

    def wheelEvent(self, event: QEvent) -> None:
        event.ignore()  # the panel scrolls

    def event(self, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.modifiers() == Qt.KeyboardModifier.NoModifier
            and Qt.Key(event.key()) in _STEPS
        ):
            event.accept()  # the arrows belong to the map while it has the focus
            return True
        return bool(super().event(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _STEPS.get(Qt.Key(event.key()))
        if step is None or not len(self._points):
            event.ignore()
            return
        (x0, x1), (y0, y1) = self.getViewBox().viewRange()
        x, y = self.place or ((x0 + x1) / 2, (y0 + y1) / 2)
        x += step[0] * _KEY_STEP * (x1 - x0)
        y += step[1] * _KEY_STEP * (y1 - y0)
        self.set_place((x, y))
        self.place_picked.emit(x, y)
        self.pick_finished.emit()

    def _tell_label(self, event: QMouseEvent) -> None:
        label = self.label_near(event.position())
        if label:
            QToolTip.showText(event.globalPosition().toPoint(), label, self)

    def label_near(self, at: QPointF) -> str:
        """The action of the dot under the pointer, or nothing."""
        if not len(self._points):
            return ""
        x, y = self._plane(at)
        (x0, x1), (y0, y1) = self.getViewBox().viewRange()
        scale = np.array([self.width() / max(x1 - x0, 1e-9), self.height() / max(y1 - y0, 1e-9)])
        gaps = (((self._points - (x, y)) * scale) ** 2).sum(axis=1)
        nearest = int(gaps.argmin())
        return self._labels[self._label_of[nearest]] if gaps[nearest] <= (2 * _DOT) ** 2 else ""
