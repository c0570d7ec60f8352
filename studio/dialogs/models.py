"""Model files: what is installed, where, what is missing, and the button that fetches it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
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
from studio.widgets import (
    Badge,
    Button,
    ElidedLabel,
    Separator,
    caption,
    label,
    primary_button,
)
from studio.widgets.labels import set_color

_BADGES: dict[str, tuple[str, str]] = {
    "installed": ("installed", theme.GOOD),
    "missing": ("missing", theme.WARNING),
}


class ModelsDialog(QDialog):
    """Lists every file the program can use. ``installed`` after one came."""

    installed = Signal()

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._handle: bridge.Handle | None = None
        self._waiting: list[tuple[str, Path]] = []
        self.setWindowTitle("Model files")
        self.setMinimumSize(620, 460)
        self.resize(680, 720)
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
            line = ModelLine(row)
            line.wanted.connect(self.choose)
            self._rows.addWidget(line)
        missing = any(row.state == "missing" and row.is_installable for row in rows)
        self.install_button.setEnabled(missing and self._handle is None)
        self.install_button.set_label("Install missing" if missing else "All fetched")

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

    def choose(self, row: ModelRow) -> None:
        """Ask where the user's own file lies, and check it."""
        answer, _ = QFileDialog.getOpenFileName(
            self, f"{row.title}: {row.where.partition('. ')[0]}", str(Path.home()),
            "Checkpoints (*.tar *.pth *.pt *.ckpt *.safetensors);;All files (*)",
        )  # fmt: skip
        if answer:
            self.adopt(row, Path(answer))

    def take(self, files: Sequence[tuple[str, Path]]) -> None:
        """Check files that were dropped, one after the other, by the name of what they are."""
        self._waiting = list(files)
        self._take_next()

    def _take_next(self) -> None:
        if self._waiting and self._handle is None:
            name, path = self._waiting.pop(0)
            self.adopt(next(row for row in models.rows() if row.supplied == name), path)

    def adopt(self, row: ModelRow, path: Path) -> None:
        """Check a file and take it over, in a thread."""
        if self._handle is not None:
            return
        self.progress.setRange(0, 0)
        self.progress.show()
        self._say(f"Checking {path.name} …", theme.DIM)
        self.close_button.set_label("Cancel")
        self._handle = bridge.run_in_thread(
            lambda progress: models.adopt(row.supplied, path, progress),
            lambda said: self._end(said, theme.GOOD),
            self._failed,
            on_cancelled=lambda: self._end("Stopped; nothing was changed.", theme.DIM),
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
        self.progress.setRange(0, 1000)
        self.close_button.set_label("Close")
        self._say(text, color)
        self.refresh()
        self.installed.emit()
        self._take_next()

    def _say(self, text: str, color: str) -> None:
        self.said.setText(text)
        set_color(self.said, color)

    def reject(self) -> None:
        """Stop a running installation, or close."""
        self._waiting.clear()
        if self._handle is not None:
            self._handle.cancel()
        else:
            super().reject()


class ModelLine(QWidget):
    """One file: what it is for, whether it is there, and for the user's own the way to it.

    ``wanted(row)`` when the user wants to say where it lies.
    """

    wanted = Signal(object)

    def __init__(self, row: ModelRow) -> None:
        super().__init__()
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(ElidedLabel(row.title))
        about = f"{row.purpose} · {row.licence}" if row.licence else row.purpose
        words.addWidget(ElidedLabel(about, color=theme.FAINT, size=theme.SMALL_SIZE))
        layout = QHBoxLayout()
        layout.setSpacing(12)
        layout.addLayout(words, 1)
        text, color = _BADGES[row.state]
        layout.addWidget(Badge(text, color), 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 9, 0, 9)
        column.setSpacing(6)
        column.addLayout(layout)
        if row.supplied:
            column.addLayout(self._way(row))
        self.setToolTip(row.place)
        self.setAccessibleName(f"{row.title}: {text}. {about}")

    def _way(self, row: ModelRow) -> QHBoxLayout:
        """Where the user gets the file, and the button that takes it."""
        is_missing = row.state == "missing"
        self.button = Button("Choose file…" if is_missing else "Replace…", look="secondary")
        self.button.setFixedHeight(theme.CONTROL)
        self.button.setAccessibleName(f"{self.button.text()} {row.title}")
        self.button.setToolTip("Say where the file lies; it is checked on the spot and copied")
        self.button.clicked.connect(lambda: self.wanted.emit(row))
        layout = QHBoxLayout()
        layout.setSpacing(12)
        layout.addWidget(caption(row.where if is_missing else row.place, color=theme.DIM), 1)
        layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignTop)
        return layout
