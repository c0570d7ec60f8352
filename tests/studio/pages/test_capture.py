"""The Capture page with an estimator that needs no network: queue, previews, outcome, undo."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent

from core.errors import NoPersonFound
from studio.pages.capture import CapturePage
from studio.window.page import PageContext
from tests.studio.pages.importer import FakeImporter


@pytest.fixture
def importer() -> FakeImporter:
    return FakeImporter()


@pytest.fixture
def page(context: PageContext, importer: FakeImporter, qtbot: Any) -> CapturePage:
    page = CapturePage(context, importer=importer)
    for widget in (page.left, page.right, page.deck):
        qtbot.addWidget(widget)
    context.actions.add(page.actions())
    page.entered()
    return page


@pytest.fixture
def video(tmp_path: Path) -> Path:
    path = tmp_path / "walk.mp4"
    path.write_bytes(b"not decoded here")
    return path


def states(page: CapturePage) -> list[str]:
    return [item.state for item in page.session.queue.items]


def test_a_dropped_video_is_estimated_kept_and_shown(
    page: CapturePage, context: PageContext, video: Path, qtbot: Any
) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(video))])
    page.drop_zone.dropEvent(
        QDropEvent(
            QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )  # fmt: skip
    qtbot.waitUntil(lambda: states(page) == ["kept"])
    assert [clip.name for clip in context.document.clips()] == ["walk_person1"]
    assert [clip.name for clip in context.document.shown] == ["walk_person1"]
    qtbot.waitUntil(lambda: page.verdict.lines[0].endswith("60 frames, at least 55"))


def test_an_undone_import_can_be_kept_again(
    page: CapturePage, context: PageContext, video: Path, qtbot: Any
) -> None:
    page.import_videos([video])
    qtbot.waitUntil(lambda: states(page) == ["kept"])
    assert page.next_button.text() == "Export…"
    context.document.undo()
    assert states(page) == ["done"] and context.document.clips() == []
    assert page.next_button.text() == "Keep result"
    page.next_button.click()
    assert states(page) == ["kept"] and len(context.document.clips()) == 1
    assert [clip.name for clip in context.document.shown] == ["walk_person1"]


def test_cancel_leaves_nothing_and_goes_on_with_the_next(
    page: CapturePage, context: PageContext, importer: FakeImporter, tmp_path: Path, qtbot: Any
) -> None:
    importer.gate.clear()
    paths = [tmp_path / name for name in ("a.mp4", "b.mp4")]
    for path in paths:
        path.touch()
    page.import_videos(paths)
    qtbot.waitUntil(lambda: page.session.is_running and bool(importer.asked))
    assert states(page) == ["estimating", "waiting"]
    importer.gate.clear()
    page.cancel_button.click()
    qtbot.waitUntil(lambda: states(page)[0] == "cancelled")
    importer.gate.set()
    qtbot.waitUntil(lambda: states(page) == ["cancelled", "kept"])
    assert [clip.name for clip in context.document.clips()] == ["b_person1"]


def test_previews_are_shown_while_estimating(
    page: CapturePage, importer: FakeImporter, video: Path, qtbot: Any
) -> None:
    importer.gate.clear()
    page.import_videos([video])
    qtbot.waitUntil(lambda: page.video.has_picture)
    importer.gate.set()
    qtbot.waitUntil(lambda: states(page) == ["kept"])


def test_a_video_without_a_person_says_why_and_keeps_nothing(
    page: CapturePage, context: PageContext, importer: FakeImporter, video: Path, problems: list,
    qtbot: Any,
) -> None:  # fmt: skip
    importer.error = NoPersonFound("Nobody was found in walk.mp4.", "Film the whole body.")
    page.import_videos([video])
    qtbot.waitUntil(lambda: states(page) == ["failed"])
    assert problems == [("Nobody was found in walk.mp4.", "Film the whole body.")]
    assert context.document.clips() == []
    assert any("Nobody was found" in line for line in page.verdict.lines)


def test_a_file_that_is_no_video_is_refused_at_once(
    page: CapturePage, problems: list, tmp_path: Path
) -> None:
    page.import_videos([tmp_path / "notes.txt"])
    assert "notes.txt" in problems[0][0] and states(page) == []


def test_estimating_again_uses_the_camera_that_is_set_now(
    page: CapturePage, importer: FakeImporter, video: Path, qtbot: Any
) -> None:
    page.import_videos([video])
    qtbot.waitUntil(lambda: states(page) == ["kept"])
    page.options.field_of_view.slider.set_value(70, quietly=False)
    page.again_button.click()
    qtbot.waitUntil(lambda: len(importer.asked) == 2 and states(page) == ["kept"])
    assert importer.asked == [("walk.mp4", None), ("walk.mp4", 70.0)]


def test_without_the_sample_video_the_next_step_is_said(
    page: CapturePage, problems: list, home: Path
) -> None:
    page.import_sample()
    assert "not on this machine" in problems[0][0] and "Model files" in problems[0][1]


def test_removing_a_row_keeps_the_clip(
    page: CapturePage, context: PageContext, video: Path, qtbot: Any
) -> None:
    page.import_videos([video])
    qtbot.waitUntil(lambda: states(page) == ["kept"])
    page.session.remove(page.session.queue.items[0])
    assert states(page) == [] and len(context.document.clips()) == 1
    assert not page.empty.isHidden() and page.deck.isHidden()


def test_every_control_has_a_name_and_a_tooltip(page: CapturePage) -> None:
    from PySide6.QtWidgets import QAbstractButton

    for side in (page.left, page.right):
        for control in side.findChildren(QAbstractButton):
            assert control.accessibleName(), control
            assert control.toolTip(), control.accessibleName()


def test_the_video_is_hidden_while_another_body_is_shown_and_comes_back_with_its_own(
    page: CapturePage, context: PageContext, video: Path, qtbot: Any
) -> None:
    page.import_videos([video])
    qtbot.waitUntil(lambda: states(page) == ["kept"])
    assert not page.deck.isHidden()
    context.document.show(())
    assert page.deck.isHidden()
    page.session.look_at(page.session.queue.items[0])
    assert not page.deck.isHidden() and len(context.document.shown) == 1


def test_del_in_the_list_belongs_to_the_list(page: CapturePage, video: Path, qtbot: Any) -> None:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QKeyEvent

    page.import_videos([video])
    qtbot.waitUntil(lambda: states(page) == ["kept"])
    override = QKeyEvent(
        QEvent.Type.ShortcutOverride, Qt.Key.Key_Delete, Qt.KeyboardModifier.NoModifier
    )
    override.ignore()
    page.list.event(override)
    assert override.isAccepted()
