"""Importing a data set in the window: what was found, which classes, what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.datasets.demo import generate
from core.datasets.library import open_dataset
from core.project import Project
from studio.dialogs.import_dataset import ImportDatasetDialog


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with labelled clips of 40, 50 and 60 frames."""
    project = Project.open(tmp_path / "clips")
    for label in ("kicking", "throw", "salute"):
        for seed in range(3):
            project.add(generate(label, seed, 40 + 10 * seed), f"{label} {seed}", label)
    project.close()
    return tmp_path / "clips"


@pytest.fixture
def dialog(home: Path, dressed: Any, qtbot: Any) -> ImportDatasetDialog:
    dialog = ImportDatasetDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def test_what_a_folder_holds_is_said_before_it_is_imported(
    dialog: ImportDatasetDialog, folder: Path, qtbot: Any
) -> None:
    assert not dialog.work_button.isEnabled()
    dialog.path.setText(str(folder))
    qtbot.waitUntil(lambda: dialog.found is not None)
    assert "9 clips, 3 classes" in dialog.preview.text()
    assert dialog.name.text() == "clips" and set(dialog.chips) == {"kicking", "throw", "salute"}


def test_only_chosen_classes_and_long_enough_clips_are_imported(
    dialog: ImportDatasetDialog, folder: Path, qtbot: Any
) -> None:
    dialog.path.setText(str(folder))
    qtbot.waitUntil(lambda: dialog.found is not None)
    dialog.chips["throw"].setChecked(False)
    dialog.frames.setText("45")
    dialog.frames.editingFinished.emit()
    assert dialog.frames.text() == "45 frames"
    dialog.name.setText("mine")
    with qtbot.waitSignal(dialog.imported, timeout=20000) as imported:
        dialog.begin()
    assert imported.args == ["mine"]
    store = open_dataset("mine")
    assert set(store.labels) == {"kicking", "salute"} and len(store) == 4
    store.close()


def test_something_else_is_refused_in_a_sentence(
    dialog: ImportDatasetDialog, tmp_path: Path, qtbot: Any
) -> None:
    (tmp_path / "notes.txt").write_text("nothing")
    dialog.path.setText(str(tmp_path / "notes.txt"))
    qtbot.waitUntil(lambda: "no data set that can be read" in dialog.preview.text())
    assert not dialog.work_button.isEnabled()
    dialog.path.setText(str(tmp_path / "absent"))
    qtbot.waitUntil(lambda: "does not exist" in dialog.preview.text())


def test_no_class_at_all_is_not_started(
    dialog: ImportDatasetDialog, folder: Path, qtbot: Any
) -> None:
    dialog.path.setText(str(folder))
    qtbot.waitUntil(lambda: dialog.found is not None)
    for chip in dialog.chips.values():
        chip.setChecked(False)
    dialog.begin()
    assert not dialog.is_working and "No class" in dialog.preview.text()
