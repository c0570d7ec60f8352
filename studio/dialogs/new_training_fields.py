"""The form of a training's settings: a row each, what is wrong said below it, changes marked."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from core.errors import StudioError
from studio import theme
from studio.dialogs.work_dialog import Choice
from studio.services.training import value_text
from studio.widgets import Button, SectionHeading, caption, label
from studio.widgets.labels import set_color
from training.config import TrainConfig, from_values, problems_in
from training.fields import FIELD, FIELDS, GROUPS, FieldInfo

Values = Mapping[str, Any]
Choices = Sequence[tuple[str, str]]  # (value, what is shown)
BODIES = "Bodies (*.pkl *.npz)"
ONLY_WITH = {"min_frames": "variable_lengths", "max_frames": "variable_lengths"}
_LABELS, _RESETS = 150, 118  # widths
_ABOVE_GROUP = 12


class SettingField(QWidget):
    """One setting: its control, a way back to the preset's value, and a line for what is wrong.

    ``changed`` when the user changed it.
    """

    changed = Signal()

    def __init__(self, info: FieldInfo, choices: Choices = ()) -> None:
        super().__init__()
        self.info = info
        self._default: Any = None
        self.control = self._made(choices)
        self.control.setAccessibleName(info.label)
        self.control.setToolTip(info.help)
        self.reset = Button("", look="ghost")
        self.reset.setFont(theme.font(theme.SMALL_SIZE))
        self.reset.clicked.connect(self._take_default)
        self.said = caption("")
        self.said.hide()
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.control, 1)
        if info.kind == "file":
            browse = Button("Browse…", look="ghost", tooltip=f"Choose the {info.label.lower()}")
            browse.clicked.connect(self._browse)
            row.addWidget(browse)
        place = QWidget()  # stays as wide without the button: the fields keep their right edge
        place.setFixedWidth(_RESETS)
        inside = QHBoxLayout(place)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self.reset, 0, Qt.AlignmentFlag.AlignLeft)
        row.addWidget(place)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addLayout(row)
        column.addWidget(self.said)
        self.reset.hide()

    def _made(self, choices: Choices) -> QCheckBox | Choice | QLineEdit:
        if self.info.kind == "switch":
            switch = QCheckBox()
            switch.setMinimumHeight(theme.CONTROL)
            switch.toggled.connect(self.changed)
            return switch
        if self.info.kind in ("text", "file", "whole", "number"):
            line = QLineEdit()
            line.textEdited.connect(self.changed)
            return line
        choice = Choice()
        choice.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        for value, text in choices:
            choice.addItem(text, value)
        choice.currentIndexChanged.connect(self.changed)
        return choice

    # -- value ------------------------------------------------------------------------------------
    @property
    def value(self) -> Any:
        """What stands there: a text where one types, also for numbers."""
        if isinstance(self.control, QCheckBox):
            return self.control.isChecked()
        if isinstance(self.control, Choice):
            return self.control.currentData()
        text = self.control.text().strip()
        if self.info.kind == "file" and text:
            return str(Path(text).expanduser().absolute())  # a job runs in a folder of its own
        return text

    def set_value(self, value: Any) -> None:
        """Show a value; nobody is told."""
        self.control.blockSignals(True)
        if isinstance(self.control, QCheckBox):
            self.control.setChecked(bool(value))
        elif isinstance(self.control, Choice):
            if self.control.findData(value) < 0:
                self.control.addItem(f"{value} (not here)", value)
            self.control.setCurrentIndex(self.control.findData(value))
        else:
            self.control.setText(value_text(value))
        self.control.blockSignals(False)

    def set_default(self, value: Any) -> None:
        """Take the value that :attr:`reset` goes back to, and show it."""
        self._default = value
        self.set_value(value)

    @property
    def is_changed(self) -> bool:
        """Whether it differs from what it began with."""
        if self.info.kind in ("whole", "number"):
            try:
                return float(self.value) != float(self._default)
            except ValueError:
                return True
        return bool(self.value != self._default)

    def _take_default(self) -> None:
        self.set_value(self._default)
        self.changed.emit()

    def _browse(self) -> None:
        start = str(Path(self.value).parent if self.value else Path.home())
        name, _ = QFileDialog.getOpenFileName(
            self.window(), self.info.label, start, f"{BODIES};;All files (*)"
        )
        if name:
            self.set_value(name)
            self.changed.emit()

    # -- what is said -----------------------------------------------------------------------------
    def say(self, text: str, *, is_wrong: bool = True) -> None:
        """Say something below the control, "" nothing; what is wrong gets an outline too."""
        self.said.setText(text)
        self.said.setVisible(bool(text))
        set_color(self.said, theme.BAD if is_wrong else theme.WARNING)
        is_marked = bool(text) and is_wrong
        self.control.setAccessibleDescription(text)
        if bool(self.control.property("wrong")) != is_marked:
            self.control.setProperty("wrong", is_marked)
            style = self.control.style()
            style.unpolish(self.control)
            style.polish(self.control)

    def mark_changed(self, name: str) -> bool:
        """Offer the way back where the value is not that of ``name``; returns whether it is not."""
        is_changed = self.is_changed
        shown = _default_text(self.info, self._default)
        self.reset.set_label(self.reset.fontMetrics().elidedText(
            f"↺ {shown}", Qt.TextElideMode.ElideRight, _RESETS - 20))  # fmt: skip
        self.reset.setToolTip(f"Back to {shown}, as in {name}")
        self.reset.setAccessibleName(f"{self.info.label}: back to {shown}")
        self.reset.setVisible(is_changed)
        return is_changed


class SettingsForm(QWidget):
    """All settings by group. ``changed`` when the user changed one."""

    changed = Signal()

    def __init__(self, choices: Mapping[str, Choices]) -> None:
        super().__init__()
        self.fields: dict[str, SettingField] = {}
        self._labels: dict[str, QWidget] = {}
        self._headings: dict[str, SectionHeading] = {}
        self._name = ""
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 4, 8, 4)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(7)
        grid.setColumnStretch(1, 1)
        for group in GROUPS:
            heading = self._headings[group] = SectionHeading(group)
            if group != GROUPS[0]:
                heading.setContentsMargins(0, _ABOVE_GROUP, 0, 0)
            grid.addWidget(heading, grid.rowCount(), 0, 1, 2)
            for info in FIELDS:
                if info.group == group:
                    self._add(grid, info, choices.get(info.kind, [(c, c) for c in info.choices]))

    def _add(self, grid: QGridLayout, info: FieldInfo, choices: Choices) -> None:
        is_said = not info.unit or info.unit in info.label.lower()
        text = label(info.label if is_said else f"{info.label}, {info.unit}", color=theme.DIM)
        text.setToolTip(info.help)
        text.setMinimumSize(QSize(_LABELS, theme.CONTROL))
        field = SettingField(info, choices)
        field.changed.connect(self.changed)
        self.fields[info.name], self._labels[info.name] = field, text
        row = grid.rowCount()
        grid.addWidget(text, row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(field, row, 1)

    def begin_with(self, config: TrainConfig, name: str) -> None:
        """Show a config; what differs from it is marked from now on. ``name`` says whose it is."""
        self._name = name
        for key, value in dataclasses.asdict(config).items():
            self.fields[key].set_default(value)
        self.mark_changes()

    def values(self) -> dict[str, Any]:
        """What stands in the fields."""
        return {name: field.value for name, field in self.fields.items()}

    def config(self) -> TrainConfig:
        """The settings as they stand. Raises SettingProblem."""
        return from_values(self.values())

    def problems(self) -> dict[str, str]:
        """What is wrong, by setting."""
        problems = problems_in(self.values()).items()
        found = {n: problem.reason[:1].upper() + problem.reason[1:] for n, problem in problems}
        body = self.fields["body"].value
        if body and not Path(body).is_file():
            found["body"] = f"There is no file {body}."
        return found

    def say(self, problems: Mapping[str, str], warnings: Mapping[str, str]) -> None:
        """Say at each field what is wrong with it, or what to mind."""
        for name, field in self.fields.items():
            field.say(problems.get(name) or warnings.get(name, ""), is_wrong=name in problems)

    def mark_changes(self) -> list[str]:
        """Mark the settings that differ from those begun with; returns their names."""
        changed = [n for n, field in self.fields.items() if field.mark_changed(self._name)]
        for name, text in self._labels.items():
            set_color(text, theme.ACCENT if name in changed else theme.DIM)
        for name, switch in ONLY_WITH.items():
            self.fields[name].control.setEnabled(self.fields[switch].value)
        for group, heading in self._headings.items():
            count = sum(FIELD[name].group == group for name in changed)
            heading.set_note(f"{count} changed" if count else "", theme.ACCENT)
        return changed


def warnings_in(config: TrainConfig) -> dict[str, str]:
    """What works but may not be meant, by setting."""
    found = {}
    if config.measure_every and not config.recogniser:
        found["recogniser"] = "Nothing is measured without a recogniser."
    if config.recogniser and not config.measure_every:
        found["measure_every"] = "The recogniser is used only where this is more than 0."
    if config.exact_vertices and not config.body:
        found["exact_vertices"] = "The free body has no pose blend shapes: this changes nothing."
    if config.body and config.loss_body == "none":
        found["body"] = "Not used: the body loss is none."
    return found


def body_problem(config: TrainConfig) -> str:
    """What is wrong with the file of the body, "" nothing; reads it."""
    if not config.body or config.loss_body == "none":
        return ""
    from core.body import load_body

    try:
        load_body(Path(config.body))
    except StudioError as error:
        return str(error)
    return ""


def _default_text(info: FieldInfo, value: Any) -> str:
    text = value_text(value)
    return text or ("none" if info.kind == "recogniser" else "empty")
