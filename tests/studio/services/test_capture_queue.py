"""The queue of videos: one at a time, paused, timed, and found again after a crash."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.services.capture_queue import CaptureQueue, QueueItem, time_text
from studio.services.capture_settings import CaptureSettings
from studio.services.capture_store import CaptureStore
from studio.services.importing import ImportedPerson, ImportedVideo
from tests.studio.pages.importer import made_motion, made_people


def made_result() -> ImportedVideo:
    person = ImportedPerson(motion=made_motion("a.mp4"), name="a_person1")
    return ImportedVideo(path=Path("a.mp4"), people=(person,))


def test_the_queue_works_on_one_video_at_a_time() -> None:
    queue = CaptureQueue()
    first, second = queue.add([Path("a.mp4"), Path("b.mp4")])
    assert queue.next_waiting() is first
    first.state = "estimating"
    assert queue.next_waiting() is None
    first.state = "failed"
    assert queue.next_waiting() is second


def test_a_waiting_video_is_not_queued_twice_but_a_finished_one_may_run_again() -> None:
    queue = CaptureQueue()
    (item,) = queue.add([Path("a.mp4")])
    assert queue.add([Path("a.mp4")]) == []
    item.state = "failed"
    assert len(queue.add([Path("a.mp4")])) == 1


def test_a_row_says_how_far_it_is_and_how_it_ended() -> None:
    (item,) = CaptureQueue().add([Path("a.mp4")])
    item.state, item.fraction = "estimating", 0.61
    assert item.badge == "61%"
    item.state, item.message = "failed", "Nobody was found."
    assert item.detail == "Nobody was found"
    item.message = "a.mp4 is an empty file."
    assert item.detail == "is an empty file"
    item.finish(made_result())
    assert (item.badge, item.detail) == ("good", "60 frames · not kept yet")


def test_nothing_begins_while_the_queue_is_paused() -> None:
    queue = CaptureQueue()
    (item,) = queue.add([Path("a.mp4")])
    queue.is_paused = True
    assert queue.next_waiting() is None and queue.heading == "1 · paused, 1 to do"
    queue.is_paused = False
    assert queue.next_waiting() is item


def test_one_bar_goes_over_finding_and_estimating() -> None:
    item = QueueItem(path=Path("a.mp4"))
    item.begin("finding", "")
    item.advance(1.0, "")
    half = item.fraction
    item.begin("estimating", "")
    item.advance(0.0, "")
    assert item.fraction == half
    item.advance(1.0, "")
    assert item.fraction == 1.0


def test_the_heading_tells_the_time_left_for_all_videos() -> None:
    queue = CaptureQueue()
    first, *_ = queue.add([Path(f"{name}.mp4") for name in "abc"])
    first.state, first.fraction, first.seconds_left = "estimating", 0.5, 30.0
    assert queue.seconds_left == pytest.approx(30 + 2 * 60)
    assert queue.heading == "3 · 2 min left"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.2, "1 s"), (44, "44 s"), (58, "1 min"), (600, "10 min"),
                          (5400, "1 h 30 min"), (None, "")],
)  # fmt: skip
def test_a_span_of_time_is_said_as_one_says_it(seconds: float | None, text: str) -> None:
    assert time_text(seconds) == text


def test_what_was_interrupted_waits_paused_with_its_own_settings(tmp_path: Path) -> None:
    store, queue = CaptureStore(tmp_path), CaptureQueue()
    done, running, _, failed = queue.add([Path(f"{name}.mp4") for name in "abcd"])
    done.state, done.clip_ids, done.grade = "kept", ("1234",), "good"
    running.state, running.fraction = "estimating", 0.6
    running.settings = CaptureSettings(estimators=("vibe", "pare"), field_of_view=60.0)
    running.people, running.picked = made_people(2), (2,)
    failed.state, failed.message = "failed", "Nobody was found."
    store.save_people(running, running.people)
    store.save(queue)
    again = CaptureStore(tmp_path).load()
    assert [item.state for item in again.items] == ["kept", "waiting", "waiting", "failed"]
    assert again.is_paused and again.items[0].clip_ids == ("1234",)
    taken_up = again.items[1]
    assert taken_up.settings == running.settings and taken_up.picked == (2,)
    assert taken_up.people is not None and taken_up.people.ids == (1, 2)
    assert taken_up.detail == "stopped at 60%, goes on there"
    assert again.items[3].message == "Nobody was found."


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"version": 1, "items": [{"id": "../../x", "path": "a", '
             '"state": "kept"}, {"state": 3}, 7]}', '{"version": 9, "items": []}'],
)  # fmt: skip
def test_a_damaged_file_gives_an_empty_queue(tmp_path: Path, text: str) -> None:
    store = CaptureStore(tmp_path)
    store.folder.mkdir()
    (store.folder / "queue.json").write_text(text)
    assert store.load().items == []


def test_forgetting_a_video_removes_its_chunks_only(tmp_path: Path) -> None:
    store, queue = CaptureStore(tmp_path), CaptureQueue()
    first, second = queue.add([Path("a.mp4"), Path("b.mp4")])
    for item in (first, second):
        store.save_people(item, made_people())
    store.forget(first)
    assert not store.work_folder(first).exists() and store.work_folder(second).exists()


def test_settings_from_a_file_fall_back_where_they_make_no_sense() -> None:
    kept = CaptureSettings(estimators=("pare",), whom="all", official=True, precision="bfloat16")
    assert CaptureSettings.from_json(kept.to_json()) == kept
    wrong = {"estimators": [], "whom": "everyone", "official": "yes", "field_of_view": "wide"}
    assert CaptureSettings.from_json(wrong) == CaptureSettings()
    assert CaptureSettings.from_json(None) == CaptureSettings()
