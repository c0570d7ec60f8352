"""The form for a new training: made from the settings' table, checked while one types."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QLineEdit

from core.datasets.library import DatasetEntry
from studio.dialogs.new_training import NewTrainingDialog
from studio.dialogs.new_training_fields import body_problem
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


def type_in(dialog: NewTrainingDialog, name: str, text: str) -> None:
    control = dialog.form.fields[name].control
    assert isinstance(control, QLineEdit)
    control.setText(text)
    control.textEdited.emit(text)


def said(dialog: NewTrainingDialog, name: str) -> str:
    field = dialog.form.fields[name]
    return "" if field.said.isHidden() else field.said.text()


def is_outlined(dialog: NewTrainingDialog, name: str) -> bool:
    return bool(dialog.form.fields[name].control.property("wrong"))


def test_every_setting_has_a_field_with_its_help(dialog: NewTrainingDialog) -> None:
    fields = dialog.form.fields
    assert set(fields) == {info.name for info in FIELDS}
    assert all(fields[info.name].control.toolTip() == info.help for info in FIELDS)


def test_a_preset_fills_the_form_and_comes_out_unchanged(dialog: NewTrainingDialog) -> None:
    for name, preset in PRESETS.items():
        dialog.take(preset=name)
        assert dialog.config() == preset.make()
        assert dialog.form.mark_changes() == []


def test_what_cannot_work_is_said_at_its_field_and_cannot_be_started(
    dialog: NewTrainingDialog,
) -> None:
    type_in(dialog, "batch_size", "0")
    type_in(dialog, "lr", "quick")
    assert said(dialog, "batch_size") == "0 is less than 1."
    assert said(dialog, "lr") == "Must be a number, not 'quick'."
    assert is_outlined(dialog, "lr") and not is_outlined(dialog, "epochs")
    assert "Batch size, Learning rate" in dialog.problem.text()
    assert not dialog.start_button.isEnabled()
    type_in(dialog, "batch_size", "20")
    type_in(dialog, "lr", "1e-4")
    assert not said(dialog, "lr") and not is_outlined(dialog, "lr")
    assert dialog.start_button.isEnabled()


def test_what_does_not_go_together_is_said_at_one_of_them(dialog: NewTrainingDialog) -> None:
    type_in(dialog, "num_heads", "3")
    assert "divisible" in said(dialog, "latent_dim")


def test_a_data_set_that_is_not_there_is_said_at_its_field(dialog: NewTrainingDialog) -> None:
    dialog.take(preset="uestc")
    assert "no data set 'uestc'" in said(dialog, "dataset")
    assert not dialog.start_button.isEnabled()


def test_the_file_of_the_body_is_looked_for_and_looked_into(
    dialog: NewTrainingDialog, tmp_path: Path, qtbot: Any
) -> None:
    type_in(dialog, "body", str(tmp_path / "smpl.pkl"))
    assert "no file" in said(dialog, "body") and not dialog.start_button.isEnabled()
    (tmp_path / "smpl.pkl").write_bytes(b"no body")
    type_in(dialog, "body", str(tmp_path / "smpl.pkl"))
    assert not said(dialog, "body")
    found = body_problem(dialog.config())
    dialog._show_cost(dialog.config().body, found, [], None)
    assert said(dialog, "body") == found and is_outlined(dialog, "body")


def test_changes_from_the_preset_are_marked_and_can_be_taken_back(
    dialog: NewTrainingDialog,
) -> None:
    type_in(dialog, "lambda_kl", "5e-5")
    type_in(dialog, "epochs", "60.0")  # the same number, written otherwise
    field = dialog.form.fields["lambda_kl"]
    assert not field.reset.isHidden() and "2e-6" in field.reset.text()
    assert dialog.form.mark_changes() == ["lambda_kl"]
    assert dialog.changes.text == "1 setting changed"
    field.reset.click()
    assert dialog.config().lambda_kl == 2e-6 and field.reset.isHidden()
    assert dialog.changes.text == ""


def test_what_may_not_be_meant_is_said_but_can_be_started(dialog: NewTrainingDialog) -> None:
    type_in(dialog, "measure_every", "5")
    assert "without a recogniser" in said(dialog, "recogniser")
    assert not is_outlined(dialog, "recogniser") and dialog.start_button.isEnabled()


def test_a_sweep_needs_values_of_the_right_kind(dialog: NewTrainingDialog) -> None:
    wanted: list[tuple[Any, ...]] = []
    dialog.wanted.connect(lambda *told: wanted.append(told))
    dialog.sweep_field.select("lambda_kl")
    for text, word in (
        ("1e-5", "two values"),
        ("1e-5, 0.00001", "twice"),
        ("1e-5, -1", "less than"),
    ):
        dialog.sweep_values.setText(text)
        dialog._changed()
        assert word in dialog.problem.text()
    dialog.sweep_values.setText("1e-5, 5e-5")
    dialog._changed()
    assert dialog.problem.text() == ""
    dialog.start()
    assert wanted[0][1:] == ("lambda_kl", [1e-5, 5e-5])
    dialog._waiting.stop()


def test_the_form_of_a_duplicate_begins_with_its_training(dialog: NewTrainingDialog) -> None:
    config = dialog.config().changed(name="mine", lr=3e-4)
    other = NewTrainingDialog(list(dialog._entries.values()), (), config, dialog)
    assert other.preset.currentText() == "As in mine" and other.config() == config
    other.change({"lr": 1.5e-4})
    assert other.form.mark_changes() == ["lr"]
    other.preset.select("demo")
    other._take_preset()
    assert other.config() == PRESETS["demo"].make()
    other.preset.setCurrentIndex(0)
    other._take_preset()
    assert other.config() == config
    other._waiting.stop()
