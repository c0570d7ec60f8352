"""Why a training ended, in a word the window can act on."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import pytest
import torch

from core.atomic import explain_write_error
from core.errors import FileProblem, StudioError
from tests.training.engine.small import config, training
from training.config import save_config
from training.engine import worker
from training.engine.loop import NotANumber
from training.jobs.state import StateReader

FULL = OSError(errno.ENOSPC, "No space left on device")


def explained_full() -> FileProblem:
    problem = explain_write_error(Path("a"), FULL)
    problem.__cause__ = FULL
    return problem


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate"), "memory"),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), "memory"),
        (MemoryError(), "memory"),
        (FULL, "disk"),
        (explained_full(), "disk"),
        (NotANumber(7), "number"),
        (worker.DataGone("It is gone.", "Bring it back."), "data"),
        (StudioError("Something else.", "Look."), ""),
        (ValueError("odd"), ""),
    ],
)
def test_every_end_has_its_reason(error: Exception, reason: str) -> None:
    assert worker.reason_of(error) == reason
    message, hint = worker.explained(error)
    assert message and hint


def test_a_data_set_that_is_gone_reaches_the_jobs_state(tmp_path: Path) -> None:
    settings = config(dataset=str(tmp_path / "gone"))
    save_config(tmp_path / "config.yaml", settings)
    assert worker.run(tmp_path) == worker.FAILED
    line = (tmp_path / "events.jsonl").read_text().splitlines()[-1]
    assert json.loads(line)["reason"] == "data"
    (tmp_path / "worker.json").unlink()  # this very process, which lives on
    state = StateReader(tmp_path, settings).read()
    assert (state.state, state.reason) == ("failed", "data")


@pytest.mark.parametrize(
    "words",
    [
        "[enforce fail at inline_container.cc:672] . unexpected pos 128768 vs 128656",
        "PytorchStreamWriter failed writing file data/3: file write failed",
    ],
)
def test_a_full_disk_is_known_by_torchs_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    def full(content: object, path: Path) -> None:
        raise RuntimeError(words)

    made = training(tmp_path)
    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(FileProblem, match="disk is full") as told:
        made.save()
    assert worker.reason_of(told.value) == "disk"
