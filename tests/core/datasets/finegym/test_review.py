"""A person's decisions: written at once, undone and done again, judged anew after a trim."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from core.datasets.finegym import BuildOptions, Limits, Review, build
from core.errors import FileProblem, StudioError
from tests.core.datasets.finegym.footage import find_colours, scene, write_film, write_lists


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tmp_path = tmp_path_factory.mktemp("review")
    names = ["clean000000", "tiny0000000"]
    for name in names:
        write_film(tmp_path / f"{name}.mp4", scene(height=30 if "tiny" in name else 110))
    annotations, split, categories = write_lists(
        tmp_path, names, neighbours={"clean000000": [("A_0000_0001", 0.5, 1.3)]}
    )
    options = BuildOptions(
        annotations=annotations, splits=(split,), categories=categories, videos=tmp_path,
        moves=("Split Jump",), rule="interpolate",
        limits=Limits(picture_height=180, person_height=50.0, sharpness=20.0),
    )  # fmt: skip
    build(options, tmp_path / "build", find=find_colours)
    return tmp_path / "build"


@pytest.fixture
def folder(built: Path, tmp_path: Path) -> Path:
    return shutil.copytree(built, tmp_path / "build")


def test_decisions_are_there_for_whoever_opens_the_folder_next(folder: Path) -> None:
    review = Review(folder, by="anna")
    first, second = (row.id for row in review.rows)
    review.accept(first)
    review.reject(second, "the camera moves")
    again = Review(folder)
    assert again.row(first).state == "accepted" and again.row(first).decided_by == "anna"
    assert again.row(second).reason == "the camera moves"
    assert again.progress_text == "2 of 2 reviewed" and again.next_open() is None


def test_undo_brings_the_row_back_also_on_the_disk(folder: Path) -> None:
    review = Review(folder)
    id = review.rows[0].id
    before = review.row(id)
    review.accept(id)
    review.trim(id, 5, 30)
    review.undo()
    review.undo()
    assert review.row(id) == before and Review(folder).row(id) == before
    assert review.undo() is None
    review.redo()
    assert Review(folder).row(id).state == "accepted"


def test_trimming_a_neighbour_away_lets_the_check_pass(folder: Path) -> None:
    review = Review(folder)
    row = review.rows[0]
    assert next(v for v in row.verdicts if v.check == "whole").state == "fail"
    offset = row.source_frames[0] - row.frames[0]
    trimmed = review.trim(row.id, round(1.56 * 25) - offset, row.frames[1])
    assert next(v for v in trimmed.verdicts if v.check == "whole").state == "pass"
    assert trimmed.state == "open" and trimmed.is_trimmed and trimmed.is_interpolated
    assert review.untrim(row.id).frames == row.frames


def test_accepting_against_a_check_says_so(folder: Path) -> None:
    review = Review(folder)
    tiny = next(row for row in review.rows if row.video.startswith("tiny"))
    assert tiny.state == "rejected" and not tiny.is_reviewed
    assert "pixels high" in review.accept(tiny.id).reason


def test_only_what_passed_everything_is_accepted_at_once(folder: Path) -> None:
    review = Review(folder)
    assert review.accept_passing() == 0
    row = review.rows[0]
    review.trim(row.id, 25, row.frames[1])
    assert review.accept_passing() == 1
    assert review.counts == (0, 1, 2)  # accepted by the checks: nobody has looked yet


def test_a_span_without_frames_and_a_folder_without_a_build_are_refused(folder: Path) -> None:
    review = Review(folder)
    with pytest.raises(StudioError, match="two frames"):
        review.trim(review.rows[0].id, 20, 20)
    with pytest.raises(FileProblem, match="no build"):
        Review(folder / "clips")
