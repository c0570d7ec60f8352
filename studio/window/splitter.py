"""Left, middle, right: columns that can be resized and hidden; the middle takes what is left."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QWidget

from studio import theme
from studio.settings import Settings

_SIDES = ("left", "right")


class Columns(QSplitter):
    """The window's three columns."""

    def __init__(self, left: QWidget, middle: QWidget, right: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._side = {"left": left, "right": right}
        self.setHandleWidth(1)
        for widget in (left, middle, right):
            self.addWidget(widget)
        for index, is_collapsible in enumerate((True, False, True)):
            self.setCollapsible(index, is_collapsible)
        self.setStretchFactor(0, 0)
        self.setStretchFactor(1, 1)
        self.setStretchFactor(2, 0)
        left.setMinimumWidth(240)
        right.setMinimumWidth(280)
        left.setMaximumWidth(520)
        right.setMaximumWidth(560)
        middle.setMinimumWidth(420)
        self.setSizes([theme.SIDE_WIDTH - 12, 800, theme.SIDE_WIDTH + 20])

    def is_open(self, side: str) -> bool:
        """Whether a side is seen."""
        return not self._side[side].isHidden()

    def toggle(self, side: str) -> None:
        """Hide or show a side."""
        self._side[side].setVisible(not self.is_open(side))

    def open(self, side: str) -> None:
        """Show a side."""
        self._side[side].show()

    def remember(self, settings: Settings) -> None:
        """Keep widths and what is hidden."""
        settings.set("window/columns", self.saveState())
        for side in _SIDES:
            settings.set(f"window/{side}-open", self.is_open(side))

    def restore(self, settings: Settings) -> None:
        """Take up what :meth:`remember` kept."""
        state = settings.state("window/columns")
        if state is not None:
            self.restoreState(state)
            self.setHandleWidth(1)
        for side in _SIDES:
            self._side[side].setVisible(settings.flag(f"window/{side}-open", True))
