"""What is to be said of a clip that was estimated, and of how to film the next one."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio import theme
from studio.panels.capture_queue import VERDICT_COLORS
from studio.panels.capture_rows import marked_line
from studio.panels.clearing import clear
from studio.services.capture_queue import QueueItem
from studio.services.importing import Judgement
from studio.widgets import SectionHeading

GUIDE: tuple[str, ...] = (
    "one camera that stands still, no cut",
    "the whole body in view, head to feet",
    "people apart, not covered, close clothes",
    "one action a clip, at least 2 seconds",
    "sharp and well lit: motion blur loses arms",
)


class VerdictPanel(QWidget):
    """What was measured of the clip, and the list of what makes a clip work."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heading = SectionHeading("This clip")
        self._lines = QVBoxLayout()
        self._lines.setSpacing(6)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.heading)
        column.addLayout(self._lines)
        self.show_item(None)

    @property
    def lines(self) -> list[str]:
        """The texts of the lines, for assistive tools and tests."""
        items = [self._lines.itemAt(i) for i in range(self._lines.count())]
        widgets = [item.widget() for item in items if item is not None]
        return [w.accessibleName() for w in widgets if w is not None]

    def show_item(self, item: QueueItem | None, judgement: Judgement | None = None) -> None:
        """Show the verdict of a video, or what makes a clip work while there is none."""
        clear(self._lines)
        if item is not None and item.state == "failed":
            self.heading.set_note("failed", theme.BAD)
            self._add("!", item.message, theme.BAD)
            if item.hint:
                self._add("", item.hint, theme.DIM)
        elif judgement is not None:
            self._show_judgement(judgement)
            speed = item.result.frames_per_second if item is not None and item.result else 0.0
            if speed:
                text = f"{speed:.0f}" if speed >= 10 else f"{speed:.1f}"
                self._add("", f"estimated at {text} frames/s", theme.FAINT)
        else:
            running = item is not None and item.is_busy
            self.heading.set_note("estimating" if running else "what makes a clip work")
            for text in GUIDE:
                self._add("·", text, theme.DIM)

    def _show_judgement(self, judgement: Judgement) -> None:
        color = VERDICT_COLORS.get(judgement.grade, theme.FAINT)
        self.heading.set_note(judgement.grade, color)
        for check in judgement.checks:
            tone = theme.DIM if check.is_fine else theme.WARNING
            self._add(check.mark, check.text, tone)

    def _add(self, mark: str, text: str, color: str) -> None:
        self._lines.addWidget(marked_line(mark, text, color))
