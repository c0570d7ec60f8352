"""Review of a FineGym build: one clip after the other, accepted, trimmed or rejected with a key.

Every decision is on the disk before the next clip is shown.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from core.datasets.finegym import REASONS, Review, Row
from core.errors import StudioError
from studio import bridge, theme
from studio.dialogs.finegym_review_layout import FILTERS, ReviewLayout
from studio.panels.data_trim import trim_clip
from studio.services.video_frames import VideoFrames, read_frames
from studio.widgets.labels import set_color

_TICK_MS = 33
_KEPT = 4  # clips whose pictures are in memory, some ten megabytes each


class ReviewWindow(ReviewLayout):
    """The review; ``finish_wanted(folder)`` when the accepted clips shall be estimated."""

    finish_wanted = Signal(object)

    def __init__(self, folder: Path, parent: QWidget | None = None) -> None:
        """Open a build's folder. Raises FileProblem where it holds none."""
        super().__init__(parent)
        self.review = Review(folder)
        self.current: str | None = None
        self._frames: VideoFrames | None = None
        self._read: dict[str, VideoFrames] = {}  # the last few, and the next one
        self._frame = 0
        self._playing_since: tuple[float, int] | None = None  # clock, frame
        self._filter = "all"
        self._lane = f"finegym-review-{id(self)}"
        self.setWindowTitle("Review FineGym clips")
        self.setMinimumSize(980, 620)
        self.resize(1320, 840)
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._tick)
        self.compose(folder)
        self._connect()
        self._add_keys()
        self.refresh()
        self.look_at(self.review.next_open() or (self.list.rows.id_at(0)))

    # -- putting together -------------------------------------------------------------------------
    def _connect(self) -> None:
        self.list.chosen.connect(self.look_at)
        self.filters.picked.connect(self.set_filter)
        self.trim.sought.connect(self.seek)
        self.trim.trimmed.connect(self.trim_to)
        self.verdicts.frame_wanted.connect(self.seek)
        self.play_button.clicked.connect(self.toggle_play)
        self.reset_button.clicked.connect(self.untrim)
        self.accept_button.clicked.connect(self.accept_clip)
        self.reject_button.clicked.connect(lambda: self.reject_clip())
        self.reopen_button.clicked.connect(self.reopen)
        self.undo_button.clicked.connect(self.undo)
        self.pass_button.clicked.connect(self.accept_passing)
        self.finish_button.clicked.connect(lambda: self.finish_wanted.emit(self.review.folder))
        for index, chip in enumerate(self.reasons):
            chip.clicked.connect(lambda _=False, i=index: self.reject_clip(REASONS[i]))

    def _add_keys(self) -> None:
        keys: dict[str, Callable[[], object]] = {
            "A": self.accept_clip, "R": self.reject_clip, "U": self.reopen, "E": self.untrim,
            "I": lambda: self._end_here("first"), "O": lambda: self._end_here("end"),
            "Space": self.toggle_play, "Left": lambda: self.seek(self._frame - 1),
            "Right": lambda: self.seek(self._frame + 1), "Up": lambda: self.step(-1),
            "Down": lambda: self.step(1), "Ctrl+Z": self.undo, "Ctrl+Shift+Z": self.redo,
            "Home": lambda: self._seek_end("first"), "End": lambda: self._seek_end("end"),
        }  # fmt: skip
        for index, reason in enumerate(REASONS, 1):
            keys[str(index)] = lambda r=reason: self.reject_clip(r)  # type: ignore[misc]
        for key, run in keys.items():
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.activated.connect(run)

    # -- orders -----------------------------------------------------------------------------------
    def look_at(self, id: str | None) -> None:
        """Show a clip and play it."""
        self.current = id
        self._frames = None
        self.view.set_picture(None)
        self.list.look_at(id)
        self.show_row()
        if id is None:
            self.view.set_notice("No clip is left here. Choose All to see every clip.")
            self._stop()
            return
        row = self.review.row(id)
        self._frame = row.frames[0]
        self.trim.set_frame(self._frame)
        if id in self._read:
            self._take_frames(id, self._read[id])
            return
        self.view.set_notice("Reading the clip")
        self._read_clip(id, "now", self._no_frames)

    def _read_clip(self, id: str, lane: str, failed: Callable[[str, str], None]) -> None:
        """Read a clip's pictures in a thread; of each lane the newest request wins."""
        path = self.review.clip(id)
        bridge.run_in_thread(
            lambda progress: read_frames(path, progress), partial(self._take_frames, id), failed,
            key=f"{self._lane}-{lane}", owner=self,
        )  # fmt: skip

    def accept_clip(self) -> None:
        """Accept the clip and go on to the next."""
        self._decide(lambda id: self.review.accept(id))

    def reject_clip(self, reason: str = "") -> None:
        """Reject the clip and go on to the next."""
        self._decide(lambda id: self.review.reject(id, reason))

    def reopen(self) -> None:
        """Take the decision about the clip back."""
        self._do(lambda: self.current and self.review.reopen(self.current))

    def untrim(self) -> None:
        """Put the ends where the data set has them."""
        self._do(lambda: self.current and self.review.untrim(self.current))

    def trim_to(self, first: int, end: int) -> None:
        """Move the clip's ends."""
        self._do(lambda: self.current and self.review.trim(self.current, first, end))

    def accept_passing(self) -> None:
        """Accept every clip that passed all checks."""
        self._do(self.review.accept_passing)

    def undo(self) -> None:
        """Take the last step back and show its clip."""
        self._back(self.review.undo)

    def redo(self) -> None:
        """Do the last step again."""
        self._back(self.review.redo)

    def step(self, steps: int) -> None:
        """Go to the next or previous clip of the list."""
        place = self.list.rows.place_of(self.current)
        id = self.list.rows.id_at(max(place + steps, 0))
        if id is not None and id != self.current:
            self.look_at(id)

    def set_filter(self, name: str) -> None:
        """Show only some of the clips."""
        self._filter = name
        self.filters.set_current(name)
        self.refresh()
        if self.list.rows.place_of(self.current) < 0:
            self.look_at(self.list.rows.id_at(0))

    def seek(self, frame: int) -> None:
        """Show a frame and stand still."""
        self._stop()
        self._show_frame(frame)

    def toggle_play(self) -> None:
        """Play the kept part over and over, or stand still."""
        if self._playing_since is not None:
            self._stop()
        elif self._frames is not None:
            self._playing_since = (time.perf_counter(), self._frame)
            self._timer.start()
            self.play_button.set_icon("pause")

    # -- following --------------------------------------------------------------------------------
    def refresh(self) -> None:
        """Bring list, numbers and buttons in line with the review."""
        fits = FILTERS[self._filter][2]
        self.list.rows.show([row for row in self.review.rows if fits(row)])
        self.list.look_at(self.current)
        reviewed, accepted, total = self.review.counts
        self.heading.set_note(self.review.progress_text)
        self.bar.setRange(0, max(total, 1))
        self.bar.setValue(reviewed)
        self.undo_button.setEnabled(self.review.can_undo)
        self.finish_button.setEnabled(accepted > 0)
        self.finish_button.set_label(f"Estimate {accepted} accepted…" if accepted else "Estimate…")
        self.show_row()

    def show_row(self) -> None:
        """Show what is known of the clip."""
        row = self.review.row(self.current) if self.current is not None else None
        for widget in (self.accept_button, self.reject_button, self.reopen_button,
                       self.reset_button, *self.reasons):  # fmt: skip
            widget.setEnabled(row is not None)
        if row is None:
            self.trim.set_clip(None)
            self.verdicts.show_verdicts(())
            return
        self.title.set_text(row.move)
        self.about.set_text(f"{row.video} at {row.span[0]:.2f} s · {row.fps:g} fps · {row.split}")
        self.verdicts.show_verdicts(row.verdicts)
        colors = {"accepted": theme.GOOD, "rejected": theme.BAD, "open": theme.DIM}
        who = "the checks" if row.decided_by == "checks" else "you"
        words = {"open": "Not decided yet"}.get(row.state, f"{row.state.capitalize()} by {who}")
        self.state.setText(f"{words}: {row.reason}" if row.reason else words)
        set_color(self.state, colors[row.state])
        self.trim.set_clip(trim_clip(row))
        ends = f"frames {row.source_frames[0]}–{row.source_frames[1] - 1} of the video"
        self.said.set_text(f"{row.num_frames} frames, {ends}{' · trimmed' * row.is_trimmed}")

    def _decide(self, decide: Callable[[str], Row]) -> None:
        id = self.current
        if id is None:
            return
        place = self.list.rows.place_of(id)
        self._do(lambda: decide(id))
        rows = self.list.rows  # a clip that left the list makes room for the one below it
        if rows.place_of(id) >= 0:
            self.look_at(self.review.next_open(id) or rows.id_at(place + 1) or id)
        else:
            self.look_at(rows.id_at(min(place, rows.rowCount() - 1)))

    def _do(self, run: Callable[[], object]) -> None:
        try:
            run()
        except StudioError as error:
            self.said.set_text(str(error))
            self.said.set_color(theme.BAD)
            return
        self.said.set_color(theme.DIM)
        self.refresh()

    def _back(self, run: Callable[[], Row | None]) -> None:
        changed: list[Row] = []
        self._do(lambda: changed.extend(row for row in [run()] if row is not None))
        if changed and changed[0].id != self.current:
            self.look_at(changed[0].id)

    # -- pictures ---------------------------------------------------------------------------------
    def _take_frames(self, id: str, frames: VideoFrames) -> None:
        self._read[id] = frames
        while len(self._read) > _KEPT:
            self._read.pop(next(iter(self._read)))
        if id != self.current:
            return
        self._frames = frames
        self.view.set_notice("")
        self._show_frame(self._frame)
        self._stop()
        self.toggle_play()
        coming = self.review.next_open(id)  # so that the next one is there when it is asked for
        if coming is not None and coming not in self._read:
            self._read_clip(coming, "next", lambda message, hint: None)

    def _no_frames(self, message: str, hint: str) -> None:
        self.view.set_notice(f"{message}\n{hint}")

    def _show_frame(self, frame: int) -> None:
        if self._frames is None:
            return
        self._frame = min(max(frame, 0), self._frames.num_frames - 1)
        self.view.set_picture(self._frames.picture(self._frame))
        self.trim.set_frame(self._frame)
        row = self.review.row(self.current) if self.current is not None else None
        if row is not None:
            seconds = row.clip_start + self._frame / row.fps
            self.view.set_caption(f"frame {self._frame} · {seconds:.2f} s of the video")

    def _tick(self) -> None:
        clip = self.trim.clip
        if self._playing_since is None or clip is None:
            return
        begun, first = self._playing_since
        start = first if clip.first <= first < clip.end else clip.first
        passed = int((time.perf_counter() - begun) * clip.fps)
        frame = clip.first + (start - clip.first + passed) % max(clip.end - clip.first, 1)
        if frame != self._frame:
            self._show_frame(frame)

    def _stop(self) -> None:
        self._playing_since = None
        self._timer.stop()
        self.play_button.set_icon("play")

    def _end_here(self, end: str) -> None:
        clip = self.trim.clip
        if clip is None:
            return
        if end == "first":
            self.trim_to(min(self._frame, clip.end - 2), clip.end)
        else:
            self.trim_to(clip.first, max(self._frame + 1, clip.first + 2))

    def _seek_end(self, end: str) -> None:
        clip = self.trim.clip
        if clip is not None:
            self.seek(clip.first if end == "first" else clip.end - 1)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._stop()
        super().closeEvent(event)

    def done(self, result: int) -> None:
        """Stop playing when the window goes."""
        self._stop()
        super().done(result)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()  # Enter decides nothing here
            return
        super().keyPressEvent(event)
