"""A joint's angle over time in each clip, with the playhead.

The curves are painted once into a picture; while time runs only the playhead is drawn anew, so
scrubbing costs the same for one curve and four. (A pyqtgraph view would repaint them all.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio import theme
from studio.playback import Playback
from studio.widgets import paint

_TOP, _BOTTOM = 34, 10
_TITLE = 240
"""Pixels at the left kept for the name of the angle."""
_STEPS = (1, 2, 5, 10, 20, 30, 45, 60, 90)
_LABEL = 18.0  # pixels from one number of the axis to the next, at least


@dataclass(frozen=True, kw_only=True, eq=False)
class Curve:
    """One clip's angle: values (T,) degrees, nan where it has no frame; dashed from the second."""

    name: str
    color: str
    values: npt.NDArray[np.float64]


def rounded_range(low: float, high: float) -> tuple[float, float, float]:
    """Return low, high and step in round degrees around a range, at least 20 degrees of it."""
    if not np.isfinite([low, high]).all():
        low, high = 0.0, 90.0
    if high - low < 20:
        middle = (high + low) / 2
        low, high = middle - 10, middle + 10
    step = next((s for s in _STEPS if (high - low) / s <= 5), 180)
    return np.floor(low / step) * step, np.ceil(high / step) * step, float(step)


