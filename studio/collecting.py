"""Garbage collection that does not hold up the window.

Python now and then walks through everything that lives, and most of that are modules: with torch
imported, 50 ms, two frames. What modules brought stays forever, so it is taken out of the walk.
"""

from __future__ import annotations

import gc
import sys

from PySide6.QtCore import QObject, QTimer

_EVERY = 4000  # milliseconds
_MANY = 50  # new modules that are worth it: what is dead by then but not found yet stays too


class ModuleKeeper(QObject):
    """Looks now and then whether modules were imported, and leaves them to themselves."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._known = 0
        timer = QTimer(self, interval=_EVERY)
        timer.timeout.connect(self.look)
        timer.start()

    def look(self) -> None:
        """Take everything alive out of later collections if many modules are new."""
        if len(sys.modules) >= self._known + _MANY:
            self._known = len(sys.modules)
            gc.collect(1)  # what died lately is not kept
            gc.freeze()
