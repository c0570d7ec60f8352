"""The form for a new training: made from the settings' table, checked while one types."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.datasets.library import DatasetEntry
from studio.dialogs.new_training import NewTrainingDialog
from training.fields import FIELDS
from training.presets import PRESETS


@pytest.fixture
def dialog(dressed: Any, qtbot: Any, home: Path) -> NewTrainingDialog:
    entry = DatasetEntry(
        name="demo", folder=home, num_clips=520, labels=("kick",) * 13, fingerprint="",
        source="procedural demo actions",
    )  # fmt: skip
    dialog = NewTrainingDialog([entry])
    qtbot.addWidget(dialog)
    dialog._waiting.stop()
    return dialog


def test_every_setting_has_a_field_with_its_help(dialog: NewTrainingDialog) -> None:
    assert set(dialog._fields) == {info.name for info in FIELDS}
    assert all(dialog._fields[info.name].toolTip() == info.help for info in FIELDS)


def test_a_preset_fills_the_form_and_comes_out_unchanged(dialog: NewTrainingDialog) -> None:
    for name, preset in PRESETS.items():
        dialog.take(preset=name)
        assert dialog.config() == preset.make()


def test_what_cannot_work_is_said_and_cannot_be_started(dialog: NewTrainingDialog) -> None:
    dialog._fields["batch_size"].setText("0")  # type: ignore[attr-defined]
    dialog._changed()
    assert "Batch" in dialog.problem.text() and not dialog.start_button.isEnabled()
    dialog.take(preset="uestc")
    assert "no data set 'uestc'" in dialog.about_data.text()
    assert not dialog.start_button.isEnabled()


def test_a_sweep_needs_values_of_the_right_kind(dialog: NewTrainingDialog) -> None:
    wanted: list[tuple[Any, ...]] = []
    dialog.wanted.connect(lambda *told: wanted.append(told))
    dialog.sweep_field.select("lambda_kl")
    dialog.sweep_values.setText("1e-5")
    dialog._changed()
    assert "two values" in dialog.problem.text()
    dialog.sweep_values.setText("1e-5, 5e-5")
    dialog._changed()
    assert dialog.problem.text() == ""
    dialog.start()
    assert wanted[0][1] == "lambda_kl" and len(wanted[0][2]) == 2
    dialog._waiting.stop()
