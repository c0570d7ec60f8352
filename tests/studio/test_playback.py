"""Time comes from the clock on the wall; frames are dropped, never stretched."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.playback import SLOW_TICK_MS, TICK_MS, Playback


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def playback(qapp, clock):
    playback = Playback(clock=clock)
    playback.set_length(2.0, 30.0)  # 60 frames
    yield playback
    playback.pause()


def run(playback: Playback, clock: Clock, seconds: float) -> None:
    clock.now += seconds
    playback._tick()


def test_after_half_a_second_the_time_is_half_a_second_however_many_ticks_there_were(
    playback, clock
):
    playback.play()
    run(playback, clock, 0.5)  # one late tick: frames in between are dropped
    assert playback.time == pytest.approx(0.5)
    assert playback.frame == 15


def test_half_speed_takes_twice_as_long(playback, clock):
    playback.set_speed(0.5)
    playback.play()
    run(playback, clock, 1.0)
    assert playback.time == pytest.approx(0.5)


def test_changing_the_speed_while_playing_does_not_jump(playback, clock):
    playback.play()
    run(playback, clock, 0.5)
    playback.set_speed(2.0)
    run(playback, clock, 0.25)
    assert playback.time == pytest.approx(1.0)


def test_a_loop_begins_again_after_the_last_frame_was_shown_in_full(playback, clock):
    playback.play()
    run(playback, clock, 2.1)
    assert playback.time == pytest.approx(0.1)
    assert playback.is_playing


def test_without_a_loop_it_stops_on_the_last_frame(playback, clock):
    playback.set_looping(False)
    playback.play()
    run(playback, clock, 5.0)
    assert not playback.is_playing
    assert playback.frame == 59


def test_playing_at_the_end_starts_from_the_beginning(playback, clock):
    playback.set_looping(False)
    playback.to_end()
    playback.play()
    assert playback.frame == 0


def test_a_part_is_played_over_and_over(playback, clock):
    playback.set_range((1.0, 1.5))
    playback.play()
    assert playback.time == pytest.approx(1.0)
    run(playback, clock, 0.6)
    assert 1.0 <= playback.time <= 1.5 + 1 / 30


def test_stepping_stops_and_stays_within_the_clip(playback):
    playback.play()
    playback.step(-1)
    assert not playback.is_playing
    assert playback.frame == 0
    playback.to_end()
    playback.step(5)
    assert playback.frame == 59


def test_a_shorter_clip_takes_the_time_back_to_its_beginning(playback):
    playback.seek(1.9)
    playback.set_length(1.0, 30.0)
    assert playback.time == 0.0


@given(frame=st.integers(0, 1799), fps=st.sampled_from([23.976, 25.0, 29.97, 30.0, 59.94, 120.0]))
def test_seeking_to_a_frame_shows_that_frame(frame, fps):
    playback = Playback()
    playback.set_length(1800 / fps, fps)
    playback.seek_frame(frame)
    assert playback.frame == frame


def _draws_for(playback, clock, seconds):
    """Let every picture take that long."""
    playback.time_changed.connect(lambda now: setattr(clock, "now", clock.now + seconds))


def _run_ticks(playback, clock, qapp, count):
    for _ in range(count):
        run(playback, clock, 0.002)
        qapp.processEvents()


def test_where_drawing_is_slow_there_are_fewer_ticks(playback, clock, qapp):
    playback.play()
    _draws_for(playback, clock, 0.025)
    _run_ticks(playback, clock, qapp, 5)
    assert playback._timer.interval() == TICK_MS  # one slow picture is no reason
    _run_ticks(playback, clock, qapp, 25)
    assert playback._timer.interval() == SLOW_TICK_MS


def test_ticks_are_fast_again_when_drawing_is(playback, clock, qapp):
    playback.play()
    playback._drawing = 0.03
    _draws_for(playback, clock, 0.004)
    _run_ticks(playback, clock, qapp, 1)
    assert playback._timer.interval() == SLOW_TICK_MS
    _run_ticks(playback, clock, qapp, 30)
    assert playback._timer.interval() == TICK_MS


def test_slow_ticks_stay_even(qtbot):
    """The time between pictures is the tick's, however long the drawing takes of it."""
    playback = Playback()
    playback.set_length(60.0, 30.0)
    times = []

    def draw(_now):
        times.append(time.perf_counter())
        time.sleep(0.022)

    playback.time_changed.connect(draw)
    playback.play()
    qtbot.wait(2500)
    playback.pause()
    late = np.diff(times)[30:]
    assert np.median(late) == pytest.approx(SLOW_TICK_MS / 1000, abs=0.006)


def test_what_comes_while_time_runs_waits_for_the_tick(playback, clock):
    """One picture then shows both, instead of two pictures one after the other."""
    told = []
    playback.time_changed.connect(lambda seconds: told.append("time"))
    playback.play()
    playback.at_tick(lambda: told.append("bodies"))
    assert told == []
    run(playback, clock, 0.1)
    assert told == ["bodies", "time"]
    run(playback, clock, 0.1)
    assert told == ["bodies", "time", "time"]


def test_what_comes_while_time_stands_comes_at_once(playback):
    told = []
    playback.at_tick(lambda: told.append("now"))
    assert told == ["now"]


def test_what_waits_for_a_tick_is_not_lost_when_playing_ends(playback):
    told = []
    playback.play()
    playback.at_tick(lambda: told.append("bodies"))
    playback.pause()
    assert told == ["bodies"]
