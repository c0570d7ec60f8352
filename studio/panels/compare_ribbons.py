"""The difference over time as ribbons, and below what each clip did not see; with the playhead.

Painted once into a picture, as the timeline is; press or drag goes to a time.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from core.compare.heat import heat_colors
from studio import theme
from studio.panels.clip_facts import runs
from studio.playback import Playback
from studio.widgets import paint

_TOP, _BAR, _GAP, _BOTTOM = 12, 20, 5, 8
_MISSING = theme.mix(theme.PANEL, theme.BAD, 0.85)


@dataclass(frozen=True, kw_only=True, eq=False)
class Ribbon:
    """A row: ``values`` (T,) 0..1 as heat, or ``mask`` (T,) as marks; ``spoken`` says a frame."""

    name: str
    values: npt.NDArray[np.float64] | None = None
    mask: npt.NDArray[np.bool_] | None = None
    spoken: tuple[str, ...] = ()
    color: str = _MISSING


def ribbon_color(value: float) -> str:
    """Heat sunk a little into the panel: quiet where clips agree."""
    red, green, blue = (round(255 * float(c)) for c in heat_colors(value))
    calm = theme.mix(theme.FIELD, theme.LINE, 0.9)
    full = f"#{red:02x}{green:02x}{blue:02x}"
    return theme.mix(calm, full, min(0.25 + 2.2 * value, 0.92) if value > 0.02 else 0.0)


class CompareRibbons(QWidget):
    """Rows over one time axis."""

    def __init__(self, playback: Playback, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._playback = playback
        self._rows: tuple[Ribbon, ...] = ()
        self._fps = 30.0
        self._picture: QPixmap | None = None
        self._playhead_x = 0.0
        self.setAccessibleName("Difference over time")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        playback.time_changed.connect(self._follow)
        playback.settings_changed.connect(self._redraw)

    @property
    def rows(self) -> tuple[Ribbon, ...]:
        """What is drawn, from the top."""
        return self._rows

    def set_rows(self, rows: Sequence[Ribbon], fps: float) -> None:
        """Show these rows."""
        self._rows, self._fps = tuple(rows), fps
        self.setAccessibleDescription(", ".join(row.name for row in rows))
        self.setFixedHeight(self.sizeHint().height())
        self._redraw()

    def sizeHint(self) -> QSize:
        return QSize(400, _TOP + max(len(self._rows), 1) * (_BAR + _GAP) + _BOTTOM)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())

    # -- geometry ---------------------------------------------------------------------------------
    def _left_and_width(self) -> tuple[float, float]:
        return float(theme.MARGIN), max(float(self.width() - 2 * theme.MARGIN), 1.0)

    def _x(self, seconds: float) -> float:
        left, width = self._left_and_width()
        return left + width * seconds / max(self._playback.duration, 1e-6)

    def _frame(self, x: float) -> int:
        left, width = self._left_and_width()
        part = min(max((x - left) / width, 0.0), 1.0)
        last = max(self._playback.num_frames - 1, 0)
        return min(int(part * self._playback.duration * self._playback.fps + 1e-6), last)

    # -- events -----------------------------------------------------------------------------------
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._rows:
            self._playback.seek_frame(self._frame(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton and self._rows:
            self._playback.seek_frame(self._frame(event.position().x()))

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip and self._rows:
            frame = self._frame(event.pos().x())
            index = int((event.pos().y() - _TOP) // (_BAR + _GAP))
            row = self._rows[min(max(index, 0), len(self._rows) - 1)]
            said = row.spoken[frame] if frame < len(row.spoken) else row.name
            QToolTip.showText(event.globalPos(), f"frame {frame + 1}: {said}", self)
            return True
        return super().event(event)

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
            self._paint_rows(inner)
            inner.end()
        painter.drawPixmap(0, 0, self._picture)
        if self._rows:
            self._paint_playhead(painter)

    def _paint_rows(self, painter: QPainter) -> None:
        left, width = self._left_and_width()
        top = float(_TOP)
        for row in self._rows:
            rect = QRectF(left, top, width, _BAR)
            paint.box(painter, rect, theme.FIELD, radius=4)
            painter.save()
            path = QPainterPath()
            path.addRoundedRect(rect, 4, 4)
            painter.setClipPath(path)
            if row.values is not None:
                self._paint_values(painter, rect, row.values)
            if row.mask is not None:
                self._paint_mask(painter, rect, row.mask, row.color)
            painter.restore()
            self._paint_name(painter, rect, row.name)
            top += _BAR + _GAP

    def _paint_values(
        self, painter: QPainter, rect: QRectF, values: npt.NDArray[np.float64]
    ) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        pixels = max(min(len(values), round(rect.width() / 2)), 1)
        edges = np.linspace(0, len(values), pixels + 1).astype(int)
        for start, end in itertools.pairwise(edges.tolist()):
            value = float(values[start : max(end, start + 1)].max())
            x0, x1 = self._x(start / self._fps), self._x(max(end, start + 1) / self._fps)
            painter.fillRect(
                QRectF(x0, rect.top(), x1 - x0 + 0.6, rect.height()), QColor(ribbon_color(value))
            )

    def _paint_mask(
        self, painter: QPainter, rect: QRectF, mask: npt.NDArray[np.bool_], color: str
    ) -> None:
        for start, end in runs(mask):
            x0, x1 = self._x(start / self._fps), self._x(end / self._fps)
            marked = QRectF(x0, rect.top(), max(x1 - x0, 2.0), rect.height())
            paint.box(painter, marked, color, radius=3)

    def _paint_name(self, painter: QPainter, rect: QRectF, name: str) -> None:
        painter.setFont(theme.font(theme.TINY_SIZE, weight=500))
        at = rect.adjusted(8, 0, -8, 0)
        shade = QColor(theme.WINDOW)
        shade.setAlphaF(0.7)
        painter.setPen(shade)
        painter.drawText(at.translated(0, 1), Qt.AlignmentFlag.AlignVCenter, name)
        painter.setPen(QColor(theme.TEXT))
        painter.drawText(at, Qt.AlignmentFlag.AlignVCenter, name)

    def _paint_playhead(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        x = self._x(min(self._playback.time, self._playback.end_time))
        white = QColor(theme.TEXT)
        painter.setPen(QPen(white, 1.6))
        painter.drawLine(QPointF(x, 8), QPointF(x, self.height()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(white)
        painter.drawPolygon(QPolygonF([QPointF(x - 6, 3), QPointF(x + 6, 3), QPointF(x, 9)]))
