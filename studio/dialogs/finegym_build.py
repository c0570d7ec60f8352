"""Asks for FineGym's lists, the user's videos and the wanted moves, and builds the clips.

What was asked last time is read from the build's own manifest, so going on is one press.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLineEdit, QWidget

from core.datasets.finegym import PRESET, RULES, BuildOptions, BuildReport, build, plan
from core.datasets.finegym.builder import MANIFEST_NAME
from core.datasets.finegym.lengths import MIN_FRAMES
from core.datasets.finegym.looking import FindPeople, find_with_detector
from core.datasets.finegym.manifest import Manifest
from core.errors import StudioError
from core.paths import data_folder
from core.progress import Progress
from studio import bridge, theme
from studio.dialogs.fields import CountField, FileField
from studio.dialogs.work_dialog import Choice, FolderField, WorkDialog
from studio.widgets import caption, label

_LOOK_MS = 350  # after the last keystroke
RULE_TITLES: dict[str, str] = {
    "pad": "Pad symmetrically, else reject",
    "pad_interpolate": "Pad, then interpolate poses",
    "interpolate": "Interpolate poses only",
    "reject": "Reject what is too short",
}


def default_folder() -> Path:
    """Where a build goes when nothing else is said."""
    return data_folder() / "finegym"


class BuildDialog(WorkDialog):
    """The questions and the build; ``built(folder)`` when there is something to review."""

    built = Signal(object)

    def __init__(
        self, folder: Path | None = None, parent: QWidget | None = None,
        find: FindPeople = find_with_detector,
    ) -> None:  # fmt: skip
        super().__init__("FineGym2: clips of single moves", "Build clips", parent)
        self._find = find
        self.resize(680, 560)
        self.folder = FolderField(self, folder or default_folder())
        self.annotations = FileField(self, "Annotation", "finegym_annotation_info (*.json)")
        self.splits = FileField(
            self, "Split files", "gym99_train_element, gym99_val_element (*.txt)", several=True
        )
        self.categories = FileField(self, "Categories", "gym99_categories (*.txt)")
        self.videos = FolderField(self, Path.home())
        self.videos.line.clear()
        self.moves = QLineEdit("; ".join(move.name for move in PRESET))
        self.rule = Choice()
        self.frames = CountField("Least frames of a clip", "frames", 2, 1000, MIN_FRAMES)
        self._compose()
        self._look = QTimer(self)
        self._look.setSingleShot(True)
        self._look.setInterval(_LOOK_MS)
        self._look.timeout.connect(self._plan)
        for line in self._lines():
            line.textChanged.connect(lambda _text: self._asked())
        self.folder.line.editingFinished.connect(self._recall)
        self._recall()

    def _compose(self) -> None:
        self.moves.setAccessibleName("Moves")
        self.moves.setToolTip("Names as in the category file, or Glabel 213; with semicolons")
        for rule, text in RULES.items():
            self.rule.addItem(RULE_TITLES[rule], rule)
            self.rule.setItemData(self.rule.count() - 1, text, 3)  # the tooltip's role
        self.rule.setAccessibleName("Length rule")
        self.rule.setToolTip("What becomes of elements shorter than the wanted length")
        self.content.addWidget(
            caption(
                "FineGym says when in which video a move is done; the videos are yours. Each is "
                "named by its 11-character id. Annotation and lists come from FineGym's home page.",
                color=theme.DIM,
            )
        )
        form = QFormLayout()
        form.setHorizontalSpacing(14)
        form.setVerticalSpacing(10)
        length = QHBoxLayout()
        length.setSpacing(8)
        length.addWidget(self.rule, 1)
        length.addWidget(self.frames)
        rows: tuple[tuple[str, Any], ...] = (
            ("Annotation", self.annotations), ("Split files", self.splits),
            ("Categories", self.categories), ("Videos", self.videos), ("Moves", self.moves),
            ("Short clips", length), ("Build in", self.folder),
        )  # fmt: skip
        for name, field in rows:
            form.addRow(label(name, color=theme.DIM), field)
        self.content.addLayout(form)

    def _lines(self) -> tuple[QLineEdit, ...]:
        return (
            self.annotations.line, self.splits.line, self.categories.line, self.videos.line,
            self.moves,
        )  # fmt: skip

    def _recall(self) -> None:
        """Fill in what the folder's build was made from."""
        path = self.folder.folder / MANIFEST_NAME
        try:
            head = Manifest.open(path).head if path.is_file() else {}
        except StudioError:
            head = {}
        if not head or self.annotations.line.text():
            self._asked()
            return
        self.annotations.line.setText(str(head.get("annotations", "")))
        files = [str(split.get("file", "")) for split in head.get("splits", [])]
        self.splits.line.setText("; ".join(files))
        self.categories.line.setText(str(head.get("categories", "")))
        self.videos.line.setText(str(head.get("videos", "")))
        self.moves.setText("; ".join(head.get("moves", [])))
        self.rule.select(head.get("rule"))
        self.frames.set_value(int(head.get("min_frames", MIN_FRAMES)))

    def options(self) -> BuildOptions:
        """What was answered. Raises StudioError where something is missing."""
        asked = {
            "the annotation JSON": self.annotations.paths, "a split file": self.splits.paths,
            "the category file": self.categories.paths, "the folder of videos": self._videos(),
        }  # fmt: skip
        missing = [name for name, given in asked.items() if not given]
        if missing:
            raise StudioError(f"Still to choose: {', '.join(missing)}.")
        return BuildOptions(
            annotations=self.annotations.paths[0], splits=self.splits.paths,
            categories=self.categories.paths[0], videos=self._videos()[0],
            moves=tuple(m.strip() for m in self.moves.text().split(";") if m.strip()),
            rule=self.rule.currentData(), min_frames=self.frames.value,
        )  # fmt: skip

    def _videos(self) -> tuple[Path, ...]:
        return (self.videos.folder,) if self.videos.line.text().strip() else ()

    # -- looking ----------------------------------------------------------------------------------
    def _asked(self) -> None:
        self.asked_anew()
        try:
            self.options()
        except StudioError as error:
            self.work_button.setEnabled(False)
            self.say(error.message, theme.DIM)
            return
        self._look.start()

    def _plan(self) -> None:
        if self.is_working:
            return
        options = self.options()
        self.say("Reading the lists …", theme.DIM)

        def planned(progress: Progress) -> str:
            joined, splits = plan(options)
            versions = ", ".join(s.version or f"{len(s.lines)} lines of {s.name}" for s in splits)
            return f"{joined.text} From {versions}."

        bridge.run_in_thread(
            planned, self._tell_plan,
            lambda message, hint: self._refuse(f"{message} {hint}"),
            key="finegym-plan", owner=self,
        )  # fmt: skip

    def _tell_plan(self, text: str) -> None:
        if not self.is_working:
            self.work_button.setEnabled(True)
            self.say(text, theme.TEXT)

    def _refuse(self, text: str) -> None:
        self.work_button.setEnabled(False)
        self.say(text, theme.BAD)

    # -- building ---------------------------------------------------------------------------------
    def begin(self) -> None:
        """Build, or go on with a build that was stopped."""
        if self.is_working or not self.work_button.isEnabled():
            return
        options, folder = self.options(), self.folder.folder
        work: Callable[[Progress], BuildReport] = lambda progress: build(  # noqa: E731
            options, folder, progress, find=self._find
        )
        self.start(work, self._built, lambda message, hint: self.end(
            f"{message} {hint}", theme.BAD
        ))  # fmt: skip

    def _built(self, report: BuildReport) -> None:
        self.end(report.text, theme.WARNING if report.failed else theme.GOOD, self.folder.folder)
        self.accept()
        self.built.emit(self.folder.folder)

    def done(self, result: int) -> None:
        """Look at nothing any more when the dialog goes."""
        self._look.stop()
        super().done(result)
