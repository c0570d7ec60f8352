"""What the review of FineGym clips is made of, and where it stands; what it does is elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QDialog, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from core.datasets.finegym import REASONS, Row
from studio import theme
from studio.panels.data_review_list import ReviewList
from studio.panels.data_trim import TrimStrip
from studio.panels.data_verdicts import VerdictList
from studio.panels.video_view import VideoView
from studio.widgets import (
    Button,
    Chip,
    ElidedLabel,
    FlowLayout,
    IconButton,
    SectionHeading,
    Separator,
    SidePanel,
    ToggleGroup,
    caption,
    primary_button,
)

FILTERS: dict[str, tuple[str, str, Callable[[Row], bool]]] = {
    "open": ("To do", "Clips nobody has decided on", lambda row: not row.is_reviewed),
    "accepted": ("Accepted", "Clips that go into the data set", lambda r: r.state == "accepted"),
    "rejected": ("Rejected", "Clips that are left out", lambda row: row.state == "rejected"),
    "all": ("All", "Every clip of the build", lambda row: True),
}


class ReviewLayout(QDialog):
    """The list at the left, the clip in the middle, checks and decision at the right."""

    def compose(self, folder: Path) -> None:
        """Make and place everything."""
        self.heading = SectionHeading("Clips")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.filters = ToggleGroup(
            [(name, text, tip) for name, (text, tip, _) in FILTERS.items()], name="Which clips"
        )
        self.filters.set_current("all")
        self.list = ReviewList(folder)
        self.view = VideoView()
        self.trim = TrimStrip()
        self.play_button = IconButton("play", "Play the clip", key="Space")
        self.reset_button = Button("Annotated ends", look="ghost", key="E")
        self.said = ElidedLabel("", color=theme.DIM, size=theme.SMALL_SIZE)
        self.verdicts = VerdictList()
        self.title = ElidedLabel("", size=theme.BODY_SIZE + 2, weight=600)
        self.about = ElidedLabel("", color=theme.FAINT, size=theme.SMALL_SIZE)
        self.state = caption("")
        self.accept_button = primary_button("Accept", key="A", tooltip="Accept and go on  (A)")
        self.reject_button = Button("Reject", key="R", tooltip="Reject and go on  (R)")
        self.reopen_button = Button("Decide later", key="U", tooltip="Take the decision back  (U)")
        self.undo_button = Button("Undo", key="Ctrl+Z")
        self.pass_button = Button("Accept all that pass", tooltip="Accept what passed every check")
        self.finish_button = Button("Estimate…", tooltip="Turn the accepted clips into motions")
        self.reasons = [Chip(f"{i}  {text}") for i, text in enumerate(REASONS, 1)]
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._left())
        row.addWidget(_line())
        row.addWidget(self._middle(), 1)
        row.addWidget(_line())
        row.addWidget(self._right())

    def _left(self) -> QWidget:
        box = QWidget()
        box.setFixedWidth(theme.SIDE_WIDTH + 8)
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 14, 0, 12)
        column.setSpacing(10)
        for widget in (self.heading, self.bar, self.filters):
            inner = QHBoxLayout()
            inner.setContentsMargins(theme.MARGIN, 0, theme.MARGIN, 0)
            inner.addWidget(widget)
            if widget is self.filters:
                inner.addStretch(1)
            column.addLayout(inner)
        column.addWidget(self.list, 1)
        foot = QVBoxLayout()
        foot.setContentsMargins(theme.MARGIN, 0, theme.MARGIN, 0)
        foot.addWidget(self.pass_button)
        foot.addWidget(self.finish_button)
        column.addLayout(foot)
        return box

    def _middle(self) -> QWidget:
        box = QWidget()
        box.setObjectName("middle")
        box.setAutoFillBackground(True)
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 8)
        column.setSpacing(4)
        column.addWidget(self.view, 1)
        column.addWidget(Separator())
        controls = QHBoxLayout()
        controls.setContentsMargins(theme.MARGIN, 4, theme.MARGIN, 0)
        controls.setSpacing(10)
        controls.addWidget(self.play_button)
        controls.addWidget(self.said, 1)
        controls.addWidget(self.reset_button)
        column.addLayout(controls)
        column.addWidget(self.trim)
        return box

    def _right(self) -> QWidget:
        panel = SidePanel("Decision")
        panel.setFixedWidth(theme.SIDE_WIDTH + 20)
        panel.add(self.title)
        panel.add(self.about)
        panel.add_separator()
        panel.add(SectionHeading("Checks", "press for the frame"))
        panel.add(self.verdicts)
        panel.add_separator()
        panel.add(SectionHeading("Decision"))
        panel.add(self.state)
        panel.add(self.accept_button)
        panel.add(self.reject_button)
        panel.add(caption("Reject because"))
        box = QWidget()
        flow = FlowLayout(box, spacing=6)
        for chip in self.reasons:
            chip.setCheckable(False)
            flow.addWidget(chip)
        panel.add(box)
        panel.add_stretch()
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.reopen_button)
        row.addWidget(self.undo_button)
        panel.add_layout(row)
        return panel


def _line() -> QWidget:
    line = Separator()
    line.setMaximumHeight(1 << 20)
    line.setFixedWidth(1)
    return line
