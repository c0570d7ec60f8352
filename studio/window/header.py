"""The line on top: menu, name, pages, command palette, device and running jobs."""

from __future__ import annotations

import os
from collections.abc import Sequence

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QWidget

from studio import icons, theme
from studio.actions import MENUS, Actions
from studio.widgets import IconButton, Pill, paint
from studio.widgets.keys import KeyButton
from studio.window.page import PageEntry


class _Name(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._width = 34 + round(paint.text_width("Motion Studio", weight=600))
        self.setFixedSize(self._width, theme.HEADER)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.height() / 2
        icons.paint(painter, "logo", QRectF(0, middle - 11, 22, 22))
        painter.setFont(theme.font(weight=600))
        painter.setPen(QColor(theme.TEXT))
        painter.drawText(
            QRectF(30, 0, self._width, self.height()), Qt.AlignmentFlag.AlignVCenter,
            "Motion Studio",
        )  # fmt: skip


class _Tab(KeyButton):
    def __init__(self, entry: PageEntry, parent: QWidget) -> None:
        super().__init__(parent)
        self.setText(entry.title)
        self.setCheckable(True)
        self.setEnabled(entry.make is not None)
        self.setAccessibleName(f"{entry.title} page")
        key = f"  ({entry.key})" if entry.make else ""
        self.setToolTip(entry.tooltip + key)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(round(paint.text_width(self.text(), weight=600) + 28), theme.HEADER)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        color = theme.TEXT if self.isChecked() or self.underMouse() else theme.DIM
        if not self.isEnabled():
            color = theme.mix(theme.PANEL, theme.FAINT, 0.8)
        painter.setFont(theme.font(weight=600 if self.isChecked() else 500))
        painter.setPen(QColor(color))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
        if self.isChecked():
            painter.fillRect(0, self.height() - 2, self.width(), 2, QColor(theme.ACCENT))
        if self.hasFocus():
            paint.focus_ring(painter, QRectF(self.rect()).adjusted(4, 9, -4, -9), 6)


class _PaletteButton(KeyButton):
    """Looks like a search field and opens the command palette."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self._key = paint.pretty_key(key)
        self.setText("Search actions, clips, commands")
        self.setAccessibleName("Search actions, clips, commands")
        self.setToolTip(f"Find anything that can be done  ({key})")
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setMinimumWidth(38)
        self.setMaximumWidth(340)
        self.setFixedHeight(theme.CONTROL)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(340, theme.CONTROL)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        line = theme.FAINT if self.underMouse() else theme.LINE
        paint.box(painter, rect, theme.FIELD, line)
        cap = paint.key_cap_width(self._key)
        if rect.width() < cap + 80:  # no room for words: a lens that can be pressed
            middle = rect.center()
            lens = QRectF(middle.x() - 8, middle.y() - 8, 16, 16)
            icons.paint(painter, "search", lens, theme.DIM)
            if self.hasFocus():
                paint.focus_ring(painter, rect)
            return
        room = rect.width() - cap - 48
        painter.setFont(theme.font())
        painter.setPen(QColor(theme.FAINT))
        icons.paint(painter, "search", QRectF(10, rect.center().y() - 8, 16, 16), theme.FAINT)
        text = "Search" if paint.text_width(self.text()) > room else self.text()
        painter.drawText(rect.adjusted(34, 0, -cap - 10, 0), Qt.AlignmentFlag.AlignVCenter, text)
        at = QPointF(rect.right() - cap - 8, rect.center().y())
        paint.key_cap(painter, at, self._key, theme.DIM, theme.LINE)
        if self.hasFocus():
            paint.focus_ring(painter, rect)


def device_text() -> str:
    """What the networks run on: this version computes on the processor."""
    threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"CPU · {threads} thread{'s' if threads != 1 else ''}"


class Header(QWidget):
    """``page_chosen(id)``, ``palette_wanted()``; menus come from the actions."""

    page_chosen = Signal(str)
    palette_wanted = Signal()
    jobs_pressed = Signal()
    device_pressed = Signal()

    def __init__(
        self, entries: Sequence[PageEntry], actions: Actions, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._actions = actions
        self.setFixedHeight(theme.HEADER)
        self._menu_button = IconButton("menu", "Menu", key=actions.key_text("menu"), size=30)
        self._menu_button.clicked.connect(self.open_menu)
        self._menu: QMenu | None = None
        self._tabs: dict[str, _Tab] = {}
        palette = _PaletteButton(actions.key_text("palette"))
        palette.clicked.connect(self.palette_wanted)
        self.device = Pill(device_text())
        self.device.setToolTip(
            "Estimating and sampling run on the processor. Press to see the model files."
        )
        self.device.setAccessibleName(device_text())
        self.device.clicked.connect(self.device_pressed)
        self.jobs = Pill()
        self.jobs.hide()
        self.jobs.clicked.connect(self.jobs_pressed)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 0, theme.MARGIN, 1)
        row.setSpacing(8)
        row.addWidget(self._menu_button)
        row.addWidget(_Name())
        row.addSpacing(14)
        tabs = QHBoxLayout()
        tabs.setSpacing(2)
        for entry in entries:
            tab = self._tabs[entry.id] = _Tab(entry, self)
            tab.clicked.connect(lambda _=False, e=entry: self._pressed(e.id))
            tabs.addWidget(tab)
        row.addLayout(tabs)
        row.addStretch(1)
        row.addWidget(palette, 3)
        row.addSpacing(4)
        row.addWidget(self.device)
        row.addWidget(self.jobs)

    def set_page(self, page_id: str) -> None:
        """Mark a page's tab."""
        for name, tab in self._tabs.items():
            tab.setChecked(name == page_id)

    def set_job(self, text: str) -> None:
        """Show running work, or none for an empty text."""
        self.jobs.setVisible(bool(text))
        if text:
            short = text if len(text) <= 28 else f"{text[:13]}…{text[-13:]}"
            self.jobs.set(short, theme.WARNING)
            self.jobs.setToolTip(f"{text}\nPress to go there")

    def open_menu(self) -> None:
        """Show all menus under the menu button."""
        menu = QMenu(self)
        for name in MENUS:
            self._actions.fill_menu(menu.addMenu(name), name)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._menu_button.mapToGlobal(QPoint(0, self._menu_button.height() + 4)))

    def _pressed(self, page_id: str) -> None:
        self._tabs[page_id].setChecked(True)
        self.page_chosen.emit(page_id)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.PANEL))
        painter.fillRect(0, self.height() - 1, self.width(), 1, QColor(theme.LINE))
