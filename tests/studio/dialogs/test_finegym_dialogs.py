"""The review window and the builder's dialog: keys, trims, reasons, and what is said."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from core.datasets.finegym import BuildOptions, Limits, Review, build
from studio.dialogs.finegym_build import BuildDialog
from studio.dialogs.finegym_review import ReviewWindow
from tests.core.datasets.finegym.footage import find_colours, scene, write_film, write_lists

NAMES = ("clean000000", "other000000", "tiny0000000")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("gym")
    for name in NAMES:
        write_film(folder / f"{name}.mp4", scene(height=30 if "tiny" in name else 110), 90)
    annotations, split, categories = write_lists(folder, list(NAMES))
    options = BuildOptions(
        annotations=annotations, splits=(split,), categories=categories, videos=folder,
        moves=("Split Jump",), rule="interpolate",
        limits=Limits(picture_height=180, person_height=50.0, sharpness=20.0),
    )  # fmt: skip
    build(options, folder / "build", find=find_colours)
    return folder


@pytest.fixture
def window(made: Path, tmp_path: Path, dressed: Any, qtbot: Any) -> Iterator[ReviewWindow]:
    shutil.copytree(made / "build", tmp_path / "build")
    window = ReviewWindow(tmp_path / "build")
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.waitUntil(lambda: window._frames is not None)
    yield window
    window.close()


def states(window: ReviewWindow) -> list[str]:
    return [row.state for row in Review(window.review.folder).rows]  # as the disk has it


def test_keys_accept_and_reject_and_go_on(window: ReviewWindow, qtbot: Any) -> None:
    assert states(window) == ["open", "open", "rejected"]
    first = window.current
    QTest.keyClick(window, Qt.Key.Key_A)
    assert states(window)[0] == "accepted" and window.current != first
    assert window.heading.note.text == "1 of 3 reviewed"
    QTest.keyClick(window, Qt.Key.Key_4)
    assert states(window)[1] == "rejected"
    assert window.review.rows[1].reason == "the camera moves"
    assert window.current == window.review.rows[2].id  # rejected by the checks: nobody has looked


def test_undo_goes_back_to_the_clip_it_concerns(window: ReviewWindow) -> None:
    first = window.current
    QTest.keyClick(window, Qt.Key.Key_A)
    QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert window.current == first and states(window)[0] == "open"


def test_an_end_is_dragged_and_the_row_follows(window: ReviewWindow) -> None:
    row = window.review.row(window.current or "")
    strip = window.trim
    x, y = round(strip._x(row.frames[1])), 36
    QTest.mousePress(strip, Qt.MouseButton.LeftButton, pos=QPoint(x, y))
    QTest.mouseMove(strip, QPoint(round(strip._x(row.frames[1] - 8)), y))
    QTest.mouseRelease(strip, Qt.MouseButton.LeftButton, pos=QPoint(x, y))
    trimmed = Review(window.review.folder).row(row.id)
    assert trimmed.is_trimmed and abs(trimmed.frames[1] - (row.frames[1] - 8)) <= 1
    QTest.keyClick(window, Qt.Key.Key_E)
    assert window.review.row(row.id).frames == row.frames


def test_i_and_o_put_the_ends_at_the_frame_shown(window: ReviewWindow) -> None:
    row = window.review.row(window.current or "")
    window.seek(row.frames[0] + 4)
    QTest.keyClick(window, Qt.Key.Key_I)
    window.seek(row.frames[1] - 6)
    QTest.keyClick(window, Qt.Key.Key_O)
    assert window.review.row(row.id).frames == (row.frames[0] + 4, row.frames[1] - 5)


def test_space_stops_and_plays_within_the_ends(window: ReviewWindow, qtbot: Any) -> None:
    assert window._timer.isActive()
    QTest.keyClick(window, Qt.Key.Key_Space)
    assert not window._timer.isActive()
    QTest.keyClick(window, Qt.Key.Key_Space)
    first, end = window.review.row(window.current or "").frames
    shown = window._frame
    qtbot.waitUntil(lambda: window._frame != shown)
    assert first <= window._frame < end


def test_a_filter_shows_only_some_and_says_when_none_is_left(window: ReviewWindow) -> None:
    window.set_filter("accepted")
    assert window.current is None and not window.accept_button.isEnabled()
    window.set_filter("rejected")
    assert window.current == window.review.rows[2].id


def test_the_checks_are_shown_and_their_frame_can_be_seen(window: ReviewWindow) -> None:
    window.look_at(window.review.rows[2].id)
    assert window.verdicts.findChildren(object)
    assert "pixels high" in window.state.text()


def test_the_builder_says_what_is_missing_and_what_it_would_build(
    made: Path, home: Path, dressed: Any, qtbot: Any
) -> None:
    dialog = BuildDialog(find=find_colours)
    qtbot.addWidget(dialog)
    assert not dialog.work_button.isEnabled() and "Still to choose" in dialog.preview.text()
    dialog.annotations.line.setText(str(made / "finegym_annotation_info_v1.1.json"))
    dialog.splits.line.setText(str(made / "gym99_train_element_v1.1.txt"))
    dialog.categories.line.setText(str(made / "gym99_categories.txt"))
    dialog.videos.line.setText(str(made))
    qtbot.waitUntil(lambda: "3 elements in 3 videos" in dialog.preview.text())
    assert dialog.work_button.isEnabled()
    dialog.moves.setText("Pommel horse")
    qtbot.waitUntil(lambda: "No class" in dialog.preview.text())
    assert not dialog.work_button.isEnabled()
    dialog.close()


def test_a_build_remembers_what_it_was_made_from(
    made: Path, tmp_path: Path, dressed: Any, qtbot: Any
) -> None:
    shutil.copytree(made / "build", tmp_path / "build")
    dialog = BuildDialog(tmp_path / "build", find=find_colours)
    qtbot.addWidget(dialog)
    assert dialog.options().rule == "interpolate"
    assert dialog.options().moves == ("Split Jump",)
    folders: list[Path] = []
    dialog.built.connect(folders.append)
    qtbot.waitUntil(lambda: "3 elements" in dialog.preview.text())
    dialog.begin()
    qtbot.waitUntil(lambda: bool(folders), timeout=20000)
    assert folders == [tmp_path / "build"]


def test_the_next_clip_is_read_before_it_is_asked_for(window: ReviewWindow, qtbot: Any) -> None:
    coming = window.review.next_open(window.current)
    qtbot.waitUntil(lambda: coming in window._read)
    QTest.keyClick(window, Qt.Key.Key_A)
    assert window.current == coming and window._frames is not None  # at once
