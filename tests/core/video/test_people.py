"""Lists of people: what edits make of them, who is preselected, and the file they are kept in."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from core import weights
from core.errors import FileProblem, StudioError
from core.video.decode import probe
from core.video.people import People, Track, find_people, thumbnail
from tests.core.video.factory import make_video
from tests.core.video.people_factory import people, track


def test_joining_keeps_every_frame_once_and_the_surer_of_two() -> None:
    first = track(1, range(20))
    second = dataclasses.replace(track(2, range(18, 40), x=500), scores=np.full(22, 0.95))
    third = track(3, range(5), x=50)
    joined = people(first, second, third).merged(1, 2)
    assert joined.ids == (1, 3)
    person = joined.track(1)
    assert person.frames.tolist() == list(range(40))
    assert (person.boxes[18:, 0] > 500).all() and (person.boxes[:18, 0] < 320).all()
    assert person.points is not None and len(person.points.image) == 40
    assert person.sharpness is not None and len(person.sharpness) == 40


def test_two_people_seen_together_cannot_be_joined() -> None:
    both = people(track(1, range(30)), track(2, range(10, 50), x=100))
    with pytest.raises(StudioError, match="seen together in 20 frames"):
        both.merged(1, 2)
    with pytest.raises(StudioError, match="themselves"):
        both.merged(1, 1)


def test_splitting_makes_a_new_person_from_the_frame_on() -> None:
    parted = people(track(1, range(30)), track(4, range(10))).renamed(1, "Anna").split(1, 12)
    assert parted.ids == (1, 5, 4)
    assert parted.track(1).frames[-1] == 11 and parted.track(5).frames[0] == 12
    assert parted.track(1).title == "Anna" and parted.track(5).title == "Person 5"
    with pytest.raises(StudioError, match="frames 0 to 11"):
        parted.split(1, 12)


def test_splitting_undoes_joining() -> None:
    before = people(track(1, range(20)), track(2, range(25, 40), x=200))
    again = before.merged(1, 2).split(1, 25)
    for old, new in zip(before, again, strict=True):
        assert old.frames.tolist() == new.frames.tolist()
        assert np.array_equal(old.boxes, new.boxes)


def test_edits_leave_the_old_value_as_it_was() -> None:
    before = people(track(1, range(20)), track(2, range(30, 40)))
    before.merged(1, 2), before.renamed(1, "x"), before.without(2), before.split(1, 5)
    assert before.ids == (1, 2) and before.track(1).name == ""
    with pytest.raises(ValueError):
        before.track(1).boxes[0] = 0
    with pytest.raises(StudioError, match=r"no person 7.*1, 2"):
        before.without(7)


def test_the_person_seen_whole_the_longest_is_preselected() -> None:
    half = track(1, range(60), height=300, seen=False)
    whole = track(2, range(40))
    short = track(3, range(10), height=340)
    assert people(half, whole, short).preselected == 2
    larger = track(4, range(38), height=250)
    assert people(half, whole, larger).preselected == 4  # about as long, and nearer
    assert people(half).preselected == 1
    with pytest.raises(StudioError, match="nobody"):
        _ = people().preselected


def test_no_track_crosses_a_cut() -> None:
    cut = dataclasses.replace(people(track(1, range(60)), track(2, range(10))), cuts=(20, 40))
    parted = cut.cut_at_shots()
    spans = {(int(t.frames[0]), int(t.frames[-1])) for t in parted}
    assert spans == {(0, 19), (20, 39), (40, 59), (0, 9)}


def test_a_track_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(StudioError, match="ascending"):
        Track(1, np.array([3, 2]), np.zeros((2, 4)), np.zeros(2))
    with pytest.raises(StudioError, match=r"boxes.*\(2, 4\)"):
        Track(1, np.array([2, 3]), np.zeros((2, 3)), np.zeros(2))
    with pytest.raises(StudioError, match="does not have"):
        people(track(1, range(70)))
    with pytest.raises(StudioError, match="same number"):
        people(track(1, range(7)), track(1, range(9)))


def test_people_come_back_from_their_file_as_they_were(tmp_path: Path) -> None:
    plain = Track(7, np.array([1, 5]), np.ones((2, 4)), np.ones(2), "Ärmel")
    before = dataclasses.replace(people(track(1, range(9)), plain), cuts=(5,))
    before.save(tmp_path / "people.npz")
    after = People.load(tmp_path / "people.npz")
    assert after.video == before.video and after.cuts == (5,) and after.ids == (1, 7)
    assert after.track(7).name == "Ärmel" and after.track(7).points is None
    assert np.array_equal(after.times, before.times)
    for field in ("image", "world", "visibility", "confidence"):
        old, new = before.track(1).points, after.track(1).points
        assert np.array_equal(getattr(old, field), getattr(new, field))


@pytest.mark.parametrize("content", [b"", b"no zip", None])
def test_a_foreign_or_broken_file_of_people_is_told(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "people.npz"
    if content is None:
        head = np.frombuffer(json.dumps({"format": 1, "video": {}}).encode(), np.uint8)
        np.savez(path, head=head, times=np.zeros(3))
    else:
        path.write_bytes(content)
    with pytest.raises(FileProblem, match=r"people\.npz"):
        People.load(path)
    with pytest.raises(FileProblem, match="does not exist"):
        People.load(tmp_path / "nothing.npz")


def test_two_people_keep_their_numbers_through_a_real_video(shared: Path) -> None:
    video = shared / "videos" / "pose2sim_multi_cam01_100f_60fps.mp4"
    if not video.exists() or not weights.is_estimator_installed():
        pytest.skip("the two-person video or the estimator's files are not there")
    found = find_people(video)
    assert [len(person) for person in found] == [100, 100]
    assert found.cuts == ()
    front, back = sorted(found, key=lambda person: -float(person.boxes[:, 1].mean()))
    # the woman in front stands at the right below, the man behind her bends about in the middle
    assert (front.boxes[:, 1] > back.boxes[:, 1] + 200).all()
    assert np.abs(np.diff(front.boxes[:, 0])).max() < 80
    assert np.abs(np.diff(back.boxes[:, 0])).max() < 80
    assert 0.35 < np.median(front.boxes[:, 3]) / 1920 < 0.6


def test_a_thumbnail_shows_the_person(tmp_path: Path) -> None:
    video = make_video(tmp_path / "a.mp4", 30, size=(96, 64))
    corner = dataclasses.replace(
        track(3, [5, 20]), boxes=np.array([[12.0, 8, 12, 14], [60, 40, 30, 30]])
    )
    shown = People(probe(video), np.arange(30) / 30, tracks=(corner,))
    red = thumbnail(shown, 3, size=32, frame=4)
    assert red.shape == (32, 32, 3) and red.dtype == np.uint8
    assert red[16, 16, 0] > 150 and red[16, 16, 1] < 90  # the red corner of the picture
    grey = thumbnail(shown, 3, size=32)
    assert np.abs(grey[16, 16].astype(int) - (40 + 4 * 20)).max() < 12  # frame 20's grey
    (tmp_path / "a.mp4").unlink()
    with pytest.raises(FileProblem):
        thumbnail(shown, 3)
