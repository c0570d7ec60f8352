"""Small rounded things: chips to choose from, groups of switches, badges, pills."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from studio import theme
from studio.widgets import paint
from studio.widgets.keys import KeyButton


class Chip(KeyButton):
    """A word to choose; checked it takes the accent and a border, never colour alone."""

    takes_enter = False

    def __init__(self, text: str, *, tooltip: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(text)
        self.setCheckable(True)
        self.setAccessibleName(text)
        self.setToolTip(tooltip)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(round(paint.text_width(self.text(), theme.SMALL_SIZE, 500) + 22), 28)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        if self.isChecked():
            paint.box(painter, rect, theme.tint(theme.ACCENT, 0.2), theme.ACCENT)
            color = theme.mix(theme.TEXT, theme.ACCENT, 0.35)
        else:
            paint.box(painter, rect, theme.HOVER if self.underMouse() else theme.RAISED)
            color = theme.TEXT if self.underMouse() else theme.DIM
        painter.setFont(theme.font(theme.SMALL_SIZE, weight=500))
        painter.setPen(QColor(color if self.isEnabled() else theme.FAINT))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self.text())
        if self.hasFocus():
            paint.focus_ring(painter, rect)


class _Segment(KeyButton):
    takes_enter = False

    def __init__(self, text: str, tooltip: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setText(text)
        self.setCheckable(True)
        self.setAccessibleName(text)
        self.setToolTip(tooltip)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(round(paint.text_width(self.text(), theme.SMALL_SIZE, 500) + 20), 26)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        color = theme.DIM
        if self.isChecked():
            paint.box(painter, rect, theme.HOVER, radius=6)
            color = theme.TEXT
        elif self.underMouse() and self.isEnabled():
            color = theme.TEXT
        painter.setFont(theme.font(theme.SMALL_SIZE, weight=600 if self.isChecked() else 500))
        painter.setPen(QColor(color if self.isEnabled() else theme.FAINT))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self.text())
        if self.hasFocus():
            paint.focus_ring(painter, rect, 6)


class ToggleGroup(QWidget):
    """A row of switches in one box.

    ``options``: (id, text, tooltip). ``picked(id)`` when the user chooses in an exclusive group,
    ``toggled(id, is_on)`` in one where each switch is its own.
    """

    picked = Signal(str)
    toggled = Signal(str, bool)

    def __init__(
        self, options: Sequence[tuple[str, str, str]], *, exclusive: bool = True, name: str = "",
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._is_exclusive = exclusive
        self._buttons: dict[str, _Segment] = {}
        self.setAccessibleName(name)
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 4, 4, 4)
        row.setSpacing(2)
        for option, text, tooltip in options:
            button = _Segment(text, tooltip, self)
            button.clicked.connect(lambda checked, o=option: self._clicked(o, checked))
            self._buttons[option] = button
            row.addWidget(button)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @property
    def current(self) -> str:
        """The chosen option of an exclusive group."""
        return next((o for o, b in self._buttons.items() if b.isChecked()), "")

    def set_current(self, option: str) -> None:
        """Show an option as chosen without telling anybody."""
        for name, button in self._buttons.items():
            button.setChecked(name == option)

    def set_on(self, option: str, is_on: bool) -> None:
        """Show one switch as on or off without telling anybody."""
        self._buttons[option].setChecked(is_on)

    def set_enabled(self, option: str, is_enabled: bool) -> None:
        """Let one option be chosen, or not."""
        self._buttons[option].setEnabled(is_enabled)

    def set_offered(self, option: str, is_offered: bool) -> None:
        """Show one option, or leave it out."""
        self._buttons[option].setVisible(is_offered)
        self.updateGeometry()

    def set_tooltip(self, option: str, text: str) -> None:
        """Say what an option does."""
        self._buttons[option].setToolTip(text)

    def _clicked(self, option: str, is_on: bool) -> None:
        if self._is_exclusive:
            self.set_current(option)
            self.picked.emit(option)
        else:
            self.toggled.emit(option, is_on)

    def paintEvent(self, event: QPaintEvent) -> None:
        paint.box(QPainter(self), QRectF(self.rect()), theme.PANEL, theme.LINE, 9)


class Badge(QWidget):
    """A word on a tinted ground: where a clip comes from, how a job stands."""

    def __init__(self, text: str = "", color: str = theme.DIM, parent: QWidget | None = None):
        super().__init__(parent)
        self._text, self._color = text, color
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set(self, text: str, color: str) -> None:
        """Say something else."""
        self._text, self._color = text, color
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(round(paint.text_width(self._text, theme.TINY_SIZE, 600) + 14), 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._text:
            paint_badge(QPainter(self), QRectF(self.rect()), self._text, self._color)


def paint_badge(painter: QPainter, rect: QRectF, text: str, color: str) -> None:
    """Draw a badge into ``rect``; lists draw theirs with it."""
    paint.box(painter, rect, theme.mix(theme.RAISED, color, 0.12), radius=6)
    painter.setFont(theme.font(theme.TINY_SIZE, weight=600))
    painter.setPen(QColor(color))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)


class Pill(KeyButton):
    """A dot and a few words in the header: the device, the running jobs."""

    def __init__(self, text: str = "", color: str = theme.GOOD, parent: QWidget | None = None):
        super().__init__(parent)
        self._color = color
        self.setText(text)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set(self, text: str, color: str) -> None:
        """Say something else."""
        self._color = color
        self.setText(text)
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(round(paint.text_width(self.text(), theme.SMALL_SIZE) + 36), 26)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        paint.box(painter, rect, theme.HOVER if self.underMouse() else theme.RAISED, radius=13)
        paint.box(painter, QRectF(11, rect.center().y() - 4, 8, 8), self._color, radius=4)
        painter.setFont(theme.font(theme.SMALL_SIZE))
        painter.setPen(QColor(theme.DIM))
        painter.drawText(rect.adjusted(25, 0, -8, 0), Qt.AlignmentFlag.AlignVCenter, self.text())
        if self.hasFocus():
            paint.focus_ring(painter, rect, 13)
