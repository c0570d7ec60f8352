"""How good each of the compared clips is, side by side; the better value of a row is bold."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from studio import theme
from studio.widgets import paint

_ROW, _COLUMN = 27, 66


@dataclass(frozen=True, kw_only=True)
class QualityRow:
    """One measure of all clips: ``better`` "low", "high" or "" where neither is."""

    name: str
    unit: str
    values: tuple[float | None, ...]
    better: str = ""
    tip: str = ""

    def best(self) -> int | None:
        """Index of the clip that is better here, None where none is or they are as good."""
        known = [(v, i) for i, v in enumerate(self.values) if v is not None and math.isfinite(v)]
        if len(known) < 2 or self.better not in ("low", "high"):
            return None
        value, index = (min if self.better == "low" else max)(known)
        others = [shown(v) for v, i in known if i != index]
        return None if shown(value) in others else index


def shown(value: float | None) -> str:
    """A number in three figures at most; – where it is not known."""
    if value is None or not math.isfinite(value):
        return "–"
    if abs(value) < 0.005:
        return "0"
    if value == int(value) or abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if abs(value) >= 1 else f"{value:.2f}"


class QualityTable(QWidget):
    """Rows of numbers under the clips' names."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._columns: tuple[tuple[str, str], ...] = ()
        self._rows: tuple[QualityRow, ...] = ()
        self.setAccessibleName("Quality")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def rows(self) -> tuple[QualityRow, ...]:
        """What is shown."""
        return self._rows

    def set_table(self, columns: Sequence[tuple[str, str]], rows: Sequence[QualityRow]) -> None:
        """Show rows under ``columns`` (name, colour)."""
        self._columns, self._rows = tuple(columns), tuple(rows)
        names = [name for name, _ in columns]
        self.setAccessibleDescription(
            "; ".join(
                f"{row.name}: "
                + ", ".join(f"{n} {shown(v)}" for n, v in zip(names, row.values, strict=False))
                for row in rows
            )
        )
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(240, (len(self._rows) + 1) * _ROW if self._rows else 0)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            index = event.pos().y() // _ROW - 1
            if index < 0:
                text = "\n".join(f"{'ABCD'[k]}: {n}" for k, (n, _) in enumerate(self._columns))
                QToolTip.showText(event.globalPos(), text, self)
            if 0 <= index < len(self._rows):
                row = self._rows[index]
                QToolTip.showText(event.globalPos(), row.tip or row.name, self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        width = min(_COLUMN, int((self.width() - 110) / max(len(self._columns), 1)))
        first = self.width() - width * len(self._columns)
        names = [name for name, _ in self._columns]
        widest = max((paint.text_width(n, theme.SMALL_SIZE, 600) for n in names), default=0.0)
        if widest > width - 4:  # the letters of the list of clips stand for them
            names = list("ABCD"[: len(names)])
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for k, (_, color) in enumerate(self._columns):
            at = QRectF(first + k * width, 0, width, _ROW)
            self._write(painter, at, names[k], color, 600, right, theme.SMALL_SIZE)
        for index, row in enumerate(self._rows):
            top = (index + 1) * _ROW
            painter.setPen(QPen(QColor(theme.LINE), 1))
            painter.drawLine(0, top, self.width(), top)
            at = QRectF(0, top, first - 4, _ROW)
            words = f"{row.name}, {row.unit}" if row.unit not in ("", "°") else row.name
            left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            self._write(painter, at, words, theme.DIM, 400, left, theme.SMALL_SIZE)
            best = row.best()
            for k, value in enumerate(row.values):
                text = shown(value) + ("°" if row.unit == "°" and value is not None else "")
                weight = 700 if k == best else 400
                color = theme.TEXT if k == best or best is None else theme.DIM
                cell = QRectF(first + k * width, top, width, _ROW)
                self._write(painter, cell, text, color, weight, right, theme.SMALL_SIZE)

    @staticmethod
    def _write(
        painter: QPainter, at: QRectF, text: str, color: str, weight: int,
        flags: Qt.AlignmentFlag, size: int,
    ) -> None:  # fmt: skip
        face = theme.font(size, weight=weight)
        painter.setFont(face)
        painter.setPen(QColor(color))
        metrics = QFontMetricsF(face)
        painter.drawText(
            at, flags, metrics.elidedText(text, Qt.TextElideMode.ElideRight, at.width())
        )
