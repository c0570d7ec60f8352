"""What the tests of the window share: a data folder of their own, the look, and a leak check."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from core.motion import Motion, Provenance

if sys.platform.startswith("linux") and not (
    os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def has_display() -> bool:
    """Whether a window with OpenGL can be opened (the offscreen platform has none)."""
    return os.environ.get("QT_QPA_PLATFORM", "xcb") != "offscreen"


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("gl") is not None and not has_display():
        pytest.skip("needs a display with OpenGL: run under xvfb-run with QT_QPA_PLATFORM=xcb")


def make_motion(
    num_frames: int = 30, *, fps: float = 30.0, kind: str = "generated", estimator: str = "",
    label: str = "kicking", shift: float = 0.0, confidence: bool = False,
) -> Motion:  # fmt: skip
    """A body that nods, ``shift`` metres to its left."""
    poses = np.zeros((num_frames, 24, 3), np.float32)
    poses[:, 15, 0] = 0.3 * np.sin(np.arange(num_frames) / 5)
    trans = np.zeros((num_frames, 3), np.float32)
    trans[:, 0], trans[:, 1] = shift, 1.0
    return Motion(
        poses=poses, trans=trans, fps=fps,
        confidence=np.linspace(0.2, 1.0, num_frames) if confidence else None,
        provenance=Provenance(kind=kind, label=label, estimator=estimator),  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.fixture
def motion() -> Callable[..., Motion]:
    return make_motion


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder."""
    monkeypatch.setenv("MOTION_STUDIO_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture(scope="session")
def qapp_cls() -> type:
    from PySide6.QtCore import QCoreApplication, Qt
    from PySide6.QtWidgets import QApplication

    if QApplication.instance() is None:
        QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
    return QApplication


@pytest.fixture
def dressed(qapp):  # type: ignore[no-untyped-def]
    """The application with the program's look."""
    from studio import theme

    if qapp.property("dressed") is None:
        theme.apply(qapp)
        qapp.setProperty("dressed", True)
    return qapp


@pytest.fixture(autouse=True)
def no_leaks(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a Qt test that leaves a running timer or one of our threads behind."""
    uses_qt = {"qtbot", "qapp", "dressed"} & set(request.fixturenames)
    if not uses_qt:
        yield
        return
    import gc

    request.getfixturevalue("qtbot")
    yield
    from PySide6.QtCore import QCoreApplication, QEvent, QTimer

    from studio import bridge

    bridge.shut_down(2.0)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    threads = [t.name for t in threading.enumerate() if t.name.startswith("studio-")]
    timers = [t for t in gc.get_objects() if type(t) is QTimer and _is_running(t)]
    for timer in timers:
        timer.stop()  # only the test that left it running fails
    assert not threads, f"threads left running: {threads}"
    assert not timers, f"timers left running: {timers}"


def _is_running(timer: object) -> bool:
    import shiboken6

    return shiboken6.isValid(timer) and timer.isActive() and not timer.isSingleShot()  # type: ignore[attr-defined]
