"""What the four checks say of a clip: a line each, with its reason; press one to see the frame."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from core.datasets.finegym.checks import TITLES, Verdict
from studio import theme
from studio.panels.clearing import clear
from studio.widgets import KeyButton, paint

MARKS: dict[str, tuple[str, str]] = {  # sign and colour: colour alone would not tell
    "pass": ("✓", theme.GOOD),
    "look": ("!", theme.WARNING),
    "fail": ("✗", theme.BAD),
}


class _Line(KeyButton):
    def __init__(self, verdict: Verdict) -> None:
        super().__init__()
        self._verdict = verdict
        self._title = TITLES[verdict.check]
        where = f"; press to see frame {verdict.frame}" if verdict.frame >= 0 else ""
        self.setAccessibleName(f"{self._title}: {verdict.state}, {verdict.reason}")
        self.setToolTip(f"{verdict.reason}{where}")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        if verdict.frame >= 0:
            self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        return QSize(200, 24 + self._words_height(self.width() or 240) + 8)

    def _words_height(self, width: int) -> int:
        metrics = self.fontMetrics()
        room = QRectF(0, 0, max(width - 40, 60), 400).toRect()
        flags = int(Qt.TextFlag.TextWordWrap)
        return metrics.boundingRect(room, flags, self._verdict.reason).height()

    def resizeEvent(self, event: object) -> None:
        self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        sign, color = MARKS[self._verdict.state]
        is_hot = self.underMouse() and self._verdict.frame >= 0
        paint.box(painter, rect, theme.HOVER if is_hot else theme.RAISED)
        painter.setPen(QColor(color))
        painter.setFont(theme.font(weight=600))
        left = rect.adjusted(10, 6, 0, 0)
        top = Qt.AlignmentFlag.AlignTop
        painter.drawText(left, top, sign)
        painter.setPen(QColor(theme.TEXT))
        painter.setFont(theme.font(theme.SMALL_SIZE, weight=600))
        painter.drawText(rect.adjusted(30, 6, -8, 0), top, self._title)
        painter.setFont(self.font())
        painter.setPen(QColor(theme.DIM if self._verdict.state == "pass" else color))
        painter.drawText(
            rect.adjusted(30, 24, -8, 0), int(top | Qt.TextFlag.TextWordWrap), self._verdict.reason
        )
        if self.hasFocus():
            paint.focus_ring(painter, rect)


class VerdictList(QWidget):
    """The checks' lines; ``frame_wanted(frame)`` when one that has a frame is pressed."""

    frame_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self.setAccessibleName("Checks")

    def show_verdicts(self, verdicts: Sequence[Verdict]) -> None:
        """Show what the checks say."""
        clear(self._column)
        for verdict in verdicts:
            line = _Line(verdict)
            line.setFont(theme.font(theme.SMALL_SIZE))
            if verdict.frame >= 0:
                line.clicked.connect(lambda _=False, f=verdict.frame: self.frame_wanted.emit(f))
            self._column.addWidget(line)
