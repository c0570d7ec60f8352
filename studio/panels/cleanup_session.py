"""The selected clip being cleaned: previews while a slider moves, one undoable step when applied.

Every preview starts from the clip as it first came into the project, so cleaning twice does not
smooth twice. The work itself is ``core.cleanup``, in a thread where the newest request wins.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from core.errors import StudioError
from core.motion import Motion
from studio import bridge
from studio.document import Document, ShownClip
from studio.services import cleaning
from studio.services.cleaning import Cleaning

if TYPE_CHECKING:
    from core.cleanup import Contacts


class CleaningSession(QObject):
    """What is being cleaned, with which choices. ``changed`` when any of it is another."""

    changed = Signal()

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self.target: ShownClip | None = None  # as it is stored, not as previewed
        self.base: Motion | None = None  # as it first came into the project
        self.choices = Cleaning()
        self.result: Any = None  # core.cleanup.Cleaned of the newest preview
        self._preview: Motion | None = None
        self._is_active = False
        document.selection_changed.connect(self._follow)
        document.shown_changed.connect(self._follow)

    def set_active(self, is_active: bool) -> None:
        """Follow the selection, or leave everything as it is stored."""
        if self._is_active and not is_active:
            self._drop_preview()
            self._is_active = False
        elif is_active and not self._is_active:
            self._is_active = True
            self._follow()

    # -- following what is selected ---------------------------------------------------------------
    def _follow(self) -> None:
        if not self._is_active:
            return
        selected = self._document.selected
        if selected is not None and self.target is not None and selected.key == self.target.key:
            if selected.motion is self._preview or selected.motion is self.target.motion:
                return
            self._take(selected)  # the stored motion was replaced: applied, undone
            return
        self._drop_preview()
        self._take(selected)

    def _take(self, clip: ShownClip | None) -> None:
        self.target, self.result, self._preview = clip, None, None
        self.base, self.choices = None, Cleaning()
        if clip is not None:
            self.base = self._original(clip)
            self.choices = cleaning.choices_of(clip.motion)
        self.changed.emit()
        if self.choices.options.strength > 0:
            self._ask(shows=False)

    def _original(self, clip: ShownClip) -> Motion:
        project = self._document.project
        if clip.clip_id is None or project is None:
            return clip.motion
        try:
            return project.original(clip.clip_id)
        except StudioError:
            return clip.motion

    def _drop_preview(self) -> None:
        if self._preview is not None and self.target is not None:
            key, stored = self.target.key, self.target.motion
            self._preview = None
            self._document.replace_shown(key, stored)

    # -- choices ----------------------------------------------------------------------------------
    @property
    def is_previewing(self) -> bool:
        """Whether what is seen differs from what is stored."""
        return self._preview is not None

    @property
    def can_apply(self) -> bool:
        return self.is_previewing and self.target is not None and self.target.clip_id is not None

    @property
    def can_reset(self) -> bool:
        return self.is_previewing or self._is_applied

    @property
    def _is_applied(self) -> bool:
        """Whether the stored clip differs from how it first came."""
        target = self.target
        return (
            target is not None
            and target.motion is not self.base
            and bool(target.motion.provenance.edit)
        )

    def set_choices(self, choices: Cleaning) -> None:
        """Preview the selected clip with other choices."""
        if self.base is not None:
            self.choices = choices
            self.changed.emit()
            self._ask(shows=True)

    def paint_contact(self, side: str, first: int, stop: int, stands: bool) -> None:
        """Let a foot ("left", "right") stand in frames first to stop - 1, or not."""
        if self.base is None:
            return
        contacts = cleaning.with_contact(
            self.contacts, self.base, side=side, first=first, stop=stop, stands=stands
        )
        self.set_choices(dataclasses.replace(self.choices, contacts=contacts))

    @property
    def contacts(self) -> Contacts | None:
        """The contacts in use: the user's, or those the last preview found."""
        if self.choices.contacts is not None:
            return self.choices.contacts
        return self.result.contacts if self.result is not None else None

    def _ask(self, *, shows: bool) -> None:
        base, choices, target = self.base, self.choices, self.target
        assert base is not None and target is not None

        def done(result: Any) -> None:
            if target is not self.target or choices is not self.choices:
                return
            self.result = result
            if shows:
                self._preview = result.motion
                self._document.replace_shown(target.key, result.motion)
            self.changed.emit()

        bridge.run_in_thread(
            lambda progress: cleaning.clean_clip(base, choices),
            done,
            lambda message, hint: self._document.problem.emit(message, hint),
            key="cleaning",
            owner=self,
        )

    # -- keeping ----------------------------------------------------------------------------------
    def apply(self) -> bool:
        """Keep the preview in the library, as one undoable step."""
        from core.project import ReplaceMotion

        target, preview = self.target, self._preview
        if target is None or preview is None:
            return False
        if target.clip_id is None:
            self._document.problem.emit(
                "This clip is not in the library yet.", "Keep it first (K), then clean it."
            )
            return False
        done = self._document.execute(ReplaceMotion(target.clip_id, preview, verb="clean up"))
        if done:
            self._take(self._document.selected)  # what is seen is what is stored now
            self._document.message.emit(f"{target.name} is cleaned. Ctrl+Z takes it back.")
        return done

    def reset(self) -> None:
        """Show the clip as it first came; an applied clean-up is taken out, undoably."""
        from core.project import ReplaceMotion

        target, base = self.target, self.base
        if target is None or base is None:
            return
        self._drop_preview()
        if target.clip_id is not None and self._is_applied:
            self._document.execute(ReplaceMotion(target.clip_id, base, verb="reset"))
        else:
            self._take(target)
            self.choices = Cleaning()
            self.changed.emit()
