"""Choosing the action to sample, and the model that knows it.

Chips for all actions; typing into the field leaves only those that match, Enter takes the first.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from studio import theme
from studio.widgets import Button, Chip, FlowLayout, SearchField, caption, label


def matches(text: str, action: str) -> bool:
    """Whether every word of ``text`` begins a word of the action's name, or lies inside it."""
    name = action.lower()
    return all(word in name for word in text.lower().split())


def best_first(text: str, actions: Sequence[str]) -> list[str]:
    """The actions that match, those that begin with the text first."""
    start = text.lower().strip()
    fitting = [action for action in actions if matches(text, action)]
    return sorted(fitting, key=lambda action: not action.lower().startswith(start))


class _Filter(SearchField):
    accepted = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.accepted.emit()
        else:
            super().keyPressEvent(event)


class ActionPicker(QWidget):
    """``picked(label)`` when the user takes an action; ``model_pressed`` to choose a model."""

    picked = Signal(str)
    model_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chips: dict[str, Chip] = {}
        self.model_button = Button(
            "no model", look="ghost", tooltip="Which model samples: the demo model or your own file"
        )
        self.model_button.setFont(theme.font(theme.SMALL_SIZE))
        self.model_button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.model_button.clicked.connect(self.model_pressed)
        self.filter = _Filter("Filter actions")
        self.filter.setToolTip("Type to filter the actions, Enter takes the first  (A)")
        self.filter.textChanged.connect(self._filter)
        self.filter.accepted.connect(self._take_first)
        self._nothing = caption("")
        self._nothing.hide()
        self._flow_box = QWidget()
        self._flow = FlowLayout(self._flow_box, spacing=6)
        policy = self._flow_box.sizePolicy()
        policy.setHeightForWidth(True)
        self._flow_box.setSizePolicy(policy)

        heading = QHBoxLayout()
        heading.setContentsMargins(0, 0, 0, 0)
        heading.addWidget(label("Action", color=theme.DIM, size=theme.SMALL_SIZE, weight=600))
        heading.addStretch(1)
        heading.addWidget(self.model_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(heading)
        column.addWidget(self.filter)
        column.addWidget(self._nothing)
        column.addWidget(self._flow_box)

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(self._chips)

    @property
    def visible_labels(self) -> list[str]:
        """The actions the filter leaves."""
        return [name for name, chip in self._chips.items() if not chip.isHidden()]

    @property
    def current(self) -> str:
        """The chosen action, or ""."""
        return next((name for name, chip in self._chips.items() if chip.isChecked()), "")

    def set_model(self, name: str, labels: Sequence[str]) -> None:
        """Offer another model's actions; the choice is kept where it still exists."""
        chosen = self.current
        while (item := self._flow.takeAt(0)) is not None:
            item.widget().hide()
            item.widget().deleteLater()
        self._chips = {}
        for action in labels:
            chip = Chip(action, tooltip=f"Sample {action}")
            chip.clicked.connect(lambda _checked, a=action: self._pick(a))
            self._chips[action] = chip
            self._flow.addWidget(chip)
        count = len(self._chips)
        self.model_button.set_label(f"{name} · {count} labels" if count else name)
        self.set_current(chosen)
        self._filter(self.filter.text())

    def set_current(self, action: str) -> None:
        """Show an action as chosen without telling anybody."""
        for name, chip in self._chips.items():
            chip.setChecked(name == action)

    def _pick(self, action: str) -> None:
        self.set_current(action)
        self.picked.emit(action)

    def _filter(self, text: str) -> None:
        fitting = set(best_first(text, self.labels))
        for name, chip in self._chips.items():
            chip.setVisible(name in fitting)
        self.filter.setVisible(bool(self._chips))
        self._nothing.setVisible(not fitting)
        self._nothing.setText(
            f"No action is called “{text}”. Esc shows all."
            if self._chips
            else "There is no model to sample from yet. Open one with the button above."
        )
        self._flow.invalidate()
        self._flow_box.updateGeometry()

    def _take_first(self) -> None:
        fitting = best_first(self.filter.text(), self.labels)
        if fitting:
            self.filter.clear()
            self._pick(fitting[0])
