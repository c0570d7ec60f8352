"""What the figure will look like, and the buttons that write it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from studio import theme
from studio.widgets import Button, SectionHeading, paint

_GROUND = "#ffffff"  # paper, in any theme


class FigurePreview(QWidget):
    """The strip, small, on paper."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image: QImage | None = None
        self._words = ""
        self.setAccessibleName("Figure")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_image(self, image: QImage | None, words: str = "") -> None:
        """Show a picture, or a few words in its place."""
        self._image, self._words = image, words
        self.setAccessibleDescription(words)
        self.updateGeometry()
        self.update()

    @property
    def has_image(self) -> bool:
        return self._image is not None

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        if self._image is None:
            return 96
        return min(max(round(width * self._image.height() / self._image.width()), 60), 260)

    def sizeHint(self) -> QSize:
        return QSize(240, self.heightForWidth(240))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        rect = QRectF(self.rect())
        if self._image is None:
            paint.box(painter, rect, theme.FIELD, theme.LINE)
            painter.setFont(theme.font(theme.SMALL_SIZE))
            painter.setPen(QColor(theme.FAINT))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(rect.adjusted(12, 8, -12, -8), int(flags), self._words)
            return
        shape = QPainterPath()
        shape.addRoundedRect(rect, theme.RADIUS, theme.RADIUS)
        painter.setClipPath(shape)
        painter.fillRect(rect, QColor(_GROUND))
        size = self._image.size().scaled(rect.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRectF(0, 0, size.width(), size.height())
        place.moveCenter(rect.center())
        painter.drawImage(place, self._image)


class FigurePanel(QWidget):
    """Heading, preview, buttons. ``wanted(kind)``: "pdf", "png", "movie" or "table"."""

    wanted = Signal(str)
    KINDS = (
        ("pdf", "PDF", "The strip as a vector figure for a paper  (Ctrl+Shift+P)"),
        ("png", "PNG", "The strip as a picture at print size"),
        ("movie", "Movie", "A movie or GIF of the comparison with the names burnt in"),
    )

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heading = SectionHeading("Figure")
        self.preview = FigurePreview()
        self.buttons: dict[str, Button] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.heading)
        column.addWidget(self.preview)
        row = QHBoxLayout()
        row.setSpacing(8)
        for kind, text, tip in self.KINDS:
            button = Button(text, tooltip=tip)
            button.clicked.connect(lambda _=False, k=kind: self.wanted.emit(k))
            self.buttons[kind] = button
            row.addWidget(button)
        column.addLayout(row)

    def set_ready(self, is_ready: bool) -> None:
        """Let figures be made, or not."""
        for button in self.buttons.values():
            button.setEnabled(is_ready)
