"""The published lists, joined with an annotation in the published layout; lengths; broken files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.datasets.finegym.annotations import read_annotations
from core.datasets.finegym.elements import Element, Neighbour, find_videos, join
from core.datasets.finegym.lengths import planned_span
from core.datasets.finegym.lists import check_fit, read_categories, read_split
from core.datasets.finegym.moves import PRESET, Move, find_categories, label_of, resolve
from core.errors import FileProblem, StudioError

HOME_PAGE = {
    "0LtLS9wROrk": {
        "E_002407_002435": {
            "event": 4,
            "timestamps": [[2407.32, 2435.28]],
            "segments": {
                "A_0006_0008": {"stages": 1, "timestamps": [[6.1, 8.0]]},
                "A_0003_0005": {"stages": 1, "timestamps": [[3.45, 5.64]]},
            },
        },
        "E_000001_000009": {
            "event": 1,
            "timestamps": [[1.5, 9.0]],
            "segments": {
                "A_0000_0004": {
                    "stages": 3,
                    "timestamps": [[0.2, 1.0], [1.0, 1.5], [1.5, 4.25]],
                }
            },
        },
        "E_000050_000060": {"event": 2, "timestamps": [[50.0, 60.0]], "segments": None},
    }
}


@pytest.fixture(scope="session")
def lists(shared: Path) -> Path:
    folder = shared / "datasets" / "finegym"
    if not folder.is_dir():
        pytest.skip("FineGym's lists are not among the shared test data")
    return folder


def test_the_published_lists_give_the_known_numbers(lists: Path) -> None:
    categories = read_categories(lists / "gym99_categories.txt")
    train = read_split(lists / "gym99_train_element_v1.1.txt")
    val = read_split(lists / "gym99_val_element.txt")
    assert (len(train.lines), len(val.lines), len(categories)) == (26320, 8521, 99)
    assert (train.name, train.version) == ("train", "Gym99 train v1.1")
    assert (val.name, val.version) == ("val", "Gym99 val")

    def count(split, move):  # type: ignore[no-untyped-def]
        return sum(line.label == label_of(move, categories) for line in split.lines)

    split_jump, handspring = PRESET
    assert (count(train, split_jump), count(val, split_jump)) == (749, 236)
    assert (count(train, handspring), count(val, handspring)) == (1121, 333)
    wanted = {label_of(move, categories) for move in PRESET}
    assert len({line.video for line in train.lines if line.label in wanted}) == 119


def test_the_two_moves_are_the_same_in_both_lists(lists: Path) -> None:
    small = read_categories(lists / "gym99_categories.txt")
    large = read_categories(lists / "gym288_categories.txt")
    assert len(large) == 288
    assert [label_of(m, small) for m in PRESET] == [43, 67]
    assert [label_of(m, large) for m in PRESET] == [136, 204]
    both_feet = resolve("flic-flac to land on both feet", small)
    assert (both_feet.glabel, label_of(both_feet, large)) == (334, 203)


def test_moves_are_found_by_name_and_doubts_are_told(lists: Path) -> None:
    categories = read_categories(lists / "gym99_categories.txt")
    assert resolve("back handspring", categories) == PRESET[1]
    assert resolve("(BB) round-off", categories).glabel == 336
    assert resolve("Glabel 213", categories) == Move(name="split jump", glabel=213)
    assert len(find_categories(categories, "split jump turn")) >= 2
    with pytest.raises(StudioError, match="may mean"):
        resolve("flic-flac", categories)
    with pytest.raises(StudioError, match="No class"):
        resolve("cartwheel on a horse", categories)
    with pytest.raises(StudioError, match="does not have"):
        resolve("Glabel 9999", categories)


def test_a_split_of_another_list_is_refused(lists: Path) -> None:
    categories = read_categories(lists / "gym99_categories.txt")
    for name in ("gym99_train_element_v1.1.txt", "gym99_val_element.txt"):
        check_fit(read_split(lists / name), categories, Path(name))
    with pytest.raises(FileProblem, match="class 98"):
        check_fit(read_split(lists / "gym99_val_element.txt"), categories[:98], Path("x"))


def test_times_are_the_event_s_begin_plus_the_element_s(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(HOME_PAGE))
    found = read_annotations(path)
    event = found.event("0LtLS9wROrk", "E_002407_002435")
    assert event is not None
    first, second = event.segments  # in order of time, not of the file
    assert (first.name, first.start, first.stop) == ("A_0003_0005", 2410.77, 2412.96)
    assert second.name == "A_0006_0008"
    vault = found.event("0LtLS9wROrk", "E_000001_000009")
    assert vault is not None
    assert (vault.segments[0].stages, vault.segments[0].stop) == (3, 5.75)
    empty = found.event("0LtLS9wROrk", "E_000050_000060")
    assert empty is not None and empty.segments == ()


def test_the_published_split_joins_with_an_annotation(lists: Path, tmp_path: Path) -> None:
    values = json.loads(json.dumps(HOME_PAGE))
    path = tmp_path / "a.json"
    path.write_text(json.dumps(values))
    categories = read_categories(lists / "gym99_categories.txt")
    split = read_split(lists / "gym99_val_element.txt")  # 0LtLS9wROrk ... A_0003_0005 is class 78
    move = Move(name="x", glabel=next(c.glabel for c in categories if c.label == 78))
    joined = join([split], read_annotations(path), categories, [move], {"0LtLS9wROrk": path})
    assert [e.id for e in joined.elements] == ["0LtLS9wROrk_E_002407_002435_A_0003_0005"]
    element = joined.elements[0]
    assert element.before is None and element.after is not None
    assert element.after.name == next(c.name for c in categories if c.label == 91)
    assert len(joined.unannotated) == sum(line.label == 78 for line in split.lines) - 1
    gone = join([split], read_annotations(path), categories, [move], {})
    assert gone.missing == {"0LtLS9wROrk": 1} and not gone.elements


def test_videos_are_known_by_their_id(tmp_path: Path) -> None:
    for name in ("A0xAXXysHUo.mp4", "Beam final [0LtLS9wROrk].webm", "notes.txt", "short.mp4"):
        (tmp_path / name).touch()
    assert set(find_videos(tmp_path)) == {"A0xAXXysHUo", "0LtLS9wROrk"}


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"a": 3}', '{"a": {"E": {"timestamps": [[5, 2]]}}}', '{"a": {}}']
)
def test_an_annotation_that_is_none_is_refused_with_a_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text)
    with pytest.raises(FileProblem):
        read_annotations(path)


def test_lists_that_are_none_are_refused_with_the_line(tmp_path: Path) -> None:
    path = tmp_path / "gym99_train.txt"
    path.write_text("A0xAXXysHUo_E_002184_002237_A_0035_0036 93\nnonsense\n")
    with pytest.raises(FileProblem, match="Line 2"):
        read_split(path)
    with pytest.raises(FileProblem, match="Line 1"):
        read_categories(path)
    with pytest.raises(FileProblem, match="cannot be read"):
        read_split(tmp_path / "absent.txt")


def element(before: float | None = None, after: float | None = None) -> Element:
    """1.4 s at 10.0 s in a routine from 5 to 20 s; neighbours end and begin at these times."""
    return Element(
        id="x", video="x" * 11, move=PRESET[0], label=43, split="train", start=10.0, stop=11.4,
        event_start=5.0, event_stop=20.0,
        before=None if before is None else Neighbour(start=before - 1, stop=before),
        after=None if after is None else Neighbour(start=after, stop=after + 1),
    )  # fmt: skip


def test_padding_is_symmetric_and_ends_at_the_neighbours() -> None:
    free = planned_span(element(), 25.0, "pad")  # 35 frames, 20 to add
    assert (free.added_before, free.added_after, free.num_frames) == (10, 10, 55)
    assert (free.start, free.stop, free.problem) == (pytest.approx(9.6), pytest.approx(11.8), "")
    odd = planned_span(element(), 30.0, "pad")  # 42 frames, 13 to add
    assert (odd.added_before, odd.added_after, odd.num_frames) == (6, 7, 55)
    tight = planned_span(element(before=9.8), 25.0, "pad")
    assert (tight.added_before, tight.added_after) == (5, 5) and "only 45 fit" in tight.problem
    both = planned_span(element(before=9.8), 25.0, "pad_interpolate")
    assert both.is_interpolated and both.num_frames == 45 and not both.problem


def test_the_other_rules_keep_the_annotated_span() -> None:
    assert planned_span(element(), 60.0, "reject").problem == ""  # 84 frames
    assert "35 frames" in planned_span(element(), 25.0, "reject").problem
    plain = planned_span(element(), 25.0, "interpolate")
    assert plain.is_interpolated and (plain.start, plain.stop) == (10.0, 11.4)


def test_an_overlapping_neighbour_leaves_no_room() -> None:
    planned = planned_span(element(before=10.3), 25.0, "pad")
    assert (planned.added_before, planned.added_after) == (0, 0) and planned.problem
