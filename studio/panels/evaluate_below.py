"""Table 1 and the confusion below the stage: beside each other, or one at a time where it is
narrow."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from studio import theme
from studio.panels.evaluate_table import ScoreTable
from studio.plots.confusion import ConfusionPlot
from studio.widgets import Button, ElidedLabel, EmptyState, SectionHeading, Separator, ToggleGroup
from studio.widgets.layouts import scrolling

MATRIX_ROWS = (("generated", "Generated"), ("reconstructed", "Reconstructed"),
               ("GT held out", "Held out"))  # fmt: skip
_MATRIX = 290  # pixels a matrix needs; where the table's do not fit beside, they take turns
_MARGINS = 52
_TABLE_SHARE = 0.5  # of the width for the table, until the handle is moved
_HEIGHT = 292  # of a table of one report and of thirteen classes


class EvaluateBelow(QWidget):
    """The two halves with their headings; what is pressed in them is the page's business."""

    def __init__(self, formats: tuple[str, ...]) -> None:
        super().__init__()
        self.setMinimumHeight(_HEIGHT)
        self.table, self.confusion = ScoreTable(), ConfusionPlot()
        self.heading = SectionHeading("Table 1")
        self.words = ElidedLabel("", color=theme.FAINT, size=theme.SMALL_SIZE)
        self.matrix_row = ToggleGroup(
            [(name, text, f"Confusion of the {text.lower()} clips") for name, text in MATRIX_ROWS],
            name="Whose confusion",
        )
        self.matrix_row.set_current("generated")
        self.copy_buttons = {
            name: Button(name, look="ghost", tooltip=f"Copy the table as {name}")
            for name in formats
        }
        self.nothing = EmptyState(
            "chip", "Nothing measured yet",
            "Here stands Table 1 of a report, with the actions that were taken for others. The "
            "demo model can be measured on the demo data set in a few minutes.",
        )  # fmt: skip
        self._is_moved = False  # by the user
        self._turns = [self._turn_switch() for _ in range(2)]
        self.halves = QSplitter(Qt.Orientation.Horizontal)
        self.halves.setHandleWidth(1)
        self.halves.setChildrenCollapsible(False)
        self._sides = (self._measures(), self._matrix())
        for side in self._sides:
            self.halves.addWidget(side)
        self.halves.splitterMoved.connect(lambda _at, _index: self._keep())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(Separator())
        column.addWidget(self.halves, 1)
        column.addWidget(self.nothing, 1)
        self.nothing.hide()
        self._take_turns(False)

    def _turn_switch(self) -> ToggleGroup:
        switch = ToggleGroup(
            [("0", "Table 1", "The measures"), ("1", "Confusion", "What was taken for what")],
            name="Below the stage",
        )
        switch.picked.connect(lambda half: self.show_half(int(half)))
        return switch

    def _measures(self) -> QWidget:
        head = QHBoxLayout()
        head.setSpacing(0)
        head.addWidget(self._turns[0])
        head.addWidget(self.heading, 1)
        for button in self.copy_buttons.values():
            head.addWidget(button)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 6, 0)
        column.addWidget(self.table)
        column.addStretch()
        return _half(head, scrolling(inside, least=200, is_sideways=True))

    def _matrix(self) -> QWidget:
        head = QHBoxLayout()
        self.matrix_heading = SectionHeading("Confusion")
        head.addWidget(self._turns[1])
        head.addWidget(self.matrix_heading, 1)
        head.addWidget(self.matrix_row)
        return _half(head, scrolling(self.confusion, least=200, is_sideways=True), self.words)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def fit(self) -> None:
        """Give the table the room its numbers need."""
        need = max(self.table.minimumSizeHint().width() + 20, _MATRIX)
        is_narrow = self.width() < need + _MATRIX + _MARGINS
        if is_narrow != self.is_narrow:
            self._take_turns(is_narrow)
        total = sum(self.halves.sizes())
        if not is_narrow and not self._is_moved and total:
            first = max(need + _MARGINS // 2, round(_TABLE_SHARE * total))
            self.halves.setSizes([first, max(total - first, 1)])

    def _keep(self) -> None:
        self._is_moved = True

    def minimumSizeHint(self) -> QSize:
        return QSize(420, _HEIGHT)  # the halves take turns before they hinder anyone

    def _take_turns(self, is_narrow: bool) -> None:
        self.is_narrow = is_narrow
        for switch, plain in zip(self._turns, (self.heading, self.matrix_heading), strict=True):
            switch.setVisible(is_narrow)
            plain.title.setVisible(not is_narrow)
        if is_narrow:
            self.show_half(0)
        else:
            for side in self._sides:
                side.show()

    def show_nothing(self, is_empty: bool) -> None:
        """Say what will stand here, in place of the halves."""
        self.halves.setVisible(not is_empty)
        self.nothing.setVisible(is_empty)

    def show_half(self, half: int) -> None:
        """Where only one fits: show the table (0) or the confusion (1)."""
        for number, switch in enumerate(self._turns):
            switch.set_current(str(half))
            self._sides[number].setVisible(number == half or not self.is_narrow)


def _half(head: QHBoxLayout, *widgets: QWidget) -> QWidget:
    """A heading's row over widgets, the first of which grows."""
    half = QWidget()
    column = QVBoxLayout(half)
    column.setContentsMargins(16, 6, 10, 6)
    column.setSpacing(4)
    column.addLayout(head)
    for place, widget in enumerate(widgets):
        column.addWidget(widget, int(place == 0))
    return half
