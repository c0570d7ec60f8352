"""The Capture page with an estimator that needs no network: queue, previews, outcome, undo."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent

from core.errors import NoPersonFound
from studio.actions import Action
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


def test_several_people_are_found_first_and_wait_to_be_chosen_where_that_was_asked(
    page: CapturePage, importer: FakeImporter, video: Path, context: PageContext, qtbot: Any
) -> None:
    importer.people = 3
    page.options.whom.picked.emit("ask")
    page.import_videos([video])
    qtbot.waitUntil(lambda: states(page) == ["choosing"])
    strip = page.deck.strip
    assert not strip.isHidden() and strip.picked_ids == (1,)
    strip._cards[3].click()
    assert page.session.current is not None and page.session.current.picked == (1, 3)
    assert page.next_button.text() == "Estimate 2 people"
    page.next_button.click()
    qtbot.waitUntil(lambda: states(page) == ["kept"])
    assert importer.chosen == [(1, 3)] and importer.found == ["walk.mp4"]
    assert sorted(c.name for c in context.document.clips()) == ["walk_person1", "walk_person3"]


def test_the_main_person_is_preselected_and_another_pick_estimates_without_finding_again(
    page: CapturePage, importer: FakeImporter, video: Path, qtbot: Any
) -> None:
    importer.people = 2
    page.import_videos([video])
    qtbot.waitUntil(lambda: states(page) == ["kept"])
    assert importer.chosen == [(1,)]
    page.session.pick([2])
    page.again_button.click()
    qtbot.waitUntil(lambda: len(importer.chosen) == 2 and states(page) == ["kept"])
    assert importer.chosen[1] == (2,) and importer.found == ["walk.mp4"]


def test_people_are_named_split_and_merged_and_impossible_edits_say_why(
    page: CapturePage, importer: FakeImporter, video: Path, problems: list, qtbot: Any
) -> None:
    importer.people = 2
    page.import_videos([video])
    qtbot.waitUntil(lambda: states(page) == ["kept"])
    item = page.session.current
    assert item is not None and item.people is not None
    page.deck.strip.renamed.emit(2, "Anna")
    assert item.people.track(2).title == "Anna"
    page.session.edit_people(lambda people: people.split(1, 30))
    assert item.people.ids == (1, 3, 2)
    page.session.edit_people(lambda people: people.merged(1, 3))
    assert item.people.ids == (1, 2)
    page.session.pick([1, 2])
    page.deck.order("merge")
    assert "seen together" in problems[0][0] and item.people.ids == (1, 2)
    page.deck.strip.focus = 2
    page.deck.order("leave-out")
    assert item.people.ids == (1,)


def test_a_paused_video_waits_in_its_step_and_goes_on(
    page: CapturePage, importer: FakeImporter, video: Path, qtbot: Any
) -> None:
    importer.gate.clear()
    page.import_videos([video])
    qtbot.waitUntil(lambda: importer.steps > 2)
    page.pause_button.click()
    assert page.pause_button.text() == "Resume"
    qtbot.wait(120)
    steps = importer.steps
    qtbot.wait(150)
    assert importer.steps == steps
    page.pause_button.click()
    qtbot.waitUntil(lambda: importer.steps > steps)
    importer.gate.set()
    qtbot.waitUntil(lambda: states(page) == ["kept"])


def test_a_paused_video_can_be_cancelled(
    page: CapturePage, importer: FakeImporter, video: Path, qtbot: Any
) -> None:
    importer.gate.clear()
    page.import_videos([video])
    qtbot.waitUntil(lambda: importer.steps > 0)
    page.pause_button.click()
    page.cancel_button.click()
    qtbot.waitUntil(lambda: states(page) == ["cancelled"])


def test_after_a_crash_the_queue_is_there_paused_and_goes_on_with_what_was_found(
    page: CapturePage, importer: FakeImporter, context: PageContext, tmp_path: Path, qtbot: Any
) -> None:
    importer.gate.clear()
    paths = [tmp_path / name for name in ("a.mp4", "b.mp4")]
    for path in paths:
        path.touch()
    page.import_videos(paths)
    folder = Path(str(context.document.project.folder)) / "capture"  # type: ignore[union-attr]
    qtbot.waitUntil(lambda: importer.steps > 0 and bool(list(folder.glob("*/people.npz"))))
    after = FakeImporter()
    again = CapturePage(context, importer=after)  # what another start would see on disk
    for widget in (again.left, again.right, again.deck):
        qtbot.addWidget(widget)
    assert states(again) == ["waiting", "waiting"] and again.session.queue.is_paused
    assert again.pause_button.text() == "Resume" and again.pause_button.isEnabled()
    again.pause_button.click()
    qtbot.waitUntil(lambda: states(again) == ["kept", "kept"])
    assert after.found == ["b.mp4"]  # the people of a.mp4 had been found before
    page.session.cancel()


def test_an_import_links_the_video_to_its_clips(
    page: CapturePage, context: PageContext, video: Path, qtbot: Any
) -> None:
    page.import_videos([video])
    qtbot.waitUntil(lambda: states(page) == ["kept"])
    project = context.document.project
    assert project is not None
    media = project.media_of(context.document.clips()[0].id)
    assert media is not None and Path(media.path) == video


def test_several_estimators_look_at_the_same_people_in_one_import(
    page: CapturePage, importer: FakeImporter, context: PageContext, video: Path, qtbot: Any
) -> None:
    page.session.settings = dataclasses.replace(page.session.settings, estimators=("vibe", "pare"))
    page.import_videos([video])
    qtbot.waitUntil(lambda: states(page) == ["kept"])
    assert importer.settings[0].estimators == ("vibe", "pare") and len(importer.asked) == 1
    assert {c.estimator for c in context.document.clips()} == {"vibe", "pare"}
    assert {shown.detail for shown in context.document.shown} <= {"VIBE", "PARE", ""}


def test_estimators_without_weights_say_so_and_lead_to_the_dialog(
    page: CapturePage, context: PageContext
) -> None:
    asked: list[str] = []
    context.actions.add([Action(id="models", text="Model files", run=lambda: asked.append("m"))])
    line = page.estimators.lines["vibe"]
    assert line.switch.isHidden() and "2 weights files" in line.detail.text
    assert "vibe_data.zip" in line.toolTip()
    line.button.click()
    assert asked == ["m"]


def test_only_what_an_estimator_knows_is_offered(page: CapturePage) -> None:
    options = page.options
    options.set_estimators(("blazepose",))
    assert not options.switches["refine"].isHidden() and options.switches["official"].isHidden()
    options.set_estimators(("pare",))
    assert options.switches["refine"].isHidden() and not options.switches["official"].isHidden()
    assert not options.switches["attention"].isHidden()


def test_after_a_restart_the_body_over_the_video_is_there_again(
    page: CapturePage, context: PageContext, video: Path, qtbot: Any
) -> None:
    page.import_videos([video])
    qtbot.waitUntil(lambda: states(page) == ["kept"])
    again = CapturePage(context, importer=FakeImporter())
    for widget in (again.left, again.right, again.deck):
        qtbot.addWidget(widget)
    item = again.session.queue.items[0]
    assert item.state == "kept" and item.result is None
    again.session.look_at(item)
    qtbot.waitUntil(lambda: item.result is not None)
    person = again.session.person_shown(item)
    assert person is not None and person.name == "walk_person1"
    assert [clip.clip_id for clip in context.document.shown] == list(item.clip_ids)
