"""The OpenGL surface inside the window: draws the scene, turns the mouse into camera moves."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, QTimer
from PySide6.QtGui import QImage, QMouseEvent, QOffscreenSurface, QOpenGLContext, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from studio.viewport.fine import FinePicture
from studio.viewport.moving import MovingPicture
from studio.viewport.panes import Box
from studio.viewport.pick import hit
from studio.viewport.scene import Scene
from studio.viewport.surfaces import CardSurface, MemorySurface, Size, Surface

log = logging.getLogger(__name__)

STILL_AFTER = 140
"""Milliseconds without a change after which a software-drawn picture is drawn finely."""
CLICK_PIXELS = 4.0
_SOFTWARE = ("llvmpipe", "softpipe", "swiftshader", "software", "gdi generic")
"""Words in the names of OpenGL drivers that draw on the processor."""
_GL_RENDERER = 0x1F01
_WITHOUT_GL = ("offscreen", "minimal", "vnc", "linuxfb", "minimalegl")
"""Qt platforms on which a widget never gets an OpenGL context."""


@dataclass(frozen=True)
class Driver:
    """What OpenGL there is: ``problem`` a sentence or "", ``name`` the driver's own."""

    problem: str = ""
    name: str = ""

    @property
    def is_software(self) -> bool:
        """Whether the processor draws."""
        return any(word in self.name.lower() for word in _SOFTWARE)


def find_driver() -> Driver:
    """Try OpenGL out, without a window."""
    platform = QApplication.platformName()
    if platform in _WITHOUT_GL:
        return Driver(f"The display system in use ({platform}) has no OpenGL.")
    context = QOpenGLContext()
    if not context.create():
        return Driver("The graphics driver offers no OpenGL.")
    surface = QOffscreenSurface()
    surface.setFormat(context.format())
    surface.create()
    works = context.makeCurrent(surface)
    if not works:
        return Driver("The graphics driver's OpenGL does not start.")
    major, minor = context.format().version()
    name = str(context.functions().glGetString(_GL_RENDERER))
    context.doneCurrent()
    if (major, minor) < (2, 1):
        return Driver(f"The graphics driver offers OpenGL {major}.{minor}; 2.1 is needed.", name)
    return Driver(name=name)


