"""Which clips are compared, in which order, how they are aligned, how many frames each waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from studio import theme
from studio.dialogs.work_dialog import Choice
from studio.services.comparing import SPACES, TIMINGS
from studio.widgets import (
    Button,
    ElidedLabel,
    IconButton,
    SectionHeading,
    ValueField,
    caption,
    paint,
)

MAX_OFFSET = 600


@dataclass(frozen=True, kw_only=True)
class ClipRow:
    """A clip as the list names it: ``name`` in ``color``, ``detail`` in full below."""

    key: str
    name: str
    detail: str
    color: str
    offset: int = 0


class _Mark(QWidget):
    """A spot in the clip's colour with its letter, for eyes that miss the hue."""

    def __init__(self, color: str, letter: str) -> None:
        super().__init__()
        self._color, self._letter = color, letter
        self.setFixedSize(22, 22)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint.box(painter, self.rect().toRectF(), theme.tint(self._color, 0.3), radius=6)
        painter.setFont(theme.font(theme.TINY_SIZE, weight=600))
        painter.setPen(QColor(self._color))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._letter)


class ClipOffset(ValueField):
    """Frames a clip is moved later (or, negative, earlier); arrow keys step it."""

    def __init__(self, value: int) -> None:
        super().__init__(lambda frames: f"{frames:+.0f} f" if frames else "0 f")
        self.set_value(value)
        self.setAccessibleName("Frames later")
        self.setToolTip("Frames this clip is moved later; negative: earlier  (arrow keys)")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}
        if event.key() in steps:
            self.entered.emit(self._value + steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)


class CompareClips(QWidget):
    """The list with its choices.

    ``removed(key)``, ``offset_changed(key, frames)``, ``swapped()``, ``space_chosen(name)``,
    ``timing_chosen(name)``, ``presets_pressed()``.
    """

    removed = Signal(str)
    offset_changed = Signal(str, int)
    swapped = Signal()
    space_chosen = Signal(str)
    timing_chosen = Signal(str)
    presets_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heading = SectionHeading("Compare")
        self.swap_button = IconButton("refresh", "Swap the first two clips", key="W", size=28)
        self.presets_button = Button(
            "Find pairs", icon="sparkle",
            tooltip="Estimates of one video, or one seed through two models  (Y)",
        )  # fmt: skip
        self.presets_button.setFixedHeight(theme.CONTROL)
        self.hint = caption("Select two to four clips below and press Ctrl+D.")
        self.space = _choice(SPACES, "Alignment in space")
        self.timing = _choice(TIMINGS, "Alignment in time")
        self._rows = QVBoxLayout()
        self._rows.setSpacing(4)
        self._offsets: dict[str, ClipOffset] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.MARGIN, 12, theme.MARGIN, 12)
        column.setSpacing(8)
        top = QHBoxLayout()
        top.addWidget(self.heading, 1)
        top.addWidget(self.swap_button)
        column.addLayout(top)
        column.addLayout(self._rows)
        column.addWidget(self.hint)
        for title, choice in (("aligned", self.space), ("in time", self.timing)):
            line = QHBoxLayout()
            line.setSpacing(8)
            words = caption(title)
            words.setFixedWidth(52)
            line.addWidget(words)
            line.addWidget(choice, 1)
            column.addLayout(line)
        column.addWidget(self.presets_button)
        self.swap_button.clicked.connect(self.swapped)
        self.presets_button.clicked.connect(self.presets_pressed)
        self.space.activated.connect(lambda _: self.space_chosen.emit(self.space.currentData()))
        self.timing.activated.connect(lambda _: self.timing_chosen.emit(self.timing.currentData()))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    @property
    def offsets(self) -> dict[str, ClipOffset]:
        """The fields for the frames each clip waits, by key."""
        return self._offsets

    def show_clips(self, rows: Sequence[ClipRow]) -> None:
        """List these clips; the first is what the others are measured against."""
        while (item := self._rows.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self._offsets = {}
        for index, row in enumerate(rows):
            self._rows.addWidget(self._row(row, index))
        self.hint.setVisible(len(rows) < 2)
        self.swap_button.setEnabled(len(rows) > 1)
        self.heading.set_note("the first is the reference" if len(rows) > 1 else "")

    def show_alignment(self, space: str, timing: str) -> None:
        """Show what is chosen."""
        self.space.select(space)
        self.timing.select(timing)

    def _offset_entered(self, key: str, value: float) -> None:
        frames = round(min(max(value, -MAX_OFFSET), MAX_OFFSET))
        self._offsets[key].set_value(frames)
        self.offset_changed.emit(key, frames)

    def _row(self, row: ClipRow, index: int) -> QWidget:
        box = QWidget()
        box.setFixedHeight(36)
        line = QHBoxLayout(box)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(ElidedLabel(row.name, color=row.color, weight=600))
        words.addWidget(ElidedLabel(row.detail, color=theme.FAINT, size=theme.TINY_SIZE))
        offset = ClipOffset(row.offset)
        offset.entered.connect(lambda value: self._offset_entered(row.key, value))
        self._offsets[row.key] = offset
        remove = IconButton("close", f"Take {row.name} out of the comparison", size=24)
        remove.clicked.connect(lambda: self.removed.emit(row.key))
        line.addWidget(_Mark(row.color, "ABCD"[index % 4]))
        line.addLayout(words, 1)
        line.addWidget(offset)
        line.addWidget(remove)
        return box

    def sizeHint(self) -> QSize:
        return QSize(theme.SIDE_WIDTH, super().sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), QColor(theme.PANEL))


def _choice(entries: Sequence[tuple[str, str, str]], name: str) -> Choice:
    choice = Choice()
    choice.setAccessibleName(name)
    for value, text, tip in entries:
        choice.addItem(text, value)
        choice.setItemData(choice.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
    choice.setToolTip("\n".join(f"{text}: {tip}" for _, text, tip in entries))
    return choice
