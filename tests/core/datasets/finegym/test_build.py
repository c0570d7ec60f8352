"""The builder against films that break one constraint each, and its memory."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from core.datasets.finegym import BuildOptions, Limits, Review, build
from core.datasets.finegym.manifest import Manifest
from core.errors import Cancelled, StudioError
from core.progress import Progress
from core.video.decode import frames
from tests.core.datasets.finegym.footage import (
    EVENT,
    FILMS,
    FPS,
    SEGMENT,
    START,
    find_colours,
    write_film,
    write_lists,
)

LIMITS = Limits(picture_height=180, person_height=50.0, sharpness=20.0)
ROUND_OFF = {
    "neighbour00": [("A_0000_0001", 0.0, 1.15)],
    "intruder000": [("A_0002_0003", 2.5, 3.4)],
}


@pytest.fixture(scope="session")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("films")
    for name, film in FILMS.items():
        write_film(folder / f"{name}.mp4", film)
    for name in ROUND_OFF:
        (folder / f"{name}.mp4").write_bytes((folder / "clean000000.mp4").read_bytes())
    return folder


def options_for(films: Path, folder: Path, videos: list[str], **changes: object) -> BuildOptions:
    annotations, split, categories = write_lists(folder, videos, neighbours=ROUND_OFF)
    options = BuildOptions(
        annotations=annotations, splits=(split,), categories=categories, videos=films,
        moves=("split jump",), limits=LIMITS, context_seconds=0.4,
    )  # fmt: skip
    return dataclasses.replace(options, **changes)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def built(films: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All films built once."""
    folder = tmp_path_factory.mktemp("built")
    lists = tmp_path_factory.mktemp("lists")
    options = options_for(films, lists, [*FILMS, *ROUND_OFF, "absent00000"], rule="pad_interpolate")
    report = build(options, folder, find=find_colours)
    assert report.built == len(FILMS) + len(ROUND_OFF) and not report.failed
    assert report.joined.missing == {"absent00000": 1}
    return folder


def row_of(folder: Path, video: str):  # type: ignore[no-untyped-def]
    return Manifest.open(folder / "manifest.jsonl").row(f"{video}_{EVENT}_{SEGMENT}")


def states(folder: Path, video: str) -> dict[str, str]:
    return {verdict.check: verdict.state for verdict in row_of(folder, video).verdicts}


def test_a_clean_clip_passes_every_check(built: Path) -> None:
    row = row_of(built, "clean000000")
    assert set(states(built, "clean000000").values()) == {"pass"}, row.verdicts
    assert row.state == "open" and row.decided_by == "checks"


@pytest.mark.parametrize(
    ("video", "check", "state", "word"),
    [
        ("second00000", "person", "fail", "second person"),
        ("cutcut00000", "camera", "fail", "shot changes"),
        ("panning0000", "camera", "fail", "camera moves"),
        ("drifting000", "camera", "look", "camera moves"),
        ("blurred0000", "quality", "fail", "blurred"),
        ("small000000", "quality", "fail", "pixels high"),
        ("neighbour00", "whole", "look", "round-off before it"),
        ("intruder000", "whole", "fail", "reaches"),
    ],
)
def test_each_constraint_is_seen_when_it_is_broken(
    built: Path, video: str, check: str, state: str, word: str
) -> None:
    verdict = next(v for v in row_of(built, video).verdicts if v.check == check)
    assert (verdict.state, word in verdict.reason) == (state, True), verdict
    row = row_of(built, video)
    assert row.state == ("rejected" if state == "fail" else "open"), row.verdicts


def test_small_people_in_the_audience_do_not_count(built: Path) -> None:
    assert states(built, "audience000")["person"] == "pass"


def test_the_clip_holds_the_source_s_very_frames(built: Path, films: Path) -> None:
    row = row_of(built, "clean000000")
    clip = [image for _, image in frames(built / row.clip)]
    source = [image for _, image in frames(films / row.file)]
    assert len(clip) == row.clip_frames
    for inside, outside in zip(row.frames, row.source_frames, strict=True):
        mine = clip[min(inside, len(clip) - 1)].astype(int)
        gaps = [np.abs(mine - source[outside + k].astype(int)).mean() for k in (-2, 0, 2)]
        assert int(np.argmin(gaps)) == 1, gaps
    added = (55 - 40) // 2
    assert row.source_frames[0] == round(START * FPS) - added


