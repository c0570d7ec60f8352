"""Pausing, cancelling, parts of a whole, and the time that is left."""

from __future__ import annotations

import threading
import time

import pytest

from core.errors import Cancelled
from core.progress import SILENT, Progress, TimeLeft


def test_paused_work_waits_in_its_step_and_goes_on() -> None:
    paused = threading.Event()
    paused.set()
    steps = []
    progress = Progress(report=lambda f, *_: steps.append(f), is_paused=paused.is_set)

    def work() -> None:
        for i in range(3):
            progress.step(i / 3)

    thread = threading.Thread(target=work)
    thread.start()
    time.sleep(0.15)
    assert steps == []
    paused.clear()
    thread.join(5)
    assert steps == [0, 1 / 3, 2 / 3]


def test_paused_work_can_be_cancelled() -> None:
    asked = iter([False, False, True])
    progress = Progress(is_cancelled=lambda: next(asked), is_paused=lambda: True)
    with pytest.raises(Cancelled, match="stopped here"):
        progress.wait_if_paused("stopped here")


def test_a_part_fills_its_share_of_the_whole() -> None:
    reports = []
    whole = Progress(report=lambda f, text="", preview=None: reports.append((f, text)))
    whole.part(0.5, 1.0).part(0.0, 0.5).step(0.5, "half of the third quarter")
    assert reports == [(pytest.approx(0.625), "half of the third quarter")]
    with pytest.raises(Cancelled):
        Progress(is_cancelled=lambda: True).part(0, 1).step(0)
    SILENT.step(2.0, "nobody listens")


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_time_left_follows_the_speed() -> None:
    clock = Clock()
    left = TimeLeft(clock)
    assert left.seconds(0.0) is None
    for second in range(1, 51):
        clock.now = second
        told = left.seconds(second / 100)
    assert told == pytest.approx(50, rel=0.05)
    for second in range(1, 41):  # the second half is ten times slower
        clock.now += 1
        told = left.seconds(0.5 + second / 1000)
    assert told == pytest.approx(460, rel=0.15)


def test_a_pause_and_work_found_finished_do_not_spoil_the_time_left() -> None:
    clock = Clock()
    left = TimeLeft(clock)
    left.seconds(0.0)
    clock.now = 0.001
    left.seconds(0.4)  # two fifths were there from the run before
    for second in range(1, 21):
        clock.now += 1
        told = left.seconds(0.4 + second / 100)
    assert told == pytest.approx(40, rel=0.35)
    clock.now += 3600  # paused over lunch
    told = left.seconds(0.61)
    assert told is not None and told < 60
    assert left.seconds(0.0) is None  # the next file
