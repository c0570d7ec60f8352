"""Table 1: rows of clips, columns of measures, the best of the made ones bold; cells tell more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from studio import theme
from studio.widgets import paint

_ROW, _GAP, _MARK = 28, 9, 22
_NAME_MOST = 180
_STEPS = {Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0),
          Qt.Key.Key_Down: (1, 0)}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ScoreCell:
    """A number as printed, whether it is the best of its column, and what its tooltip says."""

    text: str
    is_best: bool = False
    tip: str = ""


@dataclass(frozen=True, kw_only=True)
class ScoreRow:
    """A row; ``mark`` (letter, colour) of the report it belongs to, None where it is no one's."""

    name: str
    cells: tuple[ScoreCell, ...]
    mark: tuple[str, str] | None = None
    is_difference: bool = False


class ScoreTable(QWidget):
    """``chosen(row, column)`` when a cell is pressed or gone to with the arrows."""

    chosen = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Measures")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._titles: tuple[str, ...] = ()
        self._rows: tuple[ScoreRow, ...] = ()
        self.cell: tuple[int, int] | None = None
        self._hovered: tuple[int, int] | None = None

    def show_table(self, titles: Sequence[str], rows: Sequence[ScoreRow]) -> None:
        """Show rows under titles; the chosen cell stays where it still is."""
        self._titles, self._rows = tuple(titles), tuple(rows)
        if self.cell is not None and (
            self.cell[0] >= len(self._rows) or self.cell[1] >= len(self._titles)
        ):
            self.cell = None
        self.setAccessibleDescription(
            "; ".join(
                f"{row.name}: "
                + ", ".join(f"{t} {c.text}" for t, c in zip(self._titles, row.cells, strict=True))
                for row in self._rows
            )
        )
        self.setMinimumWidth(self.minimumSizeHint().width())
        self.updateGeometry()
        self.update()

    @property
    def rows(self) -> tuple[ScoreRow, ...]:
        """What is shown."""
        return self._rows

    def choose(self, row: int, column: int) -> None:
        """Choose a cell and tell so."""
        if 0 <= row < len(self._rows) and 0 <= column < len(self._titles):
            self.cell = (row, column)
            self.update()
            self.chosen.emit(row, column)

    # -- places -----------------------------------------------------------------------------------
    def sizeHint(self) -> QSize:
        return QSize(560, _ROW * (len(self._rows) + 1) if self._rows else 0)

    def minimumSizeHint(self) -> QSize:
        return QSize(round(self._name_width() + sum(self._needs())), self.sizeHint().height())

    def _name_width(self) -> float:
        widest = max((paint.text_width(r.name, theme.SMALL_SIZE) for r in self._rows), default=0)
        mark = _MARK if any(row.mark for row in self._rows) else 0
        return min(widest, _NAME_MOST) + mark + _GAP

    def _needs(self) -> list[float]:
        """What each column needs."""
        return [
            max(
                paint.text_width(title, theme.SMALL_SIZE, 600),
                *(paint.text_width(r.cells[k].text, theme.SMALL_SIZE, 700) for r in self._rows),
                0.0,
            ) + _GAP
            for k, title in enumerate(self._titles)
        ]  # fmt: skip

    def _edges(self) -> list[float]:
        """Left edges of the columns and the right one of the last; room to spare is shared."""
        needs, left = self._needs(), self._name_width()
        more = max(self.width() - left - sum(needs), 0.0) / max(len(needs), 1)
        edges = [left]
        for need in needs:
            edges.append(edges[-1] + need + more)
        return edges

    def place(self, row: int, column: int) -> QRectF:
        """Where a cell is painted."""
        edges = self._edges()
        width = edges[column + 1] - edges[column]
        return QRectF(edges[column], (row + 1) * _ROW, width, _ROW)

    def at(self, x: float, y: float) -> tuple[int, int] | None:
        """The cell under a point, None beside them."""
        row, edges = int(y // _ROW) - 1, self._edges()
        column = next((k for k in range(len(self._titles)) if edges[k] <= x < edges[k + 1]), None)
        return (row, column) if column is not None and 0 <= row < len(self._rows) else None

    # -- answering --------------------------------------------------------------------------------
    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self.at(event.position().x(), event.position().y())
        if cell is not None:
            self.choose(*cell)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hovered = self.at(event.position().x(), event.position().y())
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = None
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _STEPS.get(Qt.Key(event.key()))
        if step is None or not self._rows:
            super().keyPressEvent(event)
            return
        row, column = self.cell or (0, 0)
        if self.cell is not None:
            row, column = row + step[0], column + step[1]
        self.choose(
            min(max(row, 0), len(self._rows) - 1), min(max(column, 0), len(self._titles) - 1)
        )

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if Qt.Key(event.key()) in _STEPS and not event.modifiers():
                event.accept()  # while the table has the focus the arrows are its own
                return True
        elif event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            cell = self.at(event.pos().x(), event.pos().y())
            row = int(event.pos().y() // _ROW) - 1
            text = ""
            if cell is not None:
                text = self._rows[cell[0]].cells[cell[1]].tip
            elif 0 <= row < len(self._rows):
                text = self._rows[row].name
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    # -- painting ---------------------------------------------------------------------------------
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        for column, title in enumerate(self._titles):
            at = self.place(-1, column).adjusted(0, 0, -8, 0)
            _write(painter, at, title, theme.FAINT, 600, right)
        mark = _MARK if any(row.mark for row in self._rows) else 0
        for number, row in enumerate(self._rows):
            top = (number + 1) * _ROW
            painter.fillRect(QRectF(0, top, self.width(), 1), QColor(theme.LINE))
            if row.mark is not None:
                paint_mark(painter, QRectF(0, top + 6, 16, 16), *row.mark)
            name = QRectF(mark, top, self._name_width() - mark - 8, _ROW)
            middle = Qt.AlignmentFlag.AlignVCenter
            _write(painter, name, row.name, theme.FAINT if row.is_difference else theme.DIM, 400,
                   middle)  # fmt: skip
            for column, cell in enumerate(row.cells):
                at = self.place(number, column)
                if self.cell == (number, column):
                    paint.box(painter, at.adjusted(2, 2, -1, -1), theme.tint(theme.ACCENT, 0.16),
                              theme.ACCENT, 6)  # fmt: skip
                elif self._hovered == (number, column):
                    paint.box(painter, at.adjusted(2, 2, -1, -1), theme.HOVER, radius=6)
                color = theme.TEXT if cell.is_best else theme.DIM
                weight = 700 if cell.is_best else 400
                _write(painter, at.adjusted(0, 0, -8, 0), cell.text, color, weight, right)
        if self.hasFocus() and self.cell is None:
            paint.focus_ring(painter, QRectF(self.rect()))


def paint_mark(painter: QPainter, rect: QRectF, letter: str, color: str) -> None:
    """Draw the letter that stands for a report, on its colour."""
    paint.box(painter, rect, theme.tint(color, 0.3), color, 4)
    painter.setFont(theme.font(theme.TINY_SIZE, weight=600))
    painter.setPen(QColor(theme.TEXT))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, letter)


def _write(
    painter: QPainter, at: QRectF, text: str, color: str, weight: int, flags: Qt.AlignmentFlag
) -> None:
    face = theme.font(theme.SMALL_SIZE, weight=weight)
    painter.setFont(face)
    painter.setPen(QColor(color))
    shown = QFontMetricsF(face).elidedText(text, Qt.TextElideMode.ElideMiddle, at.width() + 1)
    painter.drawText(at, flags, shown)
