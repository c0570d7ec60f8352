"""What counts as an outlier, measured on clips made for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.datasets.demo import generate
from core.errors import Cancelled
from core.progress import Progress
from studio.services.datasets import Table, class_facts, random_clips, split_facts
from studio.services.outliers import Measures, find_outliers, measure_store, measured
from tests.studio.pages.data_stand_in import Store


def test_jitter_does_not_depend_on_the_frame_rate_of_a_smooth_clip() -> None:
    slow, fast = (measured(generate("kicking", 3, 30 * k, 15.0 * k))[0] for k in (2, 4))
    assert slow == pytest.approx(fast, rel=0.6)  # the third difference sees finer detail
    noise = np.random.default_rng(0).normal(0, 0.05, (60, 24, 3)).astype(np.float32)
    clip = generate("kicking", 3, 60)
    assert measured(clip.replace(poses=clip.poses + noise))[0] > 5 * measured(clip)[0]


def test_unseen_and_still_frames_are_shares_of_the_clip() -> None:
    clip = generate("hand waving", 1, 60)
    assert measured(clip.replace(inferred=tuple(range(10, 25))))[1] == pytest.approx(0.25)
    still = clip.replace(
        poses=np.concatenate([clip.poses[:30], np.repeat(clip.poses[30:31], 30, 0)])
        + np.linspace(0, 1e-3, 60, dtype=np.float32)[:, None, None],
        trans=np.concatenate([clip.trans[:30], np.repeat(clip.trans[30:31], 30, 0)]),
    )
    assert measured(still)[2] >= 0.45
    assert measured(clip.sliced(0, 3)) == (0.0, 0.0, 0.0)


def test_a_data_set_of_equals_has_no_outliers(tmp_path: Path) -> None:
    store = Store(tmp_path)
    even = Measures(*(np.full(len(store), v) for v in (100.0, 0.0, 0.0)))
    assert {o.kind for o in find_outliers(Table(store), even)} <= {"short"}  # type: ignore[arg-type]


def test_clips_added_later_are_all_that_is_measured_again(tmp_path: Path) -> None:
    store = Store(tmp_path, per_class=3)
    measure_store(store, tmp_path)  # type: ignore[arg-type]
    larger = Store(tmp_path, per_class=4)
    asked: list[int] = []
    motion = larger.motion
    larger.motion = lambda i: (asked.append(i), motion(i))[1]  # type: ignore[method-assign]
    assert len(measure_store(larger, tmp_path)) == 16  # type: ignore[arg-type]
    assert asked == [12, 13, 14, 15]


def test_a_broken_cache_is_measured_anew_and_measuring_can_be_stopped(tmp_path: Path) -> None:
    store = Store(tmp_path, per_class=2)
    (tmp_path / "outliers.npz").write_bytes(b"nonsense")
    assert len(measure_store(store, tmp_path)) == 8  # type: ignore[arg-type]
    (tmp_path / "outliers.npz").unlink()
    with pytest.raises(Cancelled):
        measure_store(store, tmp_path, Progress(is_cancelled=lambda: True))  # type: ignore[arg-type]


def test_random_clips_are_of_the_class_and_repeat_with_the_seed(tmp_path: Path) -> None:
    store = Store(tmp_path)
    first = random_clips(store, 2, 4, seed=5)  # type: ignore[arg-type]
    assert len(first) == 4 and {store.records[i].label for i in first} == {2}
    assert first == random_clips(store, 2, 4, seed=5)  # type: ignore[arg-type]
    assert len(random_clips(store, 2, 99, seed=5)) == 6  # type: ignore[arg-type]


def test_a_split_leaves_rejected_clips_out_and_names_what_is_thin(tmp_path: Path) -> None:
    store = Store(tmp_path)
    whole = split_facts(store, "file")  # type: ignore[arg-type]
    store.review(0, "reject")
    store.review(4, "reject")
    less = split_facts(store, "file")  # type: ignore[arg-type]
    assert sum(whole.train + whole.test) - sum(less.train + less.test) == 2
    assert any("fewer than" in warning for warning in less.warnings)
    assert class_facts(Table(store))[0].kept == 4  # type: ignore[arg-type]
