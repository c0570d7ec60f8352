"""Clean-up of the selected clip: how much, which steps, whether feet are held, what it changed."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from studio import theme
from studio.panels.capture_rows import named_row
from studio.panels.cleanup_session import CleaningSession
from studio.panels.clearing import clear
from studio.services.cleaning import step_rows, told_measures
from studio.widgets import (
    Button,
    Chip,
    ElidedLabel,
    FlowLayout,
    SectionHeading,
    SliderRow,
    ToggleGroup,
    caption,
    label,
)

_LOCKS = (
    ("off", "Off", "Feet stay as they are"),
    ("auto", "Auto", "Feet are held where they stand, found by height and speed"),
    ("always", "Always", "Nobody jumps: the lower foot is held in every frame"),
)
_DECIMALS = 10.0  # from here on a number needs no decimal


class CleanupPanel(QWidget):
    """Follows a :class:`CleaningSession`. ``edit_contacts(on)`` when the timeline is to edit."""

    edit_contacts = Signal(bool)

    def __init__(self, session: CleaningSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.heading = SectionHeading("Clean-up")
        self.strength = SliderRow(
            "Strength", 0.0, 1.0, 0.0, step=0.05, default=0.5,
            text=lambda v: "off" if v <= 0 else f"{v:.0%}",
            tooltip="How much is cleaned; nothing is kept before Apply. Double click: half.",
        )  # fmt: skip
        self.steps = {name: Chip(title, tooltip=tip) for name, title, tip in step_rows()}
        self.foot_lock = ToggleGroup(list(_LOCKS), name="Foot lock")
        self.contacts = Chip(
            "Edit contacts", tooltip="Draw on the timeline's foot rows when each foot stands"
        )
        self.hint = caption("", color=theme.FAINT)
        self.reset_button = Button("Reset", tooltip="Back to the clip as it was estimated")
        self.apply_button = Button("Apply", tooltip="Keep the cleaned clip in the library")
        self._table = QGridLayout()
        self._compose()
        self._connect()
        self._show()

    def _compose(self) -> None:
        chips = QWidget()
        flow = FlowLayout(chips, spacing=6)
        for chip in self.steps.values():
            flow.addWidget(chip)
        self._table.setContentsMargins(0, 0, 0, 0)
        self._table.setHorizontalSpacing(10)
        self._table.setVerticalSpacing(5)
        self._table.setColumnStretch(0, 1)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self.reset_button)
        foot.addWidget(self.apply_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.heading)
        column.addWidget(self.strength)
        column.addWidget(chips)
        column.addWidget(named_row("Foot lock", self.foot_lock))
        column.addWidget(named_row("Feet", self.contacts))
        column.addLayout(self._table)
        column.addWidget(self.hint)
        column.addLayout(foot)

    def _connect(self) -> None:
        session = self._session
        self.strength.value_changed.connect(
            lambda v: session.set_choices(session.choices.with_strength(v))
        )
        self.foot_lock.picked.connect(
            lambda name: session.set_choices(session.choices.with_foot_lock(name))
        )
        for name, chip in self.steps.items():
            chip.clicked.connect(
                lambda on, name=name: session.set_choices(session.choices.toggled(name, on))
            )
        self.contacts.clicked.connect(self.edit_contacts)
        self.apply_button.clicked.connect(session.apply)
        self.reset_button.clicked.connect(session.reset)
        session.changed.connect(self._show)

    def _show(self) -> None:
        session = self._session
        options, target = session.choices.options, session.target
        self.heading.set_note(_note(session))
        self.strength.set_value(options.strength)
        for name, chip in self.steps.items():
            chip.setChecked(name in options.steps)
        self.foot_lock.set_current(options.foot_lock)
        for control in (self.strength, self.foot_lock, self.contacts, *self.steps.values()):
            control.setEnabled(target is not None)
        self.apply_button.setEnabled(session.can_apply)
        self.reset_button.setEnabled(session.can_reset)
        self._show_table()

    def _show_table(self) -> None:
        clear(self._table)
        session = self._session
        if session.target is None:
            self.hint.setText("Select a clip to clean it up.")
        elif session.choices.options.strength <= 0:
            self.hint.setText("Move Strength: the body shows the change at once.")
        elif session.result is None:
            self.hint.setText("measuring …")
        else:
            self.hint.setText("")
            self._fill(session)
        self.hint.setVisible(bool(self.hint.text()))

    def _fill(self, session: CleaningSession) -> None:
        right = Qt.AlignmentFlag.AlignRight
        for column, text in ((1, "before"), (2, "after")):
            head = label(text, color=theme.FAINT, size=theme.SMALL_SIZE)
            self._table.addWidget(head, 0, column, right)
        for row, measure in enumerate(told_measures(session.result.report), start=1):
            name = ElidedLabel(
                f"{measure.name}, {pretty_unit(measure.unit)}", color=theme.DIM,
                size=theme.SMALL_SIZE,
            )  # fmt: skip
            is_better = measure.after < measure.before - 0.05
            is_worse = measure.after > measure.before + 0.05
            color = theme.GOOD if is_better else theme.WARNING if is_worse else theme.TEXT
            before = label(_number(measure.before), size=theme.SMALL_SIZE, color=theme.DIM)
            after = label(_number(measure.after), size=theme.SMALL_SIZE, weight=600, color=color)
            self._table.addWidget(name, row, 0)
            self._table.addWidget(before, row, 1, right)
            self._table.addWidget(after, row, 2, right)

    @property
    def rows(self) -> list[str]:
        """The table's texts, row by row, for tests and assistive tools."""
        found: dict[int, list[str]] = {}
        for index in range(self._table.count()):
            item = self._table.itemAt(index)
            widget = item.widget() if item is not None else None
            if widget is not None:
                row = self._table.getItemPosition(index)[0]  # type: ignore[index]
                text = widget.text if isinstance(widget, ElidedLabel) else widget.text()  # type: ignore[attr-defined]
                found.setdefault(row, []).append(text)
        return [" ".join(found[row]) for row in sorted(found)]


def pretty_unit(unit: str) -> str:
    """Write a unit with real exponents and signs."""
    return unit.replace("^2", "²").replace("deg", "°")


def _number(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= _DECIMALS and value == round(value) else f"{value:.1f}"


def _note(session: CleaningSession) -> str:
    if session.target is None:
        return ""
    if session.is_previewing:
        return "preview, not kept yet"
    return "applied" if session.target.motion.provenance.edit else session.target.name
