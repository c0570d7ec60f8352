"""Asks for a new training: a preset, a data set, every setting with its help, time and memory."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import yaml
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from core.datasets.library import DatasetEntry
from core.errors import StudioError
from studio import bridge, theme
from studio.dialogs.work_dialog import Choice
from studio.services.training import data_warnings, duration_text, value_text
from studio.widgets import Button, SectionHeading, caption, label, primary_button
from studio.widgets.labels import set_color
from training.config import TrainConfig, from_values
from training.fields import FIELDS, GROUPS, FieldInfo
from training.presets import PRESETS

_ESTIMATE_AFTER = 350  # milliseconds without a change
_FEW = 10  # clips of a class
SWEEP_FIELDS = ("lambda_kl", "lr", "num_layers", "batch_size", "dropout", "seed")


class NewTrainingDialog(QDialog):
    """``wanted(config, sweep_field, sweep_values)`` when the user starts it."""

    wanted = Signal(object, str, list)

    def __init__(
        self, entries: Sequence[DatasetEntry], recognisers: Sequence[str] = (),
        config: TrainConfig | None = None, parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.setWindowTitle("New training")
        self.setMinimumSize(620, 640)
        self._entries = {entry.name: entry for entry in entries}
        self._recognisers = tuple(recognisers)
        self._fields: dict[str, QWidget] = {}
        self.preset = Choice()
        self.preset.setAccessibleName("Preset")
        for preset in PRESETS.values():
            self.preset.addItem(preset.title, preset.name)
            self.preset.setItemData(self.preset.count() - 1, preset.text,
                                    Qt.ItemDataRole.ToolTipRole)  # fmt: skip
        self.preset_text = caption("")
        self.preset_text.setWordWrap(True)
        self.about_data = caption("")
        self.about_data.setWordWrap(True)
        self.cost = caption("")
        self.cost.setWordWrap(True)
        self.problem = caption("", color=theme.BAD)
        self.problem.setWordWrap(True)
        self.sweep_field, self.sweep_values = Choice(), QLineEdit()
        self.start_button = primary_button("Start", key="Enter")
        self.cancel_button = Button("Cancel")
        self._waiting = QTimer(self, singleShot=True, interval=_ESTIMATE_AFTER)
        self._compose()
        self._connect()
        if config is None:
            self._take_preset()
        else:
            self.preset_text.setText(f"From the settings of {config.name}.")
            self.show_config(config)

    # -- putting together -------------------------------------------------------------------------
    def _compose(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        head = QHBoxLayout()
        head.addWidget(label("Preset"))
        head.addWidget(self.preset, 1)
        column.addLayout(head)
        column.addWidget(self.preset_text)
        column.addWidget(self._form(), 1)
        sweep = QHBoxLayout()
        self.sweep_field.setAccessibleName("Setting to sweep")
        self.sweep_field.addItem("No sweep", "")
        for info in FIELDS:
            if info.name in SWEEP_FIELDS:
                self.sweep_field.addItem(f"Sweep {info.label}", info.name)
        self.sweep_values.setPlaceholderText("values, for instance 1e-5, 5e-5")
        self.sweep_values.setAccessibleName("Values of the sweep")
        self.sweep_values.setEnabled(False)
        sweep.addWidget(self.sweep_field)
        sweep.addWidget(self.sweep_values, 1)
        column.addLayout(sweep)
        for widget in (self.about_data, self.cost, self.problem):
            column.addWidget(widget)
        foot = QHBoxLayout()
        foot.addStretch()
        foot.addWidget(self.cancel_button)
        foot.addWidget(self.start_button)
        column.addLayout(foot)

    def _form(self) -> QScrollArea:
        box = QWidget()
        rows = QFormLayout(box)
        rows.setContentsMargins(0, 4, 12, 4)
        rows.setHorizontalSpacing(18)
        rows.setVerticalSpacing(7)
        rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for group in GROUPS:
            rows.addRow(SectionHeading(group))
            for info in FIELDS:
                if info.group == group:
                    field = self._field(info)
                    is_said = not info.unit or info.unit in info.label.lower()
                    name = info.label if is_said else f"{info.label}, {info.unit}"
                    text = label(name, color=theme.DIM)
                    for widget in (field, text):
                        widget.setToolTip(info.help)
                    field.setAccessibleName(info.label)
                    rows.addRow(text, field)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(box)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        return area

    def _field(self, info: FieldInfo) -> QWidget:
        """The control for a setting."""
        field: QWidget
        if info.kind == "switch":
            field = QCheckBox()
            field.toggled.connect(self._changed)
        elif info.kind in ("choice", "dataset", "device", "recogniser"):
            field = Choice()
            for value, text in self._choices(info):
                field.addItem(text, value)
            field.currentIndexChanged.connect(self._changed)
        else:
            field = QLineEdit()
            field.textEdited.connect(self._changed)
        self._fields[info.name] = field
        return field

    def _choices(self, info: FieldInfo) -> list[tuple[str, str]]:
        if info.kind == "dataset":
            return [(e.name, f"{e.name}, {e.num_clips:,} clips") for e in self._entries.values()]
        if info.kind == "recogniser":
            return [("", "none"), *((name, name) for name in self._recognisers)]
        if info.kind == "device":
            from training.devices import known_devices

            return [("auto", "the best there is"), *((d.id, d.text) for d in known_devices())]
        return [(value, value) for value in info.choices]

    def _connect(self) -> None:
        self.preset.activated.connect(lambda _index: self._take_preset())
        self.sweep_field.currentIndexChanged.connect(self._changed)
        self.sweep_values.textEdited.connect(self._changed)
        self.cancel_button.clicked.connect(self.reject)
        self.start_button.clicked.connect(self.start)
        self._waiting.timeout.connect(self._estimate)

    # -- values -----------------------------------------------------------------------------------
    def take(self, *, dataset: str = "", preset: str = "") -> None:
        """Begin with a preset, a data set, or both."""
        if preset in PRESETS:
            self.preset.select(preset)
            self._take_preset()
        if dataset:
            self._show("dataset", dataset)
            self._changed()

    def _take_preset(self) -> None:
        preset = PRESETS[self.preset.currentData()]
        self.preset_text.setText(preset.text)
        self.show_config(preset.make())

    def show_config(self, config: TrainConfig) -> None:
        """Put a config into the fields."""
        for name, value in dataclasses.asdict(config).items():
            self._show(name, value)
        self._changed()

    def _show(self, name: str, value: Any) -> None:
        field = self._fields[name]
        field.blockSignals(True)
        if isinstance(field, QCheckBox):
            field.setChecked(bool(value))
        elif isinstance(field, Choice):
            if field.findData(value) < 0:
                field.addItem(f"{value} (not here)", value)
            field.setCurrentIndex(field.findData(value))
        elif isinstance(field, QLineEdit):
            field.setText(value_text(value))
        field.blockSignals(False)

    def config(self) -> TrainConfig:
        """The settings as they stand. Raises StudioError."""
        values: dict[str, Any] = {}
        for info in FIELDS:
            field = self._fields[info.name]
            if isinstance(field, QCheckBox):
                values[info.name] = field.isChecked()
            elif isinstance(field, Choice):
                values[info.name] = field.currentData()
            elif isinstance(field, QLineEdit):
                text = field.text().strip()
                values[info.name] = text if info.kind == "text" else yaml.safe_load(text or "''")
        return from_values(values)

    def sweep(self) -> tuple[str, list[Any]]:
        """The setting to sweep and its values, ("", []) for none. Raises StudioError."""
        name = str(self.sweep_field.currentData() or "")
        if not name:
            return "", []
        texts = self.sweep_values.text().replace(";", ",").split(",")
        values = [yaml.safe_load(text) for text in texts if text.strip()]
        if len(values) < 2:
            raise StudioError("A sweep needs at least two values.", "Part them by commas.")
        for value in values:
            self.config().changed(**{name: value})
        return name, values

    # -- saying -----------------------------------------------------------------------------------
    def _changed(self, *_: object) -> None:
        self.sweep_values.setEnabled(bool(self.sweep_field.currentData()))
        try:
            config = self.config()
            self.sweep()
        except (StudioError, yaml.YAMLError) as error:
            said = f"{error.message} {error.hint}" if isinstance(error, StudioError) else str(error)
            self.problem.setText(said)
            self.start_button.setEnabled(False)
            self.cost.setText("")
            return
        self.problem.setText("")
        entry = self._entries.get(config.dataset)
        self.start_button.setEnabled(entry is not None)
        text, is_bad = about_data(config, entry)
        self.about_data.setText(text)
        set_color(self.about_data, theme.WARNING if is_bad else theme.DIM)
        self._waiting.start()

    def _estimate(self) -> None:
        """Ask in a thread how long it will take."""
        try:
            config = self.config()
        except (StudioError, yaml.YAMLError):
            return
        entry = self._entries.get(config.dataset)
        if entry is None:
            return
        from training.cost import estimate_cost

        self.cost.setText("Estimating time and memory …")
        bridge.run_in_thread(
            lambda progress: (data_warnings(config), estimate_cost(config, entry)),
            lambda found: self._show_cost(*found),
            lambda message, hint: self.cost.setText(message), key="training-cost", owner=self,
        )  # fmt: skip

    def _show_cost(self, warnings: list[str], cost: Any) -> None:
        if warnings:
            self.about_data.setText(" ".join(warnings))
            set_color(self.about_data, theme.WARNING)
        gigabytes = cost.memory_bytes / 2**30
        self.cost.setText(
            f"About {duration_text(cost.total_seconds)} and {gigabytes:.1f} GB of memory. "
            f"{cost.basis}"
        )

    def start(self) -> None:
        """Hand the settings over and close."""
        try:
            config, (name, values) = self.config(), self.sweep()
        except (StudioError, yaml.YAMLError) as error:
            self.problem.setText(getattr(error, "message", str(error)))
            return
        self.wanted.emit(config, name, values)
        self.accept()


def about_data(config: TrainConfig, entry: DatasetEntry | None) -> tuple[str, bool]:
    """A line about the chosen data set, and whether it is a warning."""
    if entry is None:
        return f"There is no data set {config.dataset!r}. Import it on the Data page.", True
    if entry.problem:
        return entry.problem, True
    each = entry.num_clips / max(len(entry.labels), 1)
    text = f"{entry.num_clips:,} clips of {len(entry.labels)} actions"
    if each < _FEW:
        return f"{text}: only {each:.0f} of each, too few to learn much from.", True
    return f"{text}, {entry.source or entry.name}.", False
