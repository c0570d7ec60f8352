"""A confusion matrix to look at and to press: rows are the actions, columns what was recognised."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from studio import theme
from studio.widgets import paint

_LABELS = 150  # pixels for the names of the rows
_BAR = 64  # and for the bars of each class's accuracy


class ConfusionPlot(QWidget):
    """``pressed(true class, recognised class)`` on a cell with clips in it."""

    pressed = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Confusion matrix")
        self.setMouseTracking(True)
        self.setMinimumHeight(150)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._labels: tuple[str, ...] = ()
        self._counts: npt.NDArray[np.int64] = np.zeros((0, 0), np.int64)
        self.chosen: tuple[int, int] | None = None

    def show_matrix(self, labels: Sequence[str], counts: Sequence[Sequence[int]]) -> None:
        """Show counts (C, C) of classes with these names."""
        self._labels = tuple(labels)
        self._counts = np.asarray(counts, np.int64).reshape(len(labels), -1)
        self.chosen = None
        self.update()

    @property
    def counts(self) -> npt.NDArray[np.int64]:
        """What is shown."""
        return self._counts

    def sizeHint(self) -> QSize:
        return QSize(420, 240)

    def cell(self, true: int, read: int) -> QRectF:
        """Where a cell is painted."""
        count = max(len(self._labels), 1)
        width = (self.width() - _LABELS - _BAR) / count
        height = self.height() / count
        return QRectF(_LABELS + read * width, true * height, width, height)

    def at(self, x: float, y: float) -> tuple[int, int] | None:
        """The cell under a point, None beside them."""
        count = len(self._labels)
        if not count or not _LABELS <= x < self.width() - _BAR:
            return None
        first = self.cell(0, 0)
        read, true = int((x - _LABELS) // first.width()), int(y // first.height())
        return (true, read) if 0 <= true < count and 0 <= read < count else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self.at(event.position().x(), event.position().y())
        if cell is not None and self._counts[cell]:
            self.chosen = cell
            self.update()
            self.pressed.emit(*cell)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            cell = self.at(event.pos().x(), event.pos().y())
            if cell is not None:
                true, read = cell
                total = max(int(self._counts[true].sum()), 1)
                share = self._counts[cell] / total
                QToolTip.showText(
                    event.globalPos(),
                    f"{self._labels[true]} read as {self._labels[read]}: "
                    f"{self._counts[cell]:,} clips, {share:.1%}",
                )
                return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(theme.TINY_SIZE))
        metrics = painter.fontMetrics()
        for true, name in enumerate(self._labels):
            total = max(int(self._counts[true].sum()), 1)
            for read in range(len(self._labels)):
                share = float(self._counts[true, read]) / total
                color = theme.mix(theme.FIELD, theme.GOOD if read == true else theme.BAD,
                                  share**0.6)  # fmt: skip
                rect = self.cell(true, read).adjusted(0.5, 0.5, -0.5, -0.5)
                painter.fillRect(rect, QColor(color))
                if self.chosen == (true, read):
                    painter.setPen(QColor(theme.TEXT))
                    painter.setBrush(Qt.BrushStyle.NoBrush)
                    painter.drawRect(rect)
            row = self.cell(true, 0)
            text = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, _LABELS - 10)
            painter.setPen(QColor(theme.DIM))
            painter.drawText(
                QRectF(0, row.top(), _LABELS - 8, row.height()),
                Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text,
            )  # fmt: skip
            right = float(self._counts[true, true]) / total
            bar = QRectF(self.width() - _BAR + 8, row.center().y() - 3, (_BAR - 42) * right, 6)
            painter.fillRect(bar, QColor(theme.GOOD))
            painter.drawText(
                QRectF(self.width() - 34, row.top(), 34, row.height()),
                Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, f"{right:.0%}",
            )  # fmt: skip
        if self.hasFocus():
            paint.focus_ring(painter, QRectF(self.rect()))
