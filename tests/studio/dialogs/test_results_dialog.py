"""Results made elsewhere: seen before they are taken, chosen person by person."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.project import Project
from studio.dialogs.results import ResultsDialog
from studio.document import Document
from tests.core.estimators.results import layouts


@pytest.fixture
def document(dressed: Any, tmp_path: Path) -> Any:
    document = Document(Project.open(tmp_path / "project"))
    yield document
    assert document.project is not None
    document.project.close()


def opened(document: Document, qtbot: Any, *paths: Path) -> ResultsDialog:
    dialog = ResultsDialog(document, paths)
    qtbot.addWidget(dialog)
    qtbot.waitUntil(lambda: len(dialog.sections) == len(paths))
    return dialog


def test_what_was_found_is_told_and_nothing_is_imported_yet(
    document: Document, tmp_path: Path, qtbot: Any
) -> None:
    path = layouts.write_pare(layouts.known_motion(40), tmp_path)
    dialog = opened(document, qtbot, path)
    found = dialog.sections[0].looked.found
    assert found is not None and found.text.startswith("PARE, 1 person, 40 frames")
    assert document.clips() == [] and dialog.import_button.text() == "Import 1 person"


def test_the_chosen_people_become_clips_in_one_undoable_step(
    document: Document, tmp_path: Path, qtbot: Any
) -> None:
    motions = [layouts.known_motion(30 + 5 * i, seed=i) for i in range(3)]
    content = layouts.vibe_like(motions, True, [np.arange(m.num_frames) for m in motions])
    path = layouts.joblib_dump(content, tmp_path / "crowd.pkl")
    dialog = opened(document, qtbot, path)
    boxes = list(dialog.sections[0].people.values())
    assert len(boxes) == 3
    boxes[0].setChecked(False)
    assert dialog.import_button.text() == "Import 2 people"
    rate = dialog.sections[0].rate
    rate.resize(136, 33)
    assert rate.lineEdit().width() > 100  # the number can be read
    rate.setValue(25.0)
    dialog.import_button.click()
    qtbot.waitUntil(lambda: len(document.clips()) == 2)
    assert {clip.fps for clip in document.clips()} == {25.0}
    assert all(clip.kind == "imported" for clip in document.clips())
    document.undo()
    assert document.clips() == []


def test_a_file_that_is_refused_is_named_beside_the_good_ones(
    document: Document, tmp_path: Path, qtbot: Any
) -> None:
    bad = tmp_path / "bad.pkl"
    bad.write_bytes(b"\x80\x04cposix\nsystem\n.")
    good = layouts.write_wham(layouts.known_motion(20), tmp_path)
    dialog = opened(document, qtbot, bad, good)
    assert dialog.sections[0].looked.message and dialog.sections[0].wanted is None
    assert dialog.import_button.isEnabled()


def test_with_nothing_to_import_the_button_rests(
    document: Document, tmp_path: Path, qtbot: Any
) -> None:
    (tmp_path / "empty.pkl").touch()
    dialog = opened(document, qtbot, tmp_path / "empty.pkl")
    assert not dialog.import_button.isEnabled()
    assert "Nothing here" in dialog.said.text()
