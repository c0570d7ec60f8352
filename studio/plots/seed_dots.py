"""The value of every seed behind a number: a dot each, their mean and its interval."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from studio import theme
from studio.widgets import paint

_EDGE, _AXIS, _DOT = 12.0, 22.0, 3.5
_FAR = 4.0  # times the seeds' spread: farther real clips stand as a word at the edge


class SeedDots(QWidget):
    """Dots on one axis, in the order of the seeds from top to bottom; grey ones are GT's."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Values of the seeds")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.values: tuple[float, ...] = ()
        self.reference: tuple[float, ...] = ()
        self._mean: float | None = None
        self._interval, self._decimals = 0.0, 2

    def show_values(
        self, values: Sequence[float], mean: float | None, interval: float,
        reference: Sequence[float] = (), decimals: int = 2,
    ) -> None:  # fmt: skip
        """Show a value a seed, their mean with its interval, and the real clips' values."""
        self.values, self._mean, self._interval = tuple(values), mean, interval
        self.reference, self._decimals = tuple(reference), decimals
        self.setAccessibleDescription(
            ", ".join(f"seed {k} {v:.{decimals}f}" for k, v in enumerate(self.values))
        )
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(220, 104)

    def span(self) -> tuple[float, float]:
        """Ends of the axis: all seeds, and the real clips where they are not far away."""
        low, high = min(self.values), max(self.values)
        if self._mean is not None:
            low, high = (
                min(low, self._mean - self._interval),
                max(high, self._mean + self._interval),
            )
        width = max(high - low, 10.0**-self._decimals)
        near = [v for v in self.reference if low - _FAR * width <= v <= high + _FAR * width]
        low, high = min([low, *near]), max([high, *near])
        room = 0.06 * max(high - low, 10.0**-self._decimals)
        return low - room, high + room

    def point(self, value: float, place: int, count: int) -> QPointF:
        """Where a seed's dot stands."""
        low, high = self.span()
        x = _EDGE + (value - low) / (high - low) * (self.width() - 2 * _EDGE)
        height = self.height() - _AXIS - 2 * _EDGE
        return QPointF(x, _EDGE + height * (place + 0.5) / count)

    def seed_at(self, point: QPointF) -> int | None:
        """The seed whose dot is under a point."""
        count = len(self.values)
        near = [
            ((self.point(v, k, count) - point).manhattanLength(), k)
            for k, v in enumerate(self.values)
        ]
        return min(near)[1] if near and min(near)[0] < 10 else None

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            seed = self.seed_at(QPointF(event.pos()))
            text = "" if seed is None else f"seed {seed}: {self._text(self.values[seed])}"
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def _text(self, value: float) -> str:
        return f"{value:.{self._decimals}f}"

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint.box(painter, QRectF(self.rect()), theme.FIELD, theme.LINE)
        painter.setFont(theme.font(theme.TINY_SIZE))
        if not self.values:
            painter.setPen(QColor(theme.FAINT))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "Not measured for this row")
            return
        bottom = self.height() - _AXIS
        if self._mean is not None:
            left = self.point(self._mean - self._interval, 0, 1).x()
            right = self.point(self._mean + self._interval, 0, 1).x()
            painter.fillRect(QRectF(left, 6, max(right - left, 1.0), bottom - 10),
                             QColor(theme.mix(theme.FIELD, theme.ACCENT, 0.22)))  # fmt: skip
            middle = self.point(self._mean, 0, 1).x()
            painter.setPen(QPen(QColor(theme.ACCENT), 1.4))
            painter.drawLine(QPointF(middle, 6), QPointF(middle, bottom - 4))
        low, high = self.span()
        painter.setPen(Qt.PenStyle.NoPen)
        for values, color in ((self.reference, theme.FAINT), (self.values, theme.TEXT)):
            painter.setBrush(QColor(color))
            for place, value in enumerate(values):
                if low <= value <= high:
                    painter.drawEllipse(self.point(value, place, len(values)), _DOT, _DOT)
        self._axis(painter, low, high, bottom)

    def _axis(self, painter: QPainter, low: float, high: float, bottom: float) -> None:
        painter.setPen(QColor(theme.FAINT))
        box = QRectF(_EDGE, bottom, self.width() - 2 * _EDGE, _AXIS - 4)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(box, middle | Qt.AlignmentFlag.AlignLeft, self._text(low))
        painter.drawText(box, middle | Qt.AlignmentFlag.AlignRight, self._text(high))
        word = "a dot a seed"
        if self.reference:
            is_in = any(low <= v <= high for v in self.reference)
            mean = sum(self.reference) / len(self.reference)
            word = "grey: GT" if is_in else f"GT {self._text(mean)}, far off"
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, word)
