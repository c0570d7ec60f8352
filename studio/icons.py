"""Every icon, from one folder of line drawings, in any colour.

The drawings in ``resources/icons`` are our own: 24 x 24, 1.8 px strokes in ``currentColor``.
"""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from core.paths import RESOURCES
from studio import theme

FOLDER = RESOURCES / "icons"


def names() -> list[str]:
    """All icons there are."""
    return sorted(path.stem for path in FOLDER.glob("*.svg"))


@cache
def _drawing(name: str, color: str) -> QSvgRenderer:
    text = (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    return QSvgRenderer(QByteArray(text.replace("currentColor", color).encode()))


def paint(painter: QPainter, name: str, rect: QRectF, color: str = theme.DIM) -> None:
    """Draw an icon sharply at any scale."""
    _drawing(name, color).render(painter, rect)


@cache
def pixmap(name: str, color: str = theme.DIM, size: int = 18, ratio: float = 2.0) -> QPixmap:
    """The icon as a picture of ``size`` logical pixels."""
    picture = QPixmap(QSize(round(size * ratio), round(size * ratio)))
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint(painter, name, QRectF(0, 0, size * ratio, size * ratio), color)
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture


@cache
def icon(name: str, color: str = theme.DIM) -> QIcon:
    """The icon for menus and buttons, faint when disabled."""
    result = QIcon(pixmap(name, color))
    result.addPixmap(pixmap(name, theme.FAINT), QIcon.Mode.Disabled)
    return result
