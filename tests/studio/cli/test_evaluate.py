"""``motion-studio recogniser`` and ``evaluate`` as the shell sees them."""

from __future__ import annotations

import pytest

from core.actor.checkpoint import save_checkpoint
from core.evaluation.report import list_reports, load_report
from tests.core.evaluation.factories import LABELS, checkpoint, store


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("MOTION_STUDIO_HOME", str(tmp_path / "home"))
    made = store(tmp_path, clips=8)
    model = tmp_path / "model.safetensors"
    save_checkpoint(model, checkpoint().model, labels=LABELS, num_frames=16)
    return made.folder, model


def test_from_clips_to_a_table(run, data, tmp_path):
    folder, model = data
    result = run("evaluate", model, "--data", folder)
    assert result.code == 2 and "recogniser train" in result.err

    learn = ("recogniser", "train", "--data", folder, "--frames", 16, "--epochs", 3)
    result = run(*learn)
    assert result.code == 0, result.err
    assert "of the held-out clips" in result.out
    again = run(*learn)
    assert again.code == 2 and "already" in again.err
    assert "tiny-gru" in run("recogniser", "list").out

    table = tmp_path / "table.tex"
    result = run("evaluate", model, "--data", folder, "--seeds", 2, "--out", table)
    assert result.code == 0, result.err
    assert "| generated |" in result.out and "| foot slide, cm/s |" in result.out
    assert r"\begin{tabular}" in table.read_text()
    assert load_report(list_reports()[0]).options["seeds"] == 2


def test_what_cannot_be_done_is_said_first(run, data, tmp_path):
    folder, model = data
    bad = run("evaluate", model, "--data", folder, "--out", tmp_path / "table.docx")
    assert bad.code == 2 and "cannot be written as a table" in bad.err
    assert run("evaluate", model, "--data", "nowhere").code == 2
    assert run("evaluate", model, "--data", folder, "--recogniser", "nobody").code == 2
    assert run("recogniser", "train", "--data", folder, "--kind", "cnn").code == 3
