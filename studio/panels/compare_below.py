"""Under the compared bodies: how they are laid out and aligned, ribbons, and a joint's angle."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QVBoxLayout, QWidget

from studio import theme
from studio.panels.compare_key import HeatKey
from studio.panels.compare_ribbons import CompareRibbons
from studio.playback import Playback
from studio.plots.angles import AnglePlot
from studio.widgets import Button, ToggleGroup, paint

LAYOUTS = (
    ("views", "Views", "Each clip in a view of its own  (Shift+1)"),
    ("overlay", "Overlay", "The others laid over the first  (Shift+2)"),
    ("wipe", "Wipe", "The first left of a line, the second right of it  (Shift+3)"),
)
EXTRAS = (
    ("heat", "Heat", "Colour the bodies by how far each joint is from the reference  (H)"),
    ("video", "Video", "The source video in step, with the estimates over it  (V)"),
)


_SPACE = 8


class _Stated(QWidget):
    """What was done to make the clips comparable, as quiet tags."""

    def __init__(self) -> None:
        super().__init__()
        self._words: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def say(self, words: Sequence[str]) -> None:
        self._words = tuple(word for word in words if word)
        self.setAccessibleName(", ".join(self._words))
        self.setToolTip("\n".join(self._words))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        widths = [paint.text_width(word, theme.TINY_SIZE, 500) + 24 for word in self._words]
        return QSize(round(sum(widths)), 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        x = 0.0
        for word in self._words:
            width = paint.text_width(word, theme.TINY_SIZE, 500) + 16
            rect = self.rect().toRectF().adjusted(x, 1, 0, -1)
            rect.setWidth(width)
            if rect.right() > self.width() + 1:
                break
            paint.box(painter, rect, "", theme.LINE, 5)
            painter.setFont(theme.font(theme.TINY_SIZE, weight=500))
            painter.setPen(QColor(theme.DIM))
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, word)
            x += width + 8


class _Sum(QWidget):
    """Mean and peak of the difference, set to the right."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: tuple[tuple[str, str, int], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def say(self, parts: Sequence[tuple[str, str, int]]) -> None:
        """Show (words, colour, weight) one after the other."""
        self._parts = tuple(parts)
        self.setAccessibleName("".join(words for words, _, _ in parts))
        self.update()

    def needed(self) -> int:
        """Width of all that is said."""
        return round(sum(paint.text_width(words, weight=w) for words, _, w in self._parts)) + 1

    def sizeHint(self) -> QSize:
        return QSize(120, 24)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        widths = [paint.text_width(words, weight=weight) for words, _, weight in self._parts]
        if sum(widths) > self.width():
            return
        x = self.width() - sum(widths)
        for (words, color, weight), width in zip(self._parts, widths, strict=True):
            painter.setFont(theme.font(weight=weight))
            painter.setPen(QColor(color))
            at = self.rect().toRectF().adjusted(x, 0, 0, 0)
            painter.drawText(at, Qt.AlignmentFlag.AlignVCenter, words)
            x += width


class CompareBelow(QWidget):
    """Stands in the timeline's place. ``layout_picked(name)``, ``extra_toggled(name, is_on)``,
    ``angle_picked(name)``.
    """

    layout_picked = Signal(str)
    extra_toggled = Signal(str, bool)
    angle_picked = Signal(str)

    def __init__(self, playback: Playback, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.layouts = ToggleGroup(LAYOUTS, name="Layout")
        self.extras = ToggleGroup(EXTRAS, exclusive=False, name="Also shown")
        self.stated = _Stated()
        self.heat_key = HeatKey()
        self.sum = _Sum()
        self.ribbons = CompareRibbons(playback)
        self.plot = AnglePlot(playback)
        self.angle_button = Button(
            "Angle",
            look="ghost",
            icon="chevron-down",
            tooltip="Choose the joint that is plotted  (J)",
        )
        self._names: tuple[str, ...] = ()
        self._angle = ""
        row = QHBoxLayout()
        row.setContentsMargins(theme.MARGIN - 4, 2, theme.MARGIN, 0)
        row.setSpacing(_SPACE)
        row.addWidget(self.layouts)
        row.addWidget(self.extras)
        row.addSpacing(4)
        row.addWidget(self.stated)
        row.addWidget(self.heat_key)
        row.addWidget(self.sum, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 10)
        column.setSpacing(2)
        column.addLayout(row)
        column.addWidget(self.ribbons)
        column.addWidget(self.plot, 1)
        self.angle_button.setParent(self.plot)
        self.angle_button.move(theme.MARGIN + 4, 4)
        self.layouts.picked.connect(self.layout_picked)
        self.extras.toggled.connect(self.extra_toggled)
        self.angle_button.clicked.connect(self.open_angles)

    def say(self, stated: Sequence[str], parts: Sequence[tuple[str, str, int]]) -> None:
        """Tell the alignment in tags and the difference in (words, colour, weight)."""
        self.stated.say(stated)
        self.sum.say(parts)
        self._make_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """The colours' key stands only where the numbers keep their place beside it."""
        others = (self.layouts, self.extras, self.stated, self.heat_key)
        taken = sum(widget.sizeHint().width() for widget in others) + self.sum.needed()
        edges = 2 * theme.MARGIN + 5 * _SPACE + 4
        has_room = taken + edges <= self.width()
        self.heat_key.setVisible(bool(self.stated.accessibleName()) and has_room)

    def set_angles(self, names: Sequence[str], current: str) -> None:
        """Offer these joint angles, one of them chosen."""
        self._names, self._angle = tuple(names), current
        self.angle_button.setVisible(bool(names))
        self.angle_button.set_label(f"{current.capitalize()}, degrees")
        self.angle_button.resize(self.angle_button.sizeHint().width(), 26)

    def open_angles(self) -> None:
        """Open the menu of joints."""
        menu = QMenu(self)
        group = QActionGroup(menu)
        for name in self._names:
            action = QAction(name.capitalize(), menu, checkable=True, checked=name == self._angle)
            action.triggered.connect(lambda _=False, n=name: self.angle_picked.emit(n))
            group.addAction(action)
            menu.addAction(action)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.angle_button.mapToGlobal(QPoint(0, -menu.sizeHint().height() - 4)))

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), QColor(theme.PANEL))
