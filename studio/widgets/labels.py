"""Texts: headings, quiet captions, names that elide in the middle, and empty lists that help."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from studio import icons, theme
from studio.widgets import paint
from studio.widgets.buttons import Button


def label(
    text: str = "", *, color: str = theme.TEXT, size: int = theme.BODY_SIZE, weight: int = 400
) -> QLabel:
    """A line of text in one of the theme's colours."""
    widget = QLabel(text)
    widget.setFont(theme.font(size, weight=weight))
    set_color(widget, color)
    return widget


def caption(text: str = "", *, color: str = theme.FAINT) -> QLabel:
    """A small, quiet text that may wrap."""
    widget = label(text, color=color, size=theme.SMALL_SIZE)
    widget.setWordWrap(True)
    return widget


def set_color(widget: QWidget, color: str) -> None:
    """Give a label another of the theme's colours."""
    palette = widget.palette()
    palette.setColor(QPalette.ColorRole.WindowText, QColor(color))
    widget.setPalette(palette)


class ElidedLabel(QWidget):
    """One line that shortens in the middle and shows the whole in its tooltip."""

    def __init__(
        self, text: str = "", *, color: str = theme.TEXT, size: int = theme.BODY_SIZE,
        weight: int = 400, align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._text, self._color, self._align = "", color, align
        self.setFont(theme.font(size, weight=weight))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_text(text)

    @property
    def text(self) -> str:
        return self._text

    def set_text(self, text: str) -> None:
        """Say something else."""
        self._text = text
        self.setToolTip(text)
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def set_color(self, color: str) -> None:
        """Take another of the theme's colours."""
        self._color = color
        self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self._text) + 2, metrics.height() + 4)

    def minimumSizeHint(self) -> QSize:
        return QSize(24, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(QColor(self._color))
        shown = self.fontMetrics().elidedText(
            self._text, Qt.TextElideMode.ElideMiddle, self.width()
        )
        painter.drawText(self.rect(), self._align | Qt.AlignmentFlag.AlignVCenter, shown)


class SectionHeading(QWidget):
    """What a group of controls is about, and at the right a quiet note to it."""

    def __init__(self, title: str, note: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = label(title, color=theme.DIM, size=theme.SMALL_SIZE, weight=600)
        self.note = ElidedLabel(
            note, color=theme.FAINT, size=theme.SMALL_SIZE, align=Qt.AlignmentFlag.AlignRight
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.title)
        row.addWidget(self.note, 1)

    def set_note(self, text: str, color: str = theme.FAINT) -> None:
        """Change the note."""
        self.note.set_text(text)
        self.note.set_color(color)


class Separator(QFrame):
    """A line from edge to edge between two groups."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), QColor(theme.LINE))


class _Picture(QWidget):
    def __init__(self, icon: str) -> None:
        super().__init__()
        self._icon = icon
        self.setFixedSize(56, 56)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint.box(painter, QRectF(self.rect()), theme.RAISED, radius=16)
        icons.paint(painter, self._icon, QRectF(15, 15, 26, 26), theme.FAINT)


class EmptyState(QWidget):
    """What an empty list says: what belongs here, what to do next, and the button for it."""

    pressed = Signal()

    def __init__(
        self, icon: str, title: str, text: str, button: str = "", key: str = "",
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.title = label(title, weight=600)
        self.text = caption(text, color=theme.DIM)
        for words in (self.title, self.text):
            words.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
            words.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.MARGIN, theme.MARGIN, theme.MARGIN, theme.MARGIN)
        column.setSpacing(8)
        column.addStretch(1)
        column.addWidget(_Picture(icon), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(4)
        column.addWidget(self.title)
        column.addWidget(self.text)
        self.button: Button | None = None
        if button:
            self.button = Button(button, key=key)
            self.button.clicked.connect(self.pressed)
            column.addSpacing(6)
            column.addWidget(self.button)
        column.addStretch(2)
