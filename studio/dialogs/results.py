"""Results made elsewhere: what was found in each file, and which of it to import."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDoubleSpinBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from core.progress import Progress
from studio import bridge, theme
from studio.dialogs.work_dialog import Choice
from studio.document import Document, shown_from_clip
from studio.panels.clearing import clear
from studio.services import results
from studio.services.importing import VIDEO_ENDINGS
from studio.services.results import Looked, Wanted
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

if TYPE_CHECKING:
    from core.project import NewClip

USUAL_RATE = 30.0
_SHOWN_AT_ONCE = 4  # clips put into the view after an import


class FileSection(QWidget):
    """One file: what was found, and the choices it leaves; ``wanted`` says what was chosen."""

    def __init__(self, looked: Looked) -> None:
        super().__init__()
        self.looked = looked
        self.video: Path | None = None
        self.people: dict[str, QCheckBox] = {}
        self.rate = QDoubleSpinBox()
        self.axes = Choice()
        self.video_button = Button("Choose video…", look="secondary")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 10, 0, 10)
        column.setSpacing(6)
        found = looked.found
        head = QHBoxLayout()
        head.addWidget(ElidedLabel(looked.path.name, weight=600), 1)
        head.addWidget(
            Badge(found.title, theme.GOOD) if found else Badge("not imported", theme.BAD)
        )
        column.addLayout(head)
        if found is None:
            column.addWidget(caption(f"{looked.message} {looked.hint}".strip(), color=theme.BAD))
            return
        column.addWidget(caption(found.text, color=theme.DIM))
        for note in found.notes:
            column.addWidget(caption(note, color=theme.FAINT))
        for person in found.people:
            box = self.people[person.key] = QCheckBox(person.text)
            box.setChecked(True)
            box.setToolTip(person.text)
            column.addWidget(box)
        column.addLayout(self._choices())

    def _choices(self) -> QHBoxLayout:
        found = self.looked.found
        assert found is not None
        from core.estimators.results import AXES

        self.rate.setRange(1.0, 1000.0)
        self.rate.setDecimals(3)
        self.rate.setFixedWidth(136)
        self.rate.lineEdit().setTextMargins(9, 0, 0, 0)  # the style sheet's padding stops outside
        self.rate.setValue(found.fps or USUAL_RATE)
        self.rate.setSuffix(" frames/s")
        self.rate.setAccessibleName("Frames a second")
        self.rate.setToolTip(
            "The file does not say it: give the video's rate" if found.needs_fps
            else "As the file says; change it where that is wrong"
        )  # fmt: skip
        for name in AXES:
            self.axes.addItem(name)
        self.axes.setCurrentText(found.axes)
        self.axes.setAccessibleName("Axes")
        self.axes.setToolTip("Which way is up in the file; change it where bodies lie or hang")
        self.video_button.setFixedHeight(theme.CONTROL)
        self.video_button.setToolTip("The video it was made from: it tells the exact frame rate")
        self.video_button.clicked.connect(self._ask_video)
        row = QHBoxLayout()
        row.setSpacing(8)
        for widget in (self.rate, self.axes, self.video_button):
            row.addWidget(widget)
        row.addStretch(1)
        return row

    def _ask_video(self) -> None:
        pattern = " ".join(f"*{ending}" for ending in VIDEO_ENDINGS)
        answer, _ = QFileDialog.getOpenFileName(
            self, "The video it was made from", str(self.looked.path.parent),
            f"Videos ({pattern});;All files (*)",
        )  # fmt: skip
        if answer:
            self.set_video(Path(answer))

    def set_video(self, path: Path) -> None:
        """Take frame rate and name from a video."""
        self.video = path
        self.rate.setEnabled(False)
        self.video_button.set_label(path.name if len(path.name) < 24 else f"…{path.name[-22:]}")
        self.video_button.setToolTip(str(path))

    @property
    def wanted(self) -> Wanted | None:
        """What to take, None for nothing."""
        found = self.looked.found
        keys = tuple(key for key, box in self.people.items() if box.isChecked())
        if found is None or not keys:
            return None
        is_told = found.fps is not None and abs(self.rate.value() - found.fps) < 5e-4
        return Wanted(
            found=found,
            people=keys,
            fps=None if self.video is not None or is_told else self.rate.value(),
            video=self.video,
            axes="" if self.axes.currentText() == found.axes else self.axes.currentText(),
        )


class ResultsDialog(QDialog):
    """Looks into the files in a thread, shows what is there, imports what was chosen."""

    def __init__(
        self, document: Document, paths: Sequence[Path], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._handle: bridge.Handle | None = None
        self.sections: list[FileSection] = []
        self.setWindowTitle("Import results")
        self.setMinimumSize(560, 360)
        self.resize(660, 520)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setRange(0, 1000)
        self.said: QLabel = caption("", color=theme.DIM)
        self.close_button = Button("Close", key="Esc", tooltip="Import nothing")
        self.import_button = primary_button("Import", tooltip="Add the chosen people as clips")
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        self._compose()
        self.close_button.clicked.connect(self.reject)
        self.import_button.clicked.connect(self.take)
        self.look(paths)

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
        foot.addWidget(self.close_button)
        foot.addWidget(self.import_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 18)
        column.setSpacing(12)
        column.addWidget(label("Import results", size=theme.BODY_SIZE + 3, weight=600))
        column.addWidget(scroll, 1)
        column.addWidget(self.progress)
        column.addWidget(self.said)
        column.addLayout(foot)

    # -- at work ----------------------------------------------------------------------------------
    def look(self, paths: Sequence[Path]) -> None:
        """Say what each file holds, in a thread; nothing is imported by that."""
        self.import_button.setEnabled(False)
        self._run(lambda progress: results.look(paths, progress), self._show)

    def _show(self, looked: list[Looked]) -> None:
        clear(self._rows)
        self.sections = []
        for index, file in enumerate(looked):
            if index:
                self._rows.addWidget(Separator())
            section = FileSection(file)
            for box in section.people.values():
                box.toggled.connect(self._plan)
            self.sections.append(section)
            self._rows.addWidget(section)
        self._plan()

    def _plan(self) -> None:
        count = sum(len(want.people) for want in self._wanted())
        words = "1 person" if count == 1 else f"{count} people"
        self.import_button.set_label(f"Import {words}" if count else "Import")
        self.import_button.setEnabled(count > 0)
        self._say(
            "Motion is turned upright and put on the floor; gaps are bridged and marked."
            if count else "Nothing here can be imported." if not any(
                section.people for section in self.sections
            ) else "Choose at least one person.",
            theme.DIM,
        )  # fmt: skip

    def _wanted(self) -> list[Wanted]:
        return [want for section in self.sections if (want := section.wanted) is not None]

    def take(self) -> None:
        """Import what is chosen."""
        wanted = self._wanted()
        if wanted and self._handle is None:
            self.import_button.setEnabled(False)
            self._run(lambda progress: results.take(wanted, progress), self._add)

    def _add(self, clips: list[NewClip]) -> None:
        from core.project import AddClips

        command = AddClips(clips, verb="import")
        if not self._document.execute(command):
            self._plan()
            return
        pairs = list(zip(command.added, clips, strict=True))[:_SHOWN_AT_ONCE]
        self._document.show(shown_from_clip(clip, new.motion) for clip, new in pairs)
        count = len(clips)
        self._document.message.emit(f"{count} clip{'s' if count > 1 else ''} imported.")
        self.accept()

    def _run(self, work: Callable[[Progress], Any], done: Callable[[Any], None]) -> None:
        self.progress.setValue(0)
        self.progress.show()

        def finished(result: object) -> None:
            self._handle = None
            self.progress.hide()
            done(result)

        self._handle = bridge.run_in_thread(
            work,
            finished,
            self._failed,
            lambda fraction, text, _p: self._step(fraction, text),
            on_cancelled=lambda: self._failed("Stopped; nothing was imported.", ""),
            owner=self,
        )

    def _step(self, fraction: float, text: str) -> None:
        self.progress.setValue(round(1000 * fraction))
        self._say(text, theme.DIM)

    def _failed(self, message: str, hint: str) -> None:
        self._handle = None
        self.progress.hide()
        self.import_button.setEnabled(bool(self._wanted()))
        self._say(f"{message} {hint}".strip(), theme.BAD)

    def _say(self, text: str, color: str) -> None:
        self.said.setText(text)
        set_color(self.said, color)

    def reject(self) -> None:
        """Stop what is going on, or close."""
        if self._handle is not None:
            self._handle.cancel()
        else:
            super().reject()
