"""The joint map: which joint of a foreign skeleton is which of the body's, corrected by hand."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QShowEvent, QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QCompleter,
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from core.importing import Imported, JointMap, RetargetOptions, Source
from studio import bridge, theme
from studio.dialogs.joint_map_figure import SkeletonFigure
from studio.dialogs.work_dialog import Choice
from studio.services import joint_maps
from studio.widgets import (
    Badge,
    Button,
    ElidedLabel,
    SearchField,
    caption,
    label,
    primary_button,
)
from studio.widgets.labels import set_color

NOT_MAPPED = "not mapped"
_COLORS = {
    "sure": theme.GOOD, "likely": theme.WARNING, "missing": theme.BAD, "open": theme.FAINT,
}  # fmt: skip


class JointChoice(Choice):
    """A list of the source's joints; type to find one. The wheel scrolls the page, not the list."""

    focused = Signal()

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__()
        self.addItem(NOT_MAPPED, None)
        for name in names:
            self.addItem(name, name)
        self._field = QLineEdit()
        self.setLineEdit(self._field)  # makes it editable
        self.setInsertPolicy(Choice.InsertPolicy.NoInsert)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumContentsLength(12)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        completer = self.completer()
        if completer is not None:
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self._field.editingFinished.connect(self._settle)

    def show_name(self, name: str | None) -> None:
        """Show a joint without saying that the user chose it."""
        self.blockSignals(True)
        self.setCurrentIndex(max(0, self.findData(name)) if name is not None else 0)
        self._field.setCursorPosition(0)
        self.setToolTip(name or "")
        self.blockSignals(False)

    def _settle(self) -> None:
        """Typed text that names no joint goes back to what was there."""
        typed = self.findText(self._field.text(), Qt.MatchFlag.MatchFixedString)
        if typed >= 0:
            self.setCurrentIndex(typed)
        else:
            self._field.setText(self.itemText(self.currentIndex()))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focused.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class JointRow(QWidget):
    """One joint of the body and the source's joint that stands for it."""

    def __init__(self, joint: str, names: tuple[str, ...]) -> None:
        super().__init__()
        self.joint = joint
        self.choice = JointChoice(names)
        title = joint_maps.title_of(joint)
        self.choice.setAccessibleName(title)
        self._badge_box = QHBoxLayout()
        self._badge: Badge | None = None
        name = label(title, color=theme.DIM)
        name.setFixedWidth(100)
        name.setBuddy(self.choice)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 2, 0, 2)
        row.setSpacing(10)
        row.addWidget(name)
        row.addWidget(self.choice, 1)
        holder = QWidget()
        holder.setFixedWidth(84)
        holder.setLayout(self._badge_box)
        self._badge_box.setContentsMargins(0, 0, 0, 0)
        row.addWidget(holder)

    def show_state(self, joint_map: JointMap, chosen: frozenset[str]) -> None:
        """Show what the map says of this joint."""
        self.choice.show_name(joint_map.joints.get(self.joint))
        state = joint_maps.sureness(joint_map, self.joint, chosen)
        if self._badge is not None:
            self._badge_box.removeWidget(self._badge)
            self._badge.deleteLater()
        self._badge = Badge(state.text, _COLORS[state.state])
        self._badge_box.addWidget(self._badge, 0, Qt.AlignmentFlag.AlignLeft)

    def fits(self, words: str) -> bool:
        """Whether the row has to do with what is searched for."""
        title = joint_maps.title_of(self.joint)
        text = f"{title} {self.choice.currentText()}".lower()
        return all(word in text for word in words.lower().split())


