"""What a user does to a project, as commands that can be undone; and the stack that keeps them.

Below the window on purpose: scripts and tests drive the same commands without Qt.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from core.errors import StudioError
from core.motion import Motion
from core.project.clip import Clip
from core.project.project import Project

UNDO_LIMIT = 200


class Command(Protocol):
    """One step of the user's work. ``text`` completes "Undo ..." in the menu."""

    @property
    def text(self) -> str:
        """What was done, in lower case: "rename to jump", "delete 3 clips"."""
        ...

    def do(self, project: Project) -> None:
        """Do it, for the first time or again. Raises StudioError and then leaves no trace."""
        ...

    def undo(self, project: Project) -> None:
        """Bring the project back to what it was before :meth:`do`."""
        ...


def _counted(number: int) -> str:
    return "1 clip" if number == 1 else f"{number} clips"


@dataclass(frozen=True, kw_only=True)
class NewClip:
    """A motion that is to become a clip of the project."""

    motion: Motion
    name: str
    label: str = ""


@dataclass
class AddClips:
    """Add motions to the project; undo moves them to the bin. ``added`` are the new clips."""

    new: Sequence[NewClip]
    verb: str = "add"
    added: tuple[Clip, ...] = field(default=(), init=False)

    @property
    def text(self) -> str:
        what = self.new[0].name if len(self.new) == 1 else _counted(len(self.new))
        return f"{self.verb} {what}"

    def do(self, project: Project) -> None:
        if self.added:  # done before: the files are in the bin
            _all_or_none([c.id for c in self.added], project.restore, project.delete)
            return
        added: list[Clip] = []
        try:
            for item in self.new:
                added.append(project.add(item.motion, item.name, item.label))
        except BaseException:
            for clip in added:
                with contextlib.suppress(StudioError):
                    project.delete(clip.id)
                    project.purge(clip.id)
            raise
        self.added = tuple(added)

    def undo(self, project: Project) -> None:
        _all_or_none([c.id for c in self.added], project.delete, project.restore)


@dataclass
class RenameClip:
    """Give a clip another name."""

    clip_id: str
    name: str
    before: str = field(default="", init=False)

    @property
    def text(self) -> str:
        return f"rename to {self.name}"

    def do(self, project: Project) -> None:
        self.before = project.clip(self.clip_id).name
        project.rename(self.clip_id, self.name)

    def undo(self, project: Project) -> None:
        project.rename(self.clip_id, self.before)


@dataclass
class ReplaceMotion:
    """Give a clip another motion, for instance the cleaned one; undo gives the old one back.

    ``verb`` says what was done to it: "clean up", "reset".
    """

    clip_id: str
    motion: Motion
    verb: str = "change"
    name: str = field(default="", init=False)
    before: Motion | None = field(default=None, init=False)

    @property
    def text(self) -> str:
        return f"{self.verb} {self.name}".strip()

    def do(self, project: Project) -> None:
        before = project.motion(self.clip_id)
        self.name = project.replace_motion(self.clip_id, self.motion).name
        self.before = before

    def undo(self, project: Project) -> None:
        if self.before is not None:
            project.replace_motion(self.clip_id, self.before)


@dataclass
class DeleteClips:
    """Move clips to the bin."""

    clip_ids: Sequence[str]
    first_name: str = field(default="", init=False)

    @property
    def text(self) -> str:
        one = len(self.clip_ids) == 1 and self.first_name
        return f"delete {self.first_name if one else _counted(len(self.clip_ids))}"

    def do(self, project: Project) -> None:
        if self.clip_ids:
            self.first_name = project.clip(self.clip_ids[0]).name
        _all_or_none(self.clip_ids, project.delete, project.restore)

    def undo(self, project: Project) -> None:
        _all_or_none(self.clip_ids, project.restore, project.delete)


class _Step(Protocol):
    def __call__(self, clip_id: str) -> Clip: ...


def _all_or_none(clip_ids: Sequence[str], step: _Step, back: _Step) -> None:
    done: list[str] = []
    try:
        for clip_id in clip_ids:
            step(clip_id)
            done.append(clip_id)
    except BaseException:
        for clip_id in reversed(done):
            with contextlib.suppress(StudioError):
                back(clip_id)
        raise


class UndoStack:
    """The commands done to one project, newest last, and those undone.

    A command that fails is not kept, so the stack always matches the project.
    """

    def __init__(self, project: Project, *, limit: int = UNDO_LIMIT) -> None:
        self.project = project
        self._limit = max(limit, 1)
        self._done: list[Command] = []
        self._undone: list[Command] = []

    def execute(self, command: Command) -> None:
        """Do a command and keep it for undo; what was undone before can no longer be redone."""
        command.do(self.project)
        self._undone.clear()
        self._done.append(command)
        del self._done[: -self._limit]

    def undo(self) -> Command | None:
        """Undo the last command and return it, or None when there is nothing to undo."""
        return self._step(self._done, self._undone, undo=True)

    def redo(self) -> Command | None:
        """Do the last undone command again and return it, or None."""
        return self._step(self._undone, self._done, undo=False)

    def _step(self, source: list[Command], target: list[Command], *, undo: bool) -> Command | None:
        if not source:
            return None
        command = source[-1]
        if undo:
            command.undo(self.project)
        else:
            command.do(self.project)
        target.append(source.pop())
        return command

    def clear(self) -> None:
        """Forget everything, for instance when another project is opened."""
        self._done.clear()
        self._undone.clear()

    @property
    def can_undo(self) -> bool:
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        return bool(self._undone)

    @property
    def undo_text(self) -> str:
        """The menu's text: "Undo rename to jump", or "Undo" when there is nothing."""
        return f"Undo {self._done[-1].text}" if self._done else "Undo"

    @property
    def redo_text(self) -> str:
        """The menu's text: "Redo rename to jump", or "Redo" when there is nothing."""
        return f"Redo {self._undone[-1].text}" if self._undone else "Redo"
