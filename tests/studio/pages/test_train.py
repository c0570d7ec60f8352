"""The Train page over job folders on disk: what it shows and orders, without torch."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import numpy as np
import pytest
from PySide6.QtWidgets import QWidget

from core.project import Project
from studio.actions import Actions
from studio.document import Document
from studio.pages.train import TrainPage
from studio.playback import Playback
from studio.services.trained import trained_models
from studio.services.training import duration_text, load_samples
from studio.window.page import PageContext
from training.jobs import JobStore
from training.presets import preset


class FakeViewport(QWidget):
    def frame_all(self, **_options):
        pass


def write_samples(job, epoch, energy=0.8):
    rng = np.random.default_rng(epoch)
    folder = job.folder / "samples"
    folder.mkdir(exist_ok=True)
    np.savez(
        folder / f"epoch_{epoch:06d}.npz",
        poses=rng.normal(0, 0.2, (4, 12, 24, 3)).astype(np.float32),
        trans=np.zeros((4, 12, 3), np.float32), labels=np.array([0, 0, 1, 1]),
        label_names=np.array(["kicking", "throw"]), seeds=np.array([0, 1, 0, 1]),
        fps=np.float64(30), energy=np.full(4, energy, np.float32),
    )  # fmt: skip
    (job.folder / "checkpoints").mkdir(exist_ok=True)
    (job.folder / "checkpoints" / f"epoch_{epoch:06d}.safetensors").write_bytes(b"x")


def tell(job, *events):
    with (job.folder / "events.jsonl").open("a") as out:
        for event in events:
            out.write(json.dumps({"time": time.time(), **event}) + "\n")


def trained(store, name, epochs=(2, 4), energy=0.8, sweep=None):
    job = store.create(preset("demo").make().changed(epochs=4), name, sweep=sweep, waits=False)
    tell(job, {"event": "start", "step": 0, "epoch": 0, "steps_per_epoch": 3, "num_clips": 60,
               "data_energy": 1.0, "device": "cpu"})  # fmt: skip
    for step in range(1, 13):
        tell(job, {"event": "step", "step": step, "epoch": step / 3, "lr": 1e-4,
                   "losses": {"total": 1 / step, "rc": 0.5 / step, "kl": 100.0 / step},
                   "steps_per_second": 2.0})  # fmt: skip
    for epoch in epochs:
        write_samples(job, epoch, energy)
        tell(job, {"event": "checkpoint", "epoch": epoch, "step": 3 * epoch, "path": "x"},
             {"event": "samples", "epoch": epoch, "path": "x", "energy": energy})  # fmt: skip
    tell(job, {"event": "state", "state": "done", "message": "", "hint": ""})
    return job


@pytest.fixture
def store(tmp_path):
    return JobStore(tmp_path / "jobs")


@pytest.fixture
def make_page(dressed, qtbot, tmp_path, store):
    made = []

    def make():
        viewport = FakeViewport()
        qtbot.addWidget(viewport)
        document = Document(Project.open(tmp_path / "project"))
        handed = []
        context = PageContext(
            document=document, playback=Playback(viewport), actions=Actions(viewport),
            viewport=viewport, library=QWidget, hand_over=lambda *what: handed.append(what),
        )  # fmt: skip
        page = TrainPage(context, store)
        page.handed = handed
        for widget in (page.left, page.right, page.below):
            qtbot.addWidget(widget)
        made.append((page, document))
        page.entered()
        return page

    yield make
    from studio import bridge

    for page, document in made:
        page.session.close()
        document.project.close()
    bridge.shut_down()


def test_an_empty_list_says_what_to_do(make_page, qtbot):
    page = make_page()
    assert not page.runs.empty.isHidden()
    assert page.runs.new_button.isHidden()
    assert page.card.heading.title.text() == "No training chosen"


def test_the_newest_samples_stand_on_the_stage_and_earlier_ones_can_be_chosen(
    make_page, store, qtbot
):
    trained(store, "first")
    page = make_page()
    session, document = page.session, page._context.document
    qtbot.waitUntil(lambda: len(document.shown) == 4, timeout=5000)
    assert session.shown.epoch == 4 and session.is_following
    assert {clip.name for clip in document.shown} == {"kicking", "throw"}
    assert document.shown[1].detail == "seed 1"
    newest = document.shown[0].motion
    session.step_epoch(-1)
    qtbot.waitUntil(lambda: document.shown and document.shown[0].motion is not newest, timeout=5000)
    assert session.shown.epoch == 2 and not session.is_following
    assert page.epochs.slider.value == 2
    assert page.card.heading.title.text() == "first"


def test_a_new_checkpoint_is_followed_where_the_newest_was_looked_at(make_page, store, qtbot):
    job = trained(store, "first", epochs=(2,))
    page = make_page()
    qtbot.waitUntil(lambda: page.session.shown is not None, timeout=5000)
    write_samples(job, 4)
    tell(job, {"event": "samples", "epoch": 4, "path": "x", "energy": 1.0})
    qtbot.waitUntil(lambda: page.session.shown.epoch == 4, timeout=5000)


def test_curves_of_the_losses_are_drawn_over_epochs(make_page, store, qtbot):
    trained(store, "first")
    trained(store, "second")
    page = make_page()
    qtbot.waitUntil(lambda: len(page.plot.lines) == 3, timeout=5000)
    line = next(line for line in page.plot.lines if line.name == "rc")
    assert np.allclose(line.y, 0.5 / np.arange(1, 13))
    page.toggle_overlay()
    qtbot.waitUntil(lambda: len(page.plot.lines) == 6, timeout=5000)
    assert {line.run for line in page.plot.lines} == {0, 1}
    page.which.set_current("lr")
    page._show_curves()
    assert {line.name for line in page.plot.lines} == {"lr"}


def test_a_sweep_shows_which_weight_froze_the_motion(make_page, store, qtbot):
    from training.jobs import Sweep

    for value, energy in ((1e-5, 0.9), (5e-5, 0.1)):
        trained(store, f"kl {value:g}", energy=energy,
                sweep=Sweep(id="s", field="lambda_kl", value=value))  # fmt: skip
    page = make_page()
    qtbot.waitUntil(lambda: len(page.card.sweep._rows) == 2, timeout=5000)
    rows = {value: energy for _id, value, energy in page.card.sweep._rows}
    assert rows == {"1e-5": pytest.approx(0.9), "5e-5": pytest.approx(0.1)}


def test_a_broken_samples_file_is_a_sentence(make_page, store, qtbot):
    job = trained(store, "first", epochs=(2,))
    (job.folder / "samples" / "epoch_000002.npz").write_bytes(b"not an archive")
    page = make_page()
    problems = []
    page._context.document.problem.connect(lambda message, hint: problems.append(message))
    qtbot.waitUntil(lambda: bool(problems), timeout=5000)
    assert "cannot be read" in problems[0]


def test_creating_makes_jobs_that_wait_and_a_sweep_makes_one_for_each_value(make_page, store):
    page = make_page()
    page.session.queue.tick = list  # nothing is started here
    page.session.create(preset("demo").make().changed(name="a"), "lambda_kl", [1e-5, 5e-5])
    jobs = store.jobs()
    assert sorted(job.config.lambda_kl for job in jobs) == [1e-5, 5e-5]
    assert all(job.state().state == "queued" for job in jobs)


def test_the_checkpoint_on_the_stage_is_handed_to_create(make_page, store, qtbot):
    trained(store, "first")
    page = make_page()
    qtbot.waitUntil(lambda: page.session.shown is not None, timeout=5000)
    page.use_checkpoint()
    assert page.handed[0][0] == "create"
    assert page.handed[0][1]["checkpoint"].endswith("epoch_000004.safetensors")
    models = trained_models(store)
    assert models[0].text == "first, epoch 4" and "data demo" in models[0].about


def test_the_form_refuses_what_cannot_be_and_says_it(dressed, qtbot, tmp_path, monkeypatch):
    monkeypatch.setenv("MOTION_STUDIO_HOME", str(tmp_path))
    from core.datasets.library import list_datasets
    from studio.dialogs.new_training import NewTrainingDialog

    dialog = NewTrainingDialog(list_datasets())
    qtbot.addWidget(dialog)
    dialog._waiting.stop()
    assert dialog.start_button.isEnabled()
    dialog._fields["epochs"].setText("none")
    dialog._changed()
    assert not dialog.start_button.isEnabled() and "epochs" in dialog.problem.text()
    dialog.take(preset="finegym2")
    dialog._waiting.stop()
    assert "no data set 'finegym2'" in dialog.about_data.text()
    dialog.take(dataset="demo")
    dialog._waiting.stop()
    assert dialog.config().num_frames == 50 and dialog.config().dataset == "demo"
    dialog.sweep_field.select("lambda_kl")
    dialog.sweep_values.setText("1e-5")
    dialog._changed()
    assert "two values" in dialog.problem.text()
    dialog.sweep_values.setText("1e-5, 5e-5")
    dialog._changed()
    dialog._waiting.stop()
    got = []
    dialog.wanted.connect(lambda *what: got.append(what))
    dialog.start()
    assert got[0][1] == "lambda_kl" and len(got[0][2]) == 2


def test_times_read_as_people_say_them():
    assert duration_text(42) == "42 s"
    assert duration_text(240) == "4 min"
    assert duration_text(7800) == "2 h 10"
    assert duration_text(None) == ""


def test_the_page_needs_no_torch(tmp_path):
    code = (
        "import sys\nimport studio.pages.train, studio.dialogs.new_training\n"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_samples_of_a_job_are_motions(store):
    job = trained(store, "first")
    samples = load_samples(job.samples()[0].path)
    assert [(s.label, s.seed) for s in samples] == [
        ("kicking", 0), ("kicking", 1), ("throw", 0), ("throw", 1)
    ]  # fmt: skip
    assert samples[0].motion.num_frames == 12
