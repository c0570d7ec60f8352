"""Push buttons with an optional icon and the key that does the same."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio import icons, theme
from studio.widgets import paint
from studio.widgets.keys import KeyButton

Look = Literal["primary", "secondary", "ghost"]

_HEIGHTS: dict[Look, int] = {"primary": theme.PRIMARY, "secondary": 36, "ghost": theme.CONTROL}
_FILLS: dict[Look, tuple[str, str, str]] = {  # at rest, under the pointer, pressed
    "primary": (theme.ACCENT, theme.ACCENT_HOVER, theme.mix(theme.ACCENT, theme.PANEL, 0.15)),
    "secondary": (theme.RAISED, theme.HOVER, theme.LINE),
    "ghost": ("", theme.RAISED, theme.HOVER),
}


class Button(KeyButton):
    """A button: ``primary`` (one a panel), ``secondary`` or ``ghost``; ``key`` prints a key cap."""

    def __init__(
        self,
        text: str,
        *,
        key: str = "",
        look: Look = "secondary",
        icon: str = "",
        tooltip: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._look: Look = look
        self._key = paint.pretty_key(key)
        self._icon = icon
        self.setText(text)
        self.setAccessibleName(text)
        self.setToolTip(tooltip or (f"{text}  ({key})" if key else text))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFont(theme.font(weight=600))
        self.setSizePolicy(
            QSizePolicy.Policy.Preferred if look == "ghost" else QSizePolicy.Policy.Expanding,
            QSizePolicy.Policy.Fixed,
        )

    def set_label(self, text: str) -> None:
        """Change the text, also for assistive tools."""
        self.setText(text)
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def set_icon(self, name: str) -> None:
        """Show another icon."""
        self._icon = name
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        width = paint.text_width(self.text(), weight=600) + 28
        width += 24 if self._icon else 0
        width += paint.key_cap_width(self._key) + 10 if self._key else 0
        return QSize(round(width + 0.5), _HEIGHTS[self._look])

    def minimumSizeHint(self) -> QSize:
        hint = self.sizeHint()  # the key cap may go before the text is cut
        cap = paint.key_cap_width(self._key) + 10 if self._key else 0
        return QSize(round(hint.width() - cap - 8), hint.height())

    def _colors(self) -> tuple[str, str]:
        rest, hover, pressed = _FILLS[self._look]
        text = theme.ON_ACCENT if self._look == "primary" else theme.TEXT
        if not self.isEnabled():
            return ("" if self._look == "ghost" else theme.RAISED), theme.FAINT
        if self.isDown() or self.isChecked():
            return pressed, text
        return (hover if self.underMouse() else rest), text

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        radius = theme.PRIMARY_RADIUS if self._look == "primary" else theme.RADIUS
        fill, color = self._colors()
        if fill:
            paint.box(painter, rect, fill, radius=radius)
        words = paint.text_width(self.text(), weight=600)
        icon = 24.0 if self._icon else 0.0
        cap = paint.key_cap_width(self._key) + 10 if self._key else 0.0
        if words + icon + cap > rect.width() - 12:
            cap = 0.0
        x = rect.center().x() - (words + icon + cap) / 2
        middle = rect.center().y()
        if self._icon:
            icons.paint(painter, self._icon, QRectF(x, middle - 8, 16, 16), color)
            x += icon
        painter.setFont(self.font())
        painter.setPen(QColor(color))
        space = QRectF(x, rect.top(), min(words + 2, rect.right() - x - 4), rect.height())
        shown = painter.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideRight, round(space.width() + 1)
        )
        painter.drawText(space, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        if cap:
            line = theme.mix(fill or theme.PANEL, color, 0.45)
            quiet = theme.mix(fill or theme.PANEL, color, 0.75)
            paint.key_cap(painter, QPointF(x + words + 10, middle), self._key, quiet, line)
        if self.hasFocus() and self._look != "primary":
            paint.focus_ring(painter, rect, radius)
        elif self.hasFocus():
            paint.box(painter, rect.adjusted(3, 3, -3, -3), border=theme.ON_ACCENT, radius=7)


def primary_button(text: str, *, key: str = "", icon: str = "", tooltip: str = "") -> Button:
    """The one button of a panel that people came for."""
    return Button(text, key=key, look="primary", icon=icon, tooltip=tooltip)


class IconButton(KeyButton):
    """A square button with an icon; ``name`` is its tooltip and what assistive tools say."""

    def __init__(
        self, icon: str, name: str, *, key: str = "", size: int = 30, round_: bool = False,
        accent: bool = False, parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._icon, self._is_round, self._is_accent = icon, round_, accent
        self._size = size
        self.setAccessibleName(name)
        self.setToolTip(f"{name}  ({key})" if key else name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFixedSize(size, size)

    def set_icon(self, icon: str) -> None:
        """Show another icon."""
        self._icon = icon
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._size, self._size)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        radius = rect.width() / 2 if self._is_round else theme.RADIUS
        color = theme.DIM
        if self._is_accent:
            fill = theme.ACCENT_HOVER if self.underMouse() else theme.ACCENT
            paint.box(painter, rect, fill if self.isEnabled() else theme.RAISED, radius=radius)
            color = theme.ON_ACCENT
        elif self.isDown() or self.isChecked() or self.underMouse():
            paint.box(painter, rect, theme.HOVER if self.isDown() else theme.RAISED, radius=radius)
            color = theme.ACCENT if self.isChecked() else theme.TEXT
        if not self.isEnabled():
            color = theme.FAINT
        side = min(18.0, self._size * 0.6)
        middle = rect.center()
        icons.paint(
            painter, self._icon,
            QRectF(middle.x() - side / 2, middle.y() - side / 2, side, side), color,
        )  # fmt: skip
        if self.hasFocus():
            paint.focus_ring(painter, rect, radius)
