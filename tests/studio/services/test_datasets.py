"""The Data page's services over a real data set on disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.datasets.demo import generate
from core.datasets.records import ClipInfo
from core.datasets.store import ClipStore
from core.errors import StudioError
from studio.services.datasets import (
    RelabelClips,
    ReviewClips,
    Table,
    class_facts,
    random_clips,
    split_facts,
)
from studio.services.outliers import find_outliers, measure_store

LABELS = ("kicking", "throw", "salute")


@pytest.fixture
def store(tmp_path: Path) -> ClipStore:
    store = ClipStore.create(tmp_path / "set", "set", LABELS)
    numbers = range(18)
    store.add(
        [generate(LABELS[i % 3], i, 12 if i == 4 else 40) for i in numbers],
        [
            ClipInfo(
                name=f"c{i}", label=i % 3, file=f"f{i // 2}", subject=f"p{i % 2}",
                part="test" if i > 12 else "train", missing=20 if i == 7 else 0,
            )
            for i in numbers
        ],
    )  # fmt: skip
    return store


def test_the_table_follows_decisions_and_undo_gives_every_one_back(store: ClipStore) -> None:
    before = store.fingerprint()
    store.review(2, "keep", "fine")
    command = ReviewClips(store, [1, 2], "reject", "blurred")
    command.do(None)
    table = Table(store)
    assert table.is_rejected.sum() == 2 and command.text == "reject 2 clips"
    assert store.records[1].note == "blurred" and store.fingerprint() != before
    command.undo(None)
    table.refresh(store)
    assert (table.is_rejected.sum(), table.num_kept) == (0, 1)
    assert (store.records[2].review, store.records[2].note) == ("keep", "fine")
    assert store.fingerprint() == before


def test_relabelling_clips_of_several_classes_is_undone_for_each(store: ClipStore) -> None:
    command = RelabelClips(store, [0, 1, 2], 2)
    command.do(None)
    assert [facts.count for facts in class_facts(Table(store))] == [5, 5, 8]
    assert command.text == "label 3 clips as salute"
    command.undo(None)
    assert [record.label for record in store.records][:3] == [0, 1, 2]


def test_classes_know_their_lengths_and_the_random_clips_are_theirs(store: ClipStore) -> None:
    facts = class_facts(Table(store))
    assert sorted(facts[1].lengths.tolist()) == [12, 40, 40, 40, 40, 40]
    assert all(store.records[i].label == 1 for i in random_clips(store, 1, 4, 0))


def test_every_kind_of_split_is_shown_and_what_is_missing_is_said(store: ClipStore) -> None:
    for by in ("file", "subject", "given"):
        split = split_facts(store, by)
        assert sum(split.train) + sum(split.test) == 18 and sum(split.test) > 0
    assert Table(store).has_given_split
    with_one_view = split_facts(store, "view")
    assert "one view" in with_one_view.warnings[0]
    with pytest.raises(StudioError, match="split is by"):
        split_facts(store, "moon")


def test_outliers_of_a_real_store_are_those_made_for_it(store: ClipStore) -> None:
    measures = measure_store(store, store.folder)
    found = {(o.kind, o.index) for o in find_outliers(Table(store), measures)}
    assert {("short", 4), ("missing", 7)} <= found
    assert (store.folder / "outliers.npz").is_file()
