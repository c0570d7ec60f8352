"""The people found in a video, each with a picture: pick whom to estimate, merge, split, name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QInputDialog,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from studio import icons, theme
from studio.panels.clearing import clear
from studio.widgets import IconButton, KeyButton, SectionHeading, paint

_CARD = QSize(138, 62)
_PICTURE = QSize(42, 50)

Picture = npt.NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True, eq=False)
class PersonCard:
    """A person as the strip shows them.

    ``span`` where in the video they are seen, 0..1; ``detail`` the frames; ``picture`` (H, W, 3)
    uint8 or None while the video's pictures are read.
    """

    id: int
    name: str
    detail: str
    span: tuple[float, float]
    is_picked: bool
    picture: Picture | None = None


class _Card(KeyButton):
    renamed = Signal()

    def __init__(self, card: PersonCard) -> None:
        super().__init__()
        self.card = card
        self._is_focus = False
        self.setCheckable(True)
        self.setChecked(card.is_picked)
        self.setAccessibleName(f"{card.name}, {card.detail}")
        self.setToolTip(f"{card.name}, {card.detail}: press to pick, double click to name")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._image: QImage | None = None
        if card.picture is not None:
            rgb = np.ascontiguousarray(card.picture)
            height, width = rgb.shape[:2]
            self._image = QImage(
                rgb.data, width, height, 3 * width, QImage.Format.Format_RGB888
            ).copy()

    def set_focus_mark(self, is_on: bool) -> None:
        self._is_focus = is_on
        self.update()

    def sizeHint(self) -> QSize:
        return _CARD

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.renamed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        rect = QRectF(self.rect())
        ground = theme.HOVER if self.underMouse() else theme.RAISED
        line = theme.ACCENT if self.isChecked() else theme.FAINT if self._is_focus else ground
        paint.box(painter, rect, ground, line)
        spot = QRectF(6, 6, _PICTURE.width(), _PICTURE.height())
        self._paint_picture(painter, spot)
        left, room = spot.right() + 8, rect.right() - spot.right() - 14
        for text, size, color, top in (
            (self.card.name, theme.SMALL_SIZE, theme.TEXT, 7.0),
            (self.card.detail, theme.TINY_SIZE, theme.FAINT, 24.0),
        ):
            painter.setFont(theme.font(size, weight=500))
            painter.setPen(QColor(color))
            width = room - (16 if size == theme.SMALL_SIZE else 0)
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(width))
            painter.drawText(QRectF(left, top, room, 17), Qt.AlignmentFlag.AlignVCenter, shown)
        if self.isChecked():
            icons.paint(painter, "tick", QRectF(rect.right() - 21, 8, 14, 14), theme.ACCENT)
        bar = QRectF(left, rect.bottom() - 13, room, 4)
        paint.box(painter, bar, theme.LINE, radius=2)
        start, end = self.card.span
        color = theme.ACCENT if self.isChecked() else theme.DIM
        seen = QRectF(bar.left() + start * room, bar.top(), max((end - start) * room, 3), 4)
        paint.box(painter, seen, color, radius=2)
        if self.hasFocus():
            paint.focus_ring(painter, rect)

    def _paint_picture(self, painter: QPainter, spot: QRectF) -> None:
        paint.box(painter, spot, theme.FIELD, radius=5)
        if self._image is None:
            icons.paint(painter, "body", spot.adjusted(10, 14, -10, -14), theme.FAINT)
            return
        wanted = spot.width() / spot.height()
        width, height = self._image.width(), self._image.height()
        part = QRectF(0, 0, width, height)
        if width / height > wanted:
            part.setWidth(height * wanted)
        else:
            part.setHeight(width / wanted)
        part.moveCenter(QRectF(0, 0, width, height).center())
        painter.drawImage(spot, self._image, part)


class TrackStrip(QWidget):
    """Cards of people and what can be done with them.

    ``picked(ids)``; ``renamed(id, name)``; ``ordered(action)`` with "merge", "split", "name" or
    "leave-out", which act on :attr:`focus`, the card pressed last.
    """

    picked = Signal(tuple)
    renamed = Signal(int, str)
    ordered = Signal(str)

    def __init__(self, keys: dict[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.focus: int | None = None
        self._cards: dict[int, _Card] = {}
        self.heading = SectionHeading("People")
        self._row = QHBoxLayout()
        self._row.setSpacing(8)
        buttons = QHBoxLayout()
        buttons.setSpacing(2)
        self.buttons: dict[str, IconButton] = {}
        for name, icon, text in (
            ("merge", "merge", "Merge the picked people: one person under several numbers"),
            ("split", "split", "Split the person here: from this frame on it is somebody else"),
            ("name", "pencil", "Name the person"),
            ("leave-out", "trash", "Leave the person out"),
        ):
            button = IconButton(icon, text, key=keys.get(name, ""), size=26)
            button.clicked.connect(lambda _=False, name=name: self.ordered.emit(name))
            self.buttons[name] = button
            buttons.addWidget(button)
        self._compose(buttons)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def _compose(self, buttons: QHBoxLayout) -> None:
        content = QWidget()
        row = QHBoxLayout(content)
        row.setContentsMargins(0, 0, 0, 0)
        row.addLayout(self._row)
        row.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(content)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFixedHeight(_CARD.height() + 12)
        scroll.viewport().setAutoFillBackground(False)
        content.setAutoFillBackground(False)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        top = QHBoxLayout()
        top.addWidget(self.heading, 1)
        top.addLayout(buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 12, 4)
        column.setSpacing(4)
        column.addLayout(top)
        column.addWidget(scroll)

    def show_people(self, cards: Sequence[PersonCard], note: str, *, can_edit: bool) -> None:
        """Show these people; ``can_edit`` is False while they are being estimated."""
        clear(self._row)
        self._cards = {}
        ids = [card.id for card in cards]
        if self.focus not in ids:
            self.focus = next((c.id for c in cards if c.is_picked), ids[0] if ids else None)
        for card in cards:
            widget = self._cards[card.id] = _Card(card)
            widget.setEnabled(can_edit)
            widget.set_focus_mark(card.id == self.focus)
            widget.clicked.connect(lambda _=False, id=card.id: self._pressed(id))
            widget.renamed.connect(lambda id=card.id: self.ask_name(id))
            self._row.addWidget(widget)
        self.heading.set_note(note)
        picked = sum(card.is_picked for card in cards)
        for name, button in self.buttons.items():
            button.setEnabled(can_edit and (picked > 1 if name == "merge" else bool(cards)))

    @property
    def picked_ids(self) -> tuple[int, ...]:
        return tuple(id for id, card in self._cards.items() if card.isChecked())

    def _pressed(self, id: int) -> None:
        self.focus = id
        for other, card in self._cards.items():
            card.set_focus_mark(other == id)
        self.picked.emit(self.picked_ids)

    def ask_name(self, id: int | None = None) -> None:
        """Ask for a person's name."""
        id = self.focus if id is None else id
        card = self._cards.get(id) if id is not None else None
        if card is None:
            return
        name, is_given = QInputDialog.getText(
            self, "Name the person", f"{card.card.name} is called", text=card.card.name
        )
        if is_given:
            self.renamed.emit(card.card.id, name)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel:
            event.accept()
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), QColor(theme.WINDOW))
