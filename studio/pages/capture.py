"""Capture: turn a video into body motion.

Composes the queue of videos on the left, the video beside the body in the middle, and the
estimators, the options, the clean-up and the verdict on the right; the work lies in
:class:`CaptureSession` and :class:`CleaningSession`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from core.errors import StudioError
from studio import bridge
from studio.actions import Action
from studio.pages.capture_menus import capture_actions
from studio.pages.capture_session import CaptureSession, Importer
from studio.pages.capture_video import CaptureVideo
from studio.pages.overlay_export import OverlayExport
from studio.panels.capture_estimators import EstimatorPanel
from studio.panels.capture_options import OptionsPanel
from studio.panels.capture_queue import DropZone, QueueList
from studio.panels.capture_rows import filled_column
from studio.panels.capture_verdict import VerdictPanel
from studio.panels.cleanup_panel import CleanupPanel
from studio.panels.cleanup_session import CleaningSession
from studio.panels.judging import JudgementCache
from studio.services import importing
from studio.services.capture_queue import QueueItem, estimate_text, job_text
from studio.services.capture_settings import CaptureSettings
from studio.services.importing import VIDEO_ENDINGS
from studio.widgets import Button, EmptyState, SectionHeading, SidePanel, primary_button
from studio.window.page import PageContext

_RIGHT = 296  # logical pixels: the widest row of switches with its name, and the margins
_STRIP_KEYS = {"merge": "M", "split": "Shift+S", "name": "N", "leave-out": "X"}


class CapturePage(QObject):
    """The page; implements ``studio.window.page.Page``."""

    id = "capture"
    title = "Capture"

    def __init__(self, context: PageContext, importer: Importer | None = None) -> None:
        super().__init__(context.viewport)
        self._context = context
        self._document, self._playback = context.document, context.playback
        self._is_here = False
        self.session = CaptureSession(context.document, context.playback, self, importer=importer)
        self.cleaning = CleaningSession(context.document, self)
        self.judgements = JudgementCache(self)
        self.overlays = OverlayExport(context.document, context.report_job, self)
        self.heading = SectionHeading("Videos")
        self.drop_zone = DropZone()
        self.list = QueueList()
        self.empty = EmptyState(
            "film", "No video yet", "Drop one above, or try the one that comes with the program.",
            "Sample video",
        )  # fmt: skip
        self.sample_button = Button(
            "Sample video", icon="film", tooltip="Estimate the video that comes with the program"
        )
        self.pause_button = Button("Pause", tooltip="Let the queue wait, or go on  (Shift+P)")
        self.cancel_button = Button("Cancel", tooltip="Stop this video; nothing is kept  (Esc)")
        self.next_button = primary_button("Keep result")
        self.left: QWidget = self._composed_left()
        self.estimators = EstimatorPanel()
        self.options = OptionsPanel()
        self.again_button = Button(
            "Estimate again", icon="refresh", key="R",
            tooltip="Estimate this video again: these people, these options  (R)",
        )  # fmt: skip
        self.cleanup = CleanupPanel(self.cleaning)
        self.verdict = VerdictPanel()
        self.right: QWidget = self._composed_right()
        self.deck = CaptureVideo(self.session, context.playback, _STRIP_KEYS)
        self.video = self.deck.view
        self.deck.hide()
        self.overlay: QWidget | None = self.deck
        self._connect()
        self._refresh()

    def _composed_left(self) -> QWidget:
        return filled_column(
            [self.heading, self.drop_zone],
            [self.list, self.empty],
            [
                (self.sample_button,),
                (self.pause_button, self.cancel_button),
                (self.next_button,),
            ],
        )

    def _composed_right(self) -> QWidget:
        panel = SidePanel("Capture")
        panel.setMinimumWidth(_RIGHT)
        panel.add(self.estimators)
        panel.add_separator()
        panel.add(self.options)
        panel.add(self.again_button)
        panel.add_separator()
        panel.add(self.verdict)
        panel.add_separator()
        panel.add(self.cleanup)
        panel.add_stretch()
        return panel

    def _connect(self) -> None:
        session = self.session
        self.drop_zone.clicked.connect(lambda: self.import_videos(None))
        self.drop_zone.dropped.connect(self._dropped)
        self.list.looked_at.connect(session.look_at)
        self.list.removed.connect(session.remove)
        self.empty.pressed.connect(self.import_sample)
        self.sample_button.clicked.connect(self.import_sample)
        self.pause_button.clicked.connect(self.toggle_pause)
        self.cancel_button.clicked.connect(self.cancel)
        self.deck.save_button.clicked.connect(self.save_overlay)
        self.next_button.clicked.connect(self.do_next)
        self.again_button.clicked.connect(self.again)
        self.options.changed.connect(self._take_settings)
        self.estimators.changed.connect(self._take_estimators)
        self.estimators.wanted.connect(self.bring)
        self.cleanup.edit_contacts.connect(self._edit_contacts)
        self.cleaning.changed.connect(self._context.actions.refresh)
        self.judgements.ready.connect(self._judge)
        session.queue_changed.connect(self._refresh)
        session.current_changed.connect(self._look)
        session.people_changed.connect(self._show_next)
        session.progressed.connect(self._progress)
        session.frames_ready.connect(self._scrub_footage)
        session.finished.connect(lambda _item: self._look())
        self._document.shown_changed.connect(self._shown_changed)
        self._document.selection_changed.connect(self._shown_changed)
        timeline = self._context.timeline
        if timeline is not None:
            timeline.contact_drawn.connect(self.cleaning.paint_contact)

    # -- Page -------------------------------------------------------------------------------------
    def actions(self) -> Sequence[Action]:
        return capture_actions(self)

    def entered(self) -> None:
        self._is_here = True
        self.show_estimators()
        self.cleaning.set_active(True)
        self._look()
        self._judge()

    def left_behind(self) -> None:
        self._is_here = False
        self._edit_contacts(False)
        self.cleaning.set_active(False)

    # -- orders -----------------------------------------------------------------------------------
    def import_videos(self, paths: Sequence[Path] | None = None) -> None:
        """Estimate these videos; None asks for files first."""
        if paths is None:
            pattern = " ".join(f"*{ending}" for ending in VIDEO_ENDINGS)
            names, _ = QFileDialog.getOpenFileNames(
                self.left.window(), "Import video", str(Path.home()),
                f"Videos ({pattern});;All files (*)",
            )  # fmt: skip
            paths = [Path(name) for name in names]
        if paths:
            self.session.add(paths)

    def _dropped(self, paths: list[Path]) -> None:
        """Videos and folders are queued; anything else goes the way of files on the window."""
        window = self.left.window()
        take = getattr(window, "import_files", None)
        if take is not None and not importing.videos_in(paths):
            take(paths)
        else:
            self.session.add(paths)

    def import_sample(self) -> None:
        """Estimate the sample video."""
        try:
            path = importing.sample_video()
        except StudioError as error:
            self._document.problem.emit(error.message, error.hint)
            return
        self.session.add([path])

    def bring(self, name: str) -> None:
        """Bring what an estimator lacks: fetch it, or ask where it lies."""
        if self.estimators.lines[name].status.is_installable:
            self.install()
        else:
            self._context.actions.run("models")

    def install(self) -> None:
        """Fetch the built-in estimator's model files in a thread."""
        from studio.services.models import install_built_in

        def done(_paths: object) -> None:
            self.show_estimators()
            self._document.message.emit("The built-in estimator is installed.")

        def failed(message: str, hint: str) -> None:
            self.show_estimators()
            self._document.problem.emit(message, hint)

        line = self.estimators.lines["blazepose"]
        line.set_busy("downloading …")
        bridge.run_in_thread(
            install_built_in,
            done,
            failed,
            lambda fraction, text, _p: line.set_busy(f"{text} {fraction:.0%}"),
            key="install",
            owner=self,
        )

    def show_estimators(self) -> None:
        """Look again at which estimators can be used."""
        from studio.services.models import estimator_statuses

        self.estimators.show_statuses(estimator_statuses())
        self._take_estimators(self.estimators.chosen)

    def toggle_pause(self) -> None:
        """Let the queue wait, or go on."""
        self.session.set_paused(not self.session.queue.is_paused)

    def cancel(self) -> None:
        """Stop the video that is being estimated, or the overlay video that is being written."""
        if self.session.is_running:
            self.session.cancel()
        else:
            self.overlays.cancel()

    def save_overlay(self) -> None:
        """Save the looked-at video with the bodies drawn over it."""
        item = self.session.current
        if item is not None and self.deck.can_save:
            self.overlays.ask(self.left.window(), item.path, self.deck.people_seen())

    def keep(self) -> None:
        """Put the looked-at result into the library."""
        item = self.session.current
        if item is not None and self.session.keep(item):
            self.session.look_at(item)  # its body may have gone with an undo

    def again(self) -> None:
        """Estimate the looked-at video once more."""
        if self.session.current is not None:
            self.session.again(self.session.current)

    def do_next(self) -> None:
        """What the primary button says: estimate the chosen people, keep, or export."""
        item = self.session.current
        if item is not None and item.state == "kept":
            self._context.actions.run("export")
        elif item is not None and item.state == "choosing":
            self.again()
        else:
            self.keep()

    def clean_now(self) -> None:
        """Preview the clean-up at half strength, or keep what is previewed."""
        if self.cleaning.can_apply:
            self.cleaning.apply()
        else:
            self.cleaning.set_choices(self.cleaning.choices.with_strength(0.5))

    def toggle_contacts(self) -> None:
        """Edit the contacts on the timeline, or no longer."""
        timeline = self._context.timeline
        self._edit_contacts(timeline is not None and not timeline.edits_contacts)

    @property
    def edits_contacts(self) -> bool:
        timeline = self._context.timeline
        return timeline is not None and bool(timeline.edits_contacts)

    def _edit_contacts(self, edits: bool) -> None:
        if self._context.timeline is not None:
            self._context.timeline.set_edits_contacts(edits)
        self.cleanup.contacts.setChecked(edits)

    def _take_settings(self, settings: CaptureSettings) -> None:
        self.session.settings = settings

    def _take_estimators(self, names: tuple[str, ...]) -> None:
        if names:
            self.options.set_estimators(names)
        self._take_settings(
            dataclasses.replace(self.options.settings, estimators=names or ("blazepose",))
        )

    # -- what can be done now ---------------------------------------------------------------------
    def can_keep(self) -> bool:
        """Whether there is a result that is not in the library."""
        return self.session.current is not None and self.session.current.state == "done"

    def can_repeat(self) -> bool:
        """Whether the looked-at video can be estimated with what is set now."""
        item = self.session.current
        return item is not None and (item.is_finished or item.state == "choosing")

    def can_edit_people(self) -> bool:
        """Whether there are people to pick from."""
        return not self.deck.strip.isHidden()

    # -- following what is ------------------------------------------------------------------------
    def _refresh(self) -> None:
        """Bring list, buttons and verdict in line with the queue."""
        queue, item = self.session.queue, self.session.current
        self.heading.set_note(queue.heading)
        self.list.refresh(queue.items, item)
        has_items = bool(queue.items)
        self.list.setVisible(has_items)
        self.empty.setVisible(not has_items)
        for button in (self.sample_button, self.pause_button, self.cancel_button, self.next_button):
            button.setVisible(has_items)
        self.cancel_button.setEnabled(self.session.is_running)
        self.pause_button.set_label("Resume" if queue.is_paused else "Pause")
        self.pause_button.setEnabled(queue.has_work)
        self._show_next()
        self.again_button.setEnabled(self.can_repeat())
        self._judge()
        running = queue.running
        if not self.overlays.is_running:
            self._context.report_job(job_text(running, queue.is_paused))
        if self._is_here:
            self._context.actions.refresh()

    def _show_next(self) -> None:
        item = self.session.current
        state = item.state if item is not None else ""
        text, tip = {
            "kept": ("Export…", "Write the clip to a file  (Ctrl+E)"),
            "choosing": (
                estimate_text(len(item.picked) if item is not None else 0),
                "Estimate those who are picked below the video",
            ),
        }.get(state, ("Keep result", "Put it into the library  (K)"))
        self.next_button.set_label(text)
        self.next_button.setToolTip(tip)
        is_ready = state in ("done", "kept") or (
            state == "choosing" and item is not None and bool(item.picked)
        )
        self.next_button.setEnabled(is_ready)

    def _judge(self) -> None:
        """Show the verdict of the selected body, if it is one of the looked-at video or none is."""
        item, selected = self.session.current, self._document.selected
        wanted = selected is not None and selected.kind in ("estimated", "imported")
        if item is not None and (item.is_busy or item.state == "failed"):
            wanted = False
        judgement = self.judgements.of(selected.motion) if wanted and selected else None
        self.verdict.show_item(item, judgement)

    def _look(self) -> None:
        """Show the looked-at item: its pictures or what is happening with it."""
        self._show_or_hide_video()
        self.deck.show_item(self.session.current)
        self._refresh()

    def _shown_changed(self) -> None:
        self._show_or_hide_video()
        self.deck.refresh()
        if self._is_here:
            self._judge()

    def _scrub_footage(self) -> None:
        """While people are picked there is no body yet: the timeline goes through the video."""
        item, frames, timeline = self.session.current, self.session.frames, self._context.timeline
        if item is None or frames is None or item.state != "choosing" or timeline is None:
            return
        self._document.show(())
        self._playback.set_length(frames.times[-1] - frames.times[0] + 1 / frames.fps, frames.fps)
        timeline.set_footage(f"{item.name}: pick who is estimated below the video")
        self.deck.refresh()

    def _show_or_hide_video(self) -> None:
        """The video of a result is seen while its body is; beside another body it would mislead."""
        item = self.session.current
        is_result = item is not None and item.state in ("done", "kept")
        seen = item is not None and (not is_result or self.session.is_shown(item))
        self.deck.setVisible(seen and self._is_here)

    def _progress(self, item: QueueItem) -> None:
        self.list.viewport().update()
        self.heading.set_note(self.session.queue.heading)
        self._context.report_job(job_text(item, self.session.queue.is_paused))
        if item is self.session.current:
            self.deck.show_progress(item)
