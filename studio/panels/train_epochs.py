"""The bar over the curves: the same samples at every checkpoint, from the first to the newest."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from studio import theme
from studio.widgets import label
from studio.widgets.chips import Badge
from studio.widgets.slider import Slider


class EpochBar(QWidget):
    """``moved(epoch)`` while the slider is dragged."""

    moved = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self.text = label("The same action and seed at every checkpoint", color=theme.DIM)
        self.slider = Slider(0.0, 1.0, 0.0, step=1.0)
        self.slider.setAccessibleName("Epoch")
        self.slider.setToolTip("Which checkpoint's samples play  (Alt+Left, Alt+Right)")
        self.badge = Badge("no checkpoint yet", theme.DIM)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.MARGIN, 6, theme.MARGIN, 6)
        row.setSpacing(14)
        row.addWidget(self.text)
        row.addWidget(self.slider, 1)
        row.addWidget(self.badge)
        self.slider.value_changed.connect(self.moved)

    def show_epochs(self, epochs: list[int], shown: int | None) -> None:
        """Show from which to which epoch there are samples, and which are on the stage."""
        self.slider.setEnabled(len(epochs) > 1)
        if not epochs:
            self.badge.set("no checkpoint yet", theme.DIM)
            return
        self.slider.set_bounds(float(epochs[0]), float(max(epochs[-1], epochs[0] + 1)))
        if shown is not None:
            self.slider.set_value(float(shown))
            self.badge.set(f"epoch {shown:,}", theme.TEXT)
