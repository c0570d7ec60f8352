"""Judging an estimate, naming its clips, and the queue of videos."""

from pathlib import Path

import numpy as np
import pytest

from core.errors import FileProblem
from core.motion import Motion
from core.project import Project
from studio.services.capture_queue import CaptureQueue
from studio.services.importing import (
    ImportedVideo,
    checklist,
    import_video,
    longest_gap,
    mean_confidence,
    verdict,
    videos_in,
)


def make_motion(num_frames: int = 60, confidence: float = 0.9, inferred: tuple = ()) -> Motion:
    return Motion(
        poses=np.zeros((num_frames, 24, 3)),
        trans=np.zeros((num_frames, 3)),
        confidence=np.full(num_frames, confidence),
        inferred=inferred,
    )


def test_a_long_sure_clip_is_good() -> None:
    assert verdict(make_motion()) == "good"
    assert all(check.is_fine for check in checklist(make_motion()))


def test_each_flaw_makes_the_verdict_worse() -> None:
    assert verdict(make_motion(num_frames=30)) == "usable"
    assert verdict(make_motion(num_frames=30, confidence=0.2)) == "poor"


def test_the_longest_gap_is_counted_in_neighbouring_frames() -> None:
    assert longest_gap(make_motion(inferred=(3, 4, 5, 9, 20, 21))) == 3
    assert longest_gap(make_motion()) == 0


def test_bridged_frames_do_not_count_for_the_confidence() -> None:
    motion = make_motion(num_frames=4, inferred=(3,)).replace(confidence=[1.0, 1.0, 1.0, 0.0])
    assert mean_confidence(motion) == pytest.approx(1.0)


def test_keeping_an_import_adds_one_named_clip_a_person_and_can_be_undone(tmp_path: Path) -> None:
    motions = (make_motion(), make_motion())
    imported = ImportedVideo(path=Path("walk.mp4"), motions=motions)
    with Project.open(tmp_path / "project") as project:
        command = imported.command()
        command.do(project)
        assert {c.name for c in project.clips()} == {"walk_person1", "walk_person2"}
        command.undo(project)
        assert project.clips() == []


def test_a_missing_video_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match=r"gone\.mp4"):
        import_video(tmp_path / "gone.mp4")


def test_a_dropped_folder_gives_the_videos_in_it(tmp_path: Path) -> None:
    for name in ("b.MP4", "a.mov", "notes.txt"):
        (tmp_path / name).touch()
    assert [p.name for p in videos_in([tmp_path])] == ["a.mov", "b.MP4"]
    assert videos_in([tmp_path / "notes.txt"]) == []


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
    item.state = "done"
    item.result = ImportedVideo(path=item.path, motions=(make_motion(),))
    assert (item.badge, item.detail) == ("good", "60 frames · not kept yet")
