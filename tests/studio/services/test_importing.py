"""Judging an estimate, naming its clips, and the queue of videos."""

from pathlib import Path

import numpy as np
import pytest

from core.errors import FileProblem
from core.motion import Motion
from core.progress import SILENT
from core.project import Project
from studio.services.capture_settings import CaptureSettings
from studio.services.importing import (
    ImportedPerson,
    ImportedVideo,
    VideoImporter,
    checklist,
    chosen_people,
    gathered,
    judged,
    longest_gap,
    mean_confidence,
    videos_in,
)
from tests.studio.pages.importer import made_motion, made_people


def make_motion(num_frames: int = 60, confidence: float = 0.9, inferred: tuple = ()) -> Motion:
    return Motion(
        poses=np.zeros((num_frames, 24, 3)),
        trans=np.zeros((num_frames, 3)),
        confidence=np.full(num_frames, confidence),
        inferred=inferred,
    )


def test_a_long_sure_clip_is_good() -> None:
    assert judged(make_motion()).grade == "good"
    assert all(check.is_fine for check in checklist(make_motion()))


def test_each_flaw_makes_the_verdict_worse() -> None:
    doubted = judged(make_motion(confidence=0.1))
    assert doubted.grade == "poor"
    assert any(check.mark == "!" for check in doubted.checks)
    unseen = judged(make_motion(inferred=tuple(range(10, 50))))
    assert unseen.grade == "poor" and any("40 of 60" in check.text for check in unseen.checks)


def test_the_longest_gap_is_counted_in_neighbouring_frames() -> None:
    assert longest_gap(make_motion(inferred=(3, 4, 5, 9, 20, 21))) == 3
    assert longest_gap(make_motion()) == 0


def test_bridged_frames_do_not_count_for_the_confidence() -> None:
    motion = make_motion(num_frames=4, inferred=(3,)).replace(confidence=[1.0, 1.0, 1.0, 0.0])
    assert mean_confidence(motion) == pytest.approx(1.0)


def test_keeping_an_import_adds_one_named_clip_a_person_and_can_be_undone(tmp_path: Path) -> None:
    people = [ImportedPerson(motion=make_motion(), name=f"walk_person{i}") for i in (1, 2)]
    imported = ImportedVideo(path=Path("walk.mp4"), people=tuple(people))
    with Project.open(tmp_path / "project") as project:
        command = imported.command()
        command.do(project)
        assert {c.name for c in project.clips()} == {"walk_person1", "walk_person2"}
        command.undo(project)
        assert project.clips() == []


def test_a_missing_video_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match=r"gone\.mp4"):
        VideoImporter().find(tmp_path / "gone.mp4", work_folder=None, progress=SILENT)


def test_a_dropped_folder_gives_the_videos_in_it(tmp_path: Path) -> None:
    for name in ("b.MP4", "a.mov", "notes.txt"):
        (tmp_path / name).touch()
    assert [p.name for p in videos_in([tmp_path])] == ["a.mov", "b.MP4"]
    assert videos_in([tmp_path / "notes.txt"]) == []


def test_who_is_estimated_follows_the_pick_then_the_setting() -> None:
    people = made_people(3)
    assert chosen_people(people, CaptureSettings(), ()) == (1,)
    assert chosen_people(people, CaptureSettings(whom="all"), ()) == (1, 2, 3)
    assert chosen_people(people, CaptureSettings(whom="ask"), ()) == ()
    assert chosen_people(people, CaptureSettings(whom="all"), (3, 2, 9)) == (3, 2)
    assert chosen_people(made_people(1), CaptureSettings(whom="ask"), ()) == (1,)


def test_several_estimators_are_listed_person_by_person_with_their_names() -> None:
    from core.estimators.base import Estimate

    people = made_people(2).renamed(2, "Anna Lee")
    estimates = {
        name: Estimate(motions=[made_motion("walk.mp4", name) for _ in (1, 2)], summary={},
                       tracks=[2, 1])
        for name in ("vibe", "pare")
    }  # fmt: skip
    result = gathered(Path("walk.mp4"), people, estimates)
    assert [person.name for person in result.people] == [
        "walk_person1_vibe", "walk_person1_pare", "walk_Anna_Lee_vibe", "walk_Anna_Lee_pare",
    ]  # fmt: skip
    assert "quality" in result.people[0].motion.channels
