"""Where the clips differ most: a row a moment, with the body then; a click goes there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from studio import icons, theme
from studio.widgets import caption, paint
from studio.widgets.chips import paint_badge
from studio.widgets.keys import KeyButton

PICTURE = 44
_ROW = 52


@dataclass(frozen=True, kw_only=True)
class MomentRow:
    """One moment: ``joint`` in words, frames first to last (counted from 0), the peak's value."""

    joint: str
    first: int
    last: int
    peak_frame: int
    value: float
    unit: str
    name: str = ""  # which clip, where there are several
    color: str = theme.WARNING

    @property
    def frames(self) -> str:
        """The frames as the timeline counts them."""
        span = f"frames {self.first + 1}–{self.last + 1}"
        if self.first == self.last:
            span = f"frame {self.first + 1}"
        return f"{span} · {self.name}" if self.name else span

    @property
    def amount(self) -> str:
        """The peak with its unit."""
        gap = "" if self.unit == "°" else " "
        return f"{self.value:.0f}{gap}{self.unit}"


class MomentButton(KeyButton):
    """A row of the list."""

    def __init__(self, row: MomentRow, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.row = row
        self._picture: QImage | None = None
        self.setAccessibleName(f"{row.joint}, {row.amount}, {row.frames}")
        self.setToolTip(f"Go to frame {row.peak_frame + 1}: {row.joint} {row.amount} apart")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_picture(self, picture: npt.NDArray[np.uint8]) -> None:
        """Show the body at this moment: (H, W, 4) uint8."""
        rgba = np.ascontiguousarray(picture)
        height, width = rgba.shape[:2]
        image = QImage(rgba.data, width, height, 4 * width, QImage.Format.Format_RGBA8888)
        self._picture = image.copy()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(240, _ROW)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        rect = QRectF(self.rect())
        if self.underMouse() or self.isDown():
            paint.box(painter, rect.adjusted(-6, 0, 6, 0), theme.RAISED)
        box = QRectF(0, (_ROW - PICTURE) / 2, PICTURE, PICTURE)
        paint.box(painter, box, theme.HOVER)
        if self._picture is not None:
            painter.drawImage(box, self._picture)
        else:
            icons.paint(painter, "body", box.adjusted(11, 11, -11, -11), theme.FAINT)
        badge = paint.text_width(self.row.amount, theme.TINY_SIZE, 600) + 14
        at = QRectF(rect.right() - badge, rect.center().y() - 10, badge, 20)
        paint_badge(painter, at, self.row.amount, self.row.color)
        left = box.right() + 10
        painter.setFont(theme.font(weight=500))
        painter.setPen(QColor(theme.TEXT))
        words = QRectF(left, rect.center().y() - 19, at.left() - left - 8, 19)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, self.row.joint)
        painter.setFont(theme.font(theme.TINY_SIZE))
        painter.setPen(QColor(theme.FAINT))
        painter.drawText(words.translated(0, 19), Qt.AlignmentFlag.AlignVCenter, self.row.frames)
        if self.hasFocus():
            paint.focus_ring(painter, rect)


class MomentList(QWidget):
    """The rows. ``chosen(index)`` when one is pressed."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Where they differ most")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self.nothing = caption("")
        self._column.addWidget(self.nothing)
        self.buttons: list[MomentButton] = []

    def set_rows(self, rows: Sequence[MomentRow], otherwise: str = "") -> None:
        """Show these moments, or a sentence where there is none."""
        for button in self.buttons:
            self._column.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = []
        for index, row in enumerate(rows):
            button = MomentButton(row)
            button.clicked.connect(lambda _=False, i=index: self.chosen.emit(i))
            self._column.addWidget(button)
            self.buttons.append(button)
        self.nothing.setText(otherwise)
        self.nothing.setVisible(not rows)
