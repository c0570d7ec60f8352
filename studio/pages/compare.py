"""Compare: two to four clips in step, by eye, by number and by figure.

Composes what is compared on the left, views, ribbons and curves in the middle, and quality, worst
moments and figures on the right; what is compared lies in :class:`CompareSession`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.motion import Motion
from studio import bridge, theme
from studio.actions import Action
from studio.document import ShownClip
from studio.pages.compare_figures import FigureMaker
from studio.pages.compare_menus import page_actions, pairs_menu
from studio.pages.compare_session import CompareSession
from studio.pages.compare_video import CompareVideo
from studio.pages.compare_words import moment_rows, quality_rows, ribbons, summary
from studio.panels.compare_below import CompareBelow
from studio.panels.compare_clips import ClipRow, CompareClips
from studio.panels.compare_figure import FigurePanel
from studio.panels.compare_moments import MomentList
from studio.panels.compare_quality import QualityTable
from studio.plots.angles import Curve
from studio.services.comparing import Comparer, angle_names
from studio.widgets import SectionHeading, Separator, SidePanel, caption
from studio.window.page import PageContext

WIPE_STEP = 0.05
_NOTHING = "Select two to four clips in the library and press Ctrl+D, or let pairs be found (Y)"


class _Left(QWidget):
    """The compared clips above the library."""

    def __init__(self, clips: CompareClips, library: QWidget) -> None:
        super().__init__()
        self.setMinimumWidth(240)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(clips)
        column.addWidget(Separator())
        column.addWidget(library, 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), QColor(theme.PANEL))


class ComparePage(QObject):
    """The page; implements ``studio.window.page.Page``."""

    id = "compare"
    title = "Compare"
    has_own_scene = True

    def __init__(self, context: PageContext, comparer: Comparer | None = None) -> None:
        super().__init__(context.viewport)
        self._context = context
        self._viewport: Any = context.viewport
        self._is_here = False
        self.session = CompareSession(context.document, context.playback, self, comparer)
        self.clips = CompareClips()
        self.left: QWidget = _Left(self.clips, context.library())
        self.below = CompareBelow(context.playback)
        self.quality = QualityTable()
        self.moments = MomentList()
        self.figure = FigurePanel()
        self.right: QWidget = self._composed()
        self.overlay: QWidget | None = CompareVideo(self.session, context.playback)
        self.figures = FigureMaker(self.session, self.figure, context.document)
        self._connect()
        self._show_clips()
        self._show_answer()
        self._show_angles()

    def _composed(self) -> QWidget:
        panel = SidePanel("Comparison")
        panel.add(SectionHeading("Quality"))
        self.quality_hint = caption("", color=theme.DIM)
        panel.add(self.quality_hint)
        panel.add(self.quality)
        panel.add_space(8)
        self.moments_heading = SectionHeading("Where they differ most")
        panel.add(self.moments_heading)
        panel.add(self.moments)
        panel.add_separator()
        panel.add(self.figure)
        panel.add_stretch()
        return panel

    def _connect(self) -> None:
        session = self.session
        self.clips.removed.connect(session.remove)
        self.clips.offset_changed.connect(session.set_offset)
        self.clips.swapped.connect(session.swap)
        self.clips.space_chosen.connect(session.set_space)
        self.clips.timing_chosen.connect(session.set_timing)
        self.clips.presets_pressed.connect(self.open_pairs)
        self.below.layout_picked.connect(self.set_layout)
        self.below.extra_toggled.connect(self._toggle_extra)
        self.below.angle_picked.connect(session.set_angle)
        self.moments.chosen.connect(session.go_to_moment)
        self.figure.wanted.connect(self.make_figure)
        session.clips_changed.connect(self._show_clips)
        session.answered.connect(self._show_answer)
        session.angles_ready.connect(self._show_angles)
        session.pictures_ready.connect(self._show_pictures)
        session.busy_changed.connect(self._show_busy)
        self._context.document.library_changed.connect(self._drop_deleted)
        self._context.playback.time_changed.connect(lambda _: self._show_readings())

    # -- Page -------------------------------------------------------------------------------------
    def actions(self) -> Sequence[Action]:
        return page_actions(self)

    def entered(self) -> None:
        self._is_here = True
        self._drop_deleted()
        self.session.show()
        self._show_layout()
        self._show_readings()
        self.below.extras.set_on("video", self.shows_video)
        if isinstance(self.overlay, CompareVideo):
            self.overlay.look()
        self.figures.wake()

    def left_behind(self) -> None:
        self._is_here = False
        if hasattr(self._viewport, "set_layout"):
            for clip in self.session.clips:
                self._viewport.set_heat(clip.key, None)
            self._viewport.set_layout("together")

    def receive(self, what: Any) -> None:
        """Compare clips of the library (their ids), shown clips, or motions."""
        entries = list(what)
        if entries and all(isinstance(entry, str) for entry in entries):
            self.session.take_from_library(entries)
            return
        shown = [
            ShownClip(
                key=f"given-{index}", motion=entry, kind=entry.provenance.kind,
                name=entry.provenance.label or entry.provenance.source or "clip",
            )
            if isinstance(entry, Motion)
            else entry
            for index, entry in enumerate(entries)
        ]  # fmt: skip
        self.session.take(shown)

    # -- orders -----------------------------------------------------------------------------------
    def set_layout(self, name: str) -> None:
        """Show "views", "overlay" or "wipe"."""
        self.session.set_layout(name)
        self._show_layout()

    def is_layout(self, name: str) -> bool:
        """Whether the bodies are laid out so."""
        return self.session.layout == name

    def toggle_heat(self) -> None:
        """Colour the bodies by their difference, or no longer."""
        self.session.set_heat(not self.session.has_heat)
        self._show_layout()

    @property
    def shows_video(self) -> bool:
        return self.overlay is not None and not self.overlay.isHidden()

    def toggle_video(self) -> None:
        """Show the source video beside the bodies, or hide it."""
        assert isinstance(self.overlay, CompareVideo)
        self.overlay.setVisible(not self.shows_video)
        self.overlay.share_room()
        self.overlay.look()
        self.below.extras.set_on("video", self.shows_video)
        self._context.actions.refresh()

    def step_wipe(self, steps: int) -> None:
        """Move the wipe's line by some steps."""
        self._viewport.set_wipe(self._viewport.wipe + WIPE_STEP * steps)

    def open_pairs(self) -> None:
        """Offer what can be compared at once."""
        button = self.clips.presets_button
        pairs_menu(self).popup(button.mapToGlobal(QPoint(0, button.height() + 4)))

    def ask_models(self) -> None:
        """Ask for two checkpoints, an action and a seed, and compare what they sample."""
        from studio.dialogs.compare_models import CompareModels

        dialog = CompareModels(self.left.window())
        dialog.sampled.connect(self.session.take)
        dialog.open()

    def ask_sets(self) -> None:
        """Ask for two estimators or data sets and compare them action by action."""
        from studio.services.comparing_sets import sides

        document = self._context.document
        bridge.run_in_thread(
            lambda progress: sides(document.project), self._open_sets, document.problem.emit,
            key="compare-sets", owner=self,
        )  # fmt: skip

    def _open_sets(self, sides: Any) -> None:
        from studio.dialogs.compare_sets import CompareSets

        self.sets_dialog = CompareSets(sides, self._context.document.project, self.left.window())
        self.sets_dialog.shown.connect(self.session.take)
        self.sets_dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.sets_dialog.show()

    def make_figure(self, kind: str) -> None:
        """Open the dialog that writes a "pdf", a "png" or a "movie"."""
        self.figures.open(kind, self.left.window())

    def _toggle_extra(self, name: str, _is_on: bool) -> None:
        {"heat": self.toggle_heat, "video": self.toggle_video}[name]()

    # -- following what is ------------------------------------------------------------------------
    def _drop_deleted(self) -> None:
        """Clips that left the library are not compared any more."""
        if not self._is_here:
            return  # looked at again on entering
        alive = {clip.id for clip in self._context.document.clips()}
        gone = [c.key for c in self.session.clips if c.clip_id and c.clip_id not in alive]
        for key in gone:
            self.session.remove(key)

    def _show_clips(self) -> None:
        session = self.session
        self.clips.show_clips(
            [
                ClipRow(key=c.key, name=c.name, detail=c.detail, color=c.color, offset=c.offset)
                for c in session.clips
            ]
        )
        self.clips.show_alignment(session.space, session.timing)
        self._context.actions.refresh()

    def _show_answer(self) -> None:
        session, answer = self.session, self.session.answer
        columns = [(clip.name, clip.color) for clip in session.clips] if answer else []
        self.quality.set_table(columns, quality_rows(answer) if answer else ())
        self.quality_hint.setText(
            ""
            if answer
            else "Jitter, foot slide, missing frames and more stand here for each clip."
        )
        self.quality_hint.setVisible(answer is None)
        rows = moment_rows(session) if answer else ()
        otherwise = "They do not differ." if answer else "Each moment here is one click away."
        self.moments.set_rows(rows, otherwise)
        if answer is None:
            self.below.ribbons.set_rows((), 30.0)
            self.below.set_angles((), "")
        else:
            self.below.ribbons.set_rows(ribbons(session), answer.fps)
            self.below.set_angles(angle_names(), session.angle)
        stated = (f"aligned: {answer.space_text}", answer.timing_text) if answer else ()
        self.below.say(stated, summary(session))
        self.figures.changed()
        self._show_layout()
        self._context.actions.refresh()

    def _show_angles(self) -> None:
        session = self.session
        if session.answer is None:
            self.below.plot.set_curves(_NOTHING, (), 30.0)
            return
        self.below.set_angles(angle_names(), session.angle)
        self.below.plot.set_curves(
            session.angle.capitalize(),
            [
                Curve(name=clip.name, color=clip.color, values=values)
                for clip, values in zip(session.clips, session.angles, strict=False)
            ],
            session.answer.fps,
        )
        self._show_readings()

    def _show_pictures(self, pictures: list[Any]) -> None:
        for button, picture in zip(self.moments.buttons, pictures, strict=False):
            button.set_picture(picture)

    def _show_busy(self, text: str) -> None:
        self.moments_heading.set_note(text)

    def _show_layout(self) -> None:
        """Bring the viewport and the switches in line with the session."""
        session = self.session
        self.below.layouts.set_current(session.layout)
        self.below.extras.set_on("heat", session.has_heat)
        if not self._is_here or not hasattr(self._viewport, "set_layout"):
            return
        self._viewport.set_layout(session.layout)
        heat = session.answer.heat if session.answer is not None and session.has_heat else ()
        for index, clip in enumerate(session.clips):
            self._viewport.set_heat(clip.key, heat[index] if index < len(heat) else None)

    def _show_readings(self) -> None:
        """Say each clip's angle at this moment in its view."""
        session = self.session
        if not self._is_here or not hasattr(self._viewport, "set_readings"):
            return
        frame, said = self._context.playback.frame, {}
        for clip, values in zip(session.clips, session.angles, strict=False):
            value = values[min(frame, len(values) - 1)]
            said[clip.key] = f"{session.angle} {value:.0f}°" if np.isfinite(value) else "no frame"
        self._viewport.set_readings(said)
