"""The viewport as a Qt widget: what the rest of the studio sees of all this.

Where there is no OpenGL the widget says so in a sentence and everything else keeps working: all
methods may be called, they only draw nothing.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QCloseEvent, QImage, QResizeEvent
from PySide6.QtWidgets import QStackedLayout, QWidget

from studio.viewport.camera import View
from studio.viewport.captions import Captions
from studio.viewport.compared import ComparedViews
from studio.viewport.items import BodyItem
from studio.viewport.labels import LabelLayer
from studio.viewport.placeholder import NoOpenGL

CAMERAS = ("front", "side", "orbit", "follow")
MODES = ("body", "skeleton")
_SAME_VIEW = 0.05  # a move of the camera not worth making, see View.apart


class Viewport(ComparedViews, QWidget):
    """Bodies in motion on a floor. Signals are facts, methods are orders.

    ``body_clicked(key)`` ("" for a click on nothing), ``first_frame_drawn()`` once, when the first
    picture with a body is on screen, ``camera_moved()`` when the user turns, moves or zooms,
    ``wipe_moved(0..1)`` when the line of a wipe was dragged.
    """

    body_clicked = Signal(str)
    first_frame_drawn = Signal()
    camera_moved = Signal()
    wipe_moved = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("viewport")
        self.setAccessibleName("3D view of the bodies")
        self.setMinimumSize(240, 180)
        self._layout = QStackedLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._labels = LabelLayer(self)
        self._labels.clicked.connect(self.body_clicked)
        self._captions = Captions(self)
        self._captions.wiped.connect(self._wiped)
        self._heat = {}
        self._items: list[BodyItem] = []
        self._camera = "orbit"
        self._drawn = False
        self._framed = True  # the camera is where frame_all put it, the user has not moved it
        self._follow_from: tuple[float, float] | None = None
        self._glide = QTimer(self)
        self._glide.setInterval(16)
        self._glide.timeout.connect(self._advance_camera)
        self._glided = 0.0
        self.draw_seconds: list[float] = []
        self._start_canvas()

    def _start_canvas(self) -> None:
        from studio.viewport.canvas import SceneCanvas, find_driver

        self._canvas: SceneCanvas | None = None
        self._scene = None
        driver = find_driver()
        if driver.problem:
            self._layout.addWidget(NoOpenGL(driver.problem, self))
            return
        from studio.viewport.scene import Scene

        self._scene = Scene()
        self._canvas = SceneCanvas(self._scene, self, driver)
        self._canvas.on_drawn = self._after_draw
        self._canvas.on_click = lambda key: self.body_clicked.emit(key or "")
        self._canvas.on_double_click = self._double_clicked
        self._canvas.on_moved = self._user_moved
        self._canvas.on_problem = self._drawing_failed
        self._layout.addWidget(self._canvas.widget)

    # -- what is shown --

    @property
    def is_available(self) -> bool:
        """Whether there is OpenGL to draw with."""
        return self._canvas is not None

    def set_bodies(self, items: Sequence[BodyItem]) -> None:
        """Show these bodies; unchanged motions keep their upload, and the camera its place.

        The camera frames them all when other keys are shown than before; a clip that is made anew
        under its own key (a slider being dragged) leaves the camera where it is.
        """
        before = [item.key for item in self._items]
        self._items = self._heated(items)
        if self._scene is None or self._canvas is None:
            return
        self._canvas.make_current()
        self._scene.set_bodies(self._items)
        self._follow_from = None
        self._show_names()  # before anything places them
        if [item.key for item in self._items] != before and self._items:
            self.frame_all(glide=self._drawn and bool(before))
        self._place_labels()
        self._canvas.update()

    def set_time(self, seconds: float) -> None:
        """Show this moment; each clip by its own frame rate, holding (or looping) at its end."""
        if self._scene is None or self._canvas is None or seconds == self._scene.seconds:
            return
        self._scene.seconds = seconds
        if self._camera == "follow":
            self._follow()
        self._place_labels()
        self._canvas.update()

    def set_looping(self, looping: bool) -> None:
        """Let clips that end before the others begin again instead of holding their last frame."""
        if self._scene is not None and self._canvas is not None:
            self._scene.looping = looping
            self._canvas.update()

    def set_mode(self, mode: str) -> None:
        """Show "body" or "skeleton". Raises ValueError for another word."""
        if mode not in MODES:
            raise ValueError(f"mode must be one of {MODES}, not {mode!r}")
        if self._scene is not None and self._canvas is not None:
            self._scene.mode = mode
            self._canvas.update()

    def set_ghosts(self, ghosts: bool) -> None:
        """Show the selected body also a little earlier and later."""
        if self._scene is not None and self._canvas is not None:
            self._scene.ghosts = ghosts
            self._canvas.update()

    def set_trails(self, trails: bool) -> None:
        """Show the way the hands and feet came in the last moments."""
        if self._scene is not None and self._canvas is not None:
            self._scene.trails = trails
            self._canvas.update()

    def set_contacts(self, contacts: bool) -> None:
        """Show a light under each foot that stands."""
        if self._scene is not None and self._canvas is not None:
            self._scene.contacts = contacts
            self._canvas.update()

    @property
    def selected(self) -> str | None:
        """Key of the body with the accent outline and the ring."""
        return self._scene.selected if self._scene is not None else None

    @selected.setter
    def selected(self, key: str | None) -> None:
        if self._scene is None or self._canvas is None:
            return
        key = key if key in {item.key for item in self._items} else None
        if key == self._scene.selected:
            return
        self._scene.selected = key
        self._follow_from = None
        self._show_names()
        self._place_labels()
        self._canvas.update()

    # -- camera --

    def set_camera(self, name: str) -> None:
        """Go to "front", "side", "orbit" or "follow". Raises ValueError for another word."""
        if name not in CAMERAS:
            raise ValueError(f"camera must be one of {CAMERAS}, not {name!r}")
        self._camera = name
        if self._scene is None:
            return
        if name != "follow":
            self._scene.camera.turn_to(name)
        self._follow_from = None
        self.frame_all()

    @property
    def camera(self) -> str:
        """The preset last chosen."""
        return self._camera

    @property
    def view(self) -> View | None:
        """Where the camera is going; None without OpenGL."""
        return self._scene.camera.goal if self._scene is not None else None

    @property
    def seconds(self) -> float:
        """The moment that is shown."""
        return self._scene.seconds if self._scene is not None else 0.0

    def frame_all(self, *, glide: bool = True) -> None:
        """Move the camera so that all bodies fit with their whole motion and their labels."""
        self._frame(None, glide=glide)

    def keep_framed(self) -> None:
        """Frame all bodies again where they no longer fit; not where the user moved the camera.

        For clips that change on their own: the camera then stands still most of the time.
        """
        if self._framed:
            self._frame(None, glide=True, tolerance=_SAME_VIEW)

    def frame_body(self, key: str) -> None:
        """Move the camera to one body, with its whole motion."""
        if key in {item.key for item in self._items}:
            self._frame(key, glide=True)

    def _frame(self, key: str | None, *, glide: bool, tolerance: float = 0.0) -> None:
        if self._scene is None or self._canvas is None:
            return
        width, height = self._panes_now()[0].size
        bottom = min(0.25, 62 / height)
        top = min(0.2, 64 / height)  # the window's own buttons hang there
        if self.layout_kind != "together":  # names stand in the corner: more room for the body
            bottom, top = min(0.08, 30 / height), min(0.13, 60 / height)
        if self.layout_kind == "rows":  # or below each body
            bottom, top = min(0.3, 36 / height), min(0.2, 48 / height)
        side = min(0.2, 36 / width)
        self._framed = key is None
        camera = self._scene.camera
        view = self._scene.framed(width / height, key=key, margins=(side, side, top, bottom))
        if view.apart(camera.goal) < tolerance:
            return
        if glide and self._drawn:
            camera.goal = view
            self._start_glide()
        else:
            camera.jump(view)
            self._place_labels()
            self._canvas.update()

    def _double_clicked(self, key: str | None) -> None:
        if key is None:
            self.frame_all()
        else:
            self.frame_body(key)

    def _user_moved(self) -> None:
        self._framed = False
        self._start_glide()
        self.camera_moved.emit()

    def _start_glide(self) -> None:
        if not self._glide.isActive():
            self._glided = time.perf_counter()
            self._glide.start()

    def _advance_camera(self) -> None:
        if self._scene is None or self._canvas is None:
            return
        now = time.perf_counter()
        on_its_way = self._scene.camera.advance(min(now - self._glided, 0.1))
        self._glided = now
        if not on_its_way:
            self._glide.stop()
        self._place_labels()
        self._canvas.update()

    def _follow(self) -> None:
        """Carry the camera along with the selected (or first) body."""
        scene = self._scene
        if scene is None or not self._items:
            return
        key = scene.selected or self._items[0].key
        here = scene.floor_place(key)
        if self._follow_from is not None:
            dx, dz = here[0] - self._follow_from[0], here[1] - self._follow_from[1]
            camera = scene.camera
            for name in ("view", "goal"):
                view = getattr(camera, name)
                x, y, z = view.target
                setattr(camera, name, replace(view, target=(x + dx, y, z + dz)))
        self._follow_from = here

    def _place_labels(self) -> None:
        self._place_names()

    def _wiped(self, at: float) -> None:
        self.set_wipe(at)
        self.wipe_moved.emit(self.wipe)

    # -- pictures --

    def grab_image(self) -> npt.NDArray[np.uint8]:
        """Return what the canvas shows, (H, W, 3) uint8 physical pixels, without the labels.

        Where there is no OpenGL: the placeholder.
        """
        self.settle()
        if self._canvas is not None:
            image = self._canvas.image()
        else:
            image = self.grab().toImage()
        image = image.convertToFormat(QImage.Format.Format_RGB888)
        rows = np.frombuffer(image.constBits(), np.uint8, image.bytesPerLine() * image.height())
        rows = rows.reshape(image.height(), image.bytesPerLine())[:, : image.width() * 3]
        return rows.reshape(image.height(), image.width(), 3).copy()

    def settle(self) -> None:
        """Let the next picture be drawn at its best; call it before grabbing a screenshot.

        Only machines that draw in software make a difference: there a moving picture is plainer.
        """
        if self._canvas is not None:
            self._canvas.settle()

    def _after_draw(self, seconds: float) -> None:
        self.draw_seconds.append(seconds)
        del self.draw_seconds[:-120]
        if not self._drawn and self._items:
            self._drawn = True
            # after this picture is on screen, not in the middle of drawing it
            QTimer.singleShot(0, self.first_frame_drawn.emit)

    def _drawing_failed(self, error: Exception) -> None:
        canvas, self._canvas, self._scene = self._canvas, None, None
        assert canvas is not None
        self._labels.show([], None)
        self._captions.show([])
        placeholder = NoOpenGL(f"The graphics driver refused to draw: {error}", self)
        self._layout.addWidget(placeholder)
        self._glide.stop()

        def give_up() -> None:  # not now: this is in the middle of a draw
            self._layout.setCurrentWidget(placeholder)
            canvas.close()

        QTimer.singleShot(0, self, give_up)

    # -- Qt --

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._framed:
            self.frame_all(glide=False)
        self._place_labels()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.shut_down()
        super().closeEvent(event)

    def shut_down(self) -> None:
        """Stop timers and give the OpenGL context back; call before the window is destroyed."""
        self._glide.stop()
        if self._canvas is not None:
            self._canvas.close()
            self._canvas, self._scene = None, None
