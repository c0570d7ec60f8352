"""A confusion matrix to look at and to press: rows are the actions, columns what was recognised."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from studio import theme
from studio.widgets import paint

_HEAD = 20  # pixels for the numbers of the columns
_NAMES = (70, 150)  # least and most for the names of the rows
_BAR = (96, 170)  # and for the bars of each class's accuracy, with the number
_WIDEST = 34.0  # of a cell
_STEPS = {Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0),
          Qt.Key.Key_Down: (1, 0)}  # fmt: skip
_PRESS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class ConfusionPlot(QWidget):
    """``pressed(true class, recognised class)`` on a cell with clips in it, or Enter there;
    ``moved(true, recognised)`` when the arrows or the pointer go to a cell."""

    pressed = Signal(int, int)
    moved = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Confusion matrix")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumHeight(150)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._labels: tuple[str, ...] = ()
        self._counts: npt.NDArray[np.int64] = np.zeros((0, 0), np.int64)
        self._reference: tuple[float | None, ...] = ()
        self.chosen: tuple[int, int] | None = None
        self.current: tuple[int, int] | None = None

    def show_matrix(
        self, labels: Sequence[str], counts: Sequence[Sequence[int]],
        reference: Sequence[float | None] = (),
    ) -> None:  # fmt: skip
        """Show counts (C, C) of classes with these names; ``reference`` accuracies of real clips
        become a mark on each bar."""
        self._labels = tuple(labels)
        self._counts = np.asarray(counts, np.int64).reshape(len(counts), len(labels))
        self._reference = tuple(reference)
        self.chosen = self.current = None
        self.setMinimumHeight(max(150, _HEAD + 15 * len(self._labels)))
        self.update()

    @property
    def counts(self) -> npt.NDArray[np.int64]:
        """What is shown."""
        return self._counts

    def choose(self, cell: tuple[int, int] | None) -> None:
        """Outline a cell."""
        self.chosen = self.current = cell
        self.update()

    def most_confused(self) -> tuple[int, int] | None:
        """The cell off the diagonal with the most clips, None where all were read right."""
        if not self._counts.size:
            return None
        wrong = self._counts.copy()
        np.fill_diagonal(wrong, 0)
        at = np.unravel_index(int(wrong.argmax()), wrong.shape)
        return (int(at[0]), int(at[1])) if wrong[at] else None

    def words(self, cell: tuple[int, int]) -> str:
        """A cell in words."""
        true, read = cell
        count = int(self._counts[cell])
        share = count / max(int(self._counts[true].sum()), 1)
        clips = "1 clip" if count == 1 else f"{count:,} clips"
        how = "read right" if true == read else f"read as {self._labels[read]}"
        return f"{self._labels[true]} {how}: {clips}, {share:.1%}"

    # -- places -----------------------------------------------------------------------------------
    def sizeHint(self) -> QSize:
        return QSize(440, 260)

    def _columns(self) -> tuple[float, float, float]:
        """Left edge and right edge of the cells, and where the bars end."""
        widest = max((paint.text_width(n, theme.TINY_SIZE) for n in self._labels), default=0.0)
        number = 22.0
        left = min(max(widest + number + 12, _NAMES[0]), _NAMES[1] + number, 0.4 * self.width())
        bar = min(max(0.26 * self.width(), _BAR[0]), _BAR[1])
        right = min(self.width() - bar, left + _WIDEST * max(len(self._labels), 1))
        return left, max(right, left + 1), float(min(self.width(), right + _BAR[1]))

    def cell(self, true: int, read: int) -> QRectF:
        """Where a cell is painted."""
        count = max(len(self._labels), 1)
        left, right, _ = self._columns()
        width, height = (right - left) / count, (self.height() - _HEAD) / count
        return QRectF(left + read * width, _HEAD + true * height, width, height)

    def at(self, x: float, y: float) -> tuple[int, int] | None:
        """The cell under a point, None beside them."""
        count = len(self._labels)
        left, right, _ = self._columns()
        if not self._counts.size or not left <= x < right or y < _HEAD:
            return None
        first = self.cell(0, 0)
        read, true = int((x - left) // first.width()), int((y - _HEAD) // first.height())
        return (true, read) if 0 <= true < count and 0 <= read < count else None

    # -- answering --------------------------------------------------------------------------------
    def _press(self, cell: tuple[int, int] | None) -> None:
        if cell is not None and self._counts[cell]:
            self.choose(cell)
            self.pressed.emit(*cell)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._press(self.at(event.position().x(), event.position().y()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        cell = self.at(event.position().x(), event.position().y())
        has_clips = cell is not None and bool(self._counts[cell])
        self.setCursor(
            Qt.CursorShape.PointingHandCursor if has_clips else Qt.CursorShape.ArrowCursor
        )
        if cell is not None:
            self.moved.emit(*cell)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _STEPS.get(Qt.Key(event.key()))
        if step is not None and self._counts.size:
            last = len(self._labels) - 1
            true, read = (
                (0, 0) if self.current is None
                else (min(max(p + s, 0), last) for p, s in zip(self.current, step, strict=True))
            )  # fmt: skip
            self.current = (true, read)
            self.moved.emit(true, read)
            self.update()
        elif event.key() in _PRESS:
            self._press(self.current)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            key = Qt.Key(event.key())
            if (key in _STEPS or key in _PRESS) and not event.modifiers():
                event.accept()  # while the matrix has the focus these keys are its own
                return True
        elif event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            cell = self.at(event.pos().x(), event.pos().y())
            QToolTip.showText(event.globalPos(), self.words(cell) if cell else "", self)
            return True
        return super().event(event)

    # -- painting ---------------------------------------------------------------------------------
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(theme.TINY_SIZE))
        if not self._counts.size:
            return
        left, right, end = self._columns()
        painter.setPen(QColor(theme.FAINT))
        every = 1 if self.cell(0, 0).width() >= 16 else 2  # where it is narrow not all fit
        for read in range(0, len(self._labels), every):
            column = self.cell(0, read)
            at = QRectF(column.left() - 4, 0, column.width() + 8, _HEAD)
            painter.drawText(at, Qt.AlignmentFlag.AlignCenter, f"{read + 1}")
        painter.drawText(QRectF(0, 0, left - 8, _HEAD), _RIGHT, "action, read as")
        painter.drawText(QRectF(right + 12, 0, end - right - 12, _HEAD), _MIDDLE, "read right")
        for true in range(len(self._labels)):
            self._paint_cells(painter, true)
            self._paint_name(painter, true, left)
            self._paint_bar(painter, true, right, end)
        for cell, color in ((self.chosen, theme.TEXT), (self.current, theme.ACCENT)):
            if cell is not None and (cell is self.chosen or self.hasFocus()):
                painter.setPen(QPen(QColor(color), 1.6))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(self.cell(*cell).adjusted(0.8, 0.8, -0.8, -0.8))
        if self.hasFocus() and self.current is None:
            paint.focus_ring(painter, QRectF(self.rect()))

    def _paint_cells(self, painter: QPainter, true: int) -> None:
        total = max(int(self._counts[true].sum()), 1)
        for read in range(len(self._labels)):
            share = float(self._counts[true, read]) / total
            color = theme.mix(theme.FIELD, theme.GOOD if read == true else theme.BAD, share**0.6)
            painter.fillRect(self.cell(true, read).adjusted(0.5, 0.5, -0.5, -0.5), QColor(color))

    def _paint_name(self, painter: QPainter, true: int, left: float) -> None:
        row = self.cell(true, 0)
        metrics = painter.fontMetrics()
        text = metrics.elidedText(self._labels[true], Qt.TextElideMode.ElideMiddle, int(left - 32))
        painter.setPen(QColor(theme.DIM))
        painter.drawText(QRectF(0, row.top(), left - 30, row.height()), _RIGHT, text)
        painter.setPen(QColor(theme.FAINT))
        painter.drawText(QRectF(0, row.top(), left - 8, row.height()), _RIGHT, f"{true + 1}")

    def _paint_bar(self, painter: QPainter, true: int, right: float, end: float) -> None:
        row = self.cell(true, 0)
        total = int(self._counts[true].sum())
        share = float(self._counts[true, true]) / max(total, 1)
        height = min(8.0, row.height() - 6)
        track = QRectF(right + 12, row.center().y() - height / 2, end - right - 12 - 42, height)
        painter.fillRect(track, QColor(theme.LINE))
        painter.fillRect(
            QRectF(track.left(), track.top(), track.width() * share, height), QColor(theme.GOOD)
        )
        real = self._reference[true] if true < len(self._reference) else None
        if real is not None:
            x = track.left() + track.width() * real
            painter.fillRect(QRectF(x - 1, track.top() - 2, 2, height + 4), QColor(theme.TEXT))
        painter.setPen(QColor(theme.DIM))
        text = f"{share:.0%}" if total else "–"
        painter.drawText(QRectF(end - 40, row.top(), 40, row.height()), _RIGHT, text)


_MIDDLE = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
