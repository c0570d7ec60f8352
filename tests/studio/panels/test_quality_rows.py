"""The timeline tells which frames cannot be trusted, and takes contacts drawn by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent

from core.motion import Motion
from studio import theme
from studio.panels import quality_rows
from studio.panels.clip_facts import clip_facts
from studio.panels.timeline import Timeline, TimelineClip
from studio.playback import Playback


def flawed(num_frames: int = 50) -> Motion:
    blur, spike = np.ones(num_frames), np.zeros(num_frames)
    blur[10:20], spike[40] = 0.3, 1
    return Motion(
        poses=np.zeros((num_frames, 24, 3)), trans=np.zeros((num_frames, 3)),
        confidence=np.full(num_frames, 0.8), inferred=(30, 31, 32),
        channels={"blur": blur, "spike": spike},
    )  # fmt: skip


@pytest.fixture
def timeline(dressed: Any, qtbot: Any) -> Timeline:
    playback = Playback()
    timeline = Timeline(playback)
    qtbot.addWidget(timeline)
    motion = flawed()
    playback.set_length(motion.duration, motion.fps)
    timeline.set_clip(
        TimelineClip(name="walk", color=theme.VIBE, motion=motion, facts=clip_facts(motion))
    )
    timeline.resize(532, timeline.height())  # 10 px a frame between margins of 16
    return timeline


def mouse(timeline: Timeline, kind: QEvent.Type, frame: float, y: float) -> None:
    at = QPointF(16 + 10 * frame, y)
    button = Qt.MouseButton.LeftButton
    event = QMouseEvent(kind, at, at, button, button, Qt.KeyboardModifier.NoModifier)
    {
        QEvent.Type.MouseButtonPress: timeline.mousePressEvent,
        QEvent.Type.MouseMove: timeline.mouseMoveEvent,
        QEvent.Type.MouseButtonRelease: timeline.mouseReleaseEvent,
    }[kind](event)


def drag(timeline: Timeline, start: float, end: float, y: float) -> None:
    mouse(timeline, QEvent.Type.MouseButtonPress, start, y)
    mouse(timeline, QEvent.Type.MouseMove, end, y)
    mouse(timeline, QEvent.Type.MouseButtonRelease, end, y)


def test_the_row_counts_what_is_wrong_and_says_so_for_each_frame() -> None:
    motion = flawed()
    assert quality_rows.legend(motion) == "10 blurred · 3 missing · 1 jump"
    assert "nobody seen" in quality_rows.told(motion, 31)
    assert "30%" in quality_rows.told(motion, 12)
    assert quality_rows.told(motion, 5) == "confidence 80%"


def test_a_clip_nobody_measured_has_no_such_row(timeline: Timeline) -> None:
    with_events = timeline.height()
    plain = Motion(poses=np.zeros((5, 24, 3)), trans=np.zeros((5, 3)))
    timeline.set_clip(
        TimelineClip(name="x", color=theme.VIBE, motion=plain, facts=clip_facts(plain))
    )
    assert timeline.height() < with_events


def test_flaws_are_painted_where_they_are(timeline: Timeline) -> None:
    picture = timeline.grab().toImage()
    ratio = picture.devicePixelRatio()
    row = timeline.height() - 12 - 5 - 8  # inside the last bar, in its lower half

    def color(frame: float) -> QColor:
        return picture.pixelColor(QPoint(round((16 + 10 * frame) * ratio), round(row * ratio)))

    calm = color(46.5)
    assert color(15.5) != calm and color(31.5) != calm and color(40.5) != calm
    assert color(31.5).red() > color(31.5).green() + 40  # missing is red
    assert color(15.5).green() > color(31.5).green()  # blurred is yellow


def test_a_drag_along_a_foots_row_draws_a_contact_only_while_they_are_edited(
    timeline: Timeline, qtbot: Any
) -> None:
    drawn: list[tuple[str, int, int, bool]] = []
    timeline.contact_drawn.connect(lambda *key: drawn.append(key))
    left, right = 20 + 25 + 10, 20 + 50 + 10
    drag(timeline, 12.5, 20.5, left)
    assert drawn == []  # scrubbed instead
    timeline.set_edits_contacts(True)
    drag(timeline, 12.5, 20.5, left)
    stands = bool(timeline.clip.facts.contacts[0][12])  # type: ignore[union-attr]
    assert drawn == [("left", 12, 21, not stands)]
    drag(timeline, 20.5, 12.5, right)
    assert drawn[1][:3] == ("right", 12, 21)
    drag(timeline, 3.5, 8.5, 20 + 10)
    assert len(drawn) == 2  # the clip's own row still scrubs


def test_a_video_without_a_clip_can_be_scrubbed(timeline: Timeline) -> None:
    playback = timeline._playback
    timeline.set_footage("walk.mp4")
    drag(timeline, 5.5, 20.5, 30)
    assert playback.frame == 20
    timeline.set_clip(None)
    drag(timeline, 5.5, 30.5, 30)
    assert playback.frame == 20  # nothing is there to scrub
