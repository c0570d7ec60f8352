"""Shaping a sampled clip: sliders along the latent's directions, and the map of all actions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio import theme
from studio.widgets import SectionHeading, SliderRow, caption

if TYPE_CHECKING:
    from studio.plots.latent_map import LatentMapView
    from studio.services.latent_map import LatentMap

NUM_SLIDERS = 5
REACH = 3.0  # standard deviations to each side
MAP_HEIGHT = 170


def signed(value: float) -> str:
    """A number with its sign, and 0.0 without one."""
    return "0.0" if abs(value) < 0.05 else f"{value:+.1f}".replace("-", "−")


class LatentSliders(QWidget):
    """``changed(offsets)`` while dragged, in standard deviations along each direction."""

    changed = Signal(tuple)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heading = SectionHeading("Shape this clip", "latent directions")
        self.hint = caption("Sample a clip, then drag a slider: the body follows.")
        self.rows = [
            SliderRow(
                f"direction {index + 1}", -REACH, REACH, 0.0, step=0.1, default=0.0, centre=0.0,
                color=theme.PARE, text=signed,
            )
            for index in range(NUM_SLIDERS)
        ]  # fmt: skip
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.heading)
        column.addSpacing(4)
        column.addWidget(self.hint)
        for row in self.rows:
            column.addWidget(row)
            row.value_changed.connect(lambda _value: self.changed.emit(self.offsets))
        self.set_directions(())

    @property
    def offsets(self) -> tuple[float, ...]:
        """Where the sliders stand."""
        return tuple(row.value for row in self.rows if not row.isHidden())

    def set_directions(self, names: Sequence[str]) -> None:
        """Name the sliders after what each direction does; no names hides them."""
        self.hint.setVisible(not names)
        for index, row in enumerate(self.rows):
            row.setVisible(index < len(names))
            if index < len(names):
                row.set_name(names[index], f"{names[index]}: double click sets it back to 0")

    def set_offsets(self, offsets: Sequence[float]) -> None:
        """Show other offsets without telling anybody."""
        for index, row in enumerate(self.rows):
            row.set_value(offsets[index] if index < len(offsets) else 0.0)

    def set_clip(self, text: str) -> None:
        """Say which clip is being shaped."""
        self.heading.set_note(text or "latent directions")


class LatentMapPanel(QWidget):
    """The map with its heading; ``place_picked(x, y)`` while pointing.

    pyqtgraph is imported when the first map is there, so it costs nothing at the start.
    """

    place_picked = Signal(float, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heading = SectionHeading("Latent map", "click to sample, drag to blend")
        self.hint = caption("The map appears with the first sample.")
        self.view: LatentMapView | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._column.addWidget(self.heading)
        self._column.addWidget(self.hint)

    def set_map(self, latent_map: LatentMap | None) -> None:
        """Show the dots of a model, or take the map away."""
        if latent_map is None:
            if self.view is not None:
                self.view.hide()
            self.hint.show()
            return
        if self.view is None:
            from studio.plots.latent_map import LatentMapView

            self.view = LatentMapView(self)
            self.view.setFixedHeight(MAP_HEIGHT)
            self.view.place_picked.connect(self.place_picked)
            self._column.addWidget(self.view)
        self.hint.hide()
        self.view.show()
        self.view.set_dots(latent_map.points, latent_map.label_of, latent_map.labels)

    def set_current(self, action: str, place: tuple[float, float] | None) -> None:
        """Let an action's dots stand out and put the ring at a clip's place."""
        if self.view is not None:
            self.view.set_current_label(action)
            if not self.view.is_picking:
                self.view.set_place(place)

    def say(self, text: str) -> None:
        """Say in place of the map what is being done."""
        self.hint.setText(text)