class JointMapDialog(QDialog):
    """Shows the guess, lets it be corrected, and imports. ``imported`` gives the file's clips."""

    imported = Signal(list)
    problem = Signal(str, str)

    def __init__(
        self, path: Path, sources: list[Source], start: JointMap, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.path, self.source, self.joint_map = path, sources[0], start
        self._chosen: frozenset[str] = frozenset()
        self._handle: bridge.Handle | None = None
        self.setWindowTitle("Joint map")
        self.setMinimumSize(860, 600)
        self.resize(960, 720)
        self.rows = {
            joint: JointRow(joint, self.source.names)
            for _, joints in joint_maps.GROUPS
            for joint in joints
        }
        self._current = next(iter(start.missing), "pelvis")
        self.search = SearchField("Search joints")
        self.figure = SkeletonFigure()
        self.said = caption("", color=theme.DIM)
        self.warned = caption("", color=theme.WARNING)
        self.manner = Choice()
        for text, options in joint_maps.MANNERS:
            self.manner.addItem(text, options)
        self.manner.setAccessibleName("How the motion is carried over")
        self.manner.setToolTip("The second is how most published data sets were made")
        self.keep = QCheckBox("Remember for every file with this skeleton")
        self.keep.setChecked(True)
        self.cancel_button = Button("Cancel", key="Esc")
        self.guess_button = Button("Guess again", tooltip="Forget the changes; guess by the names")
        self.import_button = primary_button("Import", key="Ctrl+Return")
        self._scroll = QScrollArea()
        self._headings: list[tuple[QWidget, tuple[str, ...]]] = []
        self._compose()
        self._connect()
        self._show()
        self.rows[self._current].choice.setFocus()

    # -- building ---------------------------------------------------------------------------------
    def _compose(self) -> None:
        content = QWidget()
        box = QVBoxLayout(content)
        box.setContentsMargins(0, 0, 10, 0)
        box.setSpacing(0)
        for name, joints in joint_maps.GROUPS:
            heading = label(name, size=theme.SMALL_SIZE, weight=600)
            heading.setContentsMargins(0, 12, 0, 4)
            self._headings.append((heading, joints))
            box.addWidget(heading)
            for joint in joints:
                box.addWidget(self.rows[joint])
        self.nothing = caption("No joint of either skeleton has these words in its name.")
        self.nothing.hide()
        box.addWidget(self.nothing)
        box.addStretch(1)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(content)
        left = QVBoxLayout()
        left.setSpacing(4)
        left.addWidget(self.search)
        left.addWidget(self._scroll, 1)
        right = QVBoxLayout()
        right.setSpacing(10)
        right.addWidget(self.figure, 1)
        right.addWidget(self.said)
        right.addWidget(self.warned)
        middle = QHBoxLayout()
        middle.setSpacing(20)
        middle.addLayout(left, 3)
        middle.addLayout(right, 2)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        for button in (self.cancel_button, self.guess_button, self.import_button):
            foot.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 18)
        column.setSpacing(12)
        column.addWidget(label("Joint map", size=theme.BODY_SIZE + 3, weight=600))
        about = f"{self.path.name} · {self.source.file_format}, {self.source.num_joints} joints"
        about += f", {self.source.num_frames} frames at {self.source.fps:.5g} fps"
        column.addWidget(ElidedLabel(about, color=theme.DIM))
        column.addLayout(middle, 1)
        under = QHBoxLayout()
        under.setSpacing(20)
        under.addWidget(self.keep, 3)
        under.addWidget(self.manner, 2)
        column.addLayout(under)
        column.addLayout(foot)

    def _connect(self) -> None:
        for joint, row in self.rows.items():
            row.choice.activated.connect(lambda _i, joint=joint: self._activated(joint))
            row.choice.focused.connect(lambda joint=joint: self._enter(joint))
        self.search.textChanged.connect(self._filter)
        self.figure.joint_clicked.connect(lambda name: self.choose(self._current, name))
        self.cancel_button.clicked.connect(self.reject)
        self.guess_button.clicked.connect(self.guess_again)
        self.import_button.clicked.connect(self.accept_map)
        self.manner.currentIndexChanged.connect(self._show)
        self.import_button.setShortcut("Ctrl+Return")

    # -- what is said -----------------------------------------------------------------------------
    def _show(self) -> None:
        """Show the map as it is now, and what comes of it."""
        for row in self.rows.values():
            row.show_state(self.joint_map, self._chosen)
        figure = joint_maps.figure(self.source, self.joint_map)
        self.figure.show_skeleton(figure, self.source.names, self.source.parents)
        self._mark()
        found = joint_maps.preview(self.source, self.joint_map, self.options)
        self.said.setText("\n".join(found.lines))
        self.warned.setText(found.problem)
        set_color(self.warned, theme.WARNING if found.is_ready else theme.BAD)
        self.warned.setVisible(bool(found.problem))
        self.import_button.setEnabled(found.is_ready and self._handle is None)

    @property
    def options(self) -> RetargetOptions:
        """How the motion is to be carried over."""
        chosen: RetargetOptions = self.manner.currentData()
        return chosen

    def _mark(self) -> None:
        mapped = frozenset(self.joint_map.joints.values())
        self.figure.mark(mapped, self.joint_map.joints.get(self._current, ""))

    def _enter(self, joint: str) -> None:
        self._current = joint
        self._scroll.ensureWidgetVisible(self.rows[joint], 0, 60)
        self._mark()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        QTimer.singleShot(0, self, lambda: self._enter(self._current))  # once there is a layout

    def _filter(self, words: str) -> None:
        for row in self.rows.values():
            row.setVisible(row.fits(words))
        for heading, joints in self._headings:
            heading.setVisible(any(self.rows[joint].fits(words) for joint in joints))
        self.nothing.setVisible(not any(row.fits(words) for row in self.rows.values()))

    # -- what is done -----------------------------------------------------------------------------
    def _activated(self, joint: str) -> None:
        self.choose(joint, self.rows[joint].choice.currentData())

    def choose(self, joint: str, name: str | None) -> None:
        """Map a joint of the body to a joint of the file, or to none; then go to the next gap."""
        was_missing = joint in self.joint_map.missing
        self.joint_map = self.joint_map.with_joint(joint, name)
        self._chosen = self._chosen | {joint} if name is not None else self._chosen - {joint}
        following = next(iter(self.joint_map.missing), None)
        if was_missing and name is not None and following is not None:
            self._current = following
            self.rows[following].choice.setFocus()
        self._show()

    def guess_again(self) -> None:
        """Start over from the names."""
        self.joint_map, self._chosen = joint_maps.guess(self.source), frozenset()
        self._current = next(iter(self.joint_map.missing), "pelvis")
        self._show()

    def accept_map(self) -> None:
        """Import the file with this map, in a thread."""
        if self._handle is not None or not self.import_button.isEnabled():
            return
        keep, joint_map, options = self.keep.isChecked(), self.joint_map, self.options
        self.import_button.setEnabled(False)
        self.warned.setText("Importing…")
        set_color(self.warned, theme.DIM)
        self.warned.show()
        self._handle = bridge.run_in_thread(
            lambda _progress: joint_maps.finish(
                self.path, self.source, joint_map, options, keep=keep
            ),
            self._done,
            self._failed,
            owner=self,
        )

    def _done(self, clips: list[Imported]) -> None:
        self._handle = None
        self.imported.emit(clips)
        self.accept()

    def _failed(self, message: str, hint: str) -> None:
        self._handle = None
        self._show()
        self.warned.setText(f"{message} {hint}")
        set_color(self.warned, theme.BAD)
        self.warned.show()
        self.problem.emit(message, hint)
