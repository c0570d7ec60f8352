"""Two small dialogs: the keys, made from the table of actions, and what this program is."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

import core
from studio import icons, theme
from studio.actions import MENUS, Actions
from studio.widgets import Button, caption, label, paint

VIEW_KEYS: tuple[tuple[str, str], ...] = (
    ("Turn around the body", "Drag"),
    ("Move the view", "Shift+Drag"),
    ("Zoom", "Wheel"),
    ("Select a body", "Click"),
    ("Scrub through time", "Drag the timeline"),
    ("Play only a part", "Shift+Drag the timeline"),
    ("Slider back to its default", "Double click"),
)


def key_groups(actions: Actions) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return (heading, [(what, key), ...]) for everything that has a key, and for the mouse."""
    groups: list[tuple[str, list[tuple[str, str]]]] = []
    for menu in (*MENUS[:4], "", MENUS[4]):
        rows = [
            (action.text.rstrip("…"), paint.pretty_key(action.key_text))
            for action in actions
            if action.menu == menu and action.shortcut
        ]
        if rows:
            groups.append((menu or "On this page", rows))
    groups.append(("Mouse", list(VIEW_KEYS)))
    return groups


class _Key(QWidget):
    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(round(paint.key_cap_width(self._text)) + 2, 22)

    def paintEvent(self, event: QPaintEvent) -> None:
        paint.key_cap(
            QPainter(self), QPointF(1, self.height() / 2), self._text, theme.DIM, theme.LINE
        )


class ShortcutsDialog(QDialog):
    """All keys in columns."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys")
        columns = QHBoxLayout()
        columns.setSpacing(36)
        groups = key_groups(actions)
        total = sum(len(rows) + 2 for _, rows in groups)
        column, filled = QVBoxLayout(), 0
        for heading, rows in groups:
            if filled and filled + len(rows) / 2 > total / 3:
                column.addStretch(1)
                columns.addLayout(column)
                column, filled = QVBoxLayout(), 0
            column.addLayout(_group(heading, rows))
            column.addSpacing(14)
            filled += len(rows) + 2
        column.addStretch(1)
        columns.addLayout(column)
        inside = QWidget()
        inside.setLayout(columns)
        columns.setContentsMargins(24, 20, 24, 12)
        scroll = QScrollArea()
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)
        hint = inside.sizeHint()
        limit = parent.size() * 0.94 if parent is not None else QSize(1200, 800)
        self.resize(hint.boundedTo(limit) + QSize(12, 12))


def _group(heading: str, rows: list[tuple[str, str]]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(18)
    grid.setVerticalSpacing(6)
    grid.setColumnStretch(0, 1)
    grid.addWidget(label(heading, color=theme.ACCENT, weight=600, size=theme.SMALL_SIZE), 0, 0)
    for row, (what, key) in enumerate(rows, start=1):
        grid.addWidget(label(what, color=theme.TEXT), row, 0)
        grid.addWidget(_Key(key), row, 1, Qt.AlignmentFlag.AlignRight)
    return grid


class _Logo(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(64, 64)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(QColor(theme.TEXT))
        icons.paint(painter, "logo", QRectF(0, 0, 64, 64))


class AboutDialog(QDialog):
    """Name, version, what ships under which licence."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("About Motion Studio")
        self.setFixedWidth(460)
        column = QVBoxLayout(self)
        column.setContentsMargins(28, 28, 28, 24)
        column.setSpacing(10)
        column.addWidget(_Logo())
        column.addWidget(label("Motion Studio", size=20, weight=600))
        column.addWidget(caption(f"Version {core.__version__}", color=theme.DIM))
        for text in (
            "Turns videos into body motion, samples new motion by action with ACTOR, an "
            "action-conditioned transformer VAE, and shows and exports it.",
            "The body that ships is free: built from MakeHuman's CC0 data. The demo model learnt "
            "from generated motions, not from recordings of people. SMPL, VIBE and PARE files are "
            "not included. The file NOTICE lists every origin and licence.",
        ):
            column.addWidget(caption(text, color=theme.DIM))
        column.addSpacing(8)
        close = Button("Close", key="Esc")
        close.clicked.connect(self.accept)
        column.addWidget(close)
