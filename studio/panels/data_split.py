"""How a data set parts into train and test: by file, person or view; each class on either side."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QVBoxLayout, QWidget

from studio import theme
from studio.panels.capture_rows import marked_line
from studio.panels.clearing import clear
from studio.services.datasets import SPLITS, SplitFacts
from studio.widgets import SectionHeading, ToggleGroup, paint

_ROW = 18


class _Bars(QWidget):
    """A bar a class: train at the left, test at the right, numbers beside."""

    def __init__(self) -> None:
        super().__init__()
        self._labels: tuple[str, ...] = ()
        self._facts: SplitFacts | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Train and test clips by class")

    def show_split(self, labels: Sequence[str], facts: SplitFacts | None) -> None:
        self._labels, self._facts = tuple(labels), facts
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, _ROW * len(self._labels) if self._facts is not None else 0)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())

    def event(self, event: object) -> bool:
        if isinstance(event, QHelpEvent) and self._facts is not None:
            row = int(event.pos().y() // _ROW)
            if 0 <= row < len(self._labels):
                train, test = self._facts.train[row], self._facts.test[row]
                text = f"{self._labels[row]}: {train} train, {test} test"
                QToolTip.showText(event.globalPos(), text, self)
                return True
        return super().event(event)  # type: ignore[arg-type]

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._facts is None:
            return
        painter = QPainter(self)
        name_width, number = 0.36 * self.width(), 66.0
        room = self.width() - name_width - number
        largest = max(a + b for a, b in zip(self._facts.train, self._facts.test, strict=True)) or 1
        painter.setFont(theme.font(theme.TINY_SIZE))
        for row, name in enumerate(self._labels):
            train, test = self._facts.train[row], self._facts.test[row]
            top = row * _ROW
            painter.setPen(QColor(theme.DIM))
            shown = painter.fontMetrics().elidedText(
                name, Qt.TextElideMode.ElideMiddle, int(name_width - 8)
            )
            middle = Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(0, top, name_width, _ROW), middle, shown)
            bar = QRectF(name_width, top + _ROW / 2 - 3, room, 6)
            paint.box(painter, bar, theme.RAISED, radius=3)
            first = room * train / largest
            rest = room * test / largest
            paint.box(painter, QRectF(bar.left(), bar.top(), first, 6), theme.DATA, radius=3)
            second = QRectF(bar.left() + first + 1, bar.top(), max(rest - 1, 0), 6)
            paint.box(painter, second, theme.VIBE, radius=3)
            painter.setPen(QColor(theme.TEXT if train and test else theme.WARNING))
            numbers = QRectF(bar.right() + 6, top, number - 6, _ROW)
            painter.drawText(
                numbers, int(middle | Qt.AlignmentFlag.AlignRight), f"{train} · {test}"
            )


class SplitPanel(QWidget):
    """``picked(by)`` when it shall be split by something else."""

    picked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heading = SectionHeading("Split")
        self.by = ToggleGroup(
            [(name, name.capitalize(), tip) for name, tip in SPLITS.items()], name="Split by"
        )
        self.by.set_current("file")
        self.bars = _Bars()
        self._warnings = QVBoxLayout()
        self._warnings.setSpacing(4)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.heading)
        column.addWidget(self.by)
        column.addLayout(self._warnings)
        column.addWidget(self.bars)
        self.by.picked.connect(self.picked)

    def offer_given(self, is_offered: bool) -> None:
        """Offer the authors' own split where the data set has one."""
        self.by.set_offered("given", is_offered)

    def show_split(self, labels: Sequence[str], facts: SplitFacts | None, said: str = "") -> None:
        """Show a split, or say why there is none."""
        clear(self._warnings)
        self.heading.set_note(facts.text if facts is not None else "")
        if facts is not None:
            self.by.set_current(facts.by)
        for text in facts.warnings if facts is not None else (said,) if said else ():
            self._warnings.addWidget(marked_line("!", text, theme.WARNING))
        self.bars.show_split(labels, facts)
