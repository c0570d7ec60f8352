"""A dialog that asks, works in a thread with progress and cancel, and says what came of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QRectF, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QKeyEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLayout,
    QLineEdit,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from core.progress import Progress
from studio import bridge, icons, theme
from studio.widgets import Button, caption, label, primary_button
from studio.widgets.labels import set_color


class Choice(QComboBox):
    """A field to choose from, with the mark that says so."""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        mark = QRectF(self.width() - 26, self.height() / 2 - 8, 16, 16)
        color = theme.DIM if self.isEnabled() else theme.FAINT
        icons.paint(QPainter(self), "chevron-down", mark, color)

    def select(self, value: Any) -> None:
        """Choose the entry that stands for ``value``; nothing happens if there is none."""
        for index in range(self.count()):
            if self.itemData(index) == value and type(self.itemData(index)) is type(value):
                self.setCurrentIndex(index)
                return


class FolderField(QHBoxLayout):
    """A line for a folder with a button to look for it."""

    def __init__(self, parent: QDialog, folder: Path) -> None:
        super().__init__()
        self._parent = parent
        self.line = QLineEdit(str(folder))
        self.line.setAccessibleName("Folder")
        browse = Button("Browse…", look="secondary", tooltip="Choose the folder")
        browse.setFixedHeight(theme.CONTROL)
        browse.clicked.connect(self._browse)
        self.setSpacing(8)
        self.addWidget(self.line, 1)
        self.addWidget(browse)

    @property
    def folder(self) -> Path:
        return Path(self.line.text()).expanduser()

    def _browse(self) -> None:
        start = self.folder
        while not start.is_dir() and start != start.parent:
            start = start.parent
        name = QFileDialog.getExistingDirectory(self._parent, "Folder for the files", str(start))
        if name:
            self.line.setText(name)


class WorkDialog(QDialog):
    """Title, the subclass's questions, one line that answers, progress, and the buttons.

    A subclass fills ``content``, calls ``say`` while the questions are answered, and implements
    ``begin``, which Enter and the primary button call.
    """

    def __init__(self, title: str, work: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._handle: bridge.Handle | None = None
        self._made: Path | None = None
        self.setWindowTitle(title)
        self.content = QVBoxLayout()
        self.content.setSpacing(14)
        self.preview = caption("")
        self.preview.setMinimumHeight(54)
        self.preview.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setRange(0, 1000)
        self.progress.hide()
        self.cancel_button = Button("Close", key="Esc")
        self.folder_button = Button("Open folder", icon="folder")
        self.folder_button.hide()
        self.work_button = primary_button(work, key="Return")
        self.foot = QHBoxLayout()
        self.foot.setSpacing(8)
        for button in (self.cancel_button, self.folder_button, self.work_button):
            self.foot.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 18)
        column.setSpacing(14)
        column.addWidget(label(title, size=theme.BODY_SIZE + 3, weight=600))
        column.addLayout(self.content)
        column.addStretch(1)
        column.addWidget(self.preview)
        column.addWidget(self.progress)
        column.addLayout(self.foot)
        self.cancel_button.clicked.connect(self.reject)
        self.folder_button.clicked.connect(self._open_folder)
        self.work_button.clicked.connect(self.begin)

    @property
    def is_working(self) -> bool:
        """Whether something is being written."""
        return self._handle is not None

    def begin(self) -> None:
        """Start the work."""
        raise NotImplementedError

    def asked_anew(self) -> None:
        """Put the buttons back to asking: an answer was changed."""
        self.folder_button.hide()
        self.cancel_button.set_label("Close")

    def start(
        self,
        work: Callable[[Progress], Any],
        done: Callable[[Any], None],
        problem: Callable[[str, str], None],
    ) -> None:
        """Run ``work(progress)`` in a thread; ``done`` and ``problem`` say how it ended."""
        self.progress.setValue(0)
        self.progress.show()
        self.work_button.setEnabled(False)
        self.cancel_button.set_label("Cancel")
        self._handle = bridge.run_in_thread(
            work,
            done,
            problem,
            lambda fraction, text, _p: self._step(fraction, text),
            on_cancelled=lambda: self.end("Stopped; files written so far are whole.", theme.DIM),
            owner=self,
        )

    def _step(self, fraction: float, text: str) -> None:
        self.progress.setValue(round(1000 * fraction))
        self.say(text, theme.DIM)

    def end(self, text: str, color: str, made: Path | None = None) -> None:
        """Say how the work ended; ``made``: the folder to open."""
        self._handle = None
        self._made = made
        self.progress.hide()
        self.work_button.setEnabled(True)
        self.cancel_button.set_label("Close")
        self.folder_button.setVisible(made is not None)
        self.say(text, color)

    def say(self, text: str, color: str) -> None:
        """Show one or two lines above the buttons."""
        self.preview.setText(text)
        set_color(self.preview, color)

    def fit(self) -> None:
        """Be as high as the questions need at this width."""
        layout = self.layout()
        if layout is not None:
            layout.activate()
            # Qt would keep room for the words at their narrowest
            layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
            self.setMinimumHeight(0)
            self.resize(self.width(), layout.totalHeightForWidth(self.width()))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.work_button.isEnabled():
                self.begin()
        else:
            super().keyPressEvent(event)

    def reject(self) -> None:
        """Stop running work, or close."""
        if self._handle is not None:
            self._handle.cancel()
        else:
            super().reject()

    def _open_folder(self) -> None:
        if self._made is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._made)))
