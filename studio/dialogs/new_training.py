"""Asks for a new training: a preset, a data set, every setting with its help, time and memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from core.datasets.library import DatasetEntry
from core.errors import StudioError
from studio import bridge, theme
from studio.dialogs.new_training_fields import SettingsForm, body_problem, warnings_in
from studio.dialogs.work_dialog import Choice
from studio.services.training import data_warnings, duration_text, sweep_values
from studio.widgets import Button, ElidedLabel, Separator, caption, label, primary_button
from studio.widgets.labels import set_color
from studio.widgets.layouts import scrolling
from training.config import TrainConfig
from training.fields import FIELD, FIELDS
from training.presets import PRESETS

_ESTIMATE_AFTER = 350  # milliseconds without a change
_FEW = 10  # clips of a class
_SIZE, _LEAST = (680, 760), (560, 420)
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
        self.setMinimumSize(*_LEAST)
        self._entries = {entry.name: entry for entry in entries}
        self._recognisers = tuple(recognisers)
        self._config = config
        self._body_said: tuple[str, str] = ("", "")  # a file, and what is wrong with it
        self.preset = Choice()
        self.preset.setAccessibleName("Preset")
        for preset in PRESETS.values():
            self.preset.addItem(preset.title, preset.name)
            self.preset.setItemData(self.preset.count() - 1, preset.text,
                                    Qt.ItemDataRole.ToolTipRole)  # fmt: skip
        self.preset_text = caption("")
        self.changes = ElidedLabel(
            color=theme.ACCENT, size=theme.SMALL_SIZE, align=Qt.AlignmentFlag.AlignRight
        )
        self.form = SettingsForm(self._choices())
        self.about_data = caption("")
        self.cost = caption("")
        self.problem = caption("", color=theme.BAD)
        self.sweep_field, self.sweep_values = Choice(), QLineEdit()
        self.start_button = primary_button("Start", key="Enter")
        self.cancel_button = Button("Cancel")
        self._waiting = QTimer(self, singleShot=True, interval=_ESTIMATE_AFTER)
        self._compose()
        self._connect()
        room = self.screen().availableGeometry()
        self.resize(min(_SIZE[0], room.width() - 40), min(_SIZE[1], room.height() - 60))
        if config is None:
            self._take_preset()
        else:
            self.preset.insertItem(0, f"As in {config.name}", "")
            self.preset.setCurrentIndex(0)
            self._take_preset()

    # -- putting together -------------------------------------------------------------------------
    def _compose(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        head = QHBoxLayout()
        head.addWidget(label("Preset"))
        head.addWidget(self.preset, 1)
        column.addLayout(head)
        about = QHBoxLayout()
        about.addWidget(self.preset_text, 1)
        about.addWidget(self.changes)
        column.addLayout(about)
        column.addWidget(scrolling(self.form, least=0), 1)
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
        column.addWidget(Separator())
        column.addLayout(sweep)
        for widget in (self.problem, self.about_data, self.cost):
            column.addWidget(widget)
        foot = QHBoxLayout()
        foot.addStretch()
        foot.addWidget(self.cancel_button)
        foot.addWidget(self.start_button)
        column.addLayout(foot)

    def _choices(self) -> dict[str, list[tuple[str, str]]]:
        """What there is to choose from, by kind of setting."""
        from training.devices import known_devices

        entries = self._entries.values()
        return {
            "dataset": [(e.name, f"{e.name}, {e.num_clips:,} clips") for e in entries],
            "recogniser": [("", "none"), *((name, name) for name in self._recognisers)],
            "device": [("auto", "the best there is"), *((d.id, d.text) for d in known_devices())],
        }

    def _connect(self) -> None:
        self.preset.activated.connect(lambda _index: self._take_preset())
        self.form.changed.connect(self._changed)
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
            self.change({"dataset": dataset})

    def _take_preset(self) -> None:
        if self._config is not None and not self.preset.currentData():
            self.preset_text.setText("The settings of a training there is")
            self.show_config(self._config, self._config.name)
            return
        preset = PRESETS[self.preset.currentData()]
        self.preset_text.setText(preset.text)
        self.show_config(preset.make(), preset.title)

    def show_config(self, config: TrainConfig, name: str) -> None:
        """Put a config into the fields; changes from it are marked, as from ``name``."""
        self.form.begin_with(config, name)
        self._changed()

    def change(self, changes: Mapping[str, Any]) -> None:
        """Change settings, as the user would."""
        for name, value in changes.items():
            self.form.fields[name].set_value(value)
        self._changed()

    def config(self) -> TrainConfig:
        """The settings as they stand. Raises SettingProblem."""
        return self.form.config()

    def sweep(self) -> tuple[str, list[Any]]:
        """The setting to sweep and its values, ("", []) for none. Raises StudioError."""
        name = str(self.sweep_field.currentData() or "")
        return (name, sweep_values(self.config(), name, self.sweep_values.text())) if name else (
            "", [])  # fmt: skip

    # -- saying -----------------------------------------------------------------------------------
    def _changed(self, *_: object) -> None:
        """Say at each field what is wrong with it, and below how long the whole would take."""
        self.sweep_values.setEnabled(bool(self.sweep_field.currentData()))
        changed = self.form.mark_changes()
        count = f"{len(changed)} setting{'s' * (len(changed) != 1)}"
        self.changes.set_text(f"{count} changed" if changed else "")
        problems = self._problems()
        warnings = {} if problems else warnings_in(self.config())
        self.form.say(problems, warnings)
        self.problem.setText(self._in_short(problems))
        self.problem.setVisible(bool(self.problem.text()))
        for line in (self.about_data, self.cost):
            line.setVisible(not problems)
        self.start_button.setEnabled(not self.problem.text())
        if problems:
            self._waiting.stop()
            return
        config = self.config()
        text, is_bad = about_data(config, self._entries[config.dataset])
        self.about_data.setText(text)
        set_color(self.about_data, theme.WARNING if is_bad else theme.DIM)
        self._waiting.start()

    def _problems(self) -> dict[str, str]:
        problems = self.form.problems()
        dataset = self.form.fields["dataset"].value
        if "dataset" not in problems and dataset not in self._entries:
            problems["dataset"] = (
                f"There is no data set {dataset!r} here. Import it on the Data page, or choose "
                "another one."
            )
        body, said = self._body_said
        if said and body == self.form.fields["body"].value:
            problems.setdefault("body", said)
        return problems

    def _in_short(self, problems: dict[str, str]) -> str:
        """Why it cannot be started, in a line: what is wrong may lie outside the scrolled part."""
        if problems:
            names = ", ".join(FIELD[name].label for name in problems)
            return f"To be mended before the start: {names}."
        try:
            self.sweep()
        except StudioError as error:
            return str(error)
        return ""

    def _estimate(self) -> None:
        """Ask in a thread how long it will take, and look into the files."""
        if self._problems():
            return
        config = self.config()
        entry = self._entries[config.dataset]
        from training.cost import estimate_cost

        self.cost.setText("Estimating time and memory …")
        bridge.run_in_thread(
            lambda progress: (
                body_problem(config), data_warnings(config), estimate_cost(config, entry)
            ),
            lambda found: self._show_cost(config.body, *found),
            lambda message, hint: self.cost.setText(message), key="training-cost", owner=self,
        )  # fmt: skip

    def _show_cost(self, body: str, said: str, warnings: list[str], cost: Any) -> None:
        if said:
            self._body_said = body, said
            self._changed()
            return
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
        if self._problems():
            return
        try:
            config, (name, values) = self.config(), self.sweep()
        except StudioError as error:
            self.problem.setText(str(error))
            return
        self.wanted.emit(config, name, values)
        self.accept()


def about_data(config: TrainConfig, entry: DatasetEntry) -> tuple[str, bool]:
    """A line about the chosen data set, and whether it is a warning."""
    if entry.problem:
        return entry.problem, True
    each = entry.num_clips / max(len(entry.labels), 1)
    text = f"{entry.num_clips:,} clips of {len(entry.labels)} actions"
    if each < _FEW:
        return f"{text}: only {each:.0f} of each, too few to learn much from.", True
    return f"{text}, {entry.source or entry.name}.", False
