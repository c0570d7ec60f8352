"""Threads come back as calls in the window's thread, the latest request wins, bugs are said."""

from __future__ import annotations

import threading
import time

import pytest
from PySide6.QtCore import QObject

from core.errors import FileProblem
from studio import bridge


@pytest.fixture
def answers() -> list:
    return []


def test_the_result_arrives_in_the_thread_that_asked(qtbot, answers):
    def done(value):
        answers.append((value, threading.current_thread()))

    bridge.run_in_thread(lambda progress: threading.current_thread(), done, print)
    qtbot.waitUntil(lambda: len(answers) == 1)
    worker, receiver = answers[0]
    assert receiver is threading.main_thread()
    assert worker is not receiver


def test_a_users_mistake_arrives_as_its_sentences(qtbot, answers):
    def fail(progress):
        raise FileProblem("The file is empty.", "Choose another.")

    bridge.run_in_thread(fail, print, lambda m, h: answers.append((m, h)))
    qtbot.waitUntil(lambda: bool(answers))
    assert answers == [("The file is empty.", "Choose another.")]


def test_a_bug_is_logged_with_its_traceback_and_said_in_general_words(qtbot, answers, caplog):
    bridge.run_in_thread(lambda p: 1 / 0, print, lambda m, h: answers.append((m, h)))
    qtbot.waitUntil(lambda: bool(answers))
    assert "inside the program" in answers[0][0]
    assert "ZeroDivisionError" in answers[0][0]
    assert any(record.exc_info for record in caplog.records)


def test_of_many_requests_with_one_key_only_the_last_answers(qtbot, answers):
    ran = []

    def work(number):
        def run(progress):
            ran.append(number)
            time.sleep(0.02)
            return number

        return run

    for number in range(20):
        bridge.run_in_thread(work(number), answers.append, print, key="same")
    qtbot.waitUntil(lambda: bool(answers))
    qtbot.wait(60)
    assert answers == [19]
    assert len(ran) <= 3


def test_work_with_one_key_stays_in_one_thread(qtbot, answers):
    for _ in range(3):
        before = len(answers)
        bridge.run_in_thread(lambda p: threading.get_ident(), answers.append, print, key="lane")
        qtbot.waitUntil(lambda before=before: len(answers) == before + 1)
    assert len(set(answers)) == 1


def test_cancelling_stops_at_the_next_step_and_says_so(qtbot, answers):
    def endless(progress):
        while True:
            progress.step(0.5, "working")
            time.sleep(0.002)

    handle = bridge.run_in_thread(
        endless, answers.append, print, on_cancelled=lambda: answers.append("cancelled")
    )
    handle.cancel()
    qtbot.waitUntil(lambda: bool(answers))
    assert answers == ["cancelled"]


def test_progress_is_coalesced_and_ends_before_the_result(qtbot, answers):
    def work(progress):
        for i in range(2000):
            progress.step(i / 2000, str(i))
        return "done"

    reports = []
    bridge.run_in_thread(
        work, answers.append, print, lambda fraction, text, preview: reports.append(fraction)
    )
    qtbot.waitUntil(lambda: bool(answers))
    assert 1 <= len(reports) < 2000
    assert reports == sorted(reports)


def test_nothing_is_called_for_an_owner_that_is_gone(qtbot, answers):
    owner = QObject()
    handle = bridge.run_in_thread(lambda p: 1, answers.append, print, owner=owner)
    owner.deleteLater()
    del owner
    assert handle.wait(2)
    qtbot.wait(30)
    assert answers == [] or answers == [1]  # 1 only if the answer came before the deletion


def test_shutting_down_cancels_what_runs_and_ends_the_threads(qtbot):
    def endless(progress):
        while True:
            progress.step(0)
            time.sleep(0.002)

    bridge.run_in_thread(endless, print, print)
    bridge.run_in_thread(endless, print, print, key="k")
    bridge.shut_down()
    assert bridge.open_work() == 0
    assert not [t for t in threading.enumerate() if t.name.startswith("studio-")]
