"""Whole data sets in the window: paired, tested, written; a row shows its farthest pair."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.datasets.demo import generate
from core.motion_file import save_motion
from studio.dialogs.compare_sets import CompareSets
from studio.services.comparing_sets import folder_side

LESS = 0.7  # of the knees' bending, in the first folder


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    first, second = tmp_path / "VIBE", tmp_path / "PARE"
    first.mkdir()
    second.mkdir()
    for seed in range(3):
        motion = generate("squat down", seed, 30)
        save_motion(second / f"squat {seed}.npz", motion)
        poses = motion.poses.copy()
        poses[:, [4, 5]] *= LESS
        save_motion(first / f"squat {seed}.npz", motion.replace(poses=poses))
    return first, second


@pytest.fixture
def dialog(qtbot, folders) -> CompareSets:
    dialog = CompareSets([folder_side(folder) for folder in folders], None)
    qtbot.addWidget(dialog)
    dialog.begin()
    qtbot.waitUntil(lambda: not dialog.is_working, timeout=20_000)
    return dialog


def _texts(dialog: CompareSets) -> list[list[str]]:
    model = dialog.model
    return [
        [model.item(row, column).text() for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def test_knees_bent_less_are_found_with_sign_and_size(dialog):
    (row,) = _texts(dialog)
    assert row[:3] == ["squat down", "peak knee flexion, °", "3"]
    assert float(row[3]) == pytest.approx(LESS * float(row[4]), rel=0.1)
    assert float(row[5]) == pytest.approx(float(row[4]) - float(row[3]), rel=0.02)


def test_a_row_hands_over_the_pair_that_differs_most(dialog, qtbot):
    dialog.table.selectRow(0)
    with qtbot.waitSignal(dialog.shown) as caught:
        dialog.show_pair()
    first, second = caught.args[0]
    assert first.name.startswith("VIBE · squat") and second.name.startswith("PARE · squat")
    assert np.abs(first.motion.poses - second.motion.poses).max() > 0.1


def test_what_is_shown_is_written_by_the_names_ending(dialog, tmp_path):
    dialog.save(tmp_path / "table.csv")
    assert "peak knee flexion" in (tmp_path / "table.csv").read_text(encoding="utf-8")
    dialog.save(tmp_path / "table.docx")
    assert "use .csv" in dialog.preview.text() and not (tmp_path / "table.docx").exists()


def test_the_same_side_twice_is_a_sentence(dialog, qtbot):
    dialog.second.setCurrentIndex(0)
    dialog.begin()
    qtbot.waitUntil(lambda: not dialog.is_working, timeout=20_000)
    assert "Both sides are the same" in dialog.preview.text()
