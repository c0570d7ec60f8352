"""The window as a whole: pages, keys, palette, error bar, dropped files, what it remembers."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QWidget

from core.motion import Motion
from core.motion_file import save_motion
from core.project import AddClips, NewClip, Project
from studio.actions import Action
from studio.document import Document, ShownClip
from studio.settings import Settings
from studio.window import commands
from studio.window.main_window import MainWindow
from studio.window.page import PAGES, PageEntry
from studio.window.sheets import key_groups


class StubPage:
    """The least a page can be."""

    def __init__(self, context, page_id):
        self.id, self.title = page_id, page_id
        self.context = context
        self.left = context.library() if page_id == "create" else QLabel(page_id)
        self.right = QLineEdit(page_id)
        self.overlay = QLabel("video") if page_id == "capture" else None
        self.log = []

    def actions(self):
        return [Action(id=f"{self.id}.go", text="Go", run=lambda: self.log.append("go"),
                       shortcut="K")]  # fmt: skip

    def entered(self):
        self.log.append("entered")

    def left_behind(self):
        self.log.append("left")

    def import_videos(self, paths):
        self.log.append(paths)


ENTRIES = (
    PageEntry(id="capture", title="Capture", key="Ctrl+1", tooltip="",
              make=lambda context: StubPage(context, "capture")),
    PageEntry(id="create", title="Create", key="Ctrl+2", tooltip="",
              make=lambda context: StubPage(context, "create")),
    PageEntry(id="compare", title="Compare", key="Ctrl+3", tooltip="Not in this version yet"),
)  # fmt: skip


@pytest.fixture
def make_window(dressed, qtbot, tmp_path):
    made = []

    def make(entries=ENTRIES):
        document = Document(Project.open(tmp_path / "project"))
        window = MainWindow(document, settings=Settings(tmp_path / "studio.ini"), entries=entries)
        qtbot.addWidget(window)
        window.show()
        made.append(window)
        return window

    yield make
    for window in made:
        window.close()


@pytest.fixture
def window(make_window):
    return make_window()


def shown(motion, key="a"):
    return ShownClip(key=key, motion=motion, name=key, kind="generated")


def test_a_page_is_entered_and_left_and_its_keys_go_with_it(window):
    create = window.page("create")
    assert window.page_id == "create"
    assert "create.go" in window.actions_table
    window.go_to("capture")
    assert create.log == ["entered", "left"]
    assert "create.go" not in window.actions_table
    assert "capture.go" in window.actions_table
    assert window.right_stack.currentWidget() is window.page("capture").right


def test_a_page_of_a_later_version_cannot_be_entered(window):
    window.go_to("compare")
    assert window.page_id == "create"


def test_what_a_page_lays_beside_the_body_is_seen_only_on_that_page(window):
    window.go_to("capture")
    overlay = window.page("capture").overlay
    overlay.show()
    window.go_to("create")
    assert overlay.isHidden()
    window.go_to("capture")
    assert not overlay.isHidden()


def test_space_plays_and_arrows_step(window, motion, qtbot):
    window.document.show([shown(motion(60))])
    window.actions_table.run("play")
    assert window.playback.is_playing
    window.actions_table.run("step-on")
    assert not window.playback.is_playing
    window.actions_table.run("to-end")
    assert window.playback.frame == 59
    assert window.actions_table["play"].shortcut == "Space"


def test_every_action_has_text_and_no_two_share_a_key(window):
    keys = [key.toString() for action in window.actions_table for key in action.keys]
    assert len(keys) == len(set(keys))
    assert all(action.text.strip() for action in window.actions_table)


def test_the_pages_of_this_version_share_no_key_with_the_window(make_window, home):
    window = make_window(PAGES)
    for entry in PAGES:
        if entry.make is not None:
            window.go_to(entry.id)
            assert window.page_id == entry.id


def test_the_palette_finds_and_runs_and_gives_the_keyboard_back(window, qtbot, motion):
    window.document.show([shown(motion(60))])
    window.palette_.open()
    window.palette_.field.setText("to the end")
    qtbot.keyClick(window.palette_.field, Qt.Key.Key_Return)
    assert window.playback.frame == 59
    assert not window.palette_.isVisible()


def test_clips_are_found_by_the_palette(window, motion, qtbot):
    window.document.execute(AddClips([NewClip(motion=motion(), name="high jump")]))
    window.palette_.open()
    window.palette_.field.setText("high j")
    qtbot.keyClick(window.palette_.field, Qt.Key.Key_Return)
    assert [clip.name for clip in window.document.shown] == ["high jump"]


def test_a_problem_is_a_bar_that_blocks_nothing_and_can_be_closed(window, qtbot, motion):
    window.document.problem.emit("The disk is full.", "Free some space.")
    assert window.error_bar.text == "The disk is full. Free some space."
    window.document.show([shown(motion(60))])
    assert window.playback.num_frames == 60
    qtbot.mouseClick(window.error_bar._close, Qt.MouseButton.LeftButton)
    assert not window.error_bar.isVisible()


def test_deleting_says_how_to_bring_it_back_and_undo_does(window, motion):
    window.document.execute(AddClips([NewClip(motion=motion(), name="jump")]))
    clip = window.document.clips()[0]
    window.document.select_in_library([clip.id])
    assert window.actions_table.run("delete-clips")
    assert window.document.clips() == []
    assert "Ctrl+Z" in window.status.message
    assert window.actions_table.run("undo")
    assert [c.name for c in window.document.clips()] == ["jump"]


def test_clips_of_a_library_that_is_not_on_screen_are_not_deleted(window, motion):
    """Del on a page with a list of its own must not reach for what nobody sees."""
    window.document.execute(AddClips([NewClip(motion=motion(), name="jump")]))
    window.document.select_in_library([window.document.clips()[0].id])
    window.go_to("capture")
    assert not window.actions_table.run("delete-clips")
    assert len(window.document.clips()) == 1
    window.go_to("create")
    assert window.actions_table.run("delete-clips")


def drop(window, *paths):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    window.dropEvent(
        QDropEvent(
            QPointF(QPoint(50, 50)), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )  # fmt: skip


def test_a_dropped_video_goes_to_the_capture_page(window, qtbot, tmp_path):
    video = tmp_path / "kick.mp4"
    drop(window, video)
    qtbot.waitUntil(lambda: window.page_id == "capture")
    assert window.page("capture").log[-1] == [video]


def test_dropped_clips_are_added_in_one_step_and_shown(window, qtbot, tmp_path, motion):
    for name in ("one", "two"):
        save_motion(tmp_path / f"{name}.npz", motion())
    drop(window, tmp_path / "one.npz", tmp_path / "two.npz")
    qtbot.waitUntil(lambda: len(window.document.clips()) == 2)
    assert len(window.document.shown) == 2
    window.document.undo()
    assert window.document.clips() == []


def test_a_broken_clip_is_a_sentence_and_adds_nothing(window, qtbot, tmp_path):
    broken = tmp_path / "broken.npz"
    broken.write_bytes(b"PK\x03\x04 not really")
    drop(window, broken)
    qtbot.waitUntil(lambda: window.error_bar.isVisible())
    assert window.document.clips() == []


def test_page_loop_panels_and_project_are_remembered(make_window, motion, tmp_path):
    first = make_window()
    first.document.execute(AddClips([NewClip(motion=motion(), name="jump")]))
    clip = first.document.clips()[0]
    first.document.show_from_library([clip.id])
    first.go_to("capture")
    first.toggle_panel("left")
    first.playback.set_looping(False)
    first.close()
    second = make_window()
    assert second.page_id == "capture"
    assert not second.is_panel_open("left")
    assert not second.playback.is_looping
    assert second.settings.texts("project/shown") == [clip.id]
    assert second.settings.text("project/folder") == str(tmp_path / "project")


@pytest.mark.parametrize("size", [(1000, 640), (1280, 800), (1920, 1080)])
def test_nothing_in_the_header_or_transport_overlaps_or_is_cut(window, qtbot, size):
    window.resize(*size)
    window.header.set_job("a_video_with_a_very_long_name_indeed.mp4 61 %")
    qtbot.wait(30)  # the layout takes the new text in
    for bar in (window.header, window.middle.transport):
        widgets = [
            w for w in bar.children() if isinstance(w, QWidget) and w.isVisible() and w.width()
        ]
        for widget in widgets:
            assert bar.rect().contains(widget.geometry()), widget.accessibleName()
            assert widget.width() >= widget.minimumSizeHint().width()
        for one in widgets:
            for other in widgets:
                if one is not other:
                    assert not one.geometry().intersects(other.geometry())


def test_every_control_of_the_frame_can_be_named_by_assistive_tools(window):
    from PySide6.QtWidgets import QAbstractButton

    nameless = [
        b for b in window.header.findChildren(QAbstractButton)
        + window.middle.transport.findChildren(QAbstractButton)
        if not b.accessibleName() and not b.isHidden() and not isinstance(b, QPushButton)
    ]  # fmt: skip
    assert not nameless


def test_the_cheat_sheet_has_every_action_that_has_a_key(window):
    listed = {what for _, rows in key_groups(window.actions_table) for what, _ in rows}
    for action in commands.window_actions(window):
        if action.shortcut and action.menu:
            assert action.text.rstrip("…") in listed


@pytest.mark.gl
def test_the_window_shows_a_body_and_the_picture_contains_it(window, motion, qtbot):
    window.resize(1280, 800)
    with qtbot.waitSignal(window.middle.viewport.first_frame_drawn, timeout=10_000):
        window.document.show([shown(motion(10))])
    qtbot.wait(200)
    picture = window.middle.viewport.grab_image()
    middle = picture[picture.shape[0] // 3 : -picture.shape[0] // 3]
    assert (middle[..., 1].astype(int) - middle[..., 0] > 60).sum() > 500  # the accent's green


def test_while_one_types_into_the_palette_no_key_of_the_window_is_heard(window, qtbot, motion):
    window.document.show([shown(motion(60))])
    window.palette_.open()
    for text in "k ":  # K keeps and Space plays elsewhere
        qtbot.keyClicks(window.palette_.field, text)
    assert window.palette_.field.text() == "k "
    assert not window.playback.is_playing
    assert window.page("create").log == ["entered"]
    qtbot.keyClick(window.palette_.field, Qt.Key.Key_Escape)
    assert not window.palette_.isVisible()


def test_typing_ends_with_a_click_elsewhere_so_that_space_plays_again(window, qtbot, motion):
    window.document.show([shown(motion(60))])
    assert window.focusWidget() is window.middle.timeline
    search = window.visible_library().search
    for place in (window.middle.timeline, window.header):
        search.setEnabled(True)
        search.setFocus()
        assert window.focusWidget() is search
        qtbot.mouseClick(place, Qt.MouseButton.LeftButton, pos=QPoint(place.width() // 2, 3))
        assert window.focusWidget() is not search


def test_escape_closes_the_error_bar(window, qtbot):
    window.show_problem("The disk is full.")
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.error_bar.isVisible()


def test_a_button_that_was_reached_by_tab_is_pressed_by_space_and_enter(window, qtbot, motion):
    window.document.show([shown(motion(60))])
    loop = window.middle.transport._loop
    before = window.playback.is_looping
    loop.setFocus()
    qtbot.keyClick(loop, Qt.Key.Key_Space)
    assert window.playback.is_looping is not before
    assert not window.playback.is_playing
    qtbot.keyClick(loop, Qt.Key.Key_Return)
    assert window.playback.is_looping is before
    assert window.page("create").log == ["entered"]


class PlotPage(StubPage):
    """A page with bodies of its own and its own widget below them."""

    has_own_scene = True

    def __init__(self, context, page_id):
        super().__init__(context, page_id)
        self.below = QLabel("plots")
        self.received = []

    def receive(self, what):
        self.received.append(what)


def test_a_page_with_its_own_scene_leaves_the_others_bodies_alone(make_window, qtbot):
    window = make_window(
        (*ENTRIES[:2], PageEntry(id="train", title="Train", key="", tooltip="",
                                 make=lambda context: PlotPage(context, "train")))
    )  # fmt: skip
    document = window.document
    window.go_to("create")
    document.show([_shown("mine")])
    window.hand_over("train", "data")
    assert window.page("train").received == ["data"]
    assert document.shown == ()
    document.show([_shown("sample")])
    window.go_to("capture")
    assert [clip.key for clip in document.shown] == ["mine"]
    window.go_to("train")
    assert [clip.key for clip in document.shown] == ["sample"]
    assert [clip.key for clip in window.scenes.shared()] == ["mine"]


def test_a_pages_own_widget_stands_in_the_timelines_place(make_window, qtbot):
    window = make_window(
        (*ENTRIES[:2], PageEntry(id="train", title="Train", key="", tooltip="",
                                 make=lambda context: PlotPage(context, "train")))
    )  # fmt: skip
    window.show()
    window.go_to("train")
    plots = window.page("train").below
    qtbot.waitUntil(plots.isVisible)
    assert not window.middle.timeline.isVisible()
    assert plots.height() > 100
    window.go_to("create")
    assert window.middle.timeline.isVisible() and not plots.isVisible()


def _shown(key):
    motion = Motion(poses=np.zeros((4, 24, 3), np.float32), trans=np.zeros((4, 3), np.float32))
    return ShownClip(key=key, motion=motion, name=key, kind="generated")
