"""The Compare page in the real window: pixels of both views, and the video in step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.datasets.demo import generate
from core.motion import Motion, Provenance
from core.project import Project
from studio import bridge
from studio.document import Document
from studio.settings import Settings

pytestmark = pytest.mark.gl


def estimates() -> list[Motion]:
    """A squat as two estimators saw it; the first bends the left knee less."""
    first = generate("squat down", 1, num_frames=40)
    poses = first.poses.copy()
    poses[:, 4] *= 0.6
    made = Provenance(kind="estimated", source="squat.mp4")
    return [
        replace(first, poses=poses, provenance=replace(made, estimator="vibe")),
        replace(first, provenance=replace(made, estimator="pare")),
    ]


@pytest.fixture
def window(dressed: Any, qtbot: Any, home: Path, tmp_path: Path) -> Iterator[Any]:
    from studio.window.main_window import MainWindow

    window = MainWindow(
        Document(Project.open(tmp_path / "project")), settings=Settings(tmp_path / "s.ini")
    )
    qtbot.addWidget(window)
    window.resize(1300, 860)
    window.show()
    yield window
    window.close()
    bridge.shut_down()


def test_two_estimates_stand_in_linked_views_and_leave_the_others_alone(
    window: Any, qtbot: Any
) -> None:
    window.go_to("create")
    before = window.document.shown
    window.hand_over("compare", estimates())
    page = window.page("compare")
    qtbot.waitUntil(lambda: page.session.answer is not None and len(page.session.angles) == 2)
    qtbot.waitUntil(lambda: all(b._picture is not None for b in page.moments.buttons))
    viewport = window.middle.viewport
    assert viewport.layout_kind == "views"
    picture = viewport.grab_image().astype(int)
    half = picture.shape[1] // 2
    orange = (picture[..., 0] > picture[..., 2] + 60) & (picture[..., 0] > 90)
    blue = (picture[..., 2] > picture[..., 0] + 50) & (picture[..., 2] > 90)
    assert orange[:, :half].sum() > 2000 > 20 > orange[:, half:].sum()
    assert blue[:, half:].sum() > 2000 > 20 > blue[:, :half].sum()
    page.toggle_heat()
    hot = viewport.grab_image().astype(int)
    assert np.abs(hot[:, half:] - picture[:, half:]).max() > 60  # the reference keeps its colour
    still_orange = (hot[:, :half, 0] > hot[:, :half, 2] + 60) & (hot[:, :half, 0] > 90)
    assert still_orange.sum() > 2000
    window.go_to("create")
    assert window.document.shown == before and viewport.layout_kind == "together"
    window.go_to("compare")
    assert viewport.layout_kind == "views" and len(window.document.shown) == 2


def test_the_librarys_selection_is_compared_from_any_page(window: Any, qtbot: Any) -> None:
    document = window.document
    ids = [document.project.add(motion, "squat").id for motion in estimates()]
    document.library_changed.emit()
    window.go_to("create")
    document.select_in_library(ids)
    window.actions_table.run("compare-clips")
    assert window.page_id == "compare"
    assert [clip.name for clip in window.page("compare").session.clips] == ["VIBE", "PARE"]


def test_scrubbing_moves_bodies_readings_and_playheads(window: Any, qtbot: Any) -> None:
    window.hand_over("compare", estimates())
    page = window.page("compare")
    qtbot.waitUntil(lambda: page.session.answer is not None and len(page.session.angles) == 2)
    viewport = window.middle.viewport
    window.playback.seek_frame(0)
    first = viewport.grab_image()
    window.playback.seek_frame(20)
    assert np.abs(viewport.grab_image().astype(int) - first).max() > 60
    caption = viewport._captions._captions[page.session.clips[0].key]
    value = page.session.angles[0][20]
    assert caption.accessibleDescription() == f"left knee flexion {value:.0f}°"


def test_the_strip_is_previewed_and_the_wipe_can_be_dragged(window: Any, qtbot: Any) -> None:
    from PySide6.QtCore import QPoint, Qt
    from PySide6.QtTest import QTest

    window.hand_over("compare", estimates())
    page = window.page("compare")
    qtbot.waitUntil(lambda: page.figure.preview.has_image, timeout=60_000)
    window.actions_table.run("compare.wipe")
    viewport = window.middle.viewport
    handle = viewport._captions._handle
    assert handle.isVisible() and abs(handle.x() + 11 - viewport.width() / 2) <= 2
    QTest.mousePress(handle, Qt.MouseButton.LeftButton, pos=QPoint(11, 200))
    QTest.mouseMove(handle, QPoint(11 + 100, 200))
    QTest.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=QPoint(11, 200))
    window.actions_table.run("compare.wipe_right")
    assert viewport.wipe > 0.54
