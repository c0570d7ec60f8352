"""The data set in a few lines, the selected clip, and what can be decided about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from studio import theme
from studio.services.datasets import Table
from studio.widgets import Badge, Button, ElidedLabel, IconButton, SectionHeading, label

if TYPE_CHECKING:
    from core.datasets.records import ClipRecord
    from core.datasets.store import ClipStore

_REVIEW: dict[str, tuple[str, str]] = {
    "unseen": ("not looked at", theme.DIM),
    "keep": ("kept", theme.GOOD),
    "reject": ("rejected", theme.BAD),
}


class FactsPanel(QWidget):
    """``keep_pressed``, ``reject_pressed``, ``relabel_pressed``, ``grid_pressed``."""

    keep_pressed = Signal()
    reject_pressed = Signal()
    relabel_pressed = Signal()
    grid_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heading = SectionHeading("Data set")
        self._rows: dict[str, ElidedLabel] = {}
        self.clip_name = ElidedLabel("", weight=600)
        self.badge = Badge()
        self.clip_about = ElidedLabel("", color=theme.FAINT, size=theme.SMALL_SIZE)
        self.keep_button = Button("Keep", key="K")
        self.reject_button = Button("Reject", key="X")
        self.relabel_button = Button("Relabel…", key="A")
        self.grid_button = IconButton("dice", "Other clips of the class", key="N")
        self._compose()
        self.keep_button.clicked.connect(self.keep_pressed)
        self.reject_button.clicked.connect(self.reject_pressed)
        self.relabel_button.clicked.connect(self.relabel_pressed)
        self.grid_button.clicked.connect(self.grid_pressed)
        self.show_clip(None, ())

    def _compose(self) -> None:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(3)
        for place, name in enumerate(("clips", "reviewed", "fingerprint")):
            value = self._rows[name] = ElidedLabel("", size=theme.SMALL_SIZE)
            grid.addWidget(label(name, color=theme.DIM, size=theme.SMALL_SIZE), place, 0)
            grid.addWidget(value, place, 1)
        grid.setColumnStretch(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.heading)
        column.addLayout(grid)
        column.addSpacing(4)
        top = QHBoxLayout()
        top.addWidget(self.clip_name, 1)
        top.addWidget(self.badge)
        top.addWidget(self.grid_button)
        column.addLayout(top)
        column.addWidget(self.clip_about)
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        for button in (self.keep_button, self.reject_button, self.relabel_button):
            button.setFixedHeight(theme.CONTROL)
            buttons.addWidget(button)
        column.addLayout(buttons)

    def show_store(self, store: ClipStore | None, table: Table | None, fingerprint: str) -> None:
        """Show a data set's numbers; ``fingerprint`` is "" while it is worked out."""
        if store is None or table is None:
            return
        self.heading.set_note(store.name)
        kept, rejected = table.num_kept, int(table.is_rejected.sum())
        filled = len(set(table.label.tolist()))
        self._rows["clips"].set_text(f"{len(table):,} in {filled} of {len(table.labels)} classes")
        self._rows["reviewed"].set_text(
            f"{kept + rejected:,} · {kept:,} kept, {rejected:,} rejected"
        )
        self._rows["fingerprint"].set_text(fingerprint or "…")

    def show_clip(self, record: ClipRecord | None, labels: Sequence[str]) -> None:
        """Show the selected clip."""
        has = record is not None
        for button in (self.keep_button, self.reject_button, self.relabel_button):
            button.setEnabled(has)
        self.badge.setVisible(has)
        if record is None:
            self.clip_name.set_text("No clip selected")
            self.clip_about.set_text("Press a body to select its clip")
            return
        self.clip_name.set_text(record.name)
        self.badge.set(*_REVIEW.get(record.review, _REVIEW["unseen"]))
        words = [labels[record.label]] if 0 <= record.label < len(labels) else []
        words.append(f"{record.num_frames} frames at {record.fps:g} fps")
        words += [w for w in (record.subject, record.view) if w]
        self.clip_about.set_text(" · ".join(words))
        self.clip_about.setToolTip(
            f"{' · '.join(words)}\nfrom {record.file}\n{record.note}".strip()
        )
