"""What stands in the viewport's place where there is no OpenGL: a sentence and the next step."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from studio import theme


class NoOpenGL(QWidget):
    """Says why nothing is drawn, and that the rest of the program works."""

    def __init__(self, reason: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("viewport_placeholder")
        title = QLabel("No 3D view on this machine")
        title.setFont(theme.font(15, weight=600))
        title.setStyleSheet(f"color: {theme.TEXT};")
        text = QLabel(
            f"{reason}\nSampling, estimating and exporting work all the same. To see the bodies, "
            "install an OpenGL driver (on Debian and Ubuntu: libgl1-mesa-dri) and start again."
        )
        text.setWordWrap(True)
        text.setStyleSheet(f"color: {theme.DIM};")
        for label in (title, text):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setAccessibleName(f"No 3D view: {reason}")
        self.setStyleSheet(f"#viewport_placeholder {{ background: {theme.WINDOW}; }}")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        box = QVBoxLayout(self)
        box.setContentsMargins(48, 24, 48, 24)
        box.setSpacing(10)
        box.addStretch()
        box.addWidget(title)
        box.addWidget(text)  # no alignment: only then the layout asks for the wrapped height
        box.addStretch()
