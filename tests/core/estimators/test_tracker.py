"""Who is followed, how a lost person is found again, and what a gap becomes."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.body import joint_positions
from core.errors import Cancelled, NoPersonFound
from core.estimators import estimate
from core.estimators.blazepose import finding
from core.estimators.blazepose.landmarks import Landmarks
from core.estimators.blazepose.roi import Roi
from core.estimators.blazepose.tracker import Tracker
from core.estimators.options import EstimateOptions
from core.progress import SILENT, Progress
from core.video.decode import VideoInfo
from core.video.people import People
from core.video.shots import CutFinder
from tests.core.estimators.factory import points_of, walk


@dataclass
class Shown:
    """A picture that is nothing but a size and a time."""

    time: float
    width: int = 1920
    height: int = 1080

    def sharpness(self, box: Any) -> float:
        return 100.0


@dataclass
class Stage:
    """People by time: stands in for both networks. ``people(seconds)`` gives their squares."""

    people: Any
    clip: np.ndarray = field(default_factory=lambda: points_of(walk(300)) * [1, -1, -1])
    detections: int = 0

    def find(self, picture: Shown, asked: Any = 0) -> Any:
        present = self.people(picture.time)
        if isinstance(asked, int):  # as the detector, at a level
            self.detections += asked == 0
            return list(present)
        for person in present:
            if person.distance(asked) < 0.25:
                return self.seen(picture, person)
        return None

    def seen(self, picture: Shown, person: Roi) -> Landmarks:
        world = self.clip[round(picture.time * 30) % len(self.clip)]
        image = world[:, :2] * person.side / 2.2 + [person.x, person.y]
        return Landmarks(
            image=image,
            world=world,
            visibility=np.ones(33),
            confidence=0.9,
            roi=person,
            next_roi=person,
        )


def person(x: float = 960, side: float = 800) -> Roi:
    return Roi(x=x, y=540, side=side, angle=0)


def follow(stage: Stage, num_frames: int = 90, max_people: int = 1) -> Tracker:
    tracker = Tracker(stage, stage, max_people=max_people)  # type: ignore[arg-type]
    for index in range(num_frames):
        tracker.see(Shown(index / 30))  # type: ignore[arg-type]
    return tracker


def test_the_most_prominent_person_is_followed_and_the_detector_mostly_rests() -> None:
    stage = Stage(lambda t: [person(300, 300), person(), person(1700, 350)])
    best = follow(stage).best()
    assert best is not None and len(best.found) == 90
    assert {seen.roi.x for seen in best.found.values()} == {960}
    assert stage.detections <= 7


def test_somebody_much_more_prominent_who_comes_in_is_turned_to() -> None:
    stage = Stage(lambda t: [person(300, 250)] + ([person()] if t > 1 else []))
    best = follow(stage, 120).best()
    assert best is not None
    assert {seen.roi.x for seen in best.found.values()} == {960}
    assert min(best.found) <= 46


def test_a_person_lost_for_a_moment_is_the_same_track() -> None:
    stage = Stage(lambda t: [] if 1.0 < t < 1.4 else [person()])
    tracker = follow(stage)
    assert len(tracker.tracks) == 1
    best = tracker.best()
    assert best is not None and 75 <= len(best.found) <= 80


def test_somebody_elsewhere_after_a_loss_is_another_track() -> None:
    stage = Stage(lambda t: [person(300)] if t < 1 else [person(1600)])
    tracker = follow(stage, 120)
    best = tracker.best()
    assert best is not None and min(best.found) >= 30


def run(
    monkeypatch: pytest.MonkeyPatch, stage: Stage, times: list[float], max_people: int = 1
) -> Any:
    """Run the whole estimator on a stage in place of a video and its networks."""
    path = on_stage(monkeypatch, stage, times)
    monkeypatch.setattr(estimate, "file_digest", lambda path: "0" * 64)
    options = EstimateOptions(max_people=max_people, refine=False)
    return estimate.estimate_people(path, options)["blazepose"]


def on_stage(monkeypatch: pytest.MonkeyPatch, stage: Stage, times: list[float]) -> Path:
    """Put a stage in the place of a video and of both networks."""
    info = VideoInfo(
        path=Path("stage.mp4"),
        width=1920,
        height=1080,
        fps=30,
        num_frames=len(times),
        duration=times[-1],
        rotation=0,
        codec="none",
    )
    shown = (Shown(time) for time in times)
    monkeypatch.setattr(finding, "probe", lambda path: info)
    monkeypatch.setattr(finding, "pictures", lambda path: shown)
    monkeypatch.setattr(finding, "networks", lambda: (stage, stage))
    monkeypatch.setattr(finding, "preview", lambda picture, *seen: None)
    monkeypatch.setattr(CutFinder, "see", lambda finder, picture: None)
    return info.path


def test_a_gap_is_bridged_and_marked_inferred(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(lambda t: [] if 1.0 < t < 1.4 else [person()])
    result = run(monkeypatch, stage, [i / 30 for i in range(90)])
    (motion,) = result.motions
    assert motion.num_frames == 90
    assert 8 <= len(motion.inferred) <= 14
    assert min(motion.inferred) > 30 and max(motion.inferred) < 46
    middle = motion.inferred[len(motion.inferred) // 2]
    assert motion.confidence[middle] < 0.7 * motion.confidence[10]
    steps = np.abs(np.diff(motion.trans, axis=0)).max()
    assert steps < 0.1


def test_a_variable_frame_rate_becomes_an_even_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    times = [i / 30 for i in range(45)] + [45 / 30 + i / 15 for i in range(25)]
    result = run(monkeypatch, Stage(lambda t: [person()]), times)
    (motion,) = result.motions
    assert motion.fps == pytest.approx(30, rel=0.01)
    assert motion.num_frames == pytest.approx((times[-1] * 30) + 1, abs=1)
    assert result.summary["variable_frame_rate"] is True


def test_somebody_who_comes_late_starts_late(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(lambda t: [person()] if t > 1.5 else [])
    result = run(monkeypatch, stage, [i / 30 for i in range(120)])
    assert 1.5 <= result.start_seconds[0] < 1.7
    assert result.motions[0].num_frames < 80


def test_a_moment_of_mistaken_detection_is_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(lambda t: [person()] if 1.0 < t < 1.1 else [])
    with pytest.raises(NoPersonFound):
        run(monkeypatch, stage, [i / 30 for i in range(120)])


@pytest.mark.parametrize("num_frames", [1, 2, 4])
def test_very_short_videos_make_motions_or_say_why(
    monkeypatch: pytest.MonkeyPatch, num_frames: int
) -> None:
    stage = Stage(lambda t: [person()])
    times = [i / 30 for i in range(num_frames)]
    if num_frames < 3:
        with pytest.raises(NoPersonFound):
            run(monkeypatch, stage, times)
    else:
        assert run(monkeypatch, stage, times).motions[0].num_frames == num_frames


def places(track: Any) -> list[float]:
    return [seen.roi.x for seen in track.found.values()]


def test_people_beside_each_other_are_all_followed() -> None:
    stage = Stage(lambda t: [person(300, 300), person(), person(1700, 350)])
    tracker = follow(stage, max_people=4)
    assert sorted(len(track.found) for track in tracker.tracks) == [90, 90, 90]
    assert all(len(set(places(track))) == 1 for track in tracker.tracks)


def test_no_more_people_are_followed_than_are_wanted() -> None:
    stage = Stage(lambda t: [person(300, 300), person(), person(1700, 350)])
    tracker = follow(stage, max_people=2)
    assert sorted(places(track)[0] for track in tracker.tracks) == [960, 1700]


def test_two_who_cross_keep_their_numbers() -> None:
    """They pass each other in front of the camera; in between only one of them is seen."""

    def people(t: float) -> list[Roi]:
        left, right = person(560 + 300 * t, 700), person(1360 - 300 * t, 700)
        return [left] if abs(left.x - right.x) < 60 else [left, right]

    tracker = follow(Stage(people), 80, max_people=2)
    long = [track for track in tracker.tracks if len(track.found) > 5]
    assert len(long) == 2
    going = sorted((places(track)[0], places(track)[-1]) for track in long)
    assert going[0][0] < 600 and going[0][1] > 1200  # from left to right
    assert going[1][0] > 1300 and going[1][1] < 700


def test_somebody_lost_is_found_again_while_another_is_followed() -> None:
    stage = Stage(lambda t: [person(400, 500)] + ([] if 1 < t < 1.4 else [person(1500, 500)]))
    tracker = follow(stage, max_people=2)
    assert len(tracker.tracks) == 2
    counts = sorted(len(track.found) for track in tracker.tracks)
    assert counts[1] == 90 and 72 <= counts[0] <= 79


def test_everybody_becomes_a_motion_beside_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(lambda t: [person(500, 600), person(1400, 600)])
    result = run(monkeypatch, stage, [i / 30 for i in range(60)], max_people=4)
    assert result.tracks == [1, 2] and len(result.cameras) == 2
    first, second = (motion.trans[0] for motion in result.motions)
    assert np.allclose(first[[0, 2]], 0, atol=1e-6)
    apart = np.hypot(*(second - first)[[0, 2]])
    metres_a_pixel = 2.2 / 600
    assert apart == pytest.approx(900 * metres_a_pixel, rel=0.15)
    camera, motion = result.cameras[0], result.motions[0]
    seen = camera.project(joint_positions(camera.in_camera(motion)))
    assert np.linalg.norm(seen[:, 0].mean(0) - [1400, 540]) < 40  # nearer the middle, so first


def test_following_taken_up_after_a_crash_goes_on_as_if_nothing_had_been(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stage = Stage(lambda t: [person(500 + 100 * t, 600)] + ([person(1400, 600)] if t > 1 else []))
    times = [i / 30 for i in range(100)]
    whole = found(monkeypatch, stage, times, None)
    looked = 0

    def crash() -> bool:
        nonlocal looked
        looked += 1
        return looked > 70

    monkeypatch.setattr(finding, "_CHUNK_FRAMES", 20)
    with pytest.raises(Cancelled):
        found(monkeypatch, stage, times, tmp_path, Progress(is_cancelled=crash))
    assert len(list(tmp_path.rglob("0*.npz"))) == 3
    seen = []
    monkeypatch.setattr(Stage, "seen", counted(Stage.seen, seen))
    resumed = found(monkeypatch, stage, times, tmp_path)
    assert min(seen) == pytest.approx(2.0)  # from frame 60 on
    assert resumed.ids == whole.ids and resumed.cuts == whole.cuts
    for one, other in zip(resumed, whole, strict=True):
        assert np.array_equal(one.frames, other.frames) and np.array_equal(one.boxes, other.boxes)
        assert np.array_equal(one.scores, other.scores)
        assert np.array_equal(one.points.world, other.points.world)
    seen.clear()
    assert found(monkeypatch, stage, times, tmp_path).ids == whole.ids
    assert seen == []  # a finished pass is only read


def counted(method: Any, seen: list[float]) -> Any:
    def seeing(stage: Stage, picture: Shown, person: Roi) -> Landmarks:
        seen.append(picture.time)
        return method(stage, picture, person)

    return seeing


def found(
    monkeypatch: pytest.MonkeyPatch,
    stage: Stage,
    times: list[float],
    work_folder: Path | None,
    progress: Progress = SILENT,
) -> People:
    on_stage(monkeypatch, stage, times)
    monkeypatch.setattr(finding, "file_digest", lambda path: "0" * 64)
    return finding.find(Path("stage.mp4"), max_people=4, progress=progress, work_folder=work_folder)


class Overlooked(Stage):
    """The whole picture shows the detector only the nearest; squares of it show everybody."""

    def find(self, picture: Shown, asked: Any = 0) -> Any:
        found = super().find(picture, asked)
        if isinstance(asked, int) and asked == 0:
            return [max(found, key=lambda roi: roi.side)]
        return found


def test_a_close_look_finds_who_is_about_as_large_and_leaves_bystanders() -> None:
    stage = Overlooked(lambda t: [person(600, 700), person(1300, 500), person(1800, 250)])
    tracker = follow(stage, 60, max_people=4)
    assert sorted((places(track)[0], len(track.found)) for track in tracker.tracks) == [
        (600, 60),
        (1300, 60),
    ]


def test_a_square_that_shrinks_fast_makes_the_detector_look_at_once() -> None:
    """So it is when a square slides onto somebody smaller: who was left is found while near."""
    steady, shrinking = (
        Stage(lambda t, by=by: [person(960, 800 - by * min(max(t - 1, 0), 0.4))]) for by in (0, 900)
    )
    for stage in (steady, shrinking):
        follow(stage, 60, max_people=2)
    assert shrinking.detections >= steady.detections + 2


def test_people_without_points_are_looked_at_in_their_boxes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stage = Stage(lambda t: [person(500 + 100 * t, 600)])
    times = [i / 30 for i in range(30)]
    known = found(monkeypatch, stage, times, None)
    bare = dataclasses.replace(
        known, tracks=tuple(dataclasses.replace(t, points=None, name="Ann") for t in known)
    )
    on_stage(monkeypatch, stage, times)
    again = finding.with_points(bare)
    assert again.tracks[0].name == "Ann"
    assert np.array_equal(again.tracks[0].frames, known.tracks[0].frames)
    assert again.tracks[0].points is not None and known.tracks[0].points is not None
    assert np.allclose(again.tracks[0].points.image, known.tracks[0].points.image)
    monkeypatch.setattr(finding, "networks", lambda: pytest.fail("nobody needs them"))
    assert finding.with_points(known) is known


def test_what_flickers_and_what_lasts_a_moment_is_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def people(t: float) -> list[Roi]:
        frame = round(t * 30)
        flickering = [person(200, 300)] if frame % 12 == 0 and t > 0.3 else []
        short = [person(1700, 400)] if 2.0 < t < 2.15 else []
        return [person(960, 600), *flickering, *short]

    known = found(monkeypatch, Stage(people), [i / 30 for i in range(90)], None)
    assert [len(track) for track in known] == [90]