class AnglePlot(QWidget):
    """Curves of one angle; press or drag goes to a time."""

    def __init__(self, playback: Playback, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._playback = playback
        self._title = ""
        self._fps = 30.0
        self._curves: tuple[Curve, ...] = ()
        self._picture: QPixmap | None = None
        self._playhead_x = 0.0
        self._hover: float | None = None
        self.setAccessibleName("Joint angle over time")
        self.setMinimumHeight(84)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        playback.time_changed.connect(self._follow)
        playback.settings_changed.connect(self._redraw)

    def sizeHint(self) -> QSize:
        return QSize(400, 150)

    @property
    def curves(self) -> tuple[Curve, ...]:
        """What is drawn."""
        return self._curves

    def set_curves(self, title: str, curves: Sequence[Curve], fps: float) -> None:
        """Show these curves of an angle."""
        self._title, self._curves, self._fps = title, tuple(curves), fps
        peaks = ", ".join(f"{c.name} peak {_peak(c):.0f} degrees" for c in self._curves)
        self.setAccessibleDescription(f"{title}: {peaks}" if peaks else "")
        self._redraw()

    # -- geometry ---------------------------------------------------------------------------------
    def _area(self) -> QRectF:
        return QRectF(
            theme.MARGIN, _TOP, self.width() - 2 * theme.MARGIN, self.height() - _TOP - _BOTTOM
        )

    def _x(self, seconds: float) -> float:
        area = self._area()
        return area.left() + area.width() * seconds / max(self._playback.duration, 1e-6)

    def _seek(self, x: float) -> None:
        area = self._area()
        part = min(max((x - area.left()) / max(area.width(), 1), 0.0), 1.0)
        frame = int(part * self._playback.duration * self._playback.fps + 1e-6)
        self._playback.seek(frame / self._playback.fps)

    # -- events -----------------------------------------------------------------------------------
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._curves:
            self._seek(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover = event.position().x()
        if event.buttons() & Qt.MouseButton.LeftButton and self._curves:
            self._seek(event.position().x())
        else:
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = None
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._redraw()

    def _follow(self, seconds: float) -> None:
        """Paint only where the playhead was and is."""
        x = self._x(min(seconds, self._playback.end_time))
        for at in (self._playhead_x, x):
            self.update(QRect(int(at) - 9, 0, 19, self.height()))
        self._playhead_x = x

    def _redraw(self) -> None:
        self._picture = None
        self._playhead_x = self._x(min(self._playback.time, self._playback.end_time))
        self.update()

    # -- painting ---------------------------------------------------------------------------------
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        ratio = self.devicePixelRatioF()
        if self._picture is None or self._picture.devicePixelRatio() != ratio:
            self._picture = QPixmap(self.size() * ratio)
            self._picture.setDevicePixelRatio(ratio)
            self._picture.fill(QColor(theme.PANEL))
            inner = QPainter(self._picture)
            inner.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_all(inner)
            inner.end()
        painter.drawPixmap(0, 0, self._picture)
        if self._curves:
            self._paint_playhead(painter)

    def _paint_all(self, painter: QPainter) -> None:
        frame = QRectF(theme.MARGIN, 0, self.width() - 2 * theme.MARGIN, self.height() - 2)
        paint.box(painter, frame, theme.FIELD, theme.LINE, theme.RADIUS)
        area = self._area()
        if not self._curves:
            painter.setFont(theme.font(theme.SMALL_SIZE))
            painter.setPen(QColor(theme.FAINT))
            painter.drawText(frame, Qt.AlignmentFlag.AlignCenter, self._title)
            return
        finite = [c.values[np.isfinite(c.values)] for c in self._curves]
        together = np.concatenate([*finite, np.zeros(0)])
        low, high, step = rounded_range(
            *((float(together.min()), float(together.max())) if len(together) else (0.0, 90.0))
        )
        painter.setFont(theme.font(theme.TINY_SIZE))
        apart = abs(self._y(low + step, low, high) - self._y(low, low, high))
        every = max(1, int(np.ceil(_LABEL / max(apart, 1.0))))  # a low plot has fewer words
        for number, value in enumerate(np.arange(low, high + step / 2, step)):
            y = self._y(float(value), low, high)
            painter.setPen(QPen(QColor(theme.LINE), 1))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            if number and number % every == 0:
                painter.setPen(QColor(theme.FAINT))
                label = QRectF(area.right() - 58, y + 1, 50, 14)
                painter.drawText(label, Qt.AlignmentFlag.AlignRight, f"{value:.0f}°")
        painter.setClipRect(frame.adjusted(1, 1, -1, -1))
        for index, curve in enumerate(self._curves):
            self._paint_curve(painter, curve, low, high, dashed=index > 0)
        painter.setClipping(False)
        self._paint_words(painter, area)

    def _y(self, value: float, low: float, high: float) -> float:
        area = self._area()
        return area.bottom() - area.height() * (value - low) / max(high - low, 1e-6)

    def _paint_curve(
        self, painter: QPainter, curve: Curve, low: float, high: float, *, dashed: bool
    ) -> None:
        pen = QPen(QColor(curve.color), 2.0)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        if dashed:  # colour alone would not tell them apart
            pen.setDashPattern([7, 2.5])
        painter.setPen(pen)
        points: list[QPointF] = []
        for index, value in enumerate([*curve.values.tolist(), float("nan")]):
            if np.isfinite(value):
                x = self._x((index + 0.5) / self._fps)
                points.append(QPointF(x, self._y(value, low, high)))
            elif points:
                painter.drawPolyline(QPolygonF(points))
                points = []

    def _paint_words(self, painter: QPainter, area: QRectF) -> None:
        line = QRectF(area.left() + 12, 8, area.width() - 24, 20)
        right = line.right()
        for curve in reversed(self._curves):
            wide = f"{curve.name} peak 180°"
            if right - paint.text_width(wide, theme.SMALL_SIZE, 600) < area.left() + _TITLE:
                break
            text = f" peak {_peak(curve):.0f}°"
            for words, color, weight in ((text, theme.DIM, 400), (curve.name, curve.color, 600)):
                right -= paint.text_width(words, theme.SMALL_SIZE, weight)
                painter.setFont(theme.font(theme.SMALL_SIZE, weight=weight))
                painter.setPen(QColor(color))
                at = QRectF(right, line.top(), 400, line.height())
                painter.drawText(at, Qt.AlignmentFlag.AlignVCenter, words)
            right -= 16

    def _paint_playhead(self, painter: QPainter) -> None:
        bottom = self.height() - 3
        area = self._area()
        if self._hover is not None and area.left() <= self._hover <= area.right():
            faint = QColor(theme.TEXT)
            faint.setAlphaF(0.25)
            painter.fillRect(round(self._hover), 1, 1, bottom - 1, faint)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        x = self._x(min(self._playback.time, self._playback.end_time))
        painter.setPen(QPen(QColor(theme.TEXT), 1.4))
        painter.drawLine(QPointF(x, 1), QPointF(x, bottom))


def _peak(curve: Curve) -> float:
    return float(np.nanmax(curve.values)) if np.isfinite(curve.values).any() else float("nan")
