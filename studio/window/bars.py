"""The quiet line at the bottom and the bar that says what went wrong; neither blocks anything."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from studio import icons, theme
from studio.widgets import Button, ElidedLabel, IconButton, label, paint

_MESSAGE_MS = 12_000


class StatusLine(QWidget):
    """Left what happened last, then what is on screen; right where one is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(theme.STATUS)
        small = theme.SMALL_SIZE
        self._message = ElidedLabel("", color=theme.DIM, size=small)
        self._facts = label("", color=theme.FAINT, size=small)
        self._place = ElidedLabel(
            "", color=theme.FAINT, size=small, align=Qt.AlignmentFlag.AlignRight
        )
        self._message.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._message.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.MARGIN, 1, theme.MARGIN, 0)
        row.setSpacing(20)
        row.addWidget(self._message, 0)
        row.addWidget(self._facts, 0)
        row.addWidget(self._place, 1)
        self._place.setMinimumWidth(110)
        self._fade = QTimer(self)
        self._fade.setSingleShot(True)
        self._fade.setInterval(_MESSAGE_MS)
        self._fade.timeout.connect(lambda: self._message.set_color(theme.FAINT))

    def say(self, text: str) -> None:
        """Say what happened; it grows fainter after a while."""
        self._message.setVisible(bool(text))
        self._message.set_text(text)
        self._message.set_color(theme.DIM)
        self._fade.start()

    @property
    def message(self) -> str:
        return self._message.text

    def set_facts(self, text: str) -> None:
        """Say what is on screen."""
        self._facts.setText(text)

    def set_place(self, text: str) -> None:
        """Say which project is open."""
        self._place.set_text(text)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.PANEL))
        painter.fillRect(0, 0, self.width(), 1, QColor(theme.LINE))


class ErrorBar(QWidget):
    """One sentence, the next step, perhaps a button. Stays until closed; work goes on under it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ground = theme.mix(theme.PANEL, theme.BAD, 0.16)
        self._message = QLabel()
        self._message.setFont(theme.font(weight=600))
        self._hint = label("", color=theme.mix(theme.DIM, theme.TEXT, 0.4), size=theme.SMALL_SIZE)
        for widget in (self._message, self._hint):
            widget.setWordWrap(True)
            widget.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._button = Button("")
        self._button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._close = IconButton("close", "Close", key="Esc", size=28)
        self._close.clicked.connect(self.hide)
        self._run: Callable[[], object] | None = None
        self._button.clicked.connect(self._pressed)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._message)
        words.addWidget(self._hint)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.MARGIN + 30, 8, 10, 8)
        row.setSpacing(12)
        row.addLayout(words, 1)
        row.addWidget(self._button)
        row.addWidget(self._close)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.hide()

    @property
    def text(self) -> str:
        """What it says now, for tests and assistive tools."""
        return f"{self._message.text()} {self._hint.text()}".strip() if self.isVisible() else ""

    def show_problem(
        self, message: str, hint: str = "", button: str = "",
        run: Callable[[], object] | None = None,
    ) -> None:  # fmt: skip
        """Show a problem in place of the one before."""
        self._message.setText(message)
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))
        self._run = run
        self._button.set_label(button)
        self._button.setVisible(run is not None)
        self.setAccessibleName(f"Problem: {message} {hint}")
        self.show()

    def _pressed(self) -> None:
        self.hide()
        if self._run is not None:
            self._run()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._ground))
        painter.fillRect(0, 0, 3, self.height(), QColor(theme.BAD))
        painter.fillRect(0, self.height() - 1, self.width(), 1, QColor(theme.LINE))
        icons.paint(
            painter, "warning", QRectF(theme.MARGIN, self.height() / 2 - 10, 20, 20), theme.BAD
        )


class DropSign(QWidget):
    """Lies over the window while files are held over it, and says what letting go will do."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def open(self) -> None:
        """Cover the window."""
        self.setGeometry(self.window().rect())
        self.show()
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        veil = QColor(theme.WINDOW)
        veil.setAlphaF(0.82)
        painter.fillRect(self.rect(), veil)
        paint.box(painter, QRectF(self.rect()).adjusted(14, 14, -14, -14), "", theme.ACCENT, 14)
        middle = QRectF(self.rect()).center()
        icons.paint(
            painter, "import", QRectF(middle.x() - 22, middle.y() - 62, 44, 44), theme.ACCENT
        )
        for text, top, size, color in (
            ("Drop to import", 0, 18, theme.TEXT),
            ("videos become motion, clip files go into the library", 28, 13, theme.DIM),
        ):
            painter.setFont(theme.font(size, weight=600 if size > 13 else 400))
            painter.setPen(QColor(color))
            painter.drawText(
                QRectF(0, middle.y() + top, self.width(), 26), Qt.AlignmentFlag.AlignCenter, text
            )
