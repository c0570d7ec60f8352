"""How many clips, how long, how varied, from which seed; and the button that samples them."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio import theme
from studio.services.sampler import (
    DEFAULT_SEED,
    MAX_LENGTH,
    MAX_SAMPLES,
    MAX_SEED,
    MAX_SIGMA,
    MIN_LENGTH,
    SampleSettings,
)
from studio.widgets import (
    ElidedLabel,
    IconButton,
    SliderRow,
    ValueField,
    caption,
    label,
    primary_button,
)

TRAINED_LENGTH = 60


class SamplingPanel(QWidget):
    """``changed`` while a slider moves; ``sample_pressed`` for the button, ``dice_pressed``."""

    changed = Signal()
    seed_changed = Signal()
    sample_pressed = Signal()
    dice_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.samples = SliderRow(
            "Samples", 1, MAX_SAMPLES, 3, tooltip="How many clips stand side by side"
        )
        self.length = SliderRow(
            "Length", MIN_LENGTH, MAX_LENGTH, TRAINED_LENGTH,
            text=lambda v: f"{v:.0f} f", tooltip="Frames of a clip; 30 are a second",
        )  # fmt: skip
        self.sigma = SliderRow(
            "Variation", 0.0, MAX_SIGMA, 1.0, step=0.05, text=lambda v: f"{v:.2f} σ",
            tooltip="How far from the action's middle the clips may lie: 0 is the middle itself",
        )  # fmt: skip
        self.seed = ValueField(lambda v: f"{v:.0f}")
        self.seed.set_value(DEFAULT_SEED)
        self.seed.setValidator(QIntValidator(0, MAX_SEED, self.seed))
        self.seed.setAccessibleName("Seed")
        self.seed.setToolTip("The same seed gives the same clips, on every machine")
        self.dice = IconButton("dice", "Another seed", key="R")
        self.long_hint = caption("", color=theme.WARNING)
        self.long_hint.hide()
        self.button = primary_button("Sample 3 clips", key="Return", tooltip="Sample  (Enter)")
        self._trained_length = TRAINED_LENGTH
        self._build()
        for row in (self.samples, self.length, self.sigma):
            row.value_changed.connect(self._told)
        self.seed.entered.connect(self._seed_entered)
        self.dice.clicked.connect(self.dice_pressed)
        self.button.clicked.connect(self.sample_pressed)

    def _build(self) -> None:
        seed_name = label("Seed", color=theme.DIM)
        seed_row = QHBoxLayout()
        seed_row.setContentsMargins(0, 2, 0, 2)
        seed_row.setSpacing(10)
        seed_row.addWidget(seed_name)
        hint = ElidedLabel("same seed, same clip", color=theme.FAINT, size=theme.SMALL_SIZE)
        seed_row.addWidget(hint, 1)
        seed_row.addWidget(self.dice)
        seed_row.addWidget(self.seed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for row in (self.samples, self.length):
            column.addWidget(row)
        column.addWidget(self.long_hint)
        column.addWidget(self.sigma)
        column.addLayout(seed_row)
        column.addSpacing(10)
        column.addWidget(self.button)

    def settings(self, action: str) -> SampleSettings:
        """What the controls say now, for one action."""
        return SampleSettings(
            label=action,
            num_frames=round(self.length.value),
            count=round(self.samples.value),
            seed=self.seed_value,
            sigma=self.sigma.value,
        )

    @property
    def seed_value(self) -> int:
        return int(self.seed._value)

    def set_seed(self, seed: int) -> None:
        """Show another seed without telling anybody."""
        self.seed.set_value(seed)

    def set_trained_length(self, num_frames: int) -> None:
        """The length the model was trained on; beyond it the hint is shown."""
        self._trained_length = num_frames
        self._show_hint()

    def set_can_sample(self, can: bool) -> None:
        """Whether there is a model and an action."""
        self.button.setEnabled(can)

    def set_busy(self, text: str) -> None:
        """Say on the button what is being waited for; "" says again what it does."""
        count = round(self.samples.value)
        self.button.set_label(text or f"Sample {count} clip{'s' if count != 1 else ''}")

    def _told(self, _value: float) -> None:
        self._show_hint()
        self.set_busy("")
        self.changed.emit()

    def _show_hint(self) -> None:
        self.long_hint.setText(f"Trained on {self._trained_length} frames; a longer end may drift.")
        self.long_hint.setVisible(self.length.value > self._trained_length)

    def _seed_entered(self, value: float) -> None:
        self.seed.set_value(min(max(int(value), 0), MAX_SEED))
        self.seed_changed.emit()
