"""Commands change the project, undo brings it back, and a failed one leaves no trace."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import FileProblem, StudioError
from core.project import (
    AddClips,
    DeleteClips,
    NewClip,
    Project,
    RenameClip,
    ReplaceMotion,
    UndoStack,
)
from tests.core.project.motions import small_motion


@pytest.fixture
def stack(tmp_path):
    with Project.open(tmp_path / "p") as project:
        yield UndoStack(project)


def names(stack: UndoStack) -> list[str]:
    return sorted(c.name for c in stack.project.clips())


def new(*clip_names: str) -> list[NewClip]:
    return [NewClip(motion=small_motion(i), name=n) for i, n in enumerate(clip_names)]


def test_adding_renaming_and_deleting_can_be_undone_and_redone(stack):
    add = AddClips(new("a", "b"))
    stack.execute(add)
    first = add.added[0]
    stack.execute(RenameClip(first.id, "z"))
    stack.execute(DeleteClips([c.id for c in add.added]))
    assert names(stack) == []
    assert stack.undo_text == "Undo delete 2 clips"
    stack.undo()
    assert names(stack) == ["b", "z"]
    assert stack.undo_text == "Undo rename to z"
    assert stack.redo_text == "Redo delete 2 clips"
    stack.undo()
    assert names(stack) == ["a", "b"]
    stack.undo()
    assert names(stack) == []
    assert not stack.can_undo
    assert stack.undo() is None
    while stack.redo():
        pass
    assert names(stack) == []
    assert len(stack.project.clips(deleted=True)) == 2
    assert not stack.can_redo


def test_redone_clips_keep_their_identity(stack):
    add = AddClips(new("a"))
    stack.execute(add)
    stack.undo()
    stack.redo()
    assert [c.id for c in stack.project.clips()] == [add.added[0].id]


def test_a_new_command_drops_what_was_undone(stack):
    stack.execute(AddClips(new("a")))
    stack.undo()
    stack.execute(AddClips(new("b")))
    assert stack.redo() is None
    assert stack.redo_text == "Redo"
    assert names(stack) == ["b"]


def test_the_menu_names_one_clip_and_counts_several(stack):
    assert AddClips(new("kick"), verb="keep").text == "keep kick"
    assert AddClips(new("a", "b", "c")).text == "add 3 clips"
    add = AddClips(new("kick"))
    stack.execute(add)
    stack.execute(DeleteClips([add.added[0].id]))
    assert stack.undo_text == "Undo delete kick"


def test_a_failed_command_is_not_kept_and_leaves_no_trace(stack, monkeypatch):
    project = stack.project
    real, calls = project.add, []

    def fails_at_the_third(*args):
        calls.append(args)
        if len(calls) == 3:
            raise FileProblem("The disk is full.")
        return real(*args)

    monkeypatch.setattr(project, "add", fails_at_the_third)
    with pytest.raises(FileProblem):
        stack.execute(AddClips(new("a", "b", "c")))
    assert not stack.can_undo
    assert project.clips() == project.clips(deleted=True) == []
    assert list((project.folder / "clips").iterdir()) == []


def test_deleting_clips_of_which_one_is_gone_deletes_none(stack):
    add = AddClips(new("a", "b"))
    stack.execute(add)
    with pytest.raises(StudioError):
        stack.execute(DeleteClips([add.added[0].id, "no such clip"]))
    assert names(stack) == ["a", "b"]
    assert stack.undo_text == "Undo add 2 clips"


def test_an_undo_that_fails_can_be_tried_again(stack, monkeypatch):
    stack.execute(AddClips(new("a")))
    monkeypatch.setattr(stack.project, "is_read_only", True)
    with pytest.raises(FileProblem):
        stack.undo()
    assert stack.can_undo
    monkeypatch.undo()
    stack.undo()
    assert names(stack) == []


def test_the_stack_forgets_the_oldest_beyond_its_limit(stack):
    small = UndoStack(stack.project, limit=2)
    for n in "abc":
        small.execute(AddClips(new(n)))
    small.undo()
    small.undo()
    assert small.undo() is None
    assert names(stack) == ["a"]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["add", "rename", "delete", "undo", "redo", "reopen", "lose the index"]),
        st.integers(0, 30),
        st.sampled_from(["a", "b", "b 2", "c d", "é"]),
    ),
    max_size=14,
)


def contents(project: Project) -> list[tuple[str, str]]:
    return sorted((c.id, c.name) for c in project.clips())


@given(STEPS)
@settings(max_examples=20, deadline=None)
def test_any_history_goes_back_to_nothing_and_forth_again(steps):
    """Whatever is done and undone: all undone the project is empty, all redone it is as it was."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "p"
        stack = UndoStack(Project.open(folder))
        for action, number, name in steps:
            clips = stack.project.clips()
            chosen = clips[number % len(clips)] if clips else None
            if action == "add":
                stack.execute(AddClips(new(*[name] * (1 + number % 3))))
            elif action == "rename" and chosen:
                stack.execute(RenameClip(chosen.id, name))
            elif action == "delete" and chosen:
                stack.execute(DeleteClips([chosen.id]))
            elif action == "undo":
                stack.undo()
            elif action == "redo":
                stack.redo()
            elif action in ("reopen", "lose the index"):
                stack.project.close()
                if action != "reopen":
                    (folder / "project.sqlite").unlink()
                stack.project = Project.open(folder)
                assert stack.project.notice == ""
            names = [c.name for c in stack.project.clips()]
            assert len(names) == len(set(names))
        while stack.redo():
            pass
        end = contents(stack.project)
        while stack.undo():
            pass
        assert stack.project.clips() == []
        while stack.redo():
            pass
        assert contents(stack.project) == end
        for clip in stack.project.clips():
            assert stack.project.motion(clip.id).num_frames == 6
        stack.project.close()


def test_a_replaced_motion_can_be_undone_and_the_first_one_is_never_lost(stack):
    add = AddClips(new("a"))
    stack.execute(add)
    clip_id, project = add.added[0].id, stack.project
    first = project.motion(clip_id)
    longer, longest = small_motion(5, num_frames=9), small_motion(6, num_frames=11)
    for motion in (longer, longest):
        stack.execute(ReplaceMotion(clip_id, motion, verb="clean up"))
    assert stack.undo_text == "Undo clean up a"
    assert project.clip(clip_id).num_frames == 11
    assert (project.original(clip_id).poses == first.poses).all()
    stack.undo()
    assert project.motion(clip_id) is longer and project.clip(clip_id).num_frames == 9
    stack.undo()
    assert (project.motion(clip_id).poses == first.poses).all()
    stack.redo()
    with Project.open(project.folder) as again:
        assert (again.motion(clip_id).poses == longer.poses).all()
        assert (again.original(clip_id).poses == first.poses).all()


def test_replacing_in_a_project_without_room_changes_nothing(stack, monkeypatch):
    add = AddClips(new("a"))
    stack.execute(add)

    def full(path, motion):
        raise FileProblem("The disk is full.", "Free some space.")

    monkeypatch.setattr("core.project.project.save_motion", full)
    with pytest.raises(FileProblem):
        stack.execute(ReplaceMotion(add.added[0].id, small_motion(5)))
    assert stack.undo_text == "Undo add a"
    assert stack.project.motion(add.added[0].id).num_frames == add.added[0].num_frames
