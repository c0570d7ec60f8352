"""How a video is estimated: whom, with which camera, how exactly, on which device."""

from __future__ import annotations

import dataclasses

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.panels.capture_rows import named_row
from studio.services.capture_settings import WHOM, CaptureSettings
from studio.widgets import Chip, FlowLayout, SectionHeading, SliderRow, ToggleGroup

AUTO_FIELD_OF_VIEW = 25.0  # the slider's left end: the estimator's own guess
_NETWORKS = ("vibe", "pare")  # what official, precision and device are for

_SWITCHES: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("refine", "Refine", "Fit body and path to all points of the clip at once: slower, steadier",
     ("blazepose",)),
    ("official", "Official", "Crops, cameras and smoothing exactly as the published VIBE and PARE, "
     "with their known defects", _NETWORKS),
    ("attention", "Attention", "Keep where PARE looked for each joint, to show it over the video",
     ("pare",)),
)  # fmt: skip
_PRECISIONS = (
    ("float32", "32 bit", "Full precision"),
    ("bfloat16", "bf16", "Half the bits: faster where the processor has it, slightly less exact"),
)
_DEVICES = (
    ("auto", "Auto", "A GPU where there is one"),
    ("cpu", "CPU", "The processor"),
    ("cuda", "GPU", "An NVIDIA graphics card"),
)


class OptionsPanel(QWidget):
    """The options. ``changed(settings)``; what an estimator does not know is hidden."""

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.settings = CaptureSettings()
        self.whom = ToggleGroup(list(WHOM), name="People")
        self.field_of_view = SliderRow(
            "Field of view", AUTO_FIELD_OF_VIEW, 110, AUTO_FIELD_OF_VIEW, step=1,
            text=lambda v: "auto" if v <= AUTO_FIELD_OF_VIEW else f"{v:.0f}°",
            tooltip="How wide the camera sees, along the picture's diagonal. Auto takes 53°. "
            "Used for the next video, or when it is estimated again.",
        )  # fmt: skip
        self.switches = {name: Chip(text, tooltip=tip) for name, text, tip, _ in _SWITCHES}
        self.precision = ToggleGroup(list(_PRECISIONS), name="Precision")
        self.device = ToggleGroup(list(_DEVICES), name="Device")
        self._network_rows = (
            named_row("Precision", self.precision, "How exactly the networks compute"),
            named_row("Device", self.device, "What computes the networks"),
        )
        chips = QWidget()
        flow = FlowLayout(chips)
        for chip in self.switches.values():
            flow.addWidget(chip)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(SectionHeading("How", "for the next video"))
        column.addWidget(named_row("People", self.whom, "Who is estimated"))
        column.addWidget(self.field_of_view)
        for row in self._network_rows:
            column.addWidget(row)
        column.addWidget(chips)
        self._connect()
        self.show_settings(self.settings)

    def _connect(self) -> None:
        self.whom.picked.connect(lambda name: self._take(whom=name))
        self.field_of_view.value_changed.connect(
            lambda v: self._take(field_of_view=None if v <= AUTO_FIELD_OF_VIEW else v)
        )
        self.precision.picked.connect(lambda name: self._take(precision=name))
        self.device.picked.connect(lambda name: self._take(device=name))
        for name, chip in self.switches.items():
            chip.clicked.connect(lambda on, name=name: self._take(**{name: on}))

    def _take(self, **changes: object) -> None:
        self.settings = dataclasses.replace(self.settings, **changes)  # type: ignore[arg-type]
        self.changed.emit(self.settings)

    def set_estimators(self, names: tuple[str, ...]) -> None:
        """Take the chosen estimators into the settings and show only what they know."""
        self.settings = dataclasses.replace(self.settings, estimators=names)
        for name, _, _, owners in _SWITCHES:
            self.switches[name].setVisible(any(n in owners for n in names))
        for row in self._network_rows:
            row.setVisible(any(n in _NETWORKS for n in names))

    def show_settings(self, settings: CaptureSettings) -> None:
        """Bring the controls in line, without telling anybody."""
        self.settings = settings
        self.whom.set_current(settings.whom)
        self.precision.set_current(settings.precision)
        self.device.set_current(settings.device)
        self.field_of_view.set_value(settings.field_of_view or AUTO_FIELD_OF_VIEW)
        for name, chip in self.switches.items():
            chip.setChecked(bool(getattr(settings, name)))
        self.set_estimators(settings.estimators)
