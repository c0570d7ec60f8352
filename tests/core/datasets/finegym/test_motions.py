"""From accepted clips to motions: cut anew between the chosen ends, one folder a move, bridged."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.datasets.finegym import BuildOptions, Limits, Review, build
from core.datasets.finegym.manifest import Row
from core.datasets.finegym.motions import (
    Estimated,
    Finished,
    cut_accepted,
    estimate_accepted,
    finished,
    stretched,
)
from core.datasets.finegym.storing import store
from core.datasets.store import ClipStore
from core.errors import FileProblem, StudioError
from core.estimators.executor import Finished as Done
from core.estimators.work import Job, Record, write_record
from core.motion import Motion, Provenance
from core.motion_file import save_motion
from core.progress import SILENT, Progress
from core.video.decode import frames
from tests.core.datasets.finegym.footage import find_colours, scene, write_film, write_lists


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    names = ["clean000000", "other000000"]
    for index, name in enumerate(names):
        write_film(tmp_path / f"{name}.mp4", scene(height=110 + 10 * index))
    annotations, split, categories = write_lists(tmp_path, names)
    options = BuildOptions(
        annotations=annotations, splits=(split,), categories=categories, videos=tmp_path,
        moves=("Split Jump",), rule="interpolate", limits=Limits(picture_height=180),
    )  # fmt: skip
    build(options, tmp_path / "build", find=find_colours)
    return tmp_path / "build"


def nod(count: int, fps: float = 25.0, **changes: Any) -> Motion:
    poses = np.zeros((count, 24, 3), np.float32)
    poses[:, 15, 0] = 0.4 * np.sin(np.arange(count) / 6)
    trans = np.zeros((count, 3), np.float32)
    trans[:, 0] = np.arange(count) / 50
    origin = Provenance(kind="estimated", estimator="pare")
    return Motion(poses=poses, trans=trans, fps=fps, provenance=origin, **changes)


def pretend(job: Job, progress: Progress = SILENT) -> Record:
    """The estimator: a nod as long as the clip."""
    count = sum(1 for _ in frames(job.video))
    path = job.out / f"{job.stem}_pare_person1.npz"
    save_motion(path, nod(count))
    file = {
        "path": path.relative_to(job.out).as_posix(), "estimator": "pare", "person": 1,
        "num_frames": count, "fps": 25.0, "verdict": "good", "reasons": "",
    }  # fmt: skip
    return write_record(job, (file,), 0.1)


class Here:
    """Runs the jobs in this process."""

    def run(self, work: Any, jobs: Any) -> Any:
        for job in jobs:
            yield Done(job=job, record=work(job, SILENT))

    def close(self) -> None:
        pass


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    from core.estimators import batch

    monkeypatch.setattr(batch, "_executor", lambda options, count: Here())


def test_nothing_accepted_says_what_to_do(folder: Path) -> None:
    with pytest.raises(StudioError, match="Review the clips"):
        cut_accepted(folder)


def test_accepted_clips_hold_exactly_the_chosen_frames(folder: Path) -> None:
    review = Review(folder)
    row = review.rows[0]
    review.accept(row.id)
    review.trim(row.id, row.frames[0] + 3, row.frames[1] - 2)
    made = cut_accepted(folder)
    (path,) = made
    assert path.parent.name == "Split_Jump"
    assert sum(1 for _ in frames(path)) == row.num_frames - 5
    review.reject(row.id)
    review.accept(review.rows[1].id)
    assert list(cut_accepted(folder)) != [path] and not path.exists()


def test_without_its_video_a_clip_is_cut_from_what_was_reviewed(folder: Path) -> None:
    review = Review(folder)
    row = review.rows[0]
    review.accept(row.id)
    with_video = [image for _, image in frames(next(iter(cut_accepted(folder))))]
    next(iter((folder / "accepted").rglob("*.mp4"))).unlink()
    (folder.parent / row.file).unlink()
    without = [image for _, image in frames(next(iter(cut_accepted(folder))))]
    assert len(with_video) == len(without)
    gaps = [np.abs(a.astype(int) - b).mean() for a, b in zip(with_video, without, strict=True)]
    assert max(gaps) < 4


@pytest.mark.usefixtures("in_this_process")
def test_estimated_clips_carry_move_source_and_length(folder: Path) -> None:
    review = Review(folder)
    for row in review.rows:
        review.accept(row.id)
    done = estimate_accepted(folder, "pare", work=pretend)
    assert not done.failed and len(done.clips) == 2
    clip = done.clips[0]
    assert clip.motion.num_frames == 55 and clip.motion.provenance.label == "Split Jump"
    assert clip.motion.provenance.source == "clean000000.mp4"
    assert "from 40 to 55" in clip.motion.provenance.edit
    assert clip.motion.duration == pytest.approx(40 / 25, abs=0.03)


def test_stretching_keeps_the_ends_and_the_seconds() -> None:
    short = nod(31)
    long = stretched(short, 55)
    assert long.num_frames == 55
    np.testing.assert_allclose(long.poses[[0, -1]], short.poses[[0, -1]], atol=1e-3)
    assert (long.num_frames - 1) / long.fps == pytest.approx(30 / 25, rel=1e-3)


def test_short_gaps_are_bridged_and_long_ones_only_marked(folder: Path) -> None:
    row = dataclasses.replace(Review(folder).rows[0], is_interpolated=False)
    motion = nod(60)
    poses = motion.poses.copy()
    poses[10:13], poses[30:50] = 2.0, 2.0
    broken = motion.replace(poses=poses, inferred=(*range(10, 13), *range(30, 50)))
    done = finished(broken, row)
    assert np.abs(done.motion.poses[10:13] - motion.poses[10:13]).max() < 0.1
    np.testing.assert_array_equal(done.motion.poses[30:50], poses[30:50])
    assert done.missing == 23 and set(range(30, 50)) <= set(done.motion.inferred)


def store_of(folder: Path, clips: list[Estimated], name: str = "gym") -> ClipStore:
    return ClipStore.open(store(Finished(tuple(clips), {}), name, source=folder))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MOTION_STUDIO_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def clips_at(rows: list[tuple[float, bool, str]]) -> list[Estimated]:
    """Clips of 55 frames with these source rates, whether they were interpolated, and moves."""
    made = []
    for number, (fps, is_interpolated, move) in enumerate(rows):
        row = Row(
            id=f"video{number:06d}_E_000000_000004_A_0001_0002", video=f"video{number:06d}",
            file="x.mp4", move=move, label=43, glabel=213, split="val" if number == 1 else "train",
            annotated=(1, 2), span=(1, 2), frames=(0, 55), source_frames=(30, 85), fps=fps,
            clip="c.mp4", clip_start=0, clip_frames=60, is_interpolated=is_interpolated,
            min_frames=55, rule="pad_interpolate",
        )  # fmt: skip
        rate = fps * 1.5 if is_interpolated else fps
        made.append(Estimated(row, nod(55, rate), 2))
    return made


def test_a_data_set_has_one_rate_and_the_preset_s_order_of_moves(home: Path) -> None:
    clips = clips_at(
        [(25.0, False, "Split Jump"), (25.0, True, "Back Handspring"), (50.0, False, "aerial"),
         (25.0, False, "Back Handspring")]
    )  # fmt: skip
    made = store_of(home, clips)
    assert made.labels == ("Split Jump", "Back Handspring", "aerial")
    assert [round(r.fps, 3) for r in made.records] == [25.0] * 4
    assert [r.num_frames for r in made.records] == [55, 55, 28, 55]
    assert "0.67 of its speed" in made.motion(1).provenance.edit
    assert [r.part for r in made.records] == ["train", "test", "train", "train"]
    assert made.records[0].estimated_missing == 2 and made.records[0].file == "video000000"
    assert len(made.features().labels) == 4


def test_making_it_anew_keeps_decisions_and_never_another_data_set(home: Path) -> None:
    clips = clips_at([(25.0, False, "Split Jump"), (25.0, False, "Split Jump")])
    first = store_of(home, clips)
    first.review(1, "reject", "hidden")
    first.close()
    again = store_of(home, [*clips, *clips_at([(25.0, False, "Split Jump")] * 3)[2:]])
    assert [r.review for r in again.records] == ["unseen", "reject", "unseen"]
    ClipStore.create(home / "datasets" / "mine", "mine", ("a",)).close()
    with pytest.raises(FileProblem, match="already"):
        store_of(home, clips, "mine")
    with pytest.raises(StudioError, match="cannot be the name"):
        store_of(home, clips, "../mine")
    with pytest.raises(StudioError, match="No clip"):
        store_of(home, [])
