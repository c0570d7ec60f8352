"""The viewport in a real window: needs a display with OpenGL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtGui import QImage

from studio.viewport.items import BodyItem
from tests.studio.viewport.clips import swinging

pytestmark = pytest.mark.gl


def items(count: int = 2) -> list[BodyItem]:
    return [
        BodyItem(
            key=f"clip{i}",
            motion=swinging(),
            color="#3fd0bd",
            label="swinging",
            sublabel=f"sample {i}",
            position=(1.1 * (i - (count - 1) / 2), 0.0, 0.0),
        )
        for i in range(count)
    ]


@pytest.fixture
def viewport(qtbot: Any, dressed: Any) -> Iterator[Any]:
    from studio.viewport import Viewport

    view = Viewport()
    qtbot.addWidget(view)
    view.resize(480, 360)
    yield view
    view.shut_down()


def shown(viewport: Any, qtbot: Any, bodies: list[BodyItem]) -> np.ndarray:
    with qtbot.waitSignal(viewport.first_frame_drawn, timeout=10_000):
        viewport.set_bodies(bodies)
        viewport.show()
    return viewport.grab_image()


def test_bodies_appear_and_the_first_frame_is_told_once(viewport: Any, qtbot: Any) -> None:
    told = []
    viewport.first_frame_drawn.connect(lambda: told.append(1))
    picture = shown(viewport, qtbot, items())
    assert picture.shape == (360, 480, 3)
    green = picture[..., 1].astype(int) > picture[..., 0].astype(int) + 40
    assert 0.02 < green.mean() < 0.5
    viewport.set_time(0.2)
    viewport.grab_image()
    assert told == [1]


def test_time_changes_the_picture(viewport: Any, qtbot: Any) -> None:
    before = shown(viewport, qtbot, items(1))
    viewport.set_time(0.3)
    assert np.abs(before.astype(int) - viewport.grab_image()).max() > 60


def test_a_settled_picture_is_the_same_but_smoother(viewport: Any, qtbot: Any) -> None:
    shown(viewport, qtbot, items(1))
    viewport.set_time(0.3)
    plain = _as_painted(viewport)
    viewport.settle()
    fine = _as_painted(viewport)
    assert np.abs(plain - fine).mean() < 3.0
    if viewport._canvas._fine is not None:  # drawn in software: outlines become softer steps
        edge = np.abs(plain - fine).max(axis=2) > 25
        assert 100 < edge.sum() < 0.03 * edge.size


def test_a_picture_drawn_in_part_is_the_picture_drawn_whole(viewport: Any, qtbot: Any) -> None:
    shown(viewport, qtbot, items(2))
    parts = viewport._canvas._plain
    if parts is None:
        pytest.skip("a graphics card draws every picture whole")
    parts._last = None  # what a fine picture left would stay, a shade smoother
    for seconds in (0.1, 0.3, 0.2, 0.4):
        viewport.set_time(seconds)
        in_part = _as_painted(viewport)
    assert parts._last is not None
    parts._last = None
    viewport._canvas.update()
    assert np.array_equal(_as_painted(viewport), in_part)


def test_only_the_body_that_changed_is_drawn_anew(viewport: Any, qtbot: Any) -> None:
    first, second = items(2)
    shown(viewport, qtbot, [first, second])
    parts = viewport._canvas._plain
    if parts is None:
        pytest.skip("a graphics card draws every picture whole")
    parts._last = None
    viewport.set_time(0.2)
    before = _as_painted(viewport)
    drawn, draw = [], parts.draw
    parts.draw = lambda scene, size: drawn.append(draw(scene, size)) or drawn[-1]
    bent = np.array(second.motion.poses)
    bent[:, 16, 2] += 0.7
    viewport.set_bodies([first, replace(second, motion=second.motion.replace(poses=bent))])
    in_part = _as_painted(viewport)
    height, width = before.shape[:2]
    left, bottom, right, top = drawn[-1]
    assert 0 < (right - left) * (top - bottom) < 0.8 * width * height
    outside = np.ones((height, width), bool)
    outside[height - top : height - bottom, left:right] = False
    assert np.array_equal(in_part[outside], before[outside])
    assert not np.array_equal(in_part, before)
    parts._last = None
    viewport._canvas.update()
    assert np.array_equal(_as_painted(viewport), in_part)
    drawn.clear()
    viewport._canvas.update()
    _as_painted(viewport)
    assert drawn == [(0, 0, 0, 0)]  # nothing changed


def test_the_way_of_a_graphics_card_gives_the_same_picture(qtbot: Any) -> None:
    from PySide6.QtWidgets import QWidget

    from studio.viewport.canvas import Driver, SceneCanvas
    from studio.viewport.scene import Scene

    pictures = []
    for name in ("llvmpipe", "a card"):
        window = QWidget()
        window.resize(480, 360)
        qtbot.addWidget(window)
        scene = Scene()
        canvas = SceneCanvas(scene, window, Driver(name=name))
        canvas.widget.resize(480, 360)
        canvas.make_current()
        scene.set_bodies(items(2))
        scene.camera.jump(scene.framed(4 / 3))
        drawn: list[float] = []
        canvas.on_drawn = drawn.append
        window.show()
        canvas.settle()
        qtbot.waitUntil(lambda drawn=drawn: bool(drawn))
        image = canvas.image().convertToFormat(QImage.Format.Format_RGBX8888)
        pixels = np.frombuffer(image.constBits(), np.uint8)
        pictures.append(pixels.reshape(image.height(), image.width(), 4)[..., :3].astype(int))
        canvas.close()
    assert pictures[0].shape == pictures[1].shape
    assert np.abs(pictures[0] - pictures[1]).mean() < 1.5
    assert pictures[0].std() > 5


def _as_painted(viewport: Any) -> np.ndarray:
    image = viewport._canvas.image()
    image = image.convertToFormat(QImage.Format.Format_RGBX8888)
    shape = (image.height(), image.width(), 4)
    return np.frombuffer(image.constBits(), np.uint8).reshape(shape)[..., :3].astype(int)


def test_skeleton_and_ghosts_change_the_picture(viewport: Any, qtbot: Any) -> None:
    shown(viewport, qtbot, items(1))
    viewport.set_time(0.3)
    body = viewport.grab_image().astype(int)
    viewport.set_ghosts(True)
    ghosts = viewport.grab_image().astype(int)
    viewport.set_mode("skeleton")
    bones = viewport.grab_image().astype(int)
    assert np.abs(body - ghosts).max() > 15
    assert np.abs(ghosts - bones).max() > 60


def test_labels_stand_below_the_bodies_and_apart(viewport: Any, qtbot: Any) -> None:
    from studio.viewport.labels import BodyLabel

    shown(viewport, qtbot, items(3))
    labels = [w for w in viewport.findChildren(BodyLabel) if w.isVisible()]
    assert [label.accessibleName() for label in labels] == [
        f"swinging · sample {i}" for i in range(3)
    ]
    for label in labels:
        assert viewport.rect().contains(label.geometry())
        assert label.y() > 200
    assert not labels[0].geometry().intersects(labels[1].geometry())
    viewport.set_bodies(items(1))
    qtbot.waitUntil(lambda: len(viewport.findChildren(BodyLabel)) == 1)


def test_a_click_on_a_body_says_its_key_and_one_beside_says_nothing(
    viewport: Any, qtbot: Any
) -> None:
    from PySide6.QtCore import QPoint, Qt

    shown(viewport, qtbot, items())
    viewport.set_camera("front")
    viewport.frame_all(glide=False)
    scene = viewport._scene
    root = scene.joints_now("clip1")[0]
    x, y, _ = scene.camera.project([root], (480.0, 360.0))[0]
    canvas = viewport._canvas.widget
    with qtbot.waitSignal(viewport.body_clicked) as clicked:
        qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(y)))
    assert clicked.args == ["clip1"]
    with qtbot.waitSignal(viewport.body_clicked) as clicked:
        qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(4, 4))
    assert clicked.args == [""]


def test_a_drag_turns_the_camera_and_clicks_nothing(viewport: Any, qtbot: Any) -> None:
    from PySide6.QtCore import QPoint, Qt

    shown(viewport, qtbot, items())
    clicks = []
    viewport.body_clicked.connect(clicks.append)
    yaw = viewport._scene.camera.goal.yaw
    canvas = viewport._canvas.widget
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(200, 180))
    _move(canvas, QPoint(260, 180))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(260, 180))
    assert viewport._scene.camera.goal.yaw == pytest.approx(yaw - 30.0)
    assert clicks == []
    qtbot.waitUntil(lambda: not viewport._glide.isActive(), timeout=5000)


def _move(widget: Any, to: Any) -> None:
    from PySide6.QtCore import QEvent, QPointF, Qt
    from PySide6.QtGui import QMouseEvent
    from PySide6.QtWidgets import QApplication

    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    at = QPointF(to)
    event = QMouseEvent(QEvent.Type.MouseMove, at, widget.mapToGlobal(at), left, left, none)
    QApplication.sendEvent(widget, event)


def test_a_clip_made_anew_under_its_key_leaves_the_camera_alone(viewport: Any, qtbot: Any) -> None:
    shown(viewport, qtbot, items(1))
    viewport._scene.camera.zoom(3)
    viewport._scene.camera.jump(viewport._scene.camera.goal)
    view = viewport._scene.camera.goal
    viewport.set_bodies([BodyItem(key="clip0", motion=swinging(31), color="#3fd0bd")])
    assert viewport._scene.camera.goal == view
    viewport.set_bodies(items(3))
    assert viewport._scene.camera.goal != view


def test_follow_goes_along_with_a_walking_body(viewport: Any, qtbot: Any) -> None:
    walk = BodyItem(key="walk", motion=swinging(60, travel=4.0), color="#3fd0bd")
    shown(viewport, qtbot, [walk])
    viewport.set_camera("follow")
    viewport.set_time(0.1)
    before = viewport._scene.camera.goal.target
    viewport.set_time(1.6)
    after = viewport._scene.camera.goal.target
    assert after[2] - before[2] == pytest.approx(4.0 * 1.5 * 30 / 59, rel=0.02)
    qtbot.waitUntil(lambda: not viewport._glide.isActive(), timeout=5000)


def test_selecting_an_unknown_key_selects_nothing(viewport: Any, qtbot: Any) -> None:
    shown(viewport, qtbot, items())
    viewport.selected = "clip1"
    assert viewport.selected == "clip1"
    viewport.selected = "gone"
    assert viewport.selected is None


def test_unknown_words_are_refused(viewport: Any) -> None:
    with pytest.raises(ValueError, match="mode"):
        viewport.set_mode("cartoon")
    with pytest.raises(ValueError, match="camera"):
        viewport.set_camera("drone")


def test_a_drawing_that_fails_becomes_a_sentence_not_a_crash(
    viewport: Any, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown(viewport, qtbot, items(1))

    def broken(size: object) -> None:
        raise RuntimeError("driver lost")

    monkeypatch.setattr(viewport._scene, "draw", broken)
    viewport.set_time(0.1)
    qtbot.waitUntil(lambda: not viewport.is_available, timeout=5000)
    viewport.set_time(0.2)  # everything may still be called
    viewport.set_bodies(items(2))
    assert viewport.selected is None


def test_a_double_click_goes_to_the_body_and_one_beside_to_all(viewport: Any, qtbot: Any) -> None:
    from PySide6.QtCore import QPoint, Qt

    shown(viewport, qtbot, items(5))
    scene = viewport._scene
    wide = scene.camera.goal
    x, y, _ = scene.camera.project([scene.joints_now("clip3")[0]], (480.0, 360.0))[0]
    canvas = viewport._canvas.widget
    qtbot.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(y)))
    assert scene.camera.goal.distance < 0.9 * wide.distance
    assert scene.camera.goal.target[0] > wide.target[0] + 0.2
    scene.camera.jump(scene.camera.goal)
    qtbot.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(3, 3))
    assert scene.camera.goal.distance == pytest.approx(wide.distance)
    qtbot.waitUntil(lambda: not viewport._glide.isActive(), timeout=5000)


def test_the_camera_follows_changed_clips_only_where_they_no_longer_fit(
    viewport: Any, qtbot: Any
) -> None:
    from dataclasses import replace

    shown(viewport, qtbot, items())
    viewport.frame_all(glide=False)
    camera = viewport._scene.camera
    near = replace(camera.goal, distance=camera.goal.distance * 1.02)
    camera.jump(near)
    viewport.keep_framed()
    assert camera.goal == near  # so little is not worth a move
    camera.jump(replace(near, distance=near.distance * 0.5))
    viewport.keep_framed()
    assert camera.goal.distance == pytest.approx(near.distance / 1.02)
    viewport._user_moved()
    camera.goal = far = replace(near, distance=near.distance * 0.5)
    viewport.keep_framed()
    assert camera.goal == far
