"""The one clock everything on screen follows.

The time is derived from the wall clock, so a slow machine drops frames instead of slowing down, and
a timer tick never means "the next frame". Where drawing takes most of a tick, ticks are twice as
long: 33 even pictures a second look better than 40 uneven ones, and what computes beside the window
gets the rest. Knows nothing of bodies or widgets.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer, Signal

SPEEDS: tuple[float, ...] = (0.25, 0.5, 1.0, 1.5, 2.0)
TICK_MS, SLOW_TICK_MS = 16, 30
_HEAVY, _LIGHT = 0.017, 0.010
"""Seconds of drawing a tick, on average, above which ticks become slow and below which fast."""


class Playback(QObject):
    """Seconds into the shown clips, and whether and how fast they run.

    ``time_changed(seconds)`` follows every change of time; ``settings_changed`` speed, loop, range
    and length.
    """

    time_changed = Signal(float)
    playing_changed = Signal(bool)
    settings_changed = Signal()

    def __init__(
        self, parent: QObject | None = None, *, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        super().__init__(parent)
        self._clock = clock
        self._time = 0.0
        self._duration = 0.0
        self._fps = 30.0
        self._speed = 1.0
        self._is_looping = True
        self._range: tuple[float, float] | None = None
        self._anchor = (0.0, 0.0)  # wall clock, seconds of the clip
        self._drawing = 0.0  # seconds a tick, on average
        self._waiting: list[Callable[[], None]] = []
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._ticked = 0.0
        self._drawn = QTimer(self, interval=0, singleShot=True)
        self._drawn.timeout.connect(self._note_drawn)

    # -- what is ----------------------------------------------------------------------------------
    @property
    def time(self) -> float:
        """Seconds into the clip, 0 <= time <= :attr:`end_time`."""
        return self._time

    @property
    def duration(self) -> float:
        """Seconds from the first frame's beginning to the last frame's end."""
        return self._duration

    @property
    def end_time(self) -> float:
        """When the last frame begins; as far as one can seek."""
        return max(self._duration - 1.0 / self._fps, 0.0)

    @property
    def fps(self) -> float:
        return self._fps

    @property
    def num_frames(self) -> int:
        return max(round(self._duration * self._fps), 0)

    @property
    def frame(self) -> int:
        """Index of the frame on screen."""
        return min(int(self._time * self._fps + 1e-4), max(self.num_frames - 1, 0))

    @property
    def speed(self) -> float:
        return self._speed

    @property
    def is_looping(self) -> bool:
        return self._is_looping

    @property
    def is_playing(self) -> bool:
        return self._timer.isActive()

    @property
    def range(self) -> tuple[float, float] | None:
        """The part that is played, in seconds, or None for all of it."""
        return self._range

    # -- orders -----------------------------------------------------------------------------------
    def set_length(self, duration: float, fps: float) -> None:
        """Take over the length of what is shown; the time is kept where it still exists."""
        if (duration, fps) == (self._duration, self._fps):
            return
        self._duration, self._fps, self._range = max(duration, 0.0), fps, None
        self.settings_changed.emit()
        if self._time > self.end_time:
            self.seek(0.0)
        self._hold()

    def play(self) -> None:
        """Start from here, or from the beginning when standing at the end."""
        if self.is_playing or self._duration <= 0:
            return
        start, end = self._bounds()
        if self._time >= end - 0.5 / self._fps or self._time < start:
            self.seek(start)
        self._hold()
        self._timer.start()
        self.playing_changed.emit(True)

    def pause(self) -> None:
        """Stop here."""
        if self.is_playing:
            self._timer.stop()
            self._call_waiting()
            self.playing_changed.emit(False)

    def toggle(self) -> None:
        """Play or pause."""
        (self.pause if self.is_playing else self.play)()

    def seek(self, seconds: float) -> None:
        """Go to a time; keeps playing from there if it was playing."""
        self._set_time(min(max(seconds, 0.0), self.end_time))
        self._hold()

    def seek_frame(self, frame: int) -> None:
        """Go to the beginning of a frame."""
        self.seek(frame / self._fps)

    def step(self, frames: int) -> None:
        """Stop and go ``frames`` on or back."""
        self.pause()
        self.seek_frame(min(max(self.frame + frames, 0), max(self.num_frames - 1, 0)))

    def to_start(self) -> None:
        """Go to the first frame."""
        self.seek(self._bounds()[0])

    def to_end(self) -> None:
        """Go to the last frame."""
        self.pause()
        self.seek(self._bounds()[1])

    def set_speed(self, speed: float) -> None:
        """Play ``speed`` times as fast as it was."""
        self._hold()
        self._speed = min(max(speed, 0.05), 8.0)
        self.settings_changed.emit()

    def step_speed(self, steps: int) -> None:
        """Take the next faster or slower speed of :data:`SPEEDS`."""
        nearest = min(range(len(SPEEDS)), key=lambda i: abs(SPEEDS[i] - self._speed))
        self.set_speed(SPEEDS[min(max(nearest + steps, 0), len(SPEEDS) - 1)])

    def set_looping(self, is_looping: bool) -> None:
        """Begin again at the end, or stop there."""
        self._is_looping = is_looping
        self.settings_changed.emit()

    def set_range(self, part: tuple[float, float] | None) -> None:
        """Play only from ``part[0]`` to ``part[1]`` seconds; None plays all."""
        if part is not None:
            low, high = sorted(min(max(t, 0.0), self.end_time) for t in part)
            part = (low, high) if high - low >= 1.0 / self._fps else None
        self._range = part
        self.settings_changed.emit()

    def at_tick(self, call: Callable[[], None]) -> None:
        """Call this with the next tick, so that its picture and the tick's are one; or now.

        For what changes the bodies on its own while they move. Now where nothing plays.
        """
        self._waiting.append(call)
        if not self.is_playing:
            self._call_waiting()

    # -- inside -----------------------------------------------------------------------------------
    def _bounds(self) -> tuple[float, float]:
        return self._range or (0.0, self.end_time)

    def _hold(self) -> None:
        self._anchor = (self._clock(), self._time)

    def _set_time(self, seconds: float) -> None:
        if seconds != self._time:
            self._time = seconds
            self.time_changed.emit(seconds)

    def _note_drawn(self) -> None:
        """Choose how often to tick by how long it took until the event loop came back."""
        self._drawing += 0.1 * (self._clock() - self._ticked - self._drawing)
        wanted = self._timer.interval()
        if self._drawing > _HEAVY:
            wanted = SLOW_TICK_MS
        elif self._drawing < _LIGHT:
            wanted = TICK_MS
        if wanted != self._timer.interval():  # setting the same one would begin it anew
            self._timer.setInterval(wanted)

    def _call_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        for call in waiting:
            call()

    def _tick(self) -> None:
        self._call_waiting()
        wall, begun = self._anchor
        now = self._clock()
        seconds = begun + (now - wall) * self._speed
        start, end = self._bounds()
        length = end - start + 1.0 / self._fps  # the last frame is shown as long as the others
        if seconds < start + length:
            self._set_time(min(max(seconds, 0.0), self._duration))
        elif self._is_looping:
            seconds = start + (seconds - start) % length
            self._set_time(seconds)
            self._hold()
        else:
            self._set_time(end)
            self.pause()
        if not self._drawn.isActive():  # begun anew at every tick it might never come
            self._ticked = now
            self._drawn.start()  # comes after the drawing that the new time has asked for
