"""A run can be stopped and go on, and learns something."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from core.errors import FileProblem
from training.averaging import WeightAverage
from training.demo import DemoTraining
from training.demo_config import DemoConfig
from training.pool import ClipPool, PoolSpec
from training.run_state import STATE_FILE, load_state

SMALL = DemoConfig(
    num_layers=1, latent_dim=16, ff_size=32, num_heads=2, steps=6, batch_size=4, bf16=False,
    warmup_steps=2, lr=1e-3,
)  # fmt: skip


def small_pool(frames: int = 8) -> ClipPool:
    rng = np.random.default_rng(0)
    rows = np.zeros((13, 25, 6, frames), np.float16)
    rows[:, :24, 0] = rows[:, :24, 4] = 1  # identity rotations
    rows[:, :24] += 0.1 * rng.standard_normal((13, 24, 6, 1)).astype(np.float16)
    return ClipPool({frames: (rows, np.arange(13))})


def test_a_resumed_run_ends_exactly_like_an_uninterrupted_one(tmp_path: Path) -> None:
    whole = DemoTraining(tmp_path / "whole", SMALL, small_pool())
    whole.run()
    first = DemoTraining(tmp_path / "parts", SMALL, small_pool())
    for _ in range(3):
        first.train_step()
    first.save()
    second = DemoTraining(tmp_path / "parts", SMALL, small_pool())
    assert second.resume()
    second.run()
    for name, value in whole.model.state_dict().items():
        assert torch.equal(value, second.model.state_dict()[name]), name
    for name, value in whole.average.values.items():
        assert torch.equal(value, second.average.values[name]), name


def test_the_loss_falls(tmp_path: Path) -> None:
    config = DemoConfig(**{**SMALL.__dict__, "steps": 100})
    run = DemoTraining(tmp_path, config, small_pool())
    losses = [run.train_step()["total"] for _ in range(40)]
    assert np.mean(losses[-5:]) < 0.7 * np.mean(losses[:5])


def test_a_run_writes_its_steps_as_lines_of_json(tmp_path: Path) -> None:
    DemoTraining(tmp_path, SMALL, small_pool()).run()
    kinds = [json.loads(line)["event"] for line in (tmp_path / "events.jsonl").open()]
    assert kinds[0] == "start" and kinds[-1] == "stop"


def test_a_damaged_state_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / STATE_FILE).write_bytes(b"not a state")
    with pytest.raises(FileProblem, match=r"state\.pt"):
        load_state(tmp_path)


def test_a_folder_without_a_state_starts_anew(tmp_path: Path) -> None:
    assert not DemoTraining(tmp_path, SMALL, small_pool()).resume()


def test_the_learning_rate_warms_up_holds_and_falls_to_zero() -> None:
    config = DemoConfig(steps=1000, warmup_steps=100, decay_share=0.5, lr=1.0)
    assert config.lr_at(0) == pytest.approx(0.01)
    assert config.lr_at(300) == 1.0
    assert config.lr_at(750) == pytest.approx(0.5)
    assert config.lr_at(1000) == 0.0


def test_the_average_follows_the_weights() -> None:
    model = torch.nn.Linear(2, 2)
    average = WeightAverage(model, 0.9)
    with torch.no_grad():
        model.weight.add_(1.0)
    for step in range(200):
        average.update(model, step)
    assert torch.allclose(average.values["weight"], model.weight, atol=1e-4)


def test_a_pool_draws_batches_of_one_length() -> None:
    x, y = small_pool().batch(5, np.random.default_rng(1))
    assert x.shape == (5, 25, 6, 8) and x.dtype == torch.float32
    assert y.shape == (5,) and y.max() < 13
    assert len(PoolSpec().lengths) == len(PoolSpec().clips_per_action)


def test_an_exported_run_opens_as_a_checkpoint_and_samples(tmp_path: Path) -> None:
    from core.actor.checkpoint import load_checkpoint
    from core.actor.sampling import SampleRequest, sample
    from training.export import export_checkpoint

    config = DemoConfig(**{**SMALL.__dict__, "pool": PoolSpec(lengths=(8,), clips_per_action=(1,))})
    run = DemoTraining(tmp_path, config, small_pool())
    run.train_step()
    export_checkpoint(run, tmp_path / "model.safetensors")
    checkpoint = load_checkpoint(tmp_path / "model.safetensors")
    assert checkpoint.training["step"] == 1
    assert checkpoint.latents is not None and len(checkpoint.latents.z) == 13
    (motion,) = sample(checkpoint, SampleRequest(label="kicking", num_frames=8))
    assert motion.num_frames == 8
