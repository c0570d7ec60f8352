"""Choosing the action to sample, and the model that knows it.

Chips for all actions; the lens (or A) opens a field: typing leaves only those that match, Enter
takes the first.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QVBoxLayout, QWidget

from studio import icons, theme
from studio.panels.clearing import clear
from studio.widgets import Chip, FlowLayout, IconButton, SearchField, caption, label, paint

MANY_ACTIONS = 20  # from here on the field is always there


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
    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.accepted.emit()
        elif event.key() == Qt.Key.Key_Escape and not self.text():
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if not self.text():
            self.left.emit()


class ModelButton(QAbstractButton):
    """The model's name at the right of the heading, with a mark that it can be changed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setToolTip("Which model samples: the demo model, or a file of your own")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.set_label("no model")

    def set_label(self, text: str) -> None:
        """Name the model."""
        self.setText(text)
        self.setAccessibleName(f"Model: {text}")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(round(paint.text_width(self.text(), theme.SMALL_SIZE) + 22), 24)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        color = theme.TEXT if self.underMouse() else theme.FAINT
        painter.setFont(theme.font(theme.SMALL_SIZE))
        painter.setPen(QColor(color))
        words = rect.adjusted(2, 0, -18, 0)
        shown = painter.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideMiddle, round(words.width())
        )
        painter.drawText(words, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, shown)
        mark = QRectF(rect.right() - 14, rect.center().y() - 7, 14, 14)
        icons.paint(painter, "chevron-down", mark, color)
        if self.hasFocus():
            paint.focus_ring(painter, rect, 6)


class ActionPicker(QWidget):
    """``picked(label)`` when the user takes an action; ``model_pressed`` to choose a model."""

    picked = Signal(str)
    model_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chips: dict[str, Chip] = {}
        self.model_button = ModelButton()
        self.model_button.clicked.connect(self.model_pressed)
        self.filter = _Filter("Filter actions")
        self.filter.hide()
        self.filter.left.connect(self._close_filter)
        self.lens = IconButton("search", "Filter actions", key="A", size=24)
        self.lens.clicked.connect(self.open_filter)
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
        heading.addWidget(self.lens)
        heading.addStretch(1)
        heading.addWidget(self.model_button, 0, Qt.AlignmentFlag.AlignVCenter)
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
        clear(self._flow)
        self._chips = {}
        for action in labels:
            chip = Chip(action, tooltip=f"Sample {action}")
            chip.clicked.connect(lambda _checked, a=action: self._pick(a))
            self._chips[action] = chip
            self._flow.addWidget(chip)
        count = len(self._chips)
        self.model_button.set_label(f"{name} · {count} labels" if count else name)
        self.set_current(chosen)
        self.lens.setVisible(bool(self._chips))
        self.filter.setVisible(count > MANY_ACTIONS)
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
            self._close_filter()
            self._pick(fitting[0])

    def open_filter(self) -> None:
        """Show the field and put the cursor into it."""
        self.filter.show()
        self.filter.setFocus()
        self.filter.selectAll()

    def _close_filter(self) -> None:
        had_focus = self.filter.hasFocus()
        self.filter.setVisible(len(self._chips) > MANY_ACTIONS)
        if had_focus:
            self.lens.setFocus()
