"""Table 1: rows of clips, columns of measures, the best of the made ones bold."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio import theme

_ROW, _NAME = 28, 104


class ScoreTable(QWidget):
    """Names, and a text for each column with whether it is the best."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Measures")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._titles: tuple[str, ...] = ()
        self._rows: tuple[tuple[str, tuple[tuple[str, bool], ...]], ...] = ()

    def show_table(
        self, titles: Sequence[str], rows: Sequence[tuple[str, Sequence[tuple[str, bool]]]]
    ) -> None:
        """Show rows (name, cells) under titles."""
        self._titles = tuple(titles)
        self._rows = tuple((name, tuple(cells)) for name, cells in rows)
        self.updateGeometry()
        self.update()

    @property
    def rows(self) -> tuple[tuple[str, tuple[tuple[str, bool], ...]], ...]:
        """What is shown."""
        return self._rows

    def sizeHint(self) -> QSize:
        return QSize(520, _ROW * (len(self._rows) + 1) if self._rows else 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        width = (self.width() - _NAME) / max(len(self._titles), 1)
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.setFont(theme.font(theme.SMALL_SIZE, weight=600))
        painter.setPen(QColor(theme.FAINT))
        for column, title in enumerate(self._titles):
            painter.drawText(QRectF(_NAME + column * width, 0, width - 8, _ROW), right, title)
        for number, (name, cells) in enumerate(self._rows, 1):
            top = number * _ROW
            painter.fillRect(QRectF(0, top, self.width(), 1), QColor(theme.LINE))
            painter.setFont(theme.font(theme.SMALL_SIZE))
            painter.setPen(QColor(theme.DIM))
            text = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, _NAME - 8)
            painter.drawText(QRectF(0, top, _NAME, _ROW), Qt.AlignmentFlag.AlignVCenter, text)
            for column, (value, is_best) in enumerate(cells):
                painter.setFont(theme.font(theme.SMALL_SIZE, weight=700 if is_best else 400))
                painter.setPen(QColor(theme.TEXT if is_best else theme.DIM))
                place = QRectF(_NAME + column * width, top, width - 8, _ROW)
                painter.drawText(place, right, value)
