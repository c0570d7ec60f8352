"""The Data page over a small data set: classes, random clips, decisions with undo, outliers."""

from __future__ import annotations

import dataclasses
import threading
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget

from core.progress import SILENT, Progress
from studio.pages.data import DataPage
from studio.window.page import PageContext
from tests.studio.pages.data_stand_in import LABELS, SmallLibrary


@pytest.fixture
def handed() -> list[tuple[str, Any]]:
    return []


@pytest.fixture
def page(
    context: PageContext, qtbot: Any, tmp_path: Path, handed: list[tuple[str, Any]]
) -> DataPage:
    import dataclasses

    context = dataclasses.replace(context, hand_over=lambda page, what: handed.append((page, what)))
    page = DataPage(context, SmallLibrary(tmp_path))
    for widget in (page.left, page.right, page.below):
        qtbot.addWidget(widget)
        widget.resize(420, 900)
    context.actions.add(page.actions())
    page.entered()
    qtbot.waitUntil(lambda: page.session.store is not None and bool(page.session.outliers))
    return page


def names(page: DataPage) -> list[str]:
    return [clip.name for clip in page.session._document.shown]


def test_the_first_data_set_opens_with_clips_of_its_first_class(page: DataPage) -> None:
    assert page.session.name == "small"
    assert len(names(page)) == 6 and len(set(names(page))) == 6
    store = page.session.store
    assert store is not None
    assert {store.records[i].label for i in page.session.shown} == {0}
    assert {clip.row for clip in page.session._document.shown} == {0, 1}
    assert [c.count for c in page.classes.classes] == [6, 6, 6, 6]


def test_another_class_shows_its_own_clips_and_lengths(page: DataPage) -> None:
    page.step_class(1)
    store = page.session.store
    assert store is not None and page.session.label == 1
    assert {store.records[i].label for i in page.session.shown} == {1}
    all_, mine = page.histogram.heights
    assert all_.sum() == 24 and mine.sum() == 6
    assert LABELS[1] in page.length_heading.title.text()


def test_other_clips_come_at_random_but_the_same_for_the_same_press(page: DataPage) -> None:
    page.session.label = -1
    page.session.show_grid()
    first = page.session.shown
    page.next_grid()
    assert page.session.shown != first
    page.session.seed -= 1
    page.session.show_grid()
    assert page.session.shown == first


def test_rejecting_leaves_the_clip_out_and_can_be_undone(page: DataPage, qtbot: Any) -> None:
    session = page.session
    store, index = session.store, session.selected
    assert store is not None and index is not None
    before = store.fingerprint()
    page.reject()
    assert store.records[index].review == "reject" and store.fingerprint() != before
    qtbot.waitUntil(lambda: session.fingerprint == store.fingerprint())
    assert session.classes[0].rejected == 1
    assert session.selected != index  # on to the next
    assert any("rejected" in clip.detail for clip in session._document.shown)
    assert session._document.undo_text == f"Undo reject {store.records[index].name}"
    session._document.undo()
    assert store.records[index].review == "unseen" and store.fingerprint() == before
    assert not any("rejected" in clip.detail for clip in session._document.shown)
    session._document.redo()
    assert store.records[index].review == "reject"


def test_all_shown_are_kept_in_one_step(page: DataPage) -> None:
    page.keep_all()
    store = page.session.store
    assert store is not None
    assert sum(record.review == "keep" for record in store.records) == 6
    page.session._document.undo()
    assert not any(record.review == "keep" for record in store.records)


def test_relabelling_moves_the_clip_and_undo_moves_it_back(page: DataPage) -> None:
    index = page.session.selected
    store = page.session.store
    assert store is not None and index is not None
    page.session.relabel(2)
    assert store.records[index].label == 2
    assert [c.count for c in page.session.classes] == [5, 6, 7, 6]
    page.session._document.undo()
    assert store.records[index].label == 0


def test_outliers_are_found_with_reasons_and_rejecting_goes_on_to_the_next(page: DataPage) -> None:
    found = {outlier.kind: outlier.index for outlier in page.session.outliers}
    assert found == {"jitter": 1, "short": 2, "frozen": 3}
    page.outliers.step(1)
    first = page.outliers.shown[0].index
    assert page.session.selected == first and len(names(page)) == 3
    page.reject()
    assert first not in {outlier.index for outlier in page.outliers.shown}
    assert page.session.selected == page.outliers.shown[0].index
    page.keep()
    page.keep()
    assert page.outliers.shown == () and "No clip stands out" in page.outliers.said.text()


def test_measurements_are_kept_and_not_made_twice(page: DataPage, tmp_path: Path) -> None:
    from studio.services.outliers import measure_store

    store = page.session.store
    assert store is not None and (tmp_path / "outliers.npz").is_file()
    motion, store.motion = store.motion, None  # type: ignore[method-assign,assignment]
    try:
        assert len(measure_store(store, tmp_path)) == 24
    finally:
        store.motion = motion  # type: ignore[method-assign]


