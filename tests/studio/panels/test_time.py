"""Transport and timeline: what is pressed and dragged moves the clock, at once."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt

from studio import theme
from studio.actions import Actions
from studio.panels.clip_facts import clip_facts
from studio.panels.timeline import Timeline, TimelineClip
from studio.panels.timeline_scale import confidence_color, ruler_step
from studio.panels.transport import Transport, clock_text
from studio.playback import Playback


@pytest.fixture
def playback(dressed):
    playback = Playback()
    playback.set_length(2.0, 30.0)
    yield playback
    playback.pause()


@pytest.fixture
def timeline(playback, qtbot, motion):
    timeline = Timeline(playback)
    qtbot.addWidget(timeline)
    clip = motion(60, confidence=True, kind="estimated", estimator="blazepose")
    timeline.set_clip(
        TimelineClip(name="kick", color=theme.BLAZEPOSE, motion=clip, facts=clip_facts(clip))
    )
    timeline.resize(600 + 2 * theme.MARGIN, timeline.height())
    timeline.show()
    return timeline


def test_pressing_goes_to_the_frame_under_the_pointer(timeline, playback, qtbot):
    qtbot.mousePress(timeline, Qt.MouseButton.LeftButton, pos=QPoint(theme.MARGIN + 305, 40))
    assert playback.frame == 30


def test_dragging_scrubs_and_stays_within_the_clip(timeline, playback, qtbot):
    qtbot.mousePress(timeline, Qt.MouseButton.LeftButton, pos=QPoint(theme.MARGIN + 5, 40))
    qtbot.mouseMove(timeline, QPoint(theme.MARGIN + 5, 41))
    for x in (120, 480, 5000):
        event_x = theme.MARGIN + x
        timeline.mouseMoveEvent(_drag(event_x))
    assert playback.frame == 59


def _drag(x, modifiers=Qt.KeyboardModifier.NoModifier):
    from PySide6.QtCore import QEvent, QPointF
    from PySide6.QtGui import QMouseEvent

    return QMouseEvent(
        QEvent.Type.MouseMove, QPointF(x, 40), QPointF(x, 40), Qt.MouseButton.NoButton,
        Qt.MouseButton.LeftButton, modifiers,
    )  # fmt: skip


def test_dragging_with_shift_chooses_the_part_that_is_played(timeline, playback, qtbot):
    shift = Qt.KeyboardModifier.ShiftModifier
    qtbot.mousePress(timeline, Qt.MouseButton.LeftButton, shift, QPoint(theme.MARGIN + 150, 40))
    timeline.mouseMoveEvent(_drag(theme.MARGIN + 450, shift))
    assert playback.range == pytest.approx((0.5, 1.5), abs=0.02)
    qtbot.mouseDClick(timeline, Qt.MouseButton.LeftButton)
    assert playback.range is None


def test_the_playhead_moves_within_50_ms_of_a_seek(timeline, playback):
    timeline.grab()
    spent = []
    for frame in (5, 20, 45, 50, 10):
        begun = time.perf_counter()
        playback.seek_frame(frame)
        timeline.grab()  # what a repaint costs
        spent.append(time.perf_counter() - begun)
    assert sorted(spent)[2] < 0.05


def test_an_estimated_clip_has_a_row_more_for_its_confidence(timeline, motion):
    tall = timeline.height()
    plain = motion(60)
    timeline.set_clip(
        TimelineClip(name="k", color=theme.ACCENT, motion=plain, facts=clip_facts(plain))
    )
    assert timeline.height() < tall


def test_an_empty_timeline_paints_and_ignores_the_mouse(playback, qtbot):
    timeline = Timeline(playback)
    qtbot.addWidget(timeline)
    timeline.set_clip(None)
    timeline.resize(500, 130)
    timeline.grab()
    qtbot.mousePress(timeline, Qt.MouseButton.LeftButton, pos=QPoint(200, 40))
    assert playback.time == 0


@given(count=st.integers(1, 500_000), width=st.floats(100, 4000))
def test_numbers_on_the_ruler_stand_apart(count, width):
    step = ruler_step(count, width)
    assert step * width / count >= 60 or step >= count


def test_confidence_goes_from_red_to_green():
    from PySide6.QtGui import QColor

    low, high = QColor(confidence_color(0.1)), QColor(confidence_color(0.95))
    assert low.red() > low.green()
    assert high.green() > high.red()


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "00:00.00"), (1.13, "00:01.13"), (75.5, "01:15.50")]
)
def test_time_is_written_in_minutes_seconds_and_hundredths(seconds, text):
    assert clock_text(seconds) == text


def test_the_play_button_plays_and_says_what_it_does(playback, qtbot, motion):
    transport = Transport(playback, Actions())
    qtbot.addWidget(transport)
    transport.resize(700, 46)
    transport.show()
    assert transport._play.accessibleName() == "Play"
    qtbot.mouseClick(transport._play, Qt.MouseButton.LeftButton)
    assert playback.is_playing
    assert transport._play.accessibleName() == "Pause"
    qtbot.mouseClick(transport._play, Qt.MouseButton.LeftButton)
    assert not playback.is_playing


def test_the_frame_counter_counts_from_one_to_the_last(playback, qtbot):
    transport = Transport(playback, Actions())
    qtbot.addWidget(transport)
    assert transport._frame._text == "frame 1 / 60"
    playback.to_end()
    assert transport._frame._text == "frame 60 / 60"


def test_figures_that_do_not_fit_are_left_out_whole(playback, qtbot, motion):
    transport = Transport(playback, Actions())
    qtbot.addWidget(transport)
    transport.set_facts(clip_facts(motion(30)), 0.72)
    for width in (420, 520, 900):
        transport.resize(width, 46)
        transport.grab()
    assert "confidence 72 %" in transport._figures.accessibleName()
