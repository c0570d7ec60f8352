"""Writing clips to files: which clips, which formats, where, and what came of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QCheckBox, QLineEdit, QWidget

from core.errors import StudioError
from core.export import EXPORTERS, ExportOptions
from core.motion import Motion
from core.progress import Progress
from studio import theme
from studio.dialogs.export_form import ExportForm, add_row, form_grid
from studio.dialogs.work_dialog import Choice, FolderField, WorkDialog
from studio.document import Document, ShownClip
from studio.services import exporting
from studio.services.exporting import ExportClip, ExportResult, ExportSettings
from studio.settings import Settings
from studio.widgets import Button


class ExportDialog(WorkDialog):
    """Asks, shows the plan while it is changed, writes in a thread, and says what was written."""

    def __init__(
        self, document: Document, parent: QWidget | None = None, settings: Settings | None = None
    ) -> None:
        super().__init__("Export clips", "Export", parent)
        self._document = document
        self._settings = settings or Settings()
        self._result: ExportResult | None = None
        self.setMinimumWidth(760)
        self._chosen: tuple[str, list[ExportClip]] = ("", [])
        self.which = Choice()
        self.form = ExportForm()
        self.formats = self.form.formats
        self._folder = FolderField(self, Path.home() / "Motion Studio")
        self.folder = self._folder.line
        self.pattern = QLineEdit(exporting.DEFAULT_PATTERN)
        self.overwrite = Choice()
        self.one_file = QCheckBox("All clips in one file, where the format can")
        self.export_button = self.work_button
        self.ghost_button = Button("Show over the clip", icon="ghosts", look="secondary")
        self.ghost_button.setToolTip("Read the file back and lay it over the clip, see-through")
        self.ghost_button.hide()
        self.foot.insertWidget(2, self.ghost_button)
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
        for policy, text in exporting.OVERWRITE.items():
            self.overwrite.addItem(text[0].upper() + text[1:], policy)

    def _compose(self) -> None:
        above, below = form_grid(), form_grid()
        add_row(above, "Clips", self.which, "Which clips are written")
        folder = QWidget()
        folder.setLayout(self._folder)
        self._folder.setContentsMargins(0, 0, 0, 0)
        add_row(below, "Folder", folder)
        fields = " ".join(exporting.PATTERN_FIELDS)
        add_row(below, "File name", self.pattern, f"May hold {fields}")
        add_row(below, "If it exists", self.overwrite, "What happens to a file of the same name")
        add_row(below, "", self.one_file, "One take a clip in FBX and GLB")
        self.content.addLayout(above)
        self.content.addWidget(self.form)
        self.content.addLayout(below)

    def _connect(self) -> None:
        for combo in (self.which, self.overwrite):
            combo.currentIndexChanged.connect(self._plan)
        for field in (self.folder, self.pattern):
            field.textChanged.connect(self._plan)
        self.one_file.toggled.connect(self._plan)
        self.form.changed.connect(self._plan)
        self.ghost_button.clicked.connect(self.show_ghost)
        self.form.folded.connect(lambda: QTimer.singleShot(0, self, self.fit))

    # -- what is asked for ------------------------------------------------------------------------
    def settings(self) -> ExportSettings:
        """What the controls say now."""
        return ExportSettings(
            folder=self._folder.folder,
            endings=self.form.endings,
            pattern=self.pattern.text().strip() or exporting.DEFAULT_PATTERN,
            overwrite=self.overwrite.currentData(),
            options=self.form.options,
            one_file=self.one_file.isChecked(),
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
        if self.is_working:
            return
        self.asked_anew()
        self.ghost_button.hide()
        together = any(EXPORTERS[ending].holds_several for ending in self.form.endings)
        self.one_file.setEnabled(together and len(self.clips()) > 1)
        try:
            settings = self.settings()
            planned = exporting.plan(self.clips(), settings)
        except StudioError as error:
            self.say(f"{error.message} {error.hint}", theme.WARNING)
            self.export_button.setEnabled(False)
            return
        writes = [file for file in planned if not file.is_skipped]
        names = [file.path.name for file in writes]
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        left = len(planned) - len(writes)
        text = f"Writes {', '.join(names[:3])}{more}." if names else "Nothing new to write."
        if left:
            text += f" {exporting.counted(left, 'file')} left as they are."
        self.say(text, theme.DIM)
        self.export_button.setEnabled(bool(names))

    # -- at work ----------------------------------------------------------------------------------
    def begin(self) -> None:
        self.export()

    def export(self) -> None:
        """Write the files in a thread."""
        if self.is_working:
            return
        try:
            settings = self.settings()
            planned = exporting.plan(self.clips(), settings)
        except StudioError as error:
            self.say(f"{error.message} {error.hint}", theme.BAD)
            return
        self._remember(load=False)
        self.start(
            lambda progress: exporting.export(planned, settings, progress), self._done, self._failed
        )

    def _done(self, result: ExportResult) -> None:
        self._result = result
        folder = self._folder.folder
        made = folder if result.written else None
        self.ghost_button.setVisible(self._ghost_file is not None)
        if result.problems:
            message, hint = result.problems[0]
            self.end(f"{result.summary}. {message} {hint}", theme.BAD, made)
            self._document.problem.emit(message, hint)
        else:
            places = "\n".join(str(path) for path in result.written[:3])
            text = f"{result.summary}:\n{places}" if places else result.summary
            self.end(text, theme.GOOD, made)
            self._document.message.emit(f"{result.summary} to {folder}")

    @property
    def _ghost_file(self) -> Path | None:
        """The file that can be laid over the selected clip, if it was the one exported."""
        written = self._result.written if self._result is not None else ()
        fitting = [path for path in written if path.suffix in (".fbx", ".glb", ".bvh")]
        return fitting[0] if fitting and self.which.currentData() == "selected" else None

    def show_ghost(self) -> None:
        """Read the written file back and lay it over its clip in the view."""
        path, key = self._ghost_file, self._document.selected_key
        if path is None or key is None or self.is_working:
            return

        def read(progress: Progress) -> Motion:
            from core.importing import import_motions

            return import_motions(path)[0]

        def show(motion: Motion) -> None:
            self.end(f"{path.name} lies over the clip, see-through.", theme.GOOD, path.parent)
            ghost = ShownClip(
                key=f"file:{path}", motion=motion, name=path.name, kind="imported", over=key
            )
            others = [clip for clip in self._document.shown if not clip.over]
            self._document.show([*others, ghost], select=key)

        self.start(read, show, self._failed)

    def _failed(self, message: str, hint: str) -> None:
        self.end(f"{message} {hint}", theme.BAD)
        self._document.problem.emit(message, hint)

    def _remember(self, *, load: bool) -> None:
        """Keep folder, pattern, formats and options for the next time."""
        store = self._settings
        if load:
            self.folder.setText(store.text("export/folder", self.folder.text()))
            self.pattern.setText(store.text("export/pattern", self.pattern.text()))
            kept = read_answers(store.text("export/answers", ""))
            if kept is not None:
                self.form.show_answers(*kept)
        else:
            store.set("export/folder", self.folder.text())
            store.set("export/pattern", self.pattern.text())
            answers = {"endings": self.form.endings, "options": asdict(self.form.options)}
            store.set("export/answers", json.dumps(answers))
            store.save()


def read_answers(text: str) -> tuple[tuple[str, ...], ExportOptions] | None:
    """Read formats and options kept by an earlier export; None if they are of no use any more."""
    try:
        answers = json.loads(text)
        endings = tuple(ending for ending in answers["endings"] if ending in EXPORTERS)
        return endings, ExportOptions(**answers["options"])
    except (ValueError, TypeError, KeyError, StudioError):
        return None


def _file_name(clip: ShownClip) -> str:
    unsaved = clip.clip_id is None and clip.detail
    return f"{clip.name} {clip.detail}" if unsaved else clip.name


def _as_export(clip: ShownClip) -> ExportClip:
    return ExportClip(name=_file_name(clip), motion=clip.motion)