class SceneCanvas(QObject):
    """Owns the surface of one :class:`Scene` and listens to its mouse and wheel.

    ``on_drawn(seconds)`` is called after each picture with the time its drawing took in Python,
    ``on_click(key or None)`` and ``on_double_click(key or None)`` after a click, ``on_moved()``
    when the user moves the camera, and ``on_problem(error)`` once if drawing fails.
    """

    def __init__(self, scene: Scene, parent: QWidget, driver: Driver) -> None:
        super().__init__(parent)
        self.scene = scene
        self._fine = FinePicture() if driver.is_software else None
        self._plain = MovingPicture() if driver.is_software else None
        self._still = QTimer(self)
        self._still.setSingleShot(True)
        self._still.setInterval(STILL_AFTER)
        self._still.timeout.connect(self.settle)
        self._moving = True
        self.on_drawn: Callable[[float], None] = lambda seconds: None
        self.on_click: Callable[[str | None], None] = lambda key: None
        self.on_double_click: Callable[[str | None], None] = lambda key: None
        self.on_moved: Callable[[], None] = lambda: None
        self.on_problem: Callable[[Exception], None] = lambda error: None
        self._surface: Surface = (
            MemorySurface(parent, self._draw)
            if driver.is_software
            else CardSurface(parent, self._draw)
        )
        self.widget = self._surface.widget
        self.widget.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.widget.installEventFilter(self)
        self._failed = False
        self._pressed: QPointF | None = None
        self._last = QPointF()
        self._button = Qt.MouseButton.NoButton

    def update(self) -> None:
        """Ask for a new picture; several requests before it is drawn are one."""
        if self._fine is not None:
            self._moving = True
            self._still.start()
        self._surface.redraw()

    def settle(self) -> None:
        """Draw the next picture at its best: nothing moves, or a screenshot is wanted."""
        self._still.stop()
        self._moving = False
        self._surface.redraw()

    def close(self) -> None:
        """Give the OpenGL context back; must happen before the window goes."""
        self._still.stop()
        self.widget.removeEventFilter(self)
        self._surface.release()

    def make_current(self) -> None:
        """Make the canvas's context current, for uploads and deletions outside a draw."""
        self._surface.make_current()

    def image(self) -> QImage:
        """Return what is shown, in physical pixels."""
        return self._surface.image()

    def _draw(self, size: Size) -> Box:
        changed: Box = (0, 0, *size)
        if self._failed:
            return changed
        began = time.perf_counter()
        try:
            if self._fine is None or self._plain is None:
                self.scene.draw(size)
            elif self._moving:
                changed = self._plain.draw(self.scene, size)
            else:
                self._fine.draw(self.scene, size)
                self._plain.take_over(self.scene, size)
        except Exception as error:
            self._failed = True  # say it once, not at every frame
            log.exception("drawing failed")
            self.on_problem(error)
            return changed
        self.on_drawn(time.perf_counter() - began)
        return changed

    # -- mouse --

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        match event.type():
            case QEvent.Type.MouseButtonPress if isinstance(event, QMouseEvent):
                self._press(event)
            case QEvent.Type.MouseButtonDblClick if isinstance(event, QMouseEvent):
                if event.button() == Qt.MouseButton.LeftButton:
                    at = event.position()
                    self.on_double_click(self.body_at(at.x(), at.y()))
            case QEvent.Type.MouseMove if isinstance(event, QMouseEvent):
                self._move(event)
            case QEvent.Type.MouseButtonRelease if isinstance(event, QMouseEvent):
                self._release(event)
            case QEvent.Type.Wheel if isinstance(event, QWheelEvent):
                self.scene.camera.zoom(event.angleDelta().y() / 120.0)
                self.on_moved()
                return True
            case QEvent.Type.KeyPress | QEvent.Type.KeyRelease:
                event.ignore()  # keys are the window's; vispy would swallow them
                return True
        return False

    def _press(self, event: QMouseEvent) -> None:
        self._pressed = self._last = event.position()
        self._button = event.button()

    def _move(self, event: QMouseEvent) -> None:
        # the buttons are asked of the event: a dialog may have swallowed a release
        if event.buttons() == Qt.MouseButton.NoButton or self._pressed is None:
            self._pressed = None
            return
        moved = event.position() - self._last
        height = max(1, self.widget.height())
        self._last = event.position()
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if self._button == Qt.MouseButton.LeftButton and not shift:
            self.scene.camera.orbit(moved.x() / height, moved.y() / height)
        elif self._button == Qt.MouseButton.RightButton:
            self.scene.camera.zoom(-moved.y() / height * 12)
        else:
            self.scene.camera.pan(moved.x() / height, moved.y() / height)
        self.on_moved()

    def _release(self, event: QMouseEvent) -> None:
        pressed, self._pressed = self._pressed, None
        if pressed is None or event.button() != Qt.MouseButton.LeftButton:
            return
        way = event.position() - pressed
        if abs(way.x()) + abs(way.y()) <= CLICK_PIXELS:
            self.on_click(self.body_at(event.position().x(), event.position().y()))

    def body_at(self, x: float, y: float) -> str | None:
        """Return the key of the nearest body under a point of the widget."""
        width, height = self.widget.width(), self.widget.height()
        panes = self.scene.panes((width, height))
        pane = next((pane for pane in panes if pane.holds(x, height - y)), panes[0])
        left, _, _, top = pane.view
        size = (float(pane.size[0]), float(pane.size[1]))
        origin, direction = self.scene.camera.ray(x - left, y - (height - top), size)
        hits = []
        for item in self.scene.items:
            if not pane.shows(item.key):
                continue
            depth = hit(origin, direction, self.scene.joints_now(item.key))
            if depth is not None:
                hits.append((depth, item.key))
        return min(hits)[1] if hits else None
