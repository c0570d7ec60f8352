"""The library: rows, pictures, search, rename in place, selection both ways, helpful emptiness."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit

from core.project import AddClips, DeleteClips, NewClip, Project
from studio.actions import Action, Actions
from studio.document import Document
from studio.panels.library import LibraryPanel


@pytest.fixture
def document(dressed, tmp_path):
    document = Document(Project.open(tmp_path / "project"))
    yield document
    document.project.close()


@pytest.fixture
def asked() -> list[str]:
    return []


@pytest.fixture
def panel(document, qtbot, asked):
    actions = Actions()
    actions.add([Action(id="import-video", text="Import", run=lambda: asked.append("import"))])
    panel = LibraryPanel(document, actions)
    panel.resize(280, 600)
    qtbot.addWidget(panel)
    panel.show()
    return panel


def add(document, motion, *names):
    document.execute(AddClips([NewClip(motion=motion(), name=n, label="kicking") for n in names]))
    return {clip.name: clip.id for clip in document.clips()}


def names(panel):
    return [panel.model.data(panel.model.index(i)) for i in range(panel.model.rowCount())]


def test_an_empty_library_says_what_to_do_and_has_the_button_for_it(panel, qtbot, asked):
    assert panel.empty.isVisible()
    qtbot.mouseClick(panel.empty.button, Qt.MouseButton.LeftButton)
    assert asked == ["import"]


def test_typing_filters_and_a_filter_without_finds_can_be_cleared(panel, document, motion, qtbot):
    add(document, motion, "walk", "jump high", "jump low")
    qtbot.keyClicks(panel.search, "jump")
    assert sorted(names(panel)) == ["jump high", "jump low"]
    panel.search.setText("nothing like it")
    assert panel.nothing.isVisible()
    qtbot.mouseClick(panel.nothing.button, Qt.MouseButton.LeftButton)
    assert len(names(panel)) == 3


def test_a_double_click_shows_the_clip(panel, document, motion, qtbot):
    ids = add(document, motion, "walk")
    at = panel.list.visualRect(panel.model.index(0)).center()
    qtbot.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    qtbot.mouseDClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert [clip.clip_id for clip in document.shown] == [ids["walk"]]


def test_enter_shows_all_selected_clips_side_by_side(panel, document, motion, qtbot):
    add(document, motion, "a", "b", "c")
    panel.list.selectAll()
    qtbot.keyClick(panel.list, Qt.Key.Key_Return)
    assert len(document.shown) == 3


def test_a_name_is_changed_in_place_and_undo_brings_the_old_one(panel, document, motion, qtbot):
    add(document, motion, "walk")
    panel.list.setCurrentIndex(panel.model.index(0))
    panel.rename_current()
    editor = panel.list.findChild(QLineEdit)
    editor.setText("stroll")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: names(panel) == ["stroll"])
    document.undo()
    assert names(panel) == ["walk"]


def test_the_selection_goes_both_ways_and_survives_a_deletion(panel, document, motion):
    ids = add(document, motion, "a", "b", "c")
    document.select_in_library([ids["b"], ids["c"]])
    assert len(panel.list.selectionModel().selectedIndexes()) == 2
    document.execute(DeleteClips((ids["b"],)))
    assert document.library_selection == (ids["c"],)
    selected = panel.list.selectionModel().selectedIndexes()
    assert [index.data() for index in selected] == ["c"]


def test_pictures_are_drawn_in_a_thread_and_appear(panel, document, motion, qtbot):
    ids = add(document, motion, "a", "b", "c")
    qtbot.waitUntil(
        lambda: all(panel.model._pictures.get(i) is not None for i in ids.values()), timeout=8000
    )
    picture = panel.model._pictures[ids["a"]].toImage()
    alphas = {picture.pixelColor(x, y).alpha() for x in range(0, 76, 4) for y in range(0, 76, 4)}
    assert len(alphas) > 1  # a body on nothing, not an empty or a full square


def test_a_clip_whose_file_is_gone_keeps_its_row_and_opening_it_says_why(
    panel, document, motion, qtbot, tmp_path
):
    ids = add(document, motion, "a")
    project_path = document.project.path(ids["a"])
    document.project._motions.clear()
    project_path.unlink()
    qtbot.waitUntil(lambda: ids["a"] in panel.model._failed, timeout=5000)
    with qtbot.waitSignal(document.problem):
        document.show_from_library([ids["a"]])
    assert names(panel) == ["a"]


def test_rows_tell_assistive_tools_name_and_length(panel, document, motion):
    add(document, motion, "walk")
    text = panel.model.data(panel.model.index(0), Qt.ItemDataRole.AccessibleTextRole)
    assert text == "walk, 30 frames · 30 fps"


def test_a_long_list_paints_only_what_is_seen(panel, document, motion, qtbot):
    clip = motion()
    document.execute(AddClips([NewClip(motion=clip, name=f"clip {i:03d}") for i in range(40)]))
    panel.list.grab()
    assert panel.list.indexAt(QPoint(100, 10)).isValid()
    assert len(panel.model._wanted) <= 14


def test_an_estimated_clip_says_how_good_it_is_and_is_judged_anew_after_an_edit(
    panel, document, motion, qtbot
):
    from core.project import ReplaceMotion

    clean = motion(60, kind="estimated").replace(confidence=[0.95] * 60)
    doubted = clean.replace(confidence=[0.1] * 60)
    add(document, lambda: doubted, "walk")
    clip = document.clips()[0]
    qtbot.waitUntil(lambda: panel.model.grade(clip) == "poor")
    said = panel.model.data(panel.model.index(0), Qt.ItemDataRole.AccessibleTextRole)
    assert said.endswith("poor")
    document.execute(ReplaceMotion(clip.id, clean, verb="clean up"))
    panel.list.viewport().update()
    qtbot.waitUntil(lambda: panel.model.grade(clip) not in ("", "poor"))
    document.undo()
    panel.list.viewport().update()
    qtbot.waitUntil(lambda: panel.model.grade(clip) == "poor")
