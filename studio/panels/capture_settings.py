"""How a video is estimated, and what is to be said of the result."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio import theme
from studio.panels.capture_queue import VERDICT_COLORS
from studio.panels.clearing import clear
from studio.services.capture_queue import QueueItem
from studio.services.importing import checklist, mean_confidence, verdict
from studio.widgets import (
    Badge,
    Button,
    ElidedLabel,
    SectionHeading,
    SliderRow,
    caption,
    label,
)

AUTO_FIELD_OF_VIEW = 25.0  # the slider's left end: the estimator's own guess
GUIDE: tuple[str, ...] = (
    "one camera that stands still",
    "the whole body in view, head to feet",
    "one person in front, not covered",
    "at least 2 seconds, sharp, well lit",
)


@dataclass(frozen=True, kw_only=True)
class EstimatorRow:
    """An estimator as the panel lists it; ``state`` is installed, missing or later."""

    name: str
    detail: str
    color: str
    state: str


ESTIMATOR_ROWS: tuple[EstimatorRow, ...] = (
    EstimatorRow(name="BlazePose + fit", detail="", color=theme.BLAZEPOSE, state="missing"),
    EstimatorRow(
        name="VIBE", detail="weights needed, not in this version yet", color=theme.VIBE,
        state="later",
    ),
    EstimatorRow(
        name="PARE", detail="weights needed, not in this version yet", color=theme.PARE,
        state="later",
    ),
)  # fmt: skip


class _Dot(QWidget):
    def __init__(self, color: str) -> None:
        super().__init__()
        self._color = color
        self.setFixedSize(8, 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._color))
        painter.drawEllipse(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))


class EstimatorLine(QWidget):
    """One estimator: its colour, name, what it is, and a badge or a button."""

    install_pressed = Signal()

    def __init__(self, row: EstimatorRow) -> None:
        super().__init__()
        is_later = row.state == "later"
        self.name = ElidedLabel(row.name, color=theme.DIM if is_later else theme.TEXT)
        self.detail = ElidedLabel(row.detail, color=theme.FAINT, size=theme.SMALL_SIZE)
        self.badge = Badge("later" if is_later else "", theme.DIM)
        self.button = Button("Install", look="secondary", tooltip="Fetch the two model files, 9 MB")
        self.button.setFixedHeight(theme.CONTROL)
        self.button.hide()
        self.button.clicked.connect(self.install_pressed)
        self.setAccessibleName(f"{row.name}: {row.detail}")
        self.setToolTip(f"{row.name}: {row.detail}" if row.detail else row.name)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.name)
        words.addWidget(self.detail)
        line = QHBoxLayout(self)
        line.setContentsMargins(2, 0, 0, 0)
        line.setSpacing(10)
        line.addWidget(_Dot(row.color), 0, Qt.AlignmentFlag.AlignVCenter)
        line.addLayout(words, 1)
        line.addWidget(self.badge)
        line.addWidget(self.button)

    def set_installed(self, is_installed: bool, detail: str) -> None:
        """Show the badge, or the button that installs it."""
        self.detail.set_text(detail)
        self.setAccessibleName(f"{self.name.text}: {detail}")
        self.badge.setVisible(is_installed)
        self.badge.set("on", theme.GOOD)
        self.button.setVisible(not is_installed)

    def set_busy(self, text: str) -> None:
        """Say how far the installation is."""
        self.detail.set_text(text)
        self.button.setEnabled(False)


class EstimatorPanel(QWidget):
    """Which estimators there are. ``install_pressed`` for the built-in one."""

    install_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(SectionHeading("Estimators", "what turns pictures into a body"))
        self.lines = {row.name: EstimatorLine(row) for row in ESTIMATOR_ROWS}
        for line in self.lines.values():
            column.addWidget(line)
        self.built_in = self.lines[ESTIMATOR_ROWS[0].name]
        self.built_in.install_pressed.connect(self.install_pressed)

    def set_installed(self, is_installed: bool) -> None:
        """Whether the built-in estimator can be used."""
        self.built_in.button.setEnabled(True)
        self.built_in.set_installed(
            is_installed, "built in · checked" if is_installed else "two model files are missing"
        )


class CameraPanel(QWidget):
    """What is known of the camera. ``changed(field_of_view | None)``, degrees of the diagonal."""

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.row = SliderRow(
            "Field of view", AUTO_FIELD_OF_VIEW, 110, AUTO_FIELD_OF_VIEW, step=1,
            text=lambda v: "auto" if v <= AUTO_FIELD_OF_VIEW else f"{v:.0f}°",
            tooltip="How wide the camera sees, along the picture's diagonal. Auto takes 53°. "
            "Used for the next video, or when it is estimated again.",
        )  # fmt: skip
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(SectionHeading("Camera", "for the path through space"))
        column.addWidget(self.row)
        self.row.value_changed.connect(lambda _v: self.changed.emit(self.field_of_view))

    @property
    def field_of_view(self) -> float | None:
        """Degrees, or None where the estimator is to guess."""
        return None if self.row.value <= AUTO_FIELD_OF_VIEW else self.row.value


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

    def show_item(self, item: QueueItem | None) -> None:
        """Show the verdict of a video, or what makes a clip work while there is none."""
        clear(self._lines)
        if item is not None and item.state == "failed":
            self.heading.set_note("failed", theme.BAD)
            self._add("!", item.message, theme.BAD)
            if item.hint:
                self._add("", item.hint, theme.DIM)
        elif item is not None and item.result is not None and item.result.motions:
            motion = item.result.motions[0]
            word = verdict(motion)
            self.heading.set_note(word, VERDICT_COLORS[word])
            for check in checklist(motion, len(item.result.motions)):
                tone = theme.DIM if check.is_fine else theme.WARNING
                self._add("✓" if check.is_fine else "!", check.text, tone)
            speed = item.result.frames_per_second
            if speed:
                self._add("", f"estimated at {speed:.0f} frames/s", theme.FAINT)
        else:
            running = item is not None and item.state == "estimating"
            self.heading.set_note("estimating" if running else "what makes a clip work")
            for text in GUIDE:
                self._add("·", text, theme.DIM)

    def _add(self, mark: str, text: str, color: str) -> None:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        sign = label(mark, color=color, size=theme.SMALL_SIZE, weight=600)
        sign.setFixedWidth(12)
        row.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(caption(text, color=color), 1)
        line.setAccessibleName(f"{mark} {text}".strip())
        self._lines.addWidget(line)


def confidence_text(item: QueueItem) -> str:
    """Mean confidence of a result for the status line, or nothing."""
    if item.result is None or not item.result.motions:
        return ""
    confidence = mean_confidence(item.result.motions[0])
    return f"mean confidence {confidence:.0%}" if confidence is not None else ""
