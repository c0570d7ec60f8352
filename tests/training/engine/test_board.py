"""TensorBoard files, where the package is installed; a sentence where it is not."""

from __future__ import annotations

import sys

import pytest

from core.errors import StudioError
from training.engine.board import board


def test_losses_are_written_as_event_files(tmp_path):
    pytest.importorskip("tensorboard")
    writer = board(tmp_path)
    writer.add_scalar("Loss/rc", 0.5, 3)
    writer.close()
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    found = EventAccumulator(str(tmp_path / "tensorboard")).Reload()
    assert [(e.step, e.value) for e in found.Scalars("Loss/rc")] == [(3, 0.5)]


def test_without_the_package_it_is_said_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(StudioError, match="TensorBoard is not installed"):
        board(tmp_path)
