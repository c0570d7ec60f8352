"""A field to filter with: a lens, the text, and a cross that empties it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from studio import icons, theme


class SearchField(QLineEdit):
    """``textChanged`` filters; Esc empties it; Down and Enter go on to the list."""

    def __init__(self, placeholder: str, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder)
        self.setProperty("role", "search")
        self.next_widget: QWidget | None = None
        lens = QAction(icons.icon("search", theme.FAINT), placeholder, self)
        self.addAction(lens, QLineEdit.ActionPosition.LeadingPosition)
        self._cross = QAction(icons.icon("close", theme.DIM), "Clear", self)
        self._cross.setToolTip("Clear  (Esc)")
        self._cross.triggered.connect(self.clear)
        self.addAction(self._cross, QLineEdit.ActionPosition.TrailingPosition)
        self._cross.setVisible(False)  # only after it has its button
        self.textChanged.connect(lambda text: self._cross.setVisible(bool(text)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter) and (
            self.next_widget is not None
        ):
            self.next_widget.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            super().keyPressEvent(event)
