"""What the heat's colours mean: a small scale in degrees, for bodies and ribbons alike."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.compare.heat import STOPS
from studio import theme
from studio.services.comparing import HEAT_FULL
from studio.widgets import paint

_BAR = 44
_GAP = 5


class HeatKey(QWidget):
    """The scale from alike to as hot as it gets."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ends = ("0°", f"{HEAT_FULL:.0f}°")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"Colours of the difference, {' to '.join(self._ends)}")
        self.setToolTip(
            f"How far a joint is from the reference: grey is alike, from {self._ends[1]} on all"
            " are as hot. The same for every comparison."
        )

    def sizeHint(self) -> QSize:
        return QSize(round(sum(map(self._wide, self._ends))) + _BAR + 2 * _GAP, 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left = self._wide(self._ends[0])
        bar = QRectF(left + _GAP, self.height() / 2 - 4, _BAR, 8)
        gradient = QLinearGradient(bar.topLeft(), bar.topRight())
        for k, color in enumerate(STOPS):
            gradient.setColorAt(k / (len(STOPS) - 1), QColor(color))
        shape = QPainterPath()
        shape.addRoundedRect(bar, 3, 3)
        painter.fillPath(shape, gradient)
        painter.setFont(theme.font(theme.TINY_SIZE, weight=500))
        painter.setPen(QColor(theme.DIM))
        places = (
            QRectF(0, 0, left + 1, self.height()),
            QRectF(bar.right() + _GAP, 0, self._wide(self._ends[1]) + 1, self.height()),
        )
        for text, at in zip(self._ends, places, strict=True):
            painter.drawText(at, Qt.AlignmentFlag.AlignVCenter, text)

    @staticmethod
    def _wide(text: str) -> float:
        return paint.text_width(text, theme.TINY_SIZE, 500)
