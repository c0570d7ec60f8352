"""A training that ends at any moment, for any reason, and what is left of it."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from core.actor.checkpoint import load_checkpoint
from core.errors import FileProblem, StudioError
from tests.training.engine.small import config, features, training, weights_of
from training.config import save_config
from training.engine import state as states
from training.engine import worker
from training.engine.control import Control
from training.engine.loop import Training
from training.events import EventLog

ROOT = Path(__file__).resolve().parents[3]
KILLED_AT = {  # after so many calls of what is replaced by a kill
    "in the first step": ("core.actor.model.Actor.forward", 1),
    "in a later step": ("core.actor.model.Actor.forward", 11),
    "while a checkpoint is written": ("safetensors.torch.save_file", 2),
    "while samples are written": ("numpy.savez_compressed", 2),
    "while the state is written": ("torch.save", 2),
}
CHILD = """
import os, signal, sys
from pathlib import Path
import core.actor.checkpoint, safetensors.torch, numpy, torch
from unittest import mock
import tests.training.engine.small as small
import training.engine.worker as worker
place, calls, folder = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
worker.clips_of = lambda config: small.features()
owner, _, name = place.rpartition(".")
import importlib
try:
    holder = importlib.import_module(owner)
except ImportError:
    module, _, kind = owner.rpartition(".")
    holder = getattr(importlib.import_module(module), kind)
real, left = getattr(holder, name), [calls]
def killed(*args, **options):
    left[0] -= 1
    if not left[0]:
        path = next((a for a in args if isinstance(a, (str, Path))), None)
        if path:
            Path(path).write_bytes(b"half a file")
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*args, **options)
setattr(holder, name, killed)
if getattr(core.actor.checkpoint, name, None) is real:
    setattr(core.actor.checkpoint, name, killed)
