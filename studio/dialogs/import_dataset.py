"""Import of a data set: choose a file or a folder, see what it holds, give it a name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QWidget,
)

from core.progress import Progress
from studio import bridge, theme
from studio.dialogs.fields import CountField, FileField
from studio.dialogs.work_dialog import WorkDialog
from studio.panels.clearing import clear
from studio.widgets import Button, Chip, FlowLayout, caption, label

if TYPE_CHECKING:
    from core.datasets.readers import FoundDataset

_LOOK_MS = 350
MOST_CHIPS = 48  # classes that can be chosen one by one


class ImportDatasetDialog(WorkDialog):
    """The questions, a preview of what was found, and the import; ``imported(name)``."""

    imported = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Import a data set", "Import", parent)
        self.resize(600, 330)
        self.found: FoundDataset | None = None
        self._looked = ""
        self.path = QLineEdit()
        self.path.setAccessibleName("File or folder")
        self.path.setPlaceholderText("a folder of clips, or a data set's file")
        self.name = QLineEdit()
        self.name.setAccessibleName("Name of the data set")
        self.table = FileField(self, "Table of labels", "path and label (*.csv)")
        self.frames = CountField("Least frames of a clip", "frames", 1, 100_000, 1)
        self.chips: dict[str, Chip] = {}
        self._chips = FlowLayout(spacing=6)
        self._compose()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self._look)
        self.path.textChanged.connect(lambda _text: self._asked())
        self.table.line.textChanged.connect(lambda _text: self._asked())
        self.work_button.setEnabled(False)
        self.say("Choose a folder or a file; what it holds is shown here.", theme.DIM)

    def _compose(self) -> None:
        self.content.addWidget(
            caption(
                "NTU13 in Action2Motion's layout, HumanAct12, UESTC, AMASS, folders of BVH files "
                "or of the studio's own clips. Labels come from names, folders or a CSV.",
                color=theme.DIM,
            )
        )
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.path, 1)
        for text, ask in (("Folder…", self._ask_folder), ("File…", self._ask_file)):
            button = Button(text, look="secondary")
            button.setFixedHeight(theme.CONTROL)
            button.clicked.connect(ask)
            row.addWidget(button)
        form = QFormLayout()
        form.setHorizontalSpacing(14)
        form.setVerticalSpacing(10)
        form.addRow(label("From", color=theme.DIM), row)
        form.addRow(label("Name", color=theme.DIM), self.name)
        self.table.line.setPlaceholderText("where names and folders do not say it: a CSV")
        form.addRow(label("Labels", color=theme.DIM), self.table)
        form.addRow(label("At least", color=theme.DIM), self.frames)
        self.content.addLayout(form)
        self._classes = QWidget()
        self._classes.setLayout(self._chips)
        self._classes.hide()
        self.content.addWidget(self._classes)

    def _ask_folder(self) -> None:
        answer = QFileDialog.getExistingDirectory(self, "The data set's folder", str(Path.home()))
        if answer:
            self.path.setText(answer)

    def _ask_file(self) -> None:
        answer, _ = QFileDialog.getOpenFileName(self, "The data set's file", str(Path.home()))
        if answer:
            self.path.setText(answer)

    def _asked(self) -> None:
        self.asked_anew()
        self.found = None
        self._show_classes(())
        self.work_button.setEnabled(False)
        self._timer.start()

    def _look(self) -> None:
        text = self.path.text().strip()
        if not text or self.is_working:
            return
        self._looked = text
        self.say("Looking …", theme.DIM)

        table = self.table.paths

        def look(progress: Progress) -> Any:
            from core.datasets.readers import ImportOptions, inspect_dataset

            options = ImportOptions(label_file=table[0] if table else None)
            return inspect_dataset(Path(text).expanduser(), options=options)

        bridge.run_in_thread(look, self._take, self._refuse, key="data-inspect", owner=self)

    def _take(self, found: FoundDataset) -> None:
        if self.is_working or self.path.text().strip() != self._looked:
            return
        self.found = found
        if not self.name.text().strip():
            self.name.setText(Path(self._looked).stem.lower().replace(" ", "_"))
        self._show_classes(found.labels)
        words = f"{found.title}: {found.num_clips:,} clips, {len(found.labels)} classes."
        self.say("\n".join(w for w in (words, found.text) if w), theme.TEXT)
        self.work_button.setEnabled(found.num_clips != 0)

    def _show_classes(self, labels: Sequence[str]) -> None:
        """A chip a class: those switched off are left out."""
        clear(self._chips)
        self.chips = {}
        for name in labels[:MOST_CHIPS]:
            chip = self.chips[name] = Chip(name, tooltip="Take this class, or leave it out")
            chip.setChecked(True)
            self._chips.addWidget(chip)
        self._classes.setVisible(1 < len(labels) <= MOST_CHIPS)
        self.fit()

    @property
    def labels(self) -> tuple[str, ...] | None:
        """The classes that are switched on, None for all."""
        if self.found is None or len(self.found.labels) > MOST_CHIPS:
            return None
        on = tuple(name for name, chip in self.chips.items() if chip.isChecked())
        return None if len(on) == len(self.found.labels) else on

    def _refuse(self, message: str, hint: str) -> None:
        self.say(f"{message} {hint}", theme.BAD)

    def begin(self) -> None:
        """Import what was found."""
        found, name = self.found, self.name.text().strip()
        if self.is_working or found is None:
            return
        if not name:
            self.say("The data set needs a name.", theme.BAD)
            return
        path, table = Path(self._looked).expanduser(), self.table.paths
        labels, frames = self.labels, self.frames.value
        if labels == ():
            self.say("No class is switched on.", theme.BAD)
            return

        def work(progress: Progress) -> int:
            from core.datasets.readers import ImportOptions, import_dataset

            options = ImportOptions(
                labels=labels, min_frames=frames, label_file=table[0] if table else None
            )
            store = import_dataset(
                path, name=name, reader=found.reader, options=options, progress=progress
            )
            try:
                return len(store)
            finally:
                store.close()

        self.start(work, lambda count: self._done(name, count),
                   lambda message, hint: self.end(f"{message} {hint}", theme.BAD))  # fmt: skip

    def _done(self, name: str, count: int) -> None:
        self.end(f"{count:,} clips are in the data set {name}.", theme.GOOD)
        self.accept()
        self.imported.emit(name)

    def done(self, result: int) -> None:
        """Look at nothing any more when the dialog goes."""
        self._timer.stop()
        super().done(result)