def test_a_second_run_builds_nothing_and_other_limits_judge_anew(
    films: Path, tmp_path: Path
) -> None:
    options = options_for(films, tmp_path, ["clean000000"])
    assert build(options, tmp_path / "b", find=find_colours).built == 1
    again = build(options, tmp_path / "b", find=find_colours)
    assert (again.built, again.kept) == (0, 1)
    stricter = dataclasses.replace(options, limits=dataclasses.replace(LIMITS, sharpness=1e6))
    assert build(stricter, tmp_path / "b", find=find_colours).built == 1
    assert row_of(tmp_path / "b", "clean000000").state == "rejected"


def test_what_a_person_decided_is_not_overruled_by_building_again(
    films: Path, tmp_path: Path
) -> None:
    options = options_for(films, tmp_path, ["small000000"])
    build(options, tmp_path / "b", find=find_colours)
    review = Review(tmp_path / "b")
    id = review.rows[0].id
    assert review.row(id).state == "rejected"
    review.trim(id, 12, 40)
    review.accept(id)
    build(dataclasses.replace(options, rule="interpolate"), tmp_path / "b", find=find_colours)
    row = row_of(tmp_path / "b", "small000000")
    assert row.state == "accepted" and row.is_trimmed and row.num_frames == 28


def test_a_stopped_build_goes_on_where_it_was(films: Path, tmp_path: Path) -> None:
    options = options_for(films, tmp_path, ["clean000000", "small000000"])
    seen: list[str] = []

    def find(path: Path, progress: Progress):  # type: ignore[no-untyped-def]
        seen.append(path.stem)
        if len(seen) == 2:
            raise Cancelled("stop")
        return find_colours(path, progress)

    with pytest.raises(Cancelled):
        build(options, tmp_path / "b", find=find)
    report = build(options, tmp_path / "b", find=find)
    assert (report.built, report.kept) == (1, 1)


def test_a_broken_video_fails_alone_with_a_reason(films: Path, tmp_path: Path) -> None:
    videos = tmp_path / "videos"
    videos.mkdir()
    (videos / "clean000000.mp4").write_bytes((films / "clean000000.mp4").read_bytes())
    (videos / "small000000.mp4").write_bytes(b"no video")
    options = options_for(videos, tmp_path, ["clean000000", "small000000"])
    report = build(options, tmp_path / "b", find=find_colours)
    assert report.built == 1 and len(report.failed) == 1
    assert "not a video" in next(iter(report.failed.values()))


def test_without_any_video_it_says_what_to_do(films: Path, tmp_path: Path) -> None:
    options = options_for(films, tmp_path, ["absent00000"])
    with pytest.raises(StudioError, match="11-character id"):
        build(options, tmp_path / "b", find=find_colours)


def test_a_line_broken_off_by_a_crash_costs_only_itself(films: Path, tmp_path: Path) -> None:
    options = options_for(films, tmp_path, ["clean000000"])
    build(options, tmp_path / "b", find=find_colours)
    Review(tmp_path / "b").accept(row_of(tmp_path / "b", "clean000000").id)
    path = tmp_path / "b" / "manifest.jsonl"
    path.write_bytes(path.read_bytes() + b'{"id":"clean000000_E_0000')
    assert row_of(tmp_path / "b", "clean000000").state == "accepted"
    assert json.loads(path.read_text().splitlines()[0])["format"] == "motion-studio finegym 1"


def test_two_builds_do_not_write_into_one_folder(films: Path, tmp_path: Path) -> None:
    from core.estimators.file_lock import held

    options = options_for(films, tmp_path, ["clean000000"])
    with held(tmp_path / "b" / ".lock"), pytest.raises(StudioError, match="Another build"):
        build(options, tmp_path / "b", find=find_colours)
