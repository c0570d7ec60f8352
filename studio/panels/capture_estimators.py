"""Which estimators there are, which of them are used, and what the others still lack."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio import theme
from studio.panels.capture_rows import Dot, OnOff
from studio.services.models import EstimatorStatus
from studio.widgets import Button, ElidedLabel, SectionHeading


class EstimatorLine(QWidget):
    """One estimator: its colour, name, what it is, and a switch or the button that brings it."""

    switched = Signal(bool)
    wanted = Signal()

    def __init__(self, status: EstimatorStatus) -> None:
        super().__init__()
        self.status = status
        self.name = ElidedLabel(status.title)
        self.detail = ElidedLabel(color=theme.FAINT, size=theme.SMALL_SIZE)
        self.switch = OnOff(f"{status.title} on or off", f"Estimate with {status.title}")
        self.button = Button("Install", look="secondary")
        self.button.setFixedHeight(theme.CONTROL)
        self.switch.clicked.connect(self.switched)
        self.button.clicked.connect(self.wanted)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.name)
        words.addWidget(self.detail)
        line = QHBoxLayout(self)
        line.setContentsMargins(2, 0, 0, 0)
        line.setSpacing(10)
        color = theme.source_color("estimated", status.name)
        line.addWidget(Dot(color), 0, Qt.AlignmentFlag.AlignVCenter)
        line.addLayout(words, 1)
        line.addWidget(self.switch)
        line.addWidget(self.button)
        self.show_status(status)

    def show_status(self, status: EstimatorStatus) -> None:
        """Show the switch, or the button that brings what is missing."""
        self.status = status
        self.detail.set_text(status.detail)
        self.setToolTip(f"{status.title}: {status.explanation or status.detail}")
        self.setAccessibleName(f"{status.title}: {status.detail}")
        self.name.set_color(theme.TEXT if status.is_ready else theme.DIM)
        self.switch.setVisible(status.is_ready)
        self.button.setVisible(not status.is_ready)
        self.button.setEnabled(True)
        self.button.set_label("Install" if status.is_installable else "Add…")
        self.button.setToolTip(
            "Fetch the two model files, 9 MB" if status.is_installable
            else f"Say where the weights of {status.title} lie; they are checked on the spot"
        )  # fmt: skip

    def set_busy(self, text: str) -> None:
        """Say how far the installation is."""
        self.detail.set_text(text)
        self.button.setEnabled(False)


class EstimatorPanel(QWidget):
    """The list of estimators.

    ``changed(names)`` when others were chosen; ``wanted(name)`` for one whose files are missing.
    At least one that is ready stays on.
    """

    changed = Signal(tuple)
    wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines: dict[str, EstimatorLine] = {}
        self.heading = SectionHeading("Estimators")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(10)
        self._column.addWidget(self.heading)

    @property
    def chosen(self) -> tuple[str, ...]:
        """Names of those that are on."""
        return tuple(
            name for name, line in self.lines.items()
            if line.status.is_ready and line.switch.isChecked()
        )  # fmt: skip

    def show_statuses(self, statuses: Sequence[EstimatorStatus]) -> None:
        """Show what there is now; those that were on stay on."""
        for status in statuses:
            line = self.lines.get(status.name)
            if line is None:
                line = self.lines[status.name] = EstimatorLine(status)
                line.switched.connect(lambda on, name=status.name: self._switched(name, on))
                line.wanted.connect(lambda name=status.name: self.wanted.emit(name))
                self._column.addWidget(line)
            line.show_status(status)
        if not self.chosen:
            first = next((n for n, line in self.lines.items() if line.status.is_ready), None)
            self.set_chosen(() if first is None else (first,))
        self._tell_note()

    def set_chosen(self, names: Sequence[str]) -> None:
        """Switch these on and the others off, without telling anybody."""
        for name, line in self.lines.items():
            line.switch.setChecked(name in names)
        self._tell_note()

    def _switched(self, name: str, is_on: bool) -> None:
        if not is_on and not self.chosen:
            self.lines[name].switch.setChecked(True)  # nothing would be left to estimate with
            return
        self._tell_note()
        self.changed.emit(self.chosen)

    def _tell_note(self) -> None:
        several = len(self.chosen) > 1
        self.heading.set_note("same people, one pass" if several else "pictures to body")