sys.exit(worker.run(folder))
"""


@pytest.fixture(autouse=True)
def _made_up_clips(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "clips_of", lambda config: features())


def job(folder: Path, **changes: Any) -> Path:
    save_config(folder / "config.yaml", config(**changes))
    return folder


def events(folder: Path, kind: str = "") -> list[dict[str, Any]]:
    lines = (folder / "events.jsonl").read_text().splitlines()
    found = [json.loads(line) for line in lines]
    return [event for event in found if not kind or event["event"] == kind]


def end_of(folder: Path) -> dict[str, torch.Tensor]:
    weights: dict[str, torch.Tensor] = torch.load(folder / "state.pt", weights_only=True)["model"]
    return weights


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, torch.Tensor]]:
    folder = job(tmp_path_factory.mktemp("whole"))
    patch = pytest.MonkeyPatch()
    patch.setattr(worker, "clips_of", lambda config: features())
    assert worker.run(folder) == worker.DONE
    patch.undo()
    yield end_of(folder)


def same(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


@pytest.mark.parametrize("moment", list(KILLED_AT))
def test_a_killed_training_ends_bit_for_bit_as_if_it_had_lived(
    tmp_path: Path, moment: str, uninterrupted: dict[str, torch.Tensor]
) -> None:
    place, calls = KILLED_AT[moment]
    folder = job(tmp_path)
    child = subprocess.run(
        [sys.executable, "-c", CHILD, place, str(calls), str(folder)], cwd=ROOT, timeout=120,
        capture_output=True, text=True,
    )  # fmt: skip
    assert child.returncode == -signal.SIGKILL, child.stderr[-2000:]
    for path in (folder / "checkpoints").glob("epoch_*.safetensors"):
        load_checkpoint(path)  # what is there is whole
    assert worker.run(folder) == worker.DONE
    assert same(end_of(folder), uninterrupted)
    names = sorted(path.name for path in (folder / "checkpoints").iterdir())
    assert names == [f"epoch_{epoch:06d}.safetensors" for epoch in (2, 4, 6)]


@pytest.mark.parametrize("step", [1, 3, 7, 16])
def test_a_training_saved_at_any_step_ends_the_same(
    tmp_path: Path, step: int, uninterrupted: dict[str, torch.Tensor]
) -> None:
    first = training(tmp_path)
    for _ in range(step):
        first.train_step()
    first.save()
    second = training(tmp_path)
    assert second.resume() and second.step == step
    while second.step < second.num_steps:
        second.train_step()
    assert same(weights_of(second), uninterrupted)


@pytest.mark.parametrize(("name", "state"), [("STOP", "cancelled"), ("PAUSE", "paused")])
def test_a_request_is_obeyed_at_the_next_step_and_the_training_saved(
    tmp_path: Path, name: str, state: str
) -> None:
    made = training(job(tmp_path))
    with Control(tmp_path) as control:
        (tmp_path / name).touch()
        assert made.run(control, EventLog(tmp_path)) == state
    assert (tmp_path / "state.pt").exists() and made.step == 0


def test_a_signal_saves_and_ends_as_paused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, uninterrupted: dict[str, torch.Tensor]
) -> None:
    real = Training.train_step

    def signalled(made: Training) -> Any:
        if made.step == 5:
            os.kill(os.getpid(), signal.SIGTERM)
        return real(made)

    folder = job(tmp_path)
    monkeypatch.setattr(Training, "train_step", signalled)
    assert worker.run(folder) == worker.ASKED
    assert events(folder, "state")[-1]["state"] == "paused"
    monkeypatch.setattr(Training, "train_step", real)
    assert worker.run(folder) == worker.DONE
    assert same(end_of(folder), uninterrupted)


def failing(monkeypatch: pytest.MonkeyPatch, error: BaseException, step: int = 13) -> None:
    real = Training.train_step

    def broken(made: Training) -> Any:
        if made.step == step:
            raise error
        return real(made)

    monkeypatch.setattr(Training, "train_step", broken)


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate"), "memory"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"), "memory"),
        (MemoryError(), "memory"),
        (OSError(errno.ENOSPC, "No space left on device"), "disk is full"),
        (ValueError("something odd"), "something odd"),
    ],
    ids=["cuda", "cpu", "python", "disk", "bug"],
)
def test_what_ends_a_training_becomes_a_sentence_and_a_next_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, word: str
) -> None:
    failing(monkeypatch, error)
    folder = job(tmp_path)
    assert worker.run(folder) == worker.FAILED
    said = events(folder, "state")[-1]
    assert said["state"] == "failed" and word in said["message"] and said["hint"]
    assert load_checkpoint(folder / "checkpoints" / "epoch_000004.safetensors").labels
    assert states.load(folder, config(), "f")["step"] == 12  # type: ignore[index]


def test_a_full_disk_leaves_the_last_state_and_checkpoint_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, uninterrupted: dict[str, torch.Tensor]
) -> None:
    real, calls = torch.save, [0]

    def full(content: object, path: Path) -> None:
        calls[0] += 1
        if calls[0] == 2:
            Path(path).write_bytes(b"half")
            raise RuntimeError("PytorchStreamWriter failed writing file data/3")
        real(content, path)

    folder = job(tmp_path)
    monkeypatch.setattr(torch, "save", full)
    assert worker.run(folder) == worker.FAILED
    assert "disk is full" in events(folder, "state")[-1]["message"]
    assert states.load(folder, config(), "f")["step"] == 6  # type: ignore[index]
    assert worker.run(folder) == worker.DONE
    assert same(end_of(folder), uninterrupted)


def test_a_loss_that_is_no_number_ends_the_training_before_it_spoils_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Training.train_step

    def spoiled(made: Training) -> Any:
        if made.step == 11:  # the last step of epoch 4: its checkpoint must not be written
            found = real(made)
            with torch.no_grad():
                next(made.parts.model.parameters()).fill_(torch.nan)
            return found
        return real(made)

    folder = job(tmp_path)
    monkeypatch.setattr(Training, "train_step", spoiled)
    assert worker.run(folder) == worker.FAILED
    assert "no longer a number" in events(folder, "state")[-1]["message"]
    assert [path.name for path in (folder / "checkpoints").iterdir()] == [
        "epoch_000002.safetensors"
    ]
    assert all(value.isfinite().all() for value in end_of(folder).values())


def test_a_state_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    folder = job(tmp_path)
    (folder / "state.pt").write_bytes(b"not a state")
    assert worker.run(folder) == worker.FAILED
    said = events(folder, "state")[-1]
    assert "state.pt" in said["message"] and said["hint"]


def test_other_data_or_settings_are_refused(tmp_path: Path) -> None:
    training(tmp_path).save()
    with pytest.raises(StudioError, match="data set has changed"):
        training(tmp_path, features(fingerprint="other")).resume()
    with pytest.raises(StudioError, match="lambda_kl"):
        training(tmp_path, lambda_kl=3.0).resume()
    assert training(tmp_path, epochs=9, checkpoint_every=1).resume()


def test_a_folder_that_cannot_be_written_keeps_the_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = training(tmp_path)
    made.save()
    before = (tmp_path / "state.pt").read_bytes()
    made.train_step()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(FileProblem, match="disk is full"):
        made.save()
    assert (tmp_path / "state.pt").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["state.pt"]


def test_events_go_on_in_a_new_line_after_one_that_was_cut(tmp_path: Path) -> None:
    (tmp_path / "events.jsonl").write_text('{"event": "step"}\n{"event": "st')
    log = EventLog(tmp_path)
    log.write("start")
    log.close()
    lines = (tmp_path / "events.jsonl").read_text().splitlines()
    assert lines[1] == '{"event": "st' and json.loads(lines[2])["event"] == "start"
