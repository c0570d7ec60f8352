"""What the window remembers from one start to the next, in one ini file in the data folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QSettings

from core.paths import data_folder


class Settings:
    """Typed access to ``studio.ini``; a missing or odd value gives the default."""

    def __init__(self, path: Path | None = None) -> None:
        self._store = QSettings(
            str(path or data_folder() / "studio.ini"), QSettings.Format.IniFormat
        )

    def text(self, key: str, default: str = "") -> str:
        """A text."""
        value = self._store.value(key, default)
        return value if isinstance(value, str) else default

    def texts(self, key: str) -> list[str]:
        """A list of texts."""
        value: Any = self._store.value(key, [])
        if isinstance(value, str):
            return [value] if value else []
        return [v for v in value if isinstance(v, str)] if isinstance(value, list) else []

    def flag(self, key: str, default: bool) -> bool:
        """A yes or no."""
        return self.text(key, "yes" if default else "no") == "yes"

    def state(self, key: str) -> QByteArray | None:
        """What a widget's ``saveState`` or ``saveGeometry`` gave."""
        value = self._store.value(key)
        return value if isinstance(value, QByteArray) and not value.isEmpty() else None

    def set(self, key: str, value: str | list[str] | bool | QByteArray) -> None:
        """Remember a value."""
        if isinstance(value, bool):
            value = "yes" if value else "no"
        self._store.setValue(key, value)

    def save(self) -> None:
        """Write the file now; a folder that cannot be written only forgets."""
        self._store.sync()
