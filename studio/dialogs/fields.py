"""Fields that dialogs share: a file or several with a button to look for them, a count."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QLineEdit

from studio import theme
from studio.widgets import Button, ValueField


class FileField(QHBoxLayout):
    """A line for one file, or several with semicolons, and a button to look for them."""

    def __init__(self, parent: QDialog, name: str, pattern: str, *, several: bool = False) -> None:
        super().__init__()
        self._parent, self._name, self._pattern, self._several = parent, name, pattern, several
        self.line = QLineEdit()
        self.line.setAccessibleName(name)
        self.line.setPlaceholderText(pattern.partition(" (")[0])
        browse = Button("Browse…", look="secondary", tooltip=f"Choose {name.lower()}")
        browse.setFixedHeight(theme.CONTROL)
        browse.clicked.connect(self._browse)
        self.setSpacing(8)
        self.addWidget(self.line, 1)
        self.addWidget(browse)

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files named."""
        words = (word.strip() for word in self.line.text().split(";"))
        return tuple(Path(word).expanduser() for word in words if word)

    def _browse(self) -> None:
        start = str(self.paths[0].parent if self.paths else Path.home())
        ask = QFileDialog.getOpenFileNames if self._several else QFileDialog.getOpenFileName
        answer, _ = ask(self._parent, self._name, start, f"{self._pattern};;All files (*)")
        names = [answer] if isinstance(answer, str) else answer
        if names and names[0]:
            self.line.setText("; ".join(names))


class CountField(ValueField):
    """A whole number with its unit, typed in; kept within its bounds."""

    def __init__(self, name: str, unit: str, low: int, high: int, value: int) -> None:
        super().__init__(lambda number: f"{number:.0f} {unit}")
        self._low, self._high = low, high
        self.setAccessibleName(name)
        self.setFixedWidth(110)
        self.set_value(value)
        self.entered.connect(self.set_value)

    def set_value(self, value: float) -> None:
        """Take a number."""
        super().set_value(float(min(max(round(value), self._low), self._high)))

    @property
    def value(self) -> int:
        return int(self._value)
