"""Rows that the panels of the Capture page share: a name and a control, a mark and a text."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from studio import theme
from studio.widgets import Chip, ElidedLabel, caption, label

NAME_WIDTH = 84  # as that of a SliderRow, so that controls stand in one column


class Dot(QWidget):
    """A small disc in an estimator's colour."""

    def __init__(self, color: str) -> None:
        super().__init__()
        self._color = color
        self.setFixedSize(8, 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._color))
        painter.drawEllipse(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))


class OnOff(Chip):
    """A chip that says whether it is on."""

    def __init__(self, name: str, tooltip: str) -> None:
        super().__init__("off", tooltip=tooltip)
        self.setAccessibleName(name)
        self.toggled.connect(self._show)

    def _show(self, is_on: bool) -> None:
        self.setText("on" if is_on else "off")
        self.updateGeometry()


def named_row(name: str, control: QWidget, tooltip: str = "") -> QWidget:
    """A control with its name before it."""
    row = QWidget()
    row.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
    words = ElidedLabel(name, color=theme.DIM)
    words.setFixedWidth(NAME_WIDTH)
    words.setToolTip(tooltip or name)
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(10)
    layout.addWidget(words)
    layout.addWidget(control)
    layout.addStretch(1)
    return row


def marked_line(mark: str, text: str, color: str) -> QWidget:
    """A sign, and a text that wraps beside it."""
    line = QWidget()
    row = QHBoxLayout(line)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(6)
    sign = label(mark, color=color, size=theme.SMALL_SIZE, weight=600)
    sign.setFixedWidth(12)
    row.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(caption(text, color=color), 1)
    line.setAccessibleName(f"{mark} {text}".strip())
    return line


def filled_column(
    head: Sequence[QWidget], lists: Sequence[QWidget], buttons: Sequence[Sequence[QWidget]]
) -> QWidget:
    """A side column: its head, lists that take the room, and rows of buttons below."""
    box = QWidget()
    box.setAutoFillBackground(True)
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 12, 0, 12)
    column.setSpacing(8)

    def add_row(widgets: Sequence[QWidget]) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(theme.MARGIN, 0, theme.MARGIN, 0)
        row.setSpacing(8)
        for widget in widgets:
            row.addWidget(widget)
        column.addLayout(row)

    for widget in head:
        add_row([widget])
    for widget in lists:
        column.addWidget(widget, 1)
    for row in buttons:
        add_row(row)
    return box
