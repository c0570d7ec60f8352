"""Strokes that several controls share: boxes, focus rings, key caps, the rows of lists."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from studio import theme


def box(
    painter: QPainter, rect: QRectF, fill: str = "", border: str = "", radius: float = theme.RADIUS
) -> None:
    """Draw a rounded box; a border lies inside ``rect`` and is one sharp pixel wide."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(QColor(fill) if fill else Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(border), 1) if border else Qt.PenStyle.NoPen)
    inner = rect.adjusted(0.5, 0.5, -0.5, -0.5) if border else rect
    painter.drawRoundedRect(inner, radius, radius)


def focus_ring(painter: QPainter, rect: QRectF, radius: float = theme.RADIUS) -> None:
    """Show where the keyboard is."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(theme.ACCENT), 1.4))
    painter.drawRoundedRect(rect.adjusted(0.7, 0.7, -0.7, -0.7), radius, radius)


def row_ground(painter: QPainter, option: QStyleOptionViewItem, *, has_stripe: bool = True) -> None:
    """Paint the ground of a list's row: chosen, pointed at, or bare."""
    rect: QRect = option.rect
    is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
    if is_chosen or option.state & QStyle.StateFlag.State_MouseOver:
        painter.fillRect(rect, QColor(theme.RAISED if is_chosen else theme.HOVER))
    if is_chosen and has_stripe:
        painter.fillRect(QRect(rect.left(), rect.top(), 2, rect.height()), QColor(theme.ACCENT))


def line_of_text(
    painter: QPainter, text: str, place: QRect, size: int, color: str,
    elide: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle,
) -> None:  # fmt: skip
    """Write one line, shortened where ``place`` ends."""
    face = theme.font(size)
    painter.setFont(face)
    painter.setPen(QColor(color))
    shown = QFontMetrics(face).elidedText(text, elide, place.width())
    painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, shown)


def key_cap_width(text: str) -> float:
    """Width of the cap :func:`key_cap` draws."""
    metrics = QFontMetricsF(theme.font(theme.TINY_SIZE, weight=500))
    return metrics.horizontalAdvance(text) + 12 if text else 0.0


def key_cap(painter: QPainter, left_middle: QPointF, text: str, color: str, line: str) -> None:
    """Draw a key as it looks on a keyboard, its left edge's middle at ``left_middle``."""
    rect = QRectF(left_middle.x(), left_middle.y() - 9, key_cap_width(text), 18)
    box(painter, rect, border=line, radius=4)
    painter.setFont(theme.font(theme.TINY_SIZE, weight=500))
    painter.setPen(QColor(color))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)


def text_width(text: str, size: int = theme.BODY_SIZE, weight: int = 400) -> float:
    """Width of a text in the interface's font."""
    return QFontMetricsF(theme.font(size, weight=weight)).horizontalAdvance(text)


def pretty_key(text: str) -> str:
    """ "Ctrl+K" as it is printed on a cap: "Ctrl K", "Return" as "Enter"."""
    return text.replace("Return", "Enter").replace("+", " ") if len(text) > 1 else text
