"""The Train page over job folders as trainings leave them; nothing is trained here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from core.datasets.library import DatasetEntry
from studio.pages.train import TrainPage, no_metrics_text
from studio.pages.train_stage import rows_around, views_of
from studio.services.trained import recent_models, remember_model, trained_models
from studio.services.training import badge_text, warnings_for
from studio.window.page import PageContext
from tests.studio.jobs_on_disk import job_on_disk, tell, write_samples
from training.config import TrainConfig
from training.jobs import Job, JobStore
from training.jobs.job import Sweep


class Stage(QWidget):
    layout: Any = None

    def __init__(self) -> None:
        super().__init__()
        self.framed: list[str] = []

    def frame_all(self) -> None:
        self.framed.append("all")

    def keep_framed(self) -> None:
        self.framed.append("keep")

    def set_layout(self, kind: str, views: Any) -> None:
        self.layout = (kind, views)


@pytest.fixture
def store(tmp_path: Path) -> JobStore:
    return JobStore(tmp_path / "jobs", program=("nothing-to-run",))


@pytest.fixture
def handed() -> list[Any]:
    return []


@pytest.fixture
def make(context: PageContext, store: JobStore, qtbot: Any, handed: list[Any]) -> Iterator[Any]:
    """Make the page; call it once the jobs are on disk."""
    pages: list[TrainPage] = []
    said: list[str] = []
    stage = Stage()
    qtbot.addWidget(stage)

    def open_page() -> TrainPage:
        page = TrainPage(
            replace(
                context, viewport=stage, report_job=said.append,
                hand_over=lambda page_id, what: handed.append((page_id, what)),
            ),
            store,
        )  # fmt: skip
        for widget in (page.left, page.right, page.below):
            qtbot.addWidget(widget)
        pages.append(page)
        context.actions.add(page.actions())
        page.entered()
        qtbot.waitUntil(lambda: len(page.session.snapshot.views) == len(store.jobs()))
        return page

    yield open_page
    for page in pages:
        page.shut_down()
    context.playback.pause()


def details(page: TrainPage) -> list[str]:
    return [f"{c.name} {c.detail}" for c in page._context.document.shown]


def angle(page: TrainPage) -> float:
    shown = page._context.document.shown
    return float(shown[0].motion.poses[0, 0, 0]) if shown else -1.0


def test_an_empty_list_offers_a_new_training(make: Any) -> None:
    page = make()
    assert not page.runs.empty.isHidden() and page.runs.list.isHidden()
    assert page.runs.empty.button is not None


def test_the_newest_checkpoints_samples_stand_on_the_stage(
    make: Any, store: JobStore, qtbot: Any
) -> None:
    job_on_disk(store, epochs=(5, 10))
    page = make()
    qtbot.waitUntil(lambda: angle(page) == pytest.approx(0.010))
    assert details(page) == [
        "kicking seed 0", "kicking seed 1", "salute seed 0", "salute seed 1",
    ]  # fmt: skip


def test_the_slider_shows_the_same_samples_at_another_checkpoint(
    make: Any, store: JobStore, qtbot: Any
) -> None:
    job_on_disk(store, epochs=(5, 10, 15))
    page = make()
    qtbot.waitUntil(lambda: angle(page) == pytest.approx(0.015))
    before = details(page)
    page.epochs.slider.set_value(6.0, quietly=False)
    qtbot.waitUntil(lambda: angle(page) == pytest.approx(0.005))
    assert details(page) == before
    assert not page.session.is_following


def test_checkpoints_do_not_take_the_user_s_own_view_away(
    make: Any, store: JobStore, qtbot: Any
) -> None:
    job = job_on_disk(store, epochs=(5, 10), state="running")
    page = make()
    framed = page._context.viewport.framed
    qtbot.waitUntil(lambda: angle(page) == pytest.approx(0.010))
    assert framed == []  # a training's first bodies are framed as all that come to the stage
    write_samples(job, 15)
    qtbot.waitUntil(lambda: framed == ["keep"])


def test_new_checkpoints_are_followed_unless_an_older_one_is_looked_at(
    make: Any, store: JobStore, qtbot: Any
) -> None:
    job = job_on_disk(store, epochs=(5, 10), state="running")
    page = make()
    qtbot.waitUntil(lambda: angle(page) == pytest.approx(0.010))
    write_samples(job, 15)
    qtbot.waitUntil(lambda: angle(page) == pytest.approx(0.015))
    page.session.step_epoch(-2)
    qtbot.waitUntil(lambda: angle(page) == pytest.approx(0.005))
    write_samples(job, 20)
    qtbot.waitUntil(lambda: len(page.session.samples) == 4)
    assert angle(page) == pytest.approx(0.005)


def test_curves_of_the_chosen_training_are_drawn_and_others_laid_over(
    make: Any, store: JobStore, qtbot: Any
) -> None:
    job_on_disk(store, "first")
    job_on_disk(store, "second")
    page = make()
    qtbot.waitUntil(lambda: {line.name for line in page.plot.lines} == {"total", "rc"})
    page.toggle_overlay()
    qtbot.waitUntil(lambda: {line.run for line in page.plot.lines} == {0, 1})
    page.which.set_current("speed")
    page._show_curves()
    assert {line.name for line in page.plot.lines} == {"steps_per_second"}


def test_a_failed_training_says_why_and_can_be_resumed(
    make: Any, store: JobStore, qtbot: Any
) -> None:
    job_on_disk(store, state="failed", message="The loss is not a number.", hint="Lower the rate.")
    page = make()
    qtbot.waitUntil(lambda: "not a number" in page.card.problem.text())
    assert "Lower the rate." in page.card.problem.text()
    assert page.card.pause_button.text() == "Resume" and page.card.pause_button.isEnabled()
    assert not page.card.stop_button.isEnabled()


@pytest.mark.parametrize(
    ("reason", "text", "changes"),
    [
        ("memory", "batches of 10", {"batch_size": 10}),
        ("number", "half the rate", {"lr": 5e-5, "clip_norm": 1.0}),
    ],
)
def test_a_failure_that_other_settings_help_opens_the_form_with_them(
    make: Any, store: JobStore, qtbot: Any, reason: str, text: str, changes: dict[str, Any],
    dressed: Any,
) -> None:  # fmt: skip
    job_on_disk(store, state="failed", message="It ended.", hint="Do it.", reason=reason)
    page = make()
    qtbot.waitUntil(lambda: text in page.card.help_button.text())
    assert not page.card.help_button.isHidden()
    entry = DatasetEntry(name="demo", folder=store.root, num_clips=520, labels=("kick",) * 13,
                         fingerprint="", source="")  # fmt: skip
    open_form = page._open_form
    asked: list[Any] = []
    page._open_form = lambda found, config, more: asked.append((config, more))
    page.card.help_button.click()
    qtbot.waitUntil(lambda: bool(asked))
    open_form(([entry], ()), *asked[0])
    form = page._dialog.form
    qtbot.addWidget(page._dialog)
    assert set(form.mark_changes()) == {"name", *changes}
    found = page._dialog.config()
    assert {name: getattr(found, name) for name in changes} == pytest.approx(changes)


@pytest.mark.parametrize(
    ("reason", "text"), [("data", "data sets"), ("disk", "folder"), ("", "log")]
)
def test_any_other_failure_shows_where_to_look(
    make: Any, store: JobStore, qtbot: Any, handed: list[Any], reason: str, text: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    opened: list[str] = []
    monkeypatch.setattr(
        "studio.pages.train.QDesktopServices.openUrl", lambda url: not opened.append(url.path())
    )
    job = job_on_disk(store, state="failed", message="It ended.", hint="Do it.", reason=reason)
    page = make()
    qtbot.waitUntil(lambda: text in page.card.help_button.text())
    page.card.help_button.click()
    if reason == "data":
        assert handed == [("data", "")]
    else:
        assert opened == [str(job.folder / "log.txt" if not reason else job.folder)]


def test_a_training_that_went_well_needs_no_help_and_a_frozen_one_is_named(
    make: Any, store: JobStore, qtbot: Any
) -> None:
    job = job_on_disk(store)
    tell(job, "samples", epoch=10, path="samples/epoch_000010.npz", energy=0.05)
    tell(job, "metrics", epoch=10, fid=0.25)
    page = make()
    qtbot.waitUntil(lambda: page.session.view is not None)
    assert page.card.help_button.isHidden()
    index = page.runs._model.index(0)
    assert "frozen motion" in index.data(int(Qt.ItemDataRole.AccessibleTextRole))
    assert badge_text(page.session.view) == "energy 0.10"


def test_the_trainings_of_a_sweep_stand_in_rows_with_their_energy(
    make: Any, store: JobStore, qtbot: Any
) -> None:
    for value in (1e-5, 5e-5):
        job_on_disk(
            store, f"kl {value:g}", lambda_kl=value,
            sweep=Sweep(id="s", field="lambda_kl", value=value),
        )  # fmt: skip
    page = make()
    shown = page._context.document
    qtbot.waitUntil(lambda: {c.row for c in shown.shown} == {0, 1})
    first, second = ([c for c in shown.shown if c.row == row] for row in (0, 1))
    assert [c.name for c in first] == [c.name for c in second]
    assert [c.color for c in first] == [c.color for c in second]
    assert [c.place for c in first] == [c.place for c in second]
    assert first[0].detail == "seed 0 · KL weight 1e-5"  # by value, whichever is chosen
    views = [[c.key for c in row] for row in (first, second)]
    assert views_of(shown.shown) == views
    assert page._context.viewport.layout == ("rows", views)
    page.left_behind()
    assert page._context.viewport.layout == ("together", [])
    qtbot.waitUntil(lambda: len(page.card.sweep._rows) == 2)
    assert [row[2] for row in page.card.sweep._rows] == [pytest.approx(0.8)] * 2
    assert page.card.sweep_heading.title.text() == "Sweep: KL weight"


def test_a_training_of_the_sweep_that_comes_later_joins_the_stage(
    make: Any, store: JobStore, qtbot: Any
) -> None:
    def one(value: float, epochs: tuple[int, ...]) -> Job:
        return job_on_disk(store, f"kl {value:g}", lambda_kl=value, epochs=epochs,
                           sweep=Sweep(id="s", field="lambda_kl", value=value))  # fmt: skip

    later = one(5e-5, ())
    done = one(1e-5, (5, 10))
    page = make()
    page.session.choose(done.id)
    document = page._context.document
    qtbot.waitUntil(lambda: {c.row for c in document.shown} == {0})
    write_samples(later, 5)
    qtbot.waitUntil(lambda: {c.row for c in document.shown} == {0, 1})
    assert page.session.shown.epoch == 10


def test_a_long_sweep_shows_the_neighbours_of_the_chosen_training() -> None:
    ids = list("abcde")
    assert rows_around(ids, "a", 3) == list("abc")
    assert rows_around(ids, "d", 3) == list("cde")
    assert rows_around(ids, "e", 3) == list("cde")
    assert rows_around(["a"], "a", 3) == ["a"]


def test_the_filter_and_the_keys_walk_through_the_runs(
    make: Any, store: JobStore, qtbot: Any
) -> None:
    job_on_disk(store, "apple")
    job_on_disk(store, "pear")
    page = make()
    first = page.session.current
    page.runs.step(1)
    assert page.session.current != first
    page.runs.search.setText("apple")
    assert page.runs._model.rowCount() == 1


def test_notes_are_kept_with_the_training(make: Any, store: JobStore, qtbot: Any) -> None:
    job = job_on_disk(store)
    page = make()
    qtbot.waitUntil(lambda: page.session.job is not None)
    page.card.notes.setPlainText("a try with less KL")
    assert job.notes == "a try with less KL"


def test_the_checkpoint_on_the_stage_goes_to_create(
    make: Any, store: JobStore, qtbot: Any, handed: list[Any]
) -> None:
    job = job_on_disk(store)
    page = make()
    qtbot.waitUntil(page.has_checkpoint)
    page.use_checkpoint()
    assert handed == [("create", {"checkpoint": str(job.checkpoints()[-1].path)})]


def test_a_new_training_waits_in_the_queue_and_is_chosen(
    make: Any, store: JobStore, qtbot: Any
) -> None:
    page = make()
    page.session.queue.tick = list  # type: ignore[method-assign]
    page.session.create(TrainConfig(name="mine", device="cpu"))
    qtbot.waitUntil(lambda: page.session.view is not None)
    assert page.session.view.job.name == "mine"


def test_trained_models_are_offered_with_what_is_known_about_them(store: JobStore) -> None:
    job = job_on_disk(store, "one", epochs=(5, 10), lambda_kl=5e-5)
    tell(job, "metrics", epoch=10, fid=0.25, accuracy=0.9)
    job_on_disk(store, "nothing yet", epochs=())
    (model,) = trained_models(store)
    assert model.text == "one, epoch 10" and model.path == job.checkpoints()[-1].path
    assert [file.epoch for file in model.older] == [5]
    assert "FID 0.25" in model.about and str(model.path) in model.about


def test_files_opened_lately_are_offered_while_they_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOTION_STUDIO_HOME", str(tmp_path / "home"))
    assert recent_models() == []
    first, second = tmp_path / "a.safetensors", tmp_path / "b.tar"
    for path in (first, second, first):
        path.touch()
        remember_model(path)
    assert recent_models() == [first, second]
    second.unlink()
    assert recent_models() == [first]
    (tmp_path / "home" / "recent_models.json").write_text("{broken")
    assert recent_models() == []


def test_the_data_set_is_warned_about_where_it_is_thin() -> None:
    rows = [(0, 60, "vibe")] * 12 + [(1, 30, "pare")] * 3
    few, short, mixed = warnings_for(rows, ("kick", "salute"), 60)
    assert "salute" in few and "kick" not in few
    assert "3 of 15" in short
    assert "pare, vibe" in mixed
    assert warnings_for([(0, 60, "")] * 10, ("kick",), 60) == []


def test_the_list_follows_a_training_chosen_in_the_sweep(
    make: Any, store: JobStore, qtbot: Any
) -> None:
    first = job_on_disk(store, "apple")
    job_on_disk(store, "pear")
    page = make()
    page.session.choose(first.id)
    assert page.runs.list.currentIndex().data() == "apple"


def test_what_is_missing_in_the_curves_is_said(make: Any, store: JobStore) -> None:
    assert "New training" in no_metrics_text(TrainConfig())
    assert "epoch 25" in no_metrics_text(TrainConfig(recogniser="demo-gru", measure_every=25))
    page = make()  # no training at all
    assert page.metrics._nothing.text() == "" and not page.metrics.getAxis("left").isVisible()
