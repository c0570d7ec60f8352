"""The video beside the body: previews while it is estimated, then frames in step with playback.

Paints pictures it is given; reading them happens in ``studio.services.video_frames``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio import theme

Picture = npt.NDArray[np.uint8]
Rect = tuple[float, float, float, float]

_FEW = 0.5  # landmarks less visible than this are drawn faint


@dataclass(frozen=True, kw_only=True)
class PersonBox:
    """A person's box: left, top, width, height in 0..1 of the picture; those picked are solid."""

    rect: tuple[float, float, float, float]
    name: str
    is_picked: bool


class VideoView(QWidget):
    """Shows one picture, fitted into the widget, with what is known of it over it, and a line of
    text below.

    ``set_picture`` takes (H, W, 3) uint8 RGB; ``set_landmarks`` points in 0..1 of the picture.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image: QImage | None = None
        self._points: npt.NDArray[np.float64] | None = None
        self._visibility: npt.NDArray[np.float64] = np.zeros(0)
        self._edges: tuple[tuple[int, int], ...] = ()
        self._shows_landmarks = True
        self._boxes: tuple[PersonBox, ...] = ()
        self._layers: list[tuple[QImage, QRectF]] = []
        self._caption = ""
        self._notice = ""
        self._fraction: float | None = None
        self._accent = theme.BLAZEPOSE
        self.setObjectName("video_view")
        self.setAccessibleName("Video")
        self.setMinimumSize(180, 160)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        return QSize(420, 420)

    def set_picture(self, picture: Picture | None) -> None:
        """Show a picture (H, W, 3) uint8 RGB, or none."""
        if picture is None:
            self._image = None
        else:
            rgb = np.ascontiguousarray(picture[..., :3], dtype=np.uint8)
            height, width = rgb.shape[:2]
            view = QImage(rgb.data, width, height, 3 * width, QImage.Format.Format_RGB888)
            self._image = view.copy()  # the array may go away
        self.update()

    @property
    def has_picture(self) -> bool:
        return self._image is not None

    def set_landmarks(
        self,
        points: npt.ArrayLike | None,
        visibility: npt.ArrayLike = (),
        edges: Sequence[tuple[int, int]] = (),
    ) -> None:
        """Draw points (P, 2) over the picture, x and y in 0..1 of it, joined by ``edges``.

        visibility (P,) in 0..1: what is less than half visible is drawn faint. None draws nothing.
        """
        self._points = None if points is None else np.asarray(points, np.float64)
        count = 0 if self._points is None else len(self._points)
        seen = np.asarray(visibility, np.float64)
        self._visibility = seen if len(seen) == count else np.ones(count)
        self._edges = tuple((a, b) for a, b in edges if max(a, b) < count)
        self.update()

    def set_boxes(self, boxes: Sequence[PersonBox]) -> None:
        """Draw these people's boxes."""
        self._boxes = tuple(boxes)
        self.update()

    def set_layers(self, layers: Sequence[tuple[Picture, Rect]]) -> None:
        """Lay pictures (H, W, 4) uint8 RGBA, not premultiplied, over the video, one on another.

        Each with its left, top, width, height in 0..1 of the video's picture.
        """
        self._layers = [(_image(picture), QRectF(*rect)) for picture, rect in layers]
        self.update()

    @property
    def has_layer(self) -> bool:
        return bool(self._layers)

    def set_accent(self, color: str) -> None:
        """Draw landmarks and boxes in the estimator's colour."""
        self._accent = color
        self.update()

    @property
    def shows_landmarks(self) -> bool:
        return self._shows_landmarks

    def set_shows_landmarks(self, shows: bool) -> None:
        """Show or hide the landmarks."""
        self._shows_landmarks = shows
        self.update()

    def set_caption(self, text: str) -> None:
        """The line in the corner: frame, rate, size."""
        self._caption = text
        self.setAccessibleDescription(text)
        self.update()

    def set_notice(self, text: str, fraction: float | None = None) -> None:
        """What is being done with the video, in the middle below; ``fraction`` draws a bar."""
        self._notice, self._fraction = text, fraction
        self.update()

    # -- painting ---------------------------------------------------------------------------------
    def picture_rect(self) -> QRectF:
        """Where the picture lies inside the widget."""
        if self._image is None:
            return QRectF()
        area = QRectF(self.rect()).adjusted(12, 12, -12, -44)
        size = self._image.size().scaled(area.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRectF(0, 0, size.width(), size.height())
        place.moveCenter(area.center())
        return place

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.rect(), QColor(theme.WINDOW))
        place = self.picture_rect()
        if self._image is not None:
            shape = QPainterPath()
            shape.addRoundedRect(place, theme.RADIUS, theme.RADIUS)
            painter.save()
            painter.setClipPath(shape)
            painter.drawImage(place, self._image)
            for layer, part in self._layers:
                spot = QRectF(
                    place.x() + part.x() * place.width(), place.y() + part.y() * place.height(),
                    part.width() * place.width(), part.height() * place.height(),
                )  # fmt: skip
                painter.drawImage(spot, layer)
            painter.restore()
            self._paint_boxes(painter, place)
            if self._shows_landmarks and self._points is not None:
                self._paint_landmarks(painter, place)
        if self._notice:
            self._paint_notice(painter)
        elif self._caption:
            self._paint_chip(painter, self._caption, 12.0)
        painter.end()

    def _paint_boxes(self, painter: QPainter, place: QRectF) -> None:
        painter.setFont(theme.font(theme.TINY_SIZE, weight=600))
        metrics = QFontMetricsF(painter.font())
        for box in self._boxes:
            left, top, width, height = box.rect
            rect = QRectF(
                place.x() + left * place.width(), place.y() + top * place.height(),
                width * place.width(), height * place.height(),
            ).intersected(place)  # fmt: skip
            color = QColor(self._accent if box.is_picked else theme.TEXT)
            pen = QPen(color, 1.6 if box.is_picked else 1.2)
            if not box.is_picked:
                pen.setDashPattern([4, 4])
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect, 4, 4)
            tag = QRectF(0, 0, metrics.horizontalAdvance(box.name) + 12, 18)
            tag.moveBottomLeft(rect.topLeft() + QPointF(0, -2))
            if tag.top() < place.top():
                tag.moveTop(rect.top() + 3)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(_with_alpha(theme.WINDOW, 0.78))
            painter.drawRoundedRect(tag, 4, 4)
            painter.setPen(color)
            painter.drawText(tag, Qt.AlignmentFlag.AlignCenter, box.name)

    def _paint_landmarks(self, painter: QPainter, place: QRectF) -> None:
        points = self._points
        if points is None:
            return
        width = max(1.5, place.height() / 300)
        spots = [
            QPointF(place.x() + float(x) * place.width(), place.y() + float(y) * place.height())
            for x, y in points
        ]
        for a, b in self._edges:
            is_seen = min(self._visibility[a], self._visibility[b]) >= _FEW
            color = _with_alpha(self._accent, 0.95 if is_seen else 0.35)
            painter.setPen(QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawLine(spots[a], spots[b])
        painter.setPen(Qt.PenStyle.NoPen)
        for joint in sorted({joint for edge in self._edges for joint in edge}):
            painter.setBrush(
                _with_alpha(theme.TEXT, 0.95 if self._visibility[joint] >= _FEW else 0.35)
            )
            painter.drawEllipse(spots[joint], 1.4 * width, 1.4 * width)

    def _paint_chip(self, painter: QPainter, text: str, left: float) -> None:
        painter.setFont(theme.font(theme.TINY_SIZE))
        metrics = QFontMetricsF(painter.font())
        room = max(self.width() - 2 * left - 16, 24)
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
        chip = QRectF(left, self.height() - 34, metrics.horizontalAdvance(text) + 16, 24)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.RAISED))
        painter.drawRoundedRect(chip, 6, 6)
        painter.setPen(QColor(theme.DIM))
        painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_notice(self, painter: QPainter) -> None:
        painter.setFont(theme.font(theme.SMALL_SIZE))
        metrics = QFontMetricsF(painter.font())
        bar = QRectF(12, self.height() - 12, self.width() - 24, 4)
        line = QRectF(12, self.height() - 36, self.width() - 24, 20)
        if not self.has_picture:
            line.moveCenter(QRectF(self.rect()).center())
            bar.moveTop(line.bottom() + 8)
        painter.setPen(QColor(theme.DIM))
        if self.has_picture or self._fraction is not None:
            notice = self._notice.partition("\n")[0]
            text = metrics.elidedText(notice, Qt.TextElideMode.ElideRight, line.width())
            painter.drawText(line, Qt.AlignmentFlag.AlignCenter, text)
        else:
            area = QRectF(self.rect()).adjusted(20, 20, -20, -20)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(area, int(flags), self._notice)
        if self._fraction is None:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.RAISED))
        painter.drawRoundedRect(bar, 2, 2)
        bar.setWidth(max(bar.width() * min(max(self._fraction, 0.0), 1.0), 4))
        painter.setBrush(QColor(self._accent))
        painter.drawRoundedRect(bar, 2, 2)


def _image(layer: Picture) -> QImage:
    rgba = np.ascontiguousarray(layer, dtype=np.uint8)
    height, width = rgba.shape[:2]
    view = QImage(rgba.data, width, height, 4 * width, QImage.Format.Format_RGBA8888)
    return view.copy()  # the array may go away


def _with_alpha(color: str, alpha: float) -> QColor:
    result = QColor(color)
    result.setAlphaF(alpha)
    return result
