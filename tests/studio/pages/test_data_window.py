"""The Data page in the whole window: its keys, its own scene, its share of the height."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt

from core.project import Project
from studio.document import Document, ShownClip
from studio.pages.data import DataPage
from studio.settings import Settings
from studio.window.main_window import MainWindow
from studio.window.page import PAGES, PageEntry
from tests.studio.pages.data_stand_in import SmallLibrary


@pytest.fixture
def window(dressed: Any, qtbot: Any, home: Path, tmp_path: Path, motion: Any) -> Any:
    create = next(entry for entry in PAGES if entry.id == "create")
    data = PageEntry(
        id="data", title="Data", key="Ctrl+4", tooltip="",
        make=lambda context: DataPage(context, SmallLibrary(tmp_path)),
    )  # fmt: skip
    document = Document(Project.open(tmp_path / "project"))
    settings = Settings(tmp_path / "studio.ini")
    window = MainWindow(document, settings=settings, entries=(create, data))
    qtbot.addWidget(window)
    window.resize(1500, 950)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    document.show([ShownClip(key="mine", motion=motion(30), name="mine", kind="generated")])
    window.go_to("data")
    page = window.page("data")
    qtbot.waitUntil(lambda: bool(page.session.outliers))
    yield window
    window.close()


def test_keys_decide_and_undo_as_everywhere(window: MainWindow, qtbot: Any) -> None:
    page: DataPage = window.page("data")
    store, index = page.session.store, page.session.selected
    assert store is not None and index is not None
    qtbot.keyClick(window, Qt.Key.Key_X)
    assert store.records[index].review == "reject"
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert store.records[index].review == "unseen"
    qtbot.keyClick(window, Qt.Key.Key_PageDown)
    assert page.session.label == 1
    before = page.session.seed
    qtbot.keyClick(window, Qt.Key.Key_N)
    assert page.session.seed == before + 1
    qtbot.keyClick(window, Qt.Key.Key_J)
    assert page.session.is_at_outlier


def test_the_other_pages_bodies_come_back(window: MainWindow) -> None:
    assert len(window.document.shown) == 6
    window.go_to("create")
    assert [clip.key for clip in window.document.shown] == ["mine"]
    window.document.undo()  # nothing of the data set is on the stage now
    window.go_to("data")
    assert len(window.document.shown) == 6


def test_the_bodies_stay_the_largest_thing(window: MainWindow) -> None:
    page: DataPage = window.page("data")
    assert page.below.isVisible() and not window.middle.timeline.isVisible()
    assert window.middle.stage.height() > page.below.height()


@pytest.mark.gl
def test_eight_bodies_can_be_seen(window: MainWindow, qtbot: Any) -> None:
    viewport = window.middle.viewport
    viewport.frame_all()
    qtbot.wait(600)
    viewport.settle()
    picture = viewport.grab_image().astype(int)
    bright = picture.min(axis=-1) > 110  # the bodies' grey; the ground is dark
    columns = np.flatnonzero(bright.sum(axis=0) > 4)
    assert bright.mean() > 0.03 and np.ptp(columns) > 0.5 * picture.shape[1]