def test_splits_show_both_sides_and_warn_of_empty_ones(page: DataPage, qtbot: Any) -> None:
    session = page.session
    qtbot.waitUntil(lambda: session.split is not None)
    assert session.split is not None and session.split.by == "file"
    assert sum(session.split.train) + sum(session.split.test) == 24
    page.split.picked.emit("subject")
    qtbot.waitUntil(lambda: session.split is not None and session.split.by == "subject")
    page.split.picked.emit("view")
    qtbot.waitUntil(lambda: session.split is None and "view" in session.split_problem)


def test_train_and_evaluate_are_handed_the_data_set(
    page: DataPage, handed: list[tuple[str, Any]]
) -> None:
    page.train_button.click()
    page.evaluate_button.click()
    assert handed == [("train", {"dataset": "small"}), ("evaluate", {"dataset": "small"})]


def test_the_manifest_is_written_where_asked(page: DataPage, tmp_path: Path) -> None:
    page.session.export_manifest(tmp_path / "m.jsonl")
    assert len((tmp_path / "m.jsonl").read_text().splitlines()) == 24


def test_a_data_set_that_cannot_be_opened_is_said_and_the_old_one_stays(
    page: DataPage, qtbot: Any
) -> None:
    problems: list[str] = []
    page.session._document.problem.connect(lambda message, hint: problems.append(message))
    page.sets.chosen.emit("broken")
    qtbot.waitUntil(lambda: bool(problems))
    assert "broken cannot be opened" in problems[0]
    assert page.session.store is not None and page.session.name == "small"


def test_clips_can_be_handed_over_to_be_looked_at(page: DataPage) -> None:
    page.receive({"dataset": "small", "indices": [5, 9]})
    assert page.session.shown == (5, 9)


def test_every_key_of_the_page_is_free_and_every_control_has_a_name(page: DataPage) -> None:
    actions = {action.id: action.key_text for action in page.actions()}
    assert actions["data.keep"] == "K" and actions["data.reject"] == "X"
    for widget in (page.left, page.right):
        for child in widget.findChildren(QWidget):
            if child.focusPolicy().value and child.isVisibleTo(widget) and child.toolTip():
                assert child.accessibleName(), child


def test_clips_added_meanwhile_are_there_when_the_page_is_entered_again(
    page: DataPage, qtbot: Any, tmp_path: Path
) -> None:
    library = page.session._library
    assert isinstance(library, SmallLibrary)
    old = page.session.store
    library.store = type(library.store)(tmp_path, per_class=8)
    page.left_behind()
    page.entered()
    qtbot.waitUntil(lambda: len(page.session.table or ()) == 32)
    assert page.session.store is not old


def test_a_decision_can_be_undone_after_another_data_set_was_opened(
    page: DataPage, qtbot: Any, tmp_path: Path
) -> None:
    library = page.session._library
    assert isinstance(library, SmallLibrary)
    first, index = page.session.store, page.session.selected
    assert first is not None and index is not None
    page.reject()
    library.store = type(library.store)(tmp_path, "other")
    page.session.open("small", anew=True)
    qtbot.waitUntil(lambda: page.session.store is not first)
    assert page.session._document.undo()
    assert first.records[index].review == "unseen"


def test_what_is_put_on_the_stage_plays_from_its_beginning(page: DataPage) -> None:
    playback = page._context.playback
    playback.set_length(2.0, 30.0)  # as the window does for what stands on the stage
    playback.pause()
    playback.seek(1.0)
    page.next_grid()
    assert playback.is_playing and playback.time < 0.5
    playback.pause()
    page.reject()  # a decision shows nothing else, and does not start it
    assert not playback.is_playing


def test_what_was_asked_for_opens_though_the_first_data_set_is_still_being_made(
    context: PageContext, qtbot: Any, tmp_path: Path
) -> None:
    """On a new machine the demo is made for a minute; an import must not wait for it."""
    library = SmallLibrary(tmp_path)
    begun = threading.Event()

    class Slow(SmallLibrary):
        def entries(self) -> Any:
            first = library.entries()[0]
            return [dataclasses.replace(first, name="slow"), first]

        def open(self, name: str, progress: Progress = SILENT) -> Any:
            if name != "slow":
                return library.open(name, progress)
            begun.set()
            while True:
                progress.step(0.1, "Making the demo")
                threading.Event().wait(0.01)

    page = DataPage(context, Slow(tmp_path / "slow"))
    for widget in (page.left, page.right, page.below):
        qtbot.addWidget(widget)
    page.entered()
    qtbot.waitUntil(begun.is_set)
    page.session.refresh()
    page.session.open("small", anew=True)
    qtbot.waitUntil(lambda: page.session.name == "small", timeout=5000)
    page.session.refresh()
    qtbot.waitUntil(lambda: page.session.store is not None and bool(page.session.outliers))
    assert page.session.name == "small"
