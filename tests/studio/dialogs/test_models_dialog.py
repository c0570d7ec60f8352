"""Model files: what is missing, where to get it, and a file that is checked on the spot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.errors import ModelProblem
from studio.dialogs.models import ModelLine, ModelsDialog
from studio.document import Document
from studio.services import models


@pytest.fixture
def dialog(dressed: Any, home: Path, qtbot: Any) -> ModelsDialog:
    dialog = ModelsDialog(Document())
    qtbot.addWidget(dialog)
    return dialog


def row(name: str) -> models.ModelRow:
    return next(row for row in models.rows() if row.supplied == name)


def test_files_only_the_user_can_bring_say_where_they_are_to_be_had(dialog: ModelsDialog) -> None:
    assert {r.supplied for r in models.rows() if r.supplied} == {"vibe", "spin", "pare"}
    assert row("vibe").state == "missing" and "vibe_data.zip" in row("vibe").where
    lines = [line for line in dialog.findChildren(ModelLine) if "weights" in line.accessibleName()]
    assert len(lines) == 3 and all(line.button.text() == "Choose file…" for line in lines)


def test_a_file_that_does_not_fit_says_what_is_wrong(
    dialog: ModelsDialog, tmp_path: Path, qtbot: Any
) -> None:
    wrong = tmp_path / "notes.pth.tar"
    wrong.write_bytes(b"not a checkpoint")
    dialog.adopt(row("vibe"), wrong)
    qtbot.waitUntil(lambda: "notes.pth.tar" in dialog.said.text() and dialog._handle is None)
    assert row("vibe").state == "missing"


def test_a_file_that_fits_is_taken_and_told(
    dialog: ModelsDialog, tmp_path: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    came: list[bool] = []
    dialog.installed.connect(lambda: came.append(True))
    monkeypatch.setattr(models, "adopt", lambda name, path, progress: f"{name}: {path.name} fits.")
    dialog.adopt(row("pare"), tmp_path / "pare.ckpt")
    qtbot.waitUntil(lambda: dialog.said.text() == "pare: pare.ckpt fits.")
    assert came == [True]


def test_an_estimator_is_ready_once_all_its_files_are(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    brought = {"vibe": Path("vibe.safetensors")}
    monkeypatch.setattr(models.weights, "supplied", brought.get)
    monkeypatch.setattr(models.weights, "is_estimator_installed", lambda: True)
    status = {s.name: s for s in models.estimator_statuses()}
    assert not status["vibe"].is_ready and status["vibe"].detail == "1 weights file needed"
    brought["spin"] = Path("spin.safetensors")
    status = {s.name: s for s in models.estimator_statuses()}
    assert status["vibe"].is_ready and not status["pare"].is_ready


def test_a_problem_while_checking_is_told_in_the_bar_too(
    dialog: ModelsDialog, tmp_path: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    dialog._document.problem.connect(lambda message, hint: said.append(message))

    def refuse(name: str, path: Path, progress: object) -> str:
        raise ModelProblem("Two keys are missing.", "Use the published file.")

    monkeypatch.setattr(models, "adopt", refuse)
    dialog.adopt(row("spin"), tmp_path / "x")
    qtbot.waitUntil(lambda: said == ["Two keys are missing."])


def test_dropped_weights_are_checked_one_after_the_other(
    dialog: ModelsDialog, tmp_path: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def adopt(name: str, path: Path, progress: object) -> str:
        asked.append(name)
        return f"{name} fits."

    monkeypatch.setattr(models, "adopt", adopt)
    dialog.take([("vibe", tmp_path / "v"), ("spin", tmp_path / "s"), ("pare", tmp_path / "p")])
    qtbot.waitUntil(lambda: dialog.said.text() == "pare fits.")
    assert asked == ["vibe", "spin", "pare"]
