"""Import of a data set: choose a file or a folder, see what it holds, give it a name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QFormLayout, QHBoxLayout, QLineEdit, QWidget

from core.progress import Progress
from studio import bridge, theme
from studio.dialogs.work_dialog import WorkDialog
from studio.widgets import Button, caption, label

if TYPE_CHECKING:
    from core.datasets.readers import FoundDataset

_LOOK_MS = 350


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
        self._compose()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self._look)
        self.path.textChanged.connect(lambda _text: self._asked())
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
        self.content.addLayout(form)

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
        self.work_button.setEnabled(False)
        self._timer.start()

    def _look(self) -> None:
        text = self.path.text().strip()
        if not text or self.is_working:
            return
        self._looked = text
        self.say("Looking …", theme.DIM)

        def look(progress: Progress) -> Any:
            from core.datasets.readers import inspect_dataset

            return inspect_dataset(Path(text).expanduser())

        bridge.run_in_thread(look, self._take, self._refuse, key="data-inspect", owner=self)

    def _take(self, found: FoundDataset) -> None:
        if self.is_working or self.path.text().strip() != self._looked:
            return
        self.found = found
        if not self.name.text().strip():
            self.name.setText(Path(self._looked).stem.lower().replace(" ", "_"))
        classes = len(found.labels)
        shown = ", ".join(found.labels[:6]) + (f" and {classes - 6} more" if classes > 6 else "")
        words = f"{found.title}: {found.num_clips:,} clips, {classes} classes"
        self.say("\n".join(w for w in (f"{words} ({shown}).", found.text) if w), theme.TEXT)
        self.work_button.setEnabled(found.num_clips != 0)

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
        path = Path(self._looked).expanduser()

        def work(progress: Progress) -> int:
            from core.datasets.readers import import_dataset

            store = import_dataset(path, name=name, reader=found.reader, progress=progress)
            return len(store)

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
