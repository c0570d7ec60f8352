"""Devices and costs without torch here: asked of a child once, kept, honest about their basis."""

from __future__ import annotations

import json
import subprocess
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace

import pytest

from training import cost, devices
from training.config import TrainConfig
from training.cost import Speed, estimate_cost, num_parameters, seconds_per_step, step_flops
from training.jobs import JobStore

SET = SimpleNamespace(num_clips=100)
SPEED = Speed(
    flops=1e11, flops_bf16=2e11, masks=1e9, rest=0.01, layer=0.001, base_bytes=4e8, threads=2
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTION_STUDIO_HOME", str(tmp_path))
    monkeypatch.delenv(cost.UNMEASURED, raising=False)
    monkeypatch.setattr(devices, "_found", [])


def _answer(text: str) -> object:
    calls: list[object] = []

    def run(*words: object, **options: object) -> object:
        calls.append(words)
        return SimpleNamespace(stdout=text.encode())

    run.calls = calls  # type: ignore[attr-defined]
    return run


def test_devices_are_asked_of_a_child_once_and_then_known(monkeypatch: pytest.MonkeyPatch) -> None:
    card = {"id": "cuda:0", "name": "A card", "memory": 8 * 2**30}
    run = _answer("a library talks\n" + json.dumps([card, asdict(devices.cpu())]))
    monkeypatch.setattr(subprocess, "run", run)
    assert [device.id for device in devices.known_devices()] == ["cpu"]
    assert [device.id for device in devices.find_devices()] == ["cuda:0", "cpu"]
    monkeypatch.setattr(devices, "_found", [])  # another program
    assert devices.known_devices()[0].text == "A card, 8 GB"
    assert len(devices.find_devices()) == 2
    assert len(run.calls) == 1  # type: ignore[attr-defined]


def test_without_an_answer_there_is_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", _answer("no json"))
    assert [device.id for device in devices.find_devices()] == ["cpu"]


@pytest.mark.slow
def test_the_child_finds_the_devices_of_this_machine() -> None:
    assert devices.find_devices(refresh=True)[-1].id == "cpu"
    assert devices._kept_file().exists()


def test_the_number_of_weights_is_that_of_the_network() -> None:
    from core.actor.config import ActorConfig
    from core.actor.model import Actor

    config = TrainConfig(num_layers=2, latent_dim=64, ff_size=128)
    model = Actor(ActorConfig(num_classes=1, num_layers=2, latent_dim=64, ff_size=128, num_heads=4))
    count = sum(value.numel() for value in model.parameters())
    assert num_parameters(config) == pytest.approx(count, rel=0.03)


def test_a_step_takes_its_products_its_masks_and_the_rest() -> None:
    config = TrainConfig(dropout=0.0)
    plain = seconds_per_step(config, SPEED)
    assert plain == pytest.approx(0.01 + 8 * 0.001 + step_flops(config) / 1e11)
    assert seconds_per_step(config.changed(bf16=True), SPEED) < plain
    assert seconds_per_step(config.changed(dropout=0.1), SPEED) > plain
    assert step_flops(config.changed(batch_size=40)) == 2 * step_flops(config)


def test_the_operations_are_those_torch_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    from core.actor import linear
    from core.actor.config import ActorConfig
    from core.actor.model import Actor

    monkeypatch.setattr(linear, "_HAS_ONEDNN", False)  # torch's counter does not know its products
    config = TrainConfig(num_layers=2, batch_size=4, dropout=0.0)
    model = Actor(ActorConfig(num_classes=1, num_layers=2, dropout=0.0)).train()
    x = torch.randn(4, 25, 6, 60)
    with FlopCounterMode(display=False) as counter:
        output = model(x, torch.zeros(4, dtype=torch.long), torch.ones(4, 60, dtype=torch.bool))
        sum(value.sum() for value in output if value.is_floating_point()).backward()
    assert step_flops(config) == pytest.approx(counter.get_total_flops(), rel=0.1)


def test_the_machine_is_measured_once(monkeypatch: pytest.MonkeyPatch) -> None:
    run = _answer(json.dumps(asdict(SPEED)))
    monkeypatch.setattr(subprocess, "run", run)
    config = TrainConfig(epochs=10)
    rough = estimate_cost(config, SET, measure=False)
    assert "rough" in rough.basis
    first, second = estimate_cost(config, SET), estimate_cost(config, SET)
    assert first == second and len(run.calls) == 1  # type: ignore[attr-defined]
    assert first.num_steps == 50 and "100 GFLOP/s" in first.basis
    assert first.total_seconds == pytest.approx(
        50 * first.seconds_per_step + cost.CHECKPOINT_SECONDS
    )


def test_a_job_that_ran_here_tells_better_than_a_formula(tmp_path: Path) -> None:
    store = JobStore(tmp_path / "jobs")
    job = store.create(TrainConfig(name="before", epochs=3))
    event = {"event": "step", "step": 1, "steps_per_second": 4.0}
    (job.folder / "events.jsonl").write_text(json.dumps(event) + "\n")
    known = estimate_cost(TrainConfig(), SET, jobs=store.jobs(), measure=False)
    assert known.seconds_per_step == 0.25 and "before" in known.basis
    other = estimate_cost(TrainConfig(num_layers=2), SET, jobs=store.jobs(), measure=False)
    assert "before" not in other.basis


def test_a_machine_that_cannot_be_measured_still_gives_a_figure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(subprocess, "run", _answer(""))
    found = estimate_cost(TrainConfig(), SET)
    assert found.seconds_per_step > 0 and "rough" in found.basis
