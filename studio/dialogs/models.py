"""Model files: what is installed, where, what is missing, and the button that fetches it."""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from studio import bridge, theme
from studio.document import Document
from studio.panels.clearing import clear
from studio.services import models
from studio.services.models import ModelRow
from studio.widgets import Badge, Button, ElidedLabel, Separator, caption, label, primary_button
from studio.widgets.labels import set_color

_BADGES: dict[str, tuple[str, str]] = {
    "installed": ("installed", theme.GOOD),
    "missing": ("missing", theme.WARNING),
    "later": ("not in this version", theme.DIM),
}


class ModelsDialog(QDialog):
    """Lists every file the program can use. ``installed`` after the built-in ones came."""

    installed = Signal()

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._handle: bridge.Handle | None = None
        self.setWindowTitle("Model files")
        self.setMinimumSize(560, 460)
        self.install_button = primary_button("Install missing", icon="download")
        self.install_button.setToolTip("Fetch the built-in estimator and the sample video, checked")
        self.close_button = Button("Close", key="Esc")
        self.folder_button = Button("Open folder", icon="folder")
        self.folder_button.setToolTip(str(models.store_folder()))
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setRange(0, 1000)
        self.progress.hide()
        self.said = caption(f"Installed files lie in {models.store_folder()}", color=theme.DIM)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        self._compose()
        self.install_button.clicked.connect(self.install)
        self.close_button.clicked.connect(self.reject)
        self.folder_button.clicked.connect(
            lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(models.store_folder())))
        )
        self.refresh()

    def _compose(self) -> None:
        content = QWidget()
        box = QVBoxLayout(content)
        box.setContentsMargins(0, 0, 8, 0)
        box.addLayout(self._rows)
        box.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(content)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        for button in (self.close_button, self.folder_button, self.install_button):
            foot.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 18)
        column.setSpacing(12)
        column.addWidget(label("Model files", size=theme.BODY_SIZE + 3, weight=600))
        column.addWidget(scroll, 1)
        column.addWidget(self.progress)
        column.addWidget(self.said)
        column.addLayout(foot)

    def refresh(self) -> None:
        """Look again at what is there."""
        clear(self._rows)
        rows = models.rows()
        for index, row in enumerate(rows):
            if index:
                self._rows.addWidget(Separator())
            self._rows.addWidget(_line(row))
        missing = any(row.state == "missing" and row.is_installable for row in rows)
        self.install_button.setEnabled(missing and self._handle is None)
        self.install_button.set_label("Install missing" if missing else "All installed")

    def install(self) -> None:
        """Fetch what is missing in a thread."""
        if self._handle is not None:
            return
        self.progress.show()
        self.install_button.setEnabled(False)
        self.close_button.set_label("Cancel")
        self._handle = bridge.run_in_thread(
            models.install_built_in,
            lambda _paths: self._end("Everything is installed and checked.", theme.GOOD),
            self._failed,
            lambda fraction, text, _p: self._step(fraction, text),
            on_cancelled=lambda: self._end("Stopped; nothing half-written is left.", theme.DIM),
            owner=self,
        )

    def _step(self, fraction: float, text: str) -> None:
        self.progress.setValue(round(1000 * fraction))
        self._say(text, theme.DIM)

    def _failed(self, message: str, hint: str) -> None:
        self._end(f"{message} {hint}", theme.BAD)
        self._document.problem.emit(message, hint)

    def _end(self, text: str, color: str) -> None:
        self._handle = None
        self.progress.hide()
        self.close_button.set_label("Close")
        self._say(text, color)
        self.refresh()
        self.installed.emit()

    def _say(self, text: str, color: str) -> None:
        self.said.setText(text)
        set_color(self.said, color)

    def reject(self) -> None:
        """Stop a running installation, or close."""
        if self._handle is not None:
            self._handle.cancel()
        else:
            super().reject()


def _line(row: ModelRow) -> QWidget:
    line = QWidget()
    words = QVBoxLayout()
    words.setSpacing(1)
    is_later = row.state == "later"
    words.addWidget(ElidedLabel(row.title, color=theme.DIM if is_later else theme.TEXT))
    about = f"{row.purpose} · {row.licence}" if row.licence else row.purpose
    words.addWidget(ElidedLabel(about, color=theme.FAINT, size=theme.SMALL_SIZE))
    layout = QHBoxLayout(line)
    layout.setContentsMargins(0, 9, 0, 9)
    layout.setSpacing(12)
    layout.addLayout(words, 1)
    text, color = _BADGES[row.state]
    layout.addWidget(Badge(text, color))
    line.setToolTip(row.place)
    line.setAccessibleName(f"{row.title}: {text}. {about}")
    return line
