"""From a folder of labelled clips to a Table 1 without leaving the window: the pages as a user
goes through them, real processes, a network as small as can be."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from core.datasets.demo import generate
from core.export import ExportOptions, export_motion
from core.project import Project
from studio.document import Document
from studio.services.evaluating import TRAIN_FIRST
from studio.settings import Settings
from studio.window.main_window import MainWindow
from training.cost import UNMEASURED
from training.presets import PRESETS

LABELS = ("throw", "sit down", "kicking")
CLIPS = 8  # of each
MINUTES = 60_000


@pytest.fixture
def window(dressed, qtbot, home, tmp_path, monkeypatch):
    monkeypatch.setenv(UNMEASURED, "1")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    made = MainWindow(
        Document(Project.open(tmp_path / "project")), settings=Settings(tmp_path / "studio.ini")
    )
    qtbot.addWidget(made)
    made.resize(1600, 1000)
    made.show()
    problems: list[str] = []
    made.document.problem.connect(lambda message, hint: problems.append(f"{message} {hint}"))
    yield made
    made.close()
    assert not problems


@pytest.fixture
def clips(tmp_path):
    """A folder of BVH files, a folder a class, as people keep them."""
    folder = tmp_path / "recordings"
    for label in LABELS:
        (folder / label).mkdir(parents=True)
        for seed in range(CLIPS):
            motion = generate(label, seed, num_frames=36)
            export_motion(motion, folder / label / f"take_{seed:02}.bvh", ExportOptions())
    return folder


@pytest.mark.slow
def test_a_folder_of_clips_becomes_a_table(window, clips, qtbot):
    name = imported(window, clips, qtbot)
    trained(window, name, qtbot)
    window.go_to("evaluate")
    page = window.page("evaluate")
    page.ask_new(name)
    qtbot.waitUntil(lambda: page._dialog is not None, timeout=MINUTES)
    dialog = page._dialog
    dialog.seeds.set_value(2)
    assert dialog.data.currentData() == name
    assert dialog.judge.currentData() == TRAIN_FIRST  # there is no recogniser of this data yet
    dialog.model.select(str(newest_checkpoint(window)))
    dialog.start()
    qtbot.waitUntil(lambda: page.report is not None, timeout=4 * MINUTES)
    report = page.report
    assert report.labels == tuple(sorted(LABELS)) and report.dataset["name"] == name
    assert [row.name for row in page.table.rows] == [
        "GT", "GT again", "GT held out", "reconstructed", "generated",
    ]  # fmt: skip
    assert len(report.row("generated").values["fid_train"]) == 2
    qtbot.keyClick(page.table, Qt.Key.Key_Up)
    assert page.story.number_title.text == "FID train, reconstructed"
    page.copy("LaTeX")
    if page.confusion.most_confused() is not None:  # two epochs: much is misread
        page.play_most_misread()
        qtbot.waitUntil(lambda: bool(window.document.shown), timeout=MINUTES)
        assert "read as" in window.document.shown[0].detail


def imported(window, folder, qtbot) -> str:
    """Import the folder on the Data page and look at its clips; the data set's name."""
    window.go_to("data")
    page = window.page("data")
    page.ask_import()
    from studio.dialogs.import_dataset import ImportDatasetDialog

    dialog = window.findChild(ImportDatasetDialog)
    assert dialog is not None
    dialog.path.setText(str(folder))
    qtbot.waitUntil(lambda: dialog.found is not None, timeout=MINUTES)
    assert dialog.found.num_clips == CLIPS * len(LABELS)
    names: list[str] = []
    dialog.imported.connect(names.append)
    dialog.begin()
    qtbot.waitUntil(lambda: bool(names), timeout=2 * MINUTES)
    qtbot.waitUntil(lambda: page.session.name == names[0], timeout=MINUTES)
    qtbot.waitUntil(lambda: bool(window.document.shown), timeout=MINUTES)
    return names[0]


def trained(window, dataset, qtbot) -> None:
    """Train two epochs on it."""
    window.go_to("train")
    page = window.page("train")
    config = PRESETS["demo"].make().changed(
        name="tiny", dataset=dataset, epochs=2, num_layers=1, latent_dim=16, ff_size=32,
        num_frames=30, checkpoint_every=1, bf16=False, loss_body="joints",
    )  # fmt: skip
    page.session.create(config)
    qtbot.waitUntil(
        lambda: page.session.view is not None and page.session.view.state.state == "done",
        timeout=4 * MINUTES,
    )


def newest_checkpoint(window):
    from studio.services.trained import trained_models

    return trained_models(window.page("train").session.store)[0].path
