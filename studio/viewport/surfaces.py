"""What a scene is drawn on: the graphics card's own widget, or memory that a plain widget shows.

Where the processor draws (llvmpipe and the like) an OpenGL widget makes Qt put the whole window
together in OpenGL as well, which costs more than the scene. There the scene is drawn into memory
and painted like any other picture: only the viewport's part of the window changes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt, QTimer
from PySide6.QtGui import (
    QImage,
    QOffscreenSurface,
    QOpenGLContext,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QWidget
from vispy import app, gloo
from vispy.gloo.context import GLContext, forget_canvas, set_current_canvas

from studio.viewport.panes import Box

SAMPLES = 4
Size = tuple[int, int]
Draw = Callable[[Size], Box]
"""Draws into the current framebuffer of a size in physical pixels; returns what changed in it."""


class Surface(Protocol):
    """Where a scene appears: a widget, and the context its drawing needs."""

    @property
    def widget(self) -> QWidget:
        """The widget that shows it."""

    def make_current(self) -> None:
        """Make the OpenGL context current, for uploads and deletions outside a draw."""

    def redraw(self) -> None:
        """Ask for a new picture; several requests before it is drawn are one."""

    def image(self) -> QImage:
        """Return what is shown now, in physical pixels."""

    def release(self) -> None:
        """Give the OpenGL context back; must happen before the window goes."""


class CardSurface:
    """A vispy canvas: Qt's OpenGL widget, multisampled."""

    def __init__(self, parent: QWidget, draw: Draw, samples: int = SAMPLES) -> None:
        self._draw = draw
        self._canvas = app.Canvas(
            app=app.Application("pyside6"),  # not vispy's default one: see offscreen.Stage
            parent=parent,
            show=False,
            autoswap=False,
            config={"samples": samples, "depth_size": 24},
            keys={},  # keys belong to the window's actions
        )
        self.widget: Any = self._canvas.native
        self._canvas.events.draw.connect(self._on_draw)

    def _on_draw(self, event: object) -> None:
        self._draw(self._canvas.physical_size)

    def make_current(self) -> None:
        self._canvas.set_current()

    def redraw(self) -> None:
        self.widget.update()

    def image(self) -> QImage:
        image: QImage = self.widget.grabFramebuffer()
        return image

    def release(self) -> None:
        self._canvas.events.draw.disconnect(self._on_draw)
        self._canvas.close()


class _HiddenCanvas:
    """What vispy.gloo wants to know of a canvas, around a Qt context without a window."""

    def __init__(self) -> None:
        self.context = GLContext()
        self._surface = QOffscreenSurface()
        self._qt = QOpenGLContext()
        self._qt.create()
        self._surface.setFormat(self._qt.format())
        self._surface.create()

    def set_current(self) -> None:
        self._qt.makeCurrent(self._surface)
        set_current_canvas(self)

    def close(self) -> None:
        forget_canvas(self)
        self._qt.doneCurrent()


class MemorySurface(QWidget):
    """A plain widget that shows what the processor drew into memory."""

    def __init__(self, parent: QWidget, draw: Draw) -> None:
        super().__init__(parent)
        self._draw = draw
        self._canvas = _HiddenCanvas()
        self._target: Any = None
        self._size: Size = (0, 0)
        self._stale = True
        self._pixels = np.zeros((0, 0, 4), np.uint8)
        self._picture = QImage()  # over the same memory
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        # drawn before Qt paints, so that only what has changed is painted; and a turn of the event
        # loop after it was asked for, so that what asked does not hold up the user as well
        self._soon = QTimer(self, interval=0, singleShot=True)
        self._soon.timeout.connect(self._draw_now)

    @property
    def widget(self) -> QWidget:
        return self

    def make_current(self) -> None:
        self._canvas.set_current()

    def redraw(self) -> None:
        if not self._stale:
            self._stale = True
            self._soon.start()

    def image(self) -> QImage:
        self._bring_up_to_date()
        return self._picture.copy()

    def release(self) -> None:
        self._soon.stop()
        self._canvas.close()

    def _draw_now(self) -> None:
        if self.isVisible():
            self._bring_up_to_date()

    def paintEvent(self, event: QPaintEvent) -> None:
        self._bring_up_to_date()
        painter = QPainter(self)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        painter.drawImage(0, 0, self._picture)
        painter.end()

    def _bring_up_to_date(self) -> None:
        ratio = self.devicePixelRatioF()
        size = (max(1, round(self.width() * ratio)), max(1, round(self.height() * ratio)))
        if not self._stale and size == self._size:
            return  # something in front of it changed, not the picture
        self.make_current()
        is_new = size != self._size
        if is_new:
            self._begin(size, ratio)
        self._stale = False
        with self._target:
            changed = self._draw(size)
            gloo.flush()
            self._take(changed if not is_new else (0, 0, *size))

    def _begin(self, size: Size, ratio: float) -> None:
        """Make framebuffer and picture anew for another size."""
        shape = (size[1], size[0])
        self._target = gloo.FrameBuffer(gloo.Texture2D((*shape, 4)), gloo.RenderBuffer(shape))
        self._pixels = np.zeros((*shape, 4), np.uint8)
        self._picture = QImage(
            self._pixels.data, size[0], size[1], size[0] * 4, QImage.Format.Format_RGBX8888
        )
        self._picture.setDevicePixelRatio(ratio)
        self._size = size

    def _take(self, box: Box) -> None:
        """Read a part of the framebuffer into the picture and have it painted."""
        left, bottom, right, top = box
        width, height = right - left, top - bottom
        if width <= 0 or height <= 0:
            return
        data = gloo.gl.glReadPixels(
            left, bottom, width, height, gloo.gl.GL_RGBA, gloo.gl.GL_UNSIGNED_BYTE
        )
        rows = np.frombuffer(data, np.uint8).reshape(height, width, 4)
        first = self._size[1] - top  # OpenGL counts rows from below
        self._pixels[first : first + height, left:right] = rows[::-1]
        ratio = self.devicePixelRatioF()
        corner = QPointF(left / ratio, first / ratio)
        self.update(QRectF(corner, QSizeF(width / ratio, height / ratio)).toAlignedRect())
