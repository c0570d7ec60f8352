"""Writing a comparison for a paper or a talk: the strip as PDF or PNG, or a movie."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QWidget

from core.errors import StudioError
from core.progress import Progress
from studio import theme
from studio.dialogs.export_form import add_row, form_grid
from studio.dialogs.fields import CountField
from studio.dialogs.work_dialog import Choice, FolderField, WorkDialog
from studio.document import Document
from studio.pages.compare_session import CompareSession
from studio.services.compare_figures import KINDS, Recipe, steps_for, write_figure
from studio.settings import Settings

WIDTHS: tuple[tuple[str, float], ...] = (
    ("Whole page, 174 mm", 174.0),
    ("One column, 84 mm", 84.0),
)
MAX_EVERY = 600


class CompareFigureDialog(WorkDialog):
    """Asks for kind, steps and size, writes the file, says where it is."""

    def __init__(
        self, session: CompareSession, document: Document, kind: str,
        parent: QWidget | None = None, settings: Settings | None = None,
    ) -> None:  # fmt: skip
        super().__init__("Figure of the comparison", "Write", parent)
        self._session, self._document = session, document
        self._store = settings or Settings()
        self.setMinimumWidth(540)
        answer = session.answer
        assert answer is not None  # the page opens this only with an answer
        self._answer = answer
        self.kind = Choice()
        for ending, text in KINDS.items():
            self.kind.addItem(text, ending)
        self.every = CountField("Every", "frames", 1, MAX_EVERY, steps_for(answer.num_frames))
        self.width_choice = Choice()
        for text, width in WIDTHS:
            self.width_choice.addItem(text, width)
        self.labels = QCheckBox("Names and frame numbers")
        self.labels.setChecked(True)
        self.colors = QCheckBox("The estimators' colours (else one grey)")
        self.colors.setChecked(kind == "movie")  # print is grey by custom, a screen is not
        self.name = QLineEdit("comparison")
        self._folder = FolderField(self, Path.home() / "Motion Studio")
        self.folder = self._folder.line
        self._compose()
        self.kind.select({"pdf": ".pdf", "png": ".png", "movie": ".mp4"}.get(kind, kind))
        self.folder.setText(self._store.text("export/folder", self.folder.text()))
        self._ask()

    def _compose(self) -> None:
        grid = form_grid()
        add_row(grid, "File", self.kind)
        add_row(grid, "A body every", self.every, "Frames from one body of the strip to the next")
        add_row(grid, "Width", self.width_choice, "In print, at 300 dots an inch")
        marks = QWidget()
        row = QHBoxLayout(marks)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(20)
        for box in (self.labels, self.colors):
            row.addWidget(box)
            box.toggled.connect(self._ask)
        row.addStretch(1)
        add_row(grid, "Show", marks)
        folder = QWidget()
        folder.setLayout(self._folder)
        self._folder.setContentsMargins(0, 0, 0, 0)
        add_row(grid, "Folder", folder)
        add_row(grid, "File name", self.name)
        self.content.addLayout(grid)
        for choice in (self.kind, self.width_choice):
            choice.currentIndexChanged.connect(self._ask)
        for line in (self.folder, self.name, self.every):
            line.textChanged.connect(self._ask)

    # -- answers ----------------------------------------------------------------------------------
    @property
    def path(self) -> Path:
        """The file to write."""
        name = self.name.text().strip() or "comparison"
        return self._folder.folder / f"{name}{self.kind.currentData()}"

    def recipe(self) -> Recipe:
        """What the controls say."""
        clips = self._session.clips
        return Recipe(
            names=tuple(clip.name for clip in clips),
            colors=tuple(clip.color if self.colors.isChecked() else theme.DATA for clip in clips),
            every=self.every.value,
            width_mm=float(self.width_choice.currentData()),
            has_labels=self.labels.isChecked(),
        )

    def _ask(self) -> None:
        if self.is_working:
            return
        self.asked_anew()
        is_strip = self.kind.currentData() in (".pdf", ".png")
        for field in (self.every, self.width_choice, self.labels):
            field.setEnabled(is_strip)
        there = " It replaces the file of that name." if self.path.exists() else ""
        count = len(range(0, self._answer.num_frames, self.every.value))
        what = f"{count} bodies a row" if is_strip else f"{self._answer.num_frames} pictures"
        self.say(f"{what}, {len(self._session.clips)} clips: {self.path.name}.{there}", theme.DIM)
        self.work_button.setEnabled(True)

    # -- at work ----------------------------------------------------------------------------------
    def begin(self) -> None:
        if self.is_working:
            return
        answer, path, recipe = self._answer, self.path, self.recipe()
        self._store.set("export/folder", self.folder.text())
        self._store.save()

        def work(progress: Progress) -> Path:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise StudioError(
                    f"The folder {path.parent} cannot be made: {error.strerror}.",
                    "Choose another folder.",
                ) from error
            return write_figure(answer.motions, path, recipe, progress)

        self.start(work, self._done, self._failed)

    def _done(self, written: Path) -> None:
        self.end(f"Written:\n{written}", theme.GOOD, written.parent)
        self._document.message.emit(f"{written.name} written to {written.parent}")

    def _failed(self, message: str, hint: str) -> None:
        self.end(f"{message} {hint}", theme.BAD)
