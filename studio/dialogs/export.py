"""Writing clips to files: which clips, which formats, where, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QRectF, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from core.errors import StudioError
from core.export import EXPORTERS, ExportOptions
from studio import bridge, icons, theme
from studio.document import Document, ShownClip
from studio.services import exporting
from studio.services.exporting import ExportClip, ExportResult, ExportSettings
from studio.settings import Settings
from studio.widgets import Button, caption, label, primary_button
from studio.widgets.labels import set_color

UNITS: tuple[tuple[str, str], ...] = (("cm", "centimetres (usual)"), ("m", "metres"))
_NAME_WIDTH = 92


class Choice(QComboBox):
    """A field to choose from, with the mark that says so."""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        mark = QRectF(self.width() - 26, self.height() / 2 - 8, 16, 16)
        color = theme.DIM if self.isEnabled() else theme.FAINT
        icons.paint(QPainter(self), "chevron-down", mark, color)


class ExportDialog(QDialog):
    """Asks, shows the plan while it is changed, writes in a thread, and says what was written."""

    def __init__(
        self, document: Document, parent: QWidget | None = None, settings: Settings | None = None
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._settings = settings or Settings()
        self._handle: bridge.Handle | None = None
        self._result: ExportResult | None = None
        self.setWindowTitle("Export")
        self.setMinimumWidth(520)
        self._chosen: tuple[str, list[ExportClip]] = ("", [])
        self.which = Choice()
        self.formats = {
            ending: QCheckBox(f"{exporter.name}  ({ending})")
            for ending, exporter in EXPORTERS.items()
        }
        self.unit = Choice()
        self.folder = QLineEdit(str(Path.home() / "Motion Studio"))
        self.pattern = QLineEdit(exporting.DEFAULT_PATTERN)
        self.overwrite = Choice()
        self.preview = caption("")
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.hide()
        self.cancel_button = Button("Close", key="Esc")
        self.folder_button = Button("Open folder", icon="folder")
        self.folder_button.hide()
        self.export_button = primary_button("Export", key="Return")
        self._fill()
        self._compose()
        self._connect()
        self._remember(load=True)
        self._plan()

    # -- building ---------------------------------------------------------------------------------
    def _fill(self) -> None:
        shown, library = self._document.shown, self._document.library_selection
        selected = self._document.selected
        if selected is not None:
            self.which.addItem(f"Selected: {_file_name(selected)}", "selected")
        if len(shown) > 1:
            self.which.addItem(f"All {len(shown)} in the viewport", "shown")
        if library:
            self.which.addItem(
                f"Selected in the library: {exporting.counted(len(library), 'clip')}", "library"
            )
        count = len(self._document.clips())
        if count:
            self.which.addItem(f"Whole library: {exporting.counted(count, 'clip')}", "all")
        for unit, text in UNITS:
            self.unit.addItem(text, unit)
        for policy, text in exporting.OVERWRITE.items():
            self.overwrite.addItem(text[0].upper() + text[1:], policy)
        for index, (ending, box) in enumerate(self.formats.items()):
            box.setChecked(index == 0)
            box.setToolTip(EXPORTERS[ending].description)

    def _compose(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(10)
        grid.setColumnMinimumWidth(0, _NAME_WIDTH)
        grid.setColumnStretch(1, 1)
        format_box = QHBoxLayout()
        format_box.setSpacing(18)
        for box in self.formats.values():
            format_box.addWidget(box)
        format_box.addStretch(1)
        browse = Button("Browse…", look="secondary", tooltip="Choose the folder")
        browse.setFixedHeight(theme.CONTROL)
        browse.clicked.connect(self._browse)
        folder_box = QHBoxLayout()
        folder_box.setSpacing(8)
        folder_box.addWidget(self.folder, 1)
        folder_box.addWidget(browse)
        fields = " ".join(exporting.PATTERN_FIELDS)
        rows: tuple[tuple[str, QWidget | QHBoxLayout, str], ...] = (
            ("Clips", self.which, "Which clips are written"),
            ("Formats", format_box, ""),
            ("BVH unit", self.unit, "The unit of lengths in a BVH; readers cannot know it"),
            ("Folder", folder_box, ""),
            ("File name", self.pattern, f"May hold {fields}"),
            ("If it exists", self.overwrite, "What happens to a file of the same name"),
        )
        for number, (name, control, tip) in enumerate(rows):
            text = label(name, color=theme.DIM)
            grid.addWidget(text, number, 0)
            if isinstance(control, QWidget):
                control.setAccessibleName(name)
                control.setToolTip(tip)
                text.setBuddy(control)
                grid.addWidget(control, number, 1)
            elif isinstance(control, QHBoxLayout):
                grid.addLayout(control, number, 1)
        self.folder.setAccessibleName("Folder")
        foot = QHBoxLayout()
        foot.setSpacing(8)
        for button in (self.cancel_button, self.folder_button, self.export_button):
            foot.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 18)
        column.setSpacing(14)
        column.addWidget(label("Export clips", size=theme.BODY_SIZE + 3, weight=600))
        column.addLayout(grid)
        column.addWidget(self.preview)
        column.addWidget(self.progress)
        column.addStretch(1)
        column.addLayout(foot)
        self.preview.setMinimumHeight(54)
        self.preview.setAlignment(Qt.AlignmentFlag.AlignTop)

    def _connect(self) -> None:
        for combo in (self.which, self.overwrite, self.unit):
            combo.currentIndexChanged.connect(self._plan)
        for box in self.formats.values():
            box.toggled.connect(self._plan)
        for field in (self.folder, self.pattern):
            field.textChanged.connect(self._plan)
        self.cancel_button.clicked.connect(self.reject)
        self.export_button.clicked.connect(self.export)
        self.folder_button.clicked.connect(self._open_folder)

    # -- what is asked for ------------------------------------------------------------------------
    def settings(self) -> ExportSettings:
        """What the controls say now."""
        return ExportSettings(
            folder=Path(self.folder.text()).expanduser(),
            endings=tuple(e for e, box in self.formats.items() if box.isChecked()),
            pattern=self.pattern.text().strip() or exporting.DEFAULT_PATTERN,
            overwrite=self.overwrite.currentData(),
            options=ExportOptions(unit=self.unit.currentData()),
        )

    def clips(self) -> list[ExportClip]:
        """The chosen clips; library clips are read from their files, once."""
        which = self.which.currentData() or ""
        if self._chosen[0] != which:
            self._chosen = (which, self._gathered(which))
        return self._chosen[1]

    def _gathered(self, which: str) -> list[ExportClip]:
        shown = self._document.shown
        match which:
            case "selected":
                return [_as_export(c) for c in shown if c.key == self._document.selected_key]
            case "shown":
                return [_as_export(c) for c in shown]
            case "library":
                return self._from_library(self._document.library_selection)
            case "all":
                return self._from_library([clip.id for clip in self._document.clips()])
        return []

    def _from_library(self, clip_ids: Sequence[str]) -> list[ExportClip]:
        project = self._document.project
        if project is None:
            return []
        return [
            ExportClip(name=project.clip(clip_id).name, motion=project.motion(clip_id))
            for clip_id in clip_ids
        ]

    def _plan(self) -> None:
        """Say what would be written."""
        if self._handle is not None:
            return
        self.folder_button.hide()
        self.cancel_button.set_label("Close")
        self.unit.setEnabled(self.formats[".bvh"].isChecked())
        try:
            settings = self.settings()
            planned = exporting.plan(self.clips(), settings)
        except StudioError as error:
            self._say(f"{error.message} {error.hint}", theme.WARNING)
            self.export_button.setEnabled(False)
            return
        writes = [file for file in planned if not file.is_skipped]
        names = [file.path.name for file in writes]
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        left = len(planned) - len(writes)
        text = f"Writes {', '.join(names[:3])}{more}." if names else "Nothing new to write."
        if left:
            text += f" {exporting.counted(left, 'file')} left as they are."
        self._say(text, theme.DIM)
        self.export_button.setEnabled(bool(names))

    # -- at work ----------------------------------------------------------------------------------
    def export(self) -> None:
        """Write the files in a thread."""
        if self._handle is not None:
            return
        try:
            settings = self.settings()
            planned = exporting.plan(self.clips(), settings)
        except StudioError as error:
            self._say(f"{error.message} {error.hint}", theme.BAD)
            return
        self._remember(load=False)
        self.progress.setRange(0, 1000)
        self.progress.setValue(0)
        self.progress.show()
        self.export_button.setEnabled(False)
        self.cancel_button.set_label("Cancel")
        self._handle = bridge.run_in_thread(
            lambda progress: exporting.export(planned, settings, progress),
            self._done,
            self._failed,
            lambda fraction, text, _p: self._step(fraction, text),
            on_cancelled=lambda: self._end("Stopped; files written so far are whole.", theme.DIM),
            owner=self,
        )

    def _step(self, fraction: float, text: str) -> None:
        self.progress.setValue(round(1000 * fraction))
        self._say(text, theme.DIM)

    def _done(self, result: ExportResult) -> None:
        self._result = result
        folder = self.settings().folder
        if result.problems:
            message, hint = result.problems[0]
            self._end(f"{result.summary}. {message} {hint}", theme.BAD)
            self._document.problem.emit(message, hint)
        else:
            places = "\n".join(str(path) for path in result.written[:3])
            self._end(f"{result.summary}:\n{places}" if places else result.summary, theme.GOOD)
            self._document.message.emit(f"{result.summary} to {folder}")
        self.folder_button.setVisible(bool(result.written))

    def _failed(self, message: str, hint: str) -> None:
        self._end(f"{message} {hint}", theme.BAD)
        self._document.problem.emit(message, hint)

    def _end(self, text: str, color: str) -> None:
        self._handle = None
        self.progress.hide()
        self.export_button.setEnabled(True)
        self.cancel_button.set_label("Close")
        self._say(text, color)

    def _say(self, text: str, color: str) -> None:
        self.preview.setText(text)
        set_color(self.preview, color)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.export_button.isEnabled():
                self.export()
        else:
            super().keyPressEvent(event)

    def reject(self) -> None:
        """Stop a running export, or close."""
        if self._handle is not None:
            self._handle.cancel()
        else:
            super().reject()

    def _browse(self) -> None:
        start = Path(self.folder.text()).expanduser()
        while not start.is_dir() and start != start.parent:
            start = start.parent
        name = QFileDialog.getExistingDirectory(self, "Folder for the files", str(start))
        if name:
            self.folder.setText(name)

    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.settings().folder)))

    def _remember(self, *, load: bool) -> None:
        """Keep folder, pattern and formats for the next time."""
        store = self._settings
        if load:
            self.folder.setText(store.text("export/folder", self.folder.text()))
            self.pattern.setText(store.text("export/pattern", self.pattern.text()))
        else:
            store.set("export/folder", self.folder.text())
            store.set("export/pattern", self.pattern.text())
            store.save()


def _file_name(clip: ShownClip) -> str:
    unsaved = clip.clip_id is None and clip.detail
    return f"{clip.name} {clip.detail}" if unsaved else clip.name


def _as_export(clip: ShownClip) -> ExportClip:
    return ExportClip(name=_file_name(clip), motion=clip.motion)
