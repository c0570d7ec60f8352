"""Buttons that can be pressed from the keyboard although Space and Enter are keys of the window.

They take the focus by Tab alone, so whoever has them focused is working with the keyboard: there
Space presses the button and does not play, and Enter presses it and does not sample.
"""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton

_SPACE = frozenset({Qt.Key.Key_Space, Qt.Key.Key_Select})
_ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})


class KeyButton(QAbstractButton):
    """Base of all our buttons. ``takes_enter`` is False where Enter should go on to the page."""

    takes_enter: ClassVar[bool] = True

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            mine = _SPACE | _ENTER if self.takes_enter else _SPACE
            if event.key() in mine and not event.modifiers():
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.takes_enter and event.key() in _ENTER and not event.isAutoRepeat():
            self.click()
        else:
            super().keyPressEvent(event)
