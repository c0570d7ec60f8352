"""The document: showing, selecting, undoable work, and problems as sentences."""

from __future__ import annotations

import pytest

from core.errors import FileProblem
from core.project import AddClips, DeleteClips, NewClip, Project, RenameClip
from studio import theme
from studio.document import Document, ShownClip
from studio.viewport.items import SIDE_BY_SIDE


@pytest.fixture
def document(qapp, tmp_path):
    document = Document(Project.open(tmp_path / "project"))
    yield document
    document.project.close()


def shown(motion, key, **values):
    return ShownClip(key=key, motion=motion, name=key, kind="generated", **values)


def test_bodies_stand_side_by_side_and_the_row_is_centred_whatever_their_path(document, motion):
    document.show([shown(motion(shift=s), k) for k, s in (("a", 0.0), ("b", 7.0), ("c", -3.0))])
    middles = [
        item.position[0] + float(item.motion.trans[:, 0].mean()) for item in document.bodies()
    ]
    assert middles == pytest.approx([-SIDE_BY_SIDE, 0.0, SIDE_BY_SIDE])


def test_samples_have_fixed_colours_and_the_first_is_the_accent(document, motion):
    document.show([shown(motion(), k) for k in "abc"])
    assert [item.color for item in document.bodies()] == list(theme.SAMPLE_COLORS[:3])


def test_an_estimated_clip_has_its_estimators_colour(document, motion):
    clip = ShownClip(
        key="v", motion=motion(kind="estimated", estimator="blazepose"), name="v", kind="estimated"
    )
    document.show([clip])
    assert document.bodies()[0].color == theme.BLAZEPOSE


def test_showing_others_keeps_the_selection_where_it_still_exists(document, motion):
    document.show([shown(motion(), k) for k in "ab"], select="b")
    document.show([shown(motion(), k) for k in "bc"])
    assert document.selected_key == "b"
    document.show([shown(motion(), "d")])
    assert document.selected_key == "d"


def test_selecting_tells_only_when_it_changes_something(document, motion, qtbot):
    document.show([shown(motion(), k) for k in "ab"])
    with qtbot.assertNotEmitted(document.selection_changed):
        document.select("a")
        document.select("nobody")
    with qtbot.waitSignal(document.selection_changed):
        document.select_next()
    assert document.selected_key == "b"


def test_undo_and_redo_go_through_names_and_deletions(document, motion):
    document.execute(AddClips([NewClip(motion=motion(), name="kick")]))
    clip = document.clips()[0]
    document.execute(RenameClip(clip.id, "high kick"))
    document.execute(DeleteClips((clip.id,)))
    assert document.clips() == []
    assert document.undo_text == "Undo delete high kick"
    document.undo()
    assert document.clips()[0].name == "high kick"
    document.undo()
    assert document.clips()[0].name == "kick"
    document.redo()
    assert document.clips()[0].name == "high kick"


def test_a_deleted_clip_leaves_the_viewport_and_the_selection(document, motion):
    document.execute(AddClips([NewClip(motion=motion(), name=n) for n in "ab"]))
    ids = [clip.id for clip in document.clips()]
    document.show_from_library(ids)
    document.select_in_library(ids)
    document.execute(DeleteClips((ids[0],)))
    assert [clip.clip_id for clip in document.shown] == ids[1:]
    assert document.library_selection == tuple(ids[1:])


def test_a_command_that_fails_says_why_and_is_not_kept(document, qtbot):
    class Failing:
        text = "fail"

        def do(self, project):
            raise FileProblem("The disk is full.", "Free some space.")

        def undo(self, project):
            raise AssertionError

    with qtbot.waitSignal(document.problem) as caught:
        assert not document.execute(Failing())
    assert caught.args == ["The disk is full.", "Free some space."]
    assert not document.can_undo


def test_opening_a_folder_of_other_things_is_refused_and_the_project_stays(
    document, tmp_path, qtbot
):
    other = tmp_path / "holiday"
    other.mkdir()
    (other / "beach.txt").write_text("sun")
    before = document.project
    with qtbot.waitSignal(document.problem):
        assert not document.open_project(other)
    assert document.project is before


def test_clips_in_a_second_row_stand_behind_and_between_the_first(motion) -> None:
    document = Document()
    clips = [
        ShownClip(key=str(i), motion=motion(), name=str(i), kind="demo", row=i // 2)
        for i in range(4)
    ]
    document.show(clips)
    places = {body.key: body.position for body in document.bodies()}
    assert places["0"][2] == places["1"][2] > places["2"][2] == places["3"][2]
    assert places["0"][0] < places["2"][0] < places["1"][0] < places["3"][0]
