"""What is asked about an export: for which program, formats, and the options they have.

Fields of options are made from the table ``core.export.OPTIONS``: a new one needs no line here.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from core.export import EXPORTERS, OPTIONS, ExportOptions, OptionInfo, options_from
from core.export.targets import TARGETS, Target
from studio import theme
from studio.dialogs.work_dialog import Choice
from studio.widgets import Button, Chip, FlowLayout, label

NAME_WIDTH = 122
FIRST = ("skeleton", "fps", "mesh", "start_at_origin", "on_floor")
"""Options that are always in sight, in this order; the rest is folded away."""


def form_grid() -> QGridLayout:
    """Names on the left, fields on the right."""
    grid = QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(10)
    grid.setColumnMinimumWidth(0, NAME_WIDTH)
    grid.setColumnStretch(1, 1)
    return grid


def add_row(grid: QGridLayout, name: str, field: QWidget, tip: str = "") -> QLabel:
    """Add a named field below the others; return the name's label."""
    row = grid.rowCount()
    text = label(name, color=theme.DIM)
    text.setBuddy(field)
    text.setToolTip(tip)
    field.setToolTip(tip)
    field.setAccessibleName(name)
    grid.addWidget(text, row, 0, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
    text.setMinimumHeight(theme.CONTROL)
    grid.addWidget(field, row, 1)
    return text


class ExportForm(QWidget):
    """Program, formats, options. ``changed`` after any answer, ``folded`` when more is shown."""

    changed = Signal()
    folded = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.targets = {key: Chip(t.label, tooltip=t.help) for key, t in TARGETS.items()}
        self.formats = {
            ending: Chip(exporter.name, tooltip=f"{exporter.description} ({ending})")
            for ending, exporter in EXPORTERS.items()
        }
        self.fields: dict[str, Choice | QCheckBox] = {}
        self._names: dict[str, QLabel] = {}
        self.more_button = Button("More options", icon="chevron-right", look="ghost")
        self._more = QWidget()
        self._compose()
        self.formats[".bvh"].setChecked(True)
        self._show_what_matters()
        for key, chip in self.targets.items():
            chip.clicked.connect(lambda _=False, key=key: self.choose(key))
        for chip in self.formats.values():
            chip.toggled.connect(self._answered)

    def _compose(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        grid = form_grid()
        add_row(grid, "For", _chips(self.targets.values()), "Chooses formats and options at once")
        add_row(grid, "Formats", _chips(self.formats.values()), "One file of each for every clip")
        by_name = {info.name: info for info in OPTIONS}
        switches = QWidget()
        flow = QHBoxLayout(switches)
        flow.setContentsMargins(0, 0, 0, 0)
        flow.setSpacing(20)
        for name in FIRST:
            info = by_name[name]
            if info.choices:
                self._names[name] = add_row(grid, info.label, self._field(info), info.help)
            else:
                flow.addWidget(self._field(info))
        flow.addStretch(1)
        add_row(grid, "", switches)
        column.addLayout(grid)
        self._rest = form_grid()
        self._rest.setColumnStretch(3, 1)
        self._more.setLayout(self._rest)
        for info in OPTIONS:
            if info.name not in FIRST:
                field = self._field(info)
                field.setAccessibleName(info.label)
                field.setParent(self._more)
                self._names[info.name] = label(info.label if info.choices else "", color=theme.DIM)
                self._names[info.name].setParent(self._more)
                self._names[info.name].setToolTip(info.help)
        self._more.hide()
        self.more_button.setToolTip("Rest pose, bone axes, root bone, rotation order, ...")
        self.more_button.clicked.connect(self._fold)
        column.addWidget(self.more_button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._more)

    def _field(self, info: OptionInfo) -> Choice | QCheckBox:
        field: Choice | QCheckBox
        if info.choices:
            field = Choice()
            for value, text in info.choices:
                field.addItem(text[0].upper() + text[1:], value)
            field.currentIndexChanged.connect(self._answered)
        else:
            field = QCheckBox(info.label)
            field.toggled.connect(self._answered)
        field.setToolTip(info.help)
        self.fields[info.name] = field
        self._set(info.name, getattr(ExportOptions(), info.name))
        return field

    def _set(self, name: str, value: Any) -> None:
        field = self.fields[name]
        if isinstance(field, Choice):
            field.select(value)
        else:
            field.setChecked(bool(value))

    # -- answers ----------------------------------------------------------------------------------
    @property
    def endings(self) -> tuple[str, ...]:
        """The chosen formats."""
        return tuple(ending for ending, chip in self.formats.items() if chip.isChecked())

    @property
    def options(self) -> ExportOptions:
        """The chosen options."""
        values = {
            name: field.currentData() if isinstance(field, Choice) else field.isChecked()
            for name, field in self.fields.items()
        }
        return options_from(values)

    def choose(self, key: str) -> None:
        """Answer everything as a program wants it."""
        self.show_answers(TARGETS[key].endings, TARGETS[key].options)

    def show_answers(self, endings: tuple[str, ...], options: ExportOptions) -> None:
        """Show these formats and options."""
        self.blockSignals(True)
        for ending, chip in self.formats.items():
            chip.setChecked(ending in endings)
        for field in dataclasses.fields(options):
            self._set(field.name, getattr(options, field.name))
        self.blockSignals(False)
        self._answered()

    def _answered(self) -> None:
        self._show_what_matters()
        self.changed.emit()

    def _show_what_matters(self) -> None:
        """Hide what the chosen formats do not have, and mark the program the answers are for."""
        if len(self.fields) < len(OPTIONS):
            return  # still being built
        endings, shown = self.endings, 0
        for info in OPTIONS:
            matters = any(info.matters_for(ending) for ending in endings)
            field = self.fields[info.name]
            if info.name in FIRST:
                field.setEnabled(matters)
                continue
            name = self._names[info.name]
            self._rest.removeWidget(name)
            self._rest.removeWidget(field)
            name.setVisible(matters)
            field.setVisible(matters)
            if matters:  # two beside each other
                self._rest.addWidget(name, shown // 2, 2 * (shown % 2))
                self._rest.addWidget(field, shown // 2, 2 * (shown % 2) + 1)
                shown += 1
        for key, chip in self.targets.items():
            chip.setChecked(self._answers_are_for(TARGETS[key]))

    def _answers_are_for(self, target: Target) -> bool:
        return self.endings == target.endings and self.options == target.options

    def _fold(self) -> None:
        is_open = self._more.isHidden()
        self._more.setVisible(is_open)
        self.more_button.set_label("Fewer options" if is_open else "More options")
        self.more_button.set_icon("chevron-down" if is_open else "chevron-right")
        self.folded.emit()


def _chips(chips: Any) -> QWidget:
    holder = QWidget()
    policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
    policy.setHeightForWidth(True)
    holder.setSizePolicy(policy)
    flow = FlowLayout(holder, spacing=6)
    for chip in chips:
        flow.addWidget(chip)
    return holder
