"""What the pages share: the project, what can be undone, what is shown, what is selected.

Methods are orders, signals are facts. Knows no widgets; drawing and asking happen elsewhere.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from core.errors import StudioError
from core.motion import Motion
from studio import theme

if TYPE_CHECKING:
    from core.project import Clip, Command, Project, UndoStack
    from studio.viewport.items import BodyItem

log = logging.getLogger(__name__)


GHOST_OPACITY = 0.45
_ROWS_APART = 1.7  # metres from one row of bodies to the next


@dataclass(frozen=True, kw_only=True, eq=False)
class ShownClip:
    """A clip that stands in the viewport; ``clip_id`` is None while it is not in the library.

    ``name`` is what the label says in bold, ``detail`` what follows it in a quiet voice.
    """

    key: str
    motion: Motion
    name: str
    kind: str
    clip_id: str | None = None
    detail: str = ""
    color: str = ""  # "" takes the colour of its source, or of its place among samples
    over: str = ""  # key of a clip this one is laid over, see-through: a file beside its source
    row: int = 0  # how many rows behind the first it stands, where there are several
    place: tuple[float, float, float] | None = None  # where it stands; None: beside the others
    opacity: float = 1.0


class Document(QObject):
    """The state all pages look at. One per window."""

    project_changed = Signal()
    library_changed = Signal()
    library_selection_changed = Signal()
    shown_changed = Signal()
    selection_changed = Signal()
    history_changed = Signal()
    message = Signal(str)
    problem = Signal(str, str)

    def __init__(self, project: Project | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._project: Project | None = None
        self._undo: UndoStack | None = None
        self._shown: tuple[ShownClip, ...] = ()
        self._selected_key: str | None = None
        self._library_selection: tuple[str, ...] = ()
        if project is not None:
            self.set_project(project)

    # -- project ----------------------------------------------------------------------------------
    @property
    def project(self) -> Project | None:
        return self._project

    def set_project(self, project: Project) -> None:
        """Work on another project; the history of the old one is forgotten."""
        from core.project import UndoStack

        if self._project is not None:
            self._project.close()
        self._project, self._undo = project, UndoStack(project)
        self._library_selection = ()
        self.project_changed.emit()
        self.history_changed.emit()
        self.library_changed.emit()
        self.library_selection_changed.emit()
        if project.notice:  # opening had to mend something
            self.problem.emit(project.notice, "")

    def open_project(self, folder: Path) -> bool:
        """Open or make the project in ``folder``; tells the user and returns False if it cannot."""
        from core.project import Project

        try:
            project = Project.open(folder)
        except StudioError as error:
            self.problem.emit(error.message, error.hint)
            return False
        self.set_project(project)
        self.show(())
        self.message.emit(f"Project {folder.name} is open.")
        return True

    def clips(self, search: str = "") -> list[Clip]:
        """The library's clips, newest first, that match ``search``."""
        if self._project is None:
            return []
        try:
            return list(self._project.clips(search))
        except StudioError as error:
            self.problem.emit(error.message, error.hint)
            return []

    # -- undoable work ----------------------------------------------------------------------------
    def execute(self, command: Command) -> bool:
        """Do a command; a failure is shown as a sentence and leaves everything as it was."""
        if self._undo is None:
            self.problem.emit("No project is open.", "Open one with File > Open project.")
            return False
        stack = self._undo
        return self._attempt(lambda: stack.execute(command))

    def undo(self) -> bool:
        """Take the last command back."""
        if self._undo is None or not self._undo.can_undo:
            return False
        text = self._undo.undo_text
        done = self._attempt(self._undo.undo)
        if done:
            self.message.emit(text.replace("Undo ", "Undone: ", 1))
        return done

    def redo(self) -> bool:
        """Do again what was taken back."""
        if self._undo is None or not self._undo.can_redo:
            return False
        text = self._undo.redo_text
        done = self._attempt(self._undo.redo)
        if done:
            self.message.emit(text.replace("Redo ", "Done again: ", 1))
        return done

    @property
    def can_undo(self) -> bool:
        return self._undo is not None and self._undo.can_undo

    @property
    def can_redo(self) -> bool:
        return self._undo is not None and self._undo.can_redo

    @property
    def undo_text(self) -> str:
        return self._undo.undo_text if self._undo is not None else "Undo"

    @property
    def redo_text(self) -> str:
        return self._undo.redo_text if self._undo is not None else "Redo"

    def _attempt(self, step: Callable[[], object]) -> bool:
        try:
            step()
        except StudioError as error:
            self.problem.emit(error.message, error.hint)
            return False
        finally:
            self.history_changed.emit()
        self._forget_deleted()
        self.library_changed.emit()
        return True

    # -- library selection ------------------------------------------------------------------------
    @property
    def library_selection(self) -> tuple[str, ...]:
        """Ids of the clips selected in the library."""
        return self._library_selection

    def select_in_library(self, clip_ids: Iterable[str]) -> None:
        """Select clips in the library list."""
        chosen = tuple(clip_ids)
        if chosen != self._library_selection:
            self._library_selection = chosen
            self.library_selection_changed.emit()

    def show_from_library(self, clip_ids: Sequence[str]) -> None:
        """Put clips of the library side by side into the viewport."""
        if self._project is None:
            return
        shown = []
        by_id = {clip.id: clip for clip in self.clips()}
        try:
            for clip_id in clip_ids:
                clip = by_id.get(clip_id)
                if clip is not None:
                    shown.append(shown_from_clip(clip, self._project.motion(clip_id)))
        except StudioError as error:
            self.problem.emit(error.message, error.hint)
            return
        if shown:
            self.show(shown)

    # -- what is shown ----------------------------------------------------------------------------
    @property
    def shown(self) -> tuple[ShownClip, ...]:
        return self._shown

    @property
    def selected_key(self) -> str | None:
        return self._selected_key

    @property
    def selected(self) -> ShownClip | None:
        """The shown clip that panels act on."""
        return next((c for c in self._shown if c.key == self._selected_key), None)

    def show(self, clips: Iterable[ShownClip], *, select: str | None = None) -> None:
        """Show these clips; keeps the selection where it still exists, else takes the first."""
        self._shown = tuple(clips)
        keys = [clip.key for clip in self._shown]
        wanted = select if select is not None else self._selected_key
        key = wanted if wanted in keys else (keys[0] if keys else None)
        is_other = key != self._selected_key
        self._selected_key = key
        self.shown_changed.emit()
        if is_other:
            self.selection_changed.emit()

    def replace_shown(self, key: str, motion: Motion) -> None:
        """Show another motion in a clip's place, for instance a preview of an edit."""
        if any(clip.key == key and clip.motion is not motion for clip in self._shown):
            self.show(replace(c, motion=motion) if c.key == key else c for c in self._shown)

    def select(self, key: str | None) -> None:
        """Select one of the shown clips."""
        if key != self._selected_key and any(c.key == key for c in self._shown):
            self._selected_key = key
            self.selection_changed.emit()

    def select_next(self, steps: int = 1) -> None:
        """Select the next of the shown clips."""
        keys = [clip.key for clip in self._shown]
        if keys:
            at = keys.index(self._selected_key) if self._selected_key in keys else -1
            self.select(keys[(at + steps) % len(keys)])

    def color_of(self, clip: ShownClip) -> str:
        """The clip's fixed colour: its own, its place among the samples, or its source's."""
        if clip.color:
            return clip.color
        if clip.kind in ("generated", "edited"):
            samples = [c.key for c in self._shown if c.kind in ("generated", "edited")]
            at = samples.index(clip.key) if clip.key in samples else 0
            return theme.SAMPLE_COLORS[at % len(theme.SAMPLE_COLORS)]
        return theme.source_color(clip.kind, clip.motion.provenance.estimator)

    def bodies(self) -> list[BodyItem]:
        """What the viewport draws: the shown clips side by side, each row centred."""
        from studio.viewport.items import SIDE_BY_SIDE, BodyItem, side_by_side

        places: dict[str, tuple[float, float, float]] = {}
        rows = {clip.row: 0 for clip in self._shown}
        for clip in self._shown:
            rows[clip.row] += not clip.over
        for row in sorted(rows):
            apart = [
                clip for clip in self._shown
                if not clip.over and clip.row == row and clip.place is None
            ]  # fmt: skip
            # those behind look between those before them
            hidden = row % 2 and (rows[row] - rows.get(row - 1, 0)) % 2 == 0
            for clip, (x, y, z) in zip(
                apart, side_by_side([clip.motion for clip in apart]), strict=True
            ):
                places[clip.key] = (x + SIDE_BY_SIDE / 2 * hidden, y, z - _ROWS_APART * row)
        return [
            BodyItem(
                key=clip.key,
                motion=clip.motion,
                color=self.color_of(clip),
                label=clip.name,
                sublabel=clip.detail,
                position=clip.place or places.get(clip.over or clip.key, (0.0, 0.0, 0.0)),
                opacity=GHOST_OPACITY if clip.over else clip.opacity,
            )
            for clip in self._shown
        ]

    def _forget_deleted(self) -> None:
        alive = {clip.id for clip in self.clips()}
        self.select_in_library(c for c in self._library_selection if c in alive)
        kept = tuple(
            self._as_stored(c) for c in self._shown if c.clip_id is None or c.clip_id in alive
        )
        if kept != self._shown:
            self.show(kept)

    def _as_stored(self, shown: ShownClip) -> ShownClip:
        """The clip with the motion the project has for it now, after an edit or an undo."""
        if shown.clip_id is None or self._project is None:
            return shown
        try:
            motion = self._project.motion(shown.clip_id)
        except StudioError as error:
            log.warning("%s cannot be read again: %s", shown.name, error.message)
            return shown
        return shown if motion is shown.motion else replace(shown, motion=motion)


def shown_from_clip(clip: Clip, motion: Motion) -> ShownClip:
    """A clip of the library as it stands in the viewport."""
    return ShownClip(key=clip.id, motion=motion, name=clip.name, kind=clip.kind, clip_id=clip.id)
