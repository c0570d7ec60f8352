"""What a step sees and computes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from core.actor.losses import kl_loss, reconstruction_loss
from tests.training.engine.small import config, features, training, weights_of
from training.engine.windows import EpochPlan


def test_a_total_is_the_weighted_sum_of_the_published_losses(tmp_path: Path) -> None:
    made = training(tmp_path, dropout=0.0, lambda_kl=0.5, lambda_rcxyz=2.0)
    plan, _ = made._part()
    batch = made.data.batch(plan)
    result = made.parts.model(batch.x, batch.y, batch.mask, made._noise(len(batch.y)))
    rc = reconstruction_loss(batch.x, result.output, batch.mask)
    kl = kl_loss(result.mu, result.logvar)
    total, values = made.train_step()
    torch.testing.assert_close(values["rc"], rc)
    torch.testing.assert_close(values["kl"], kl)
    torch.testing.assert_close(total, rc + 2.0 * values["rcxyz"] + 0.5 * kl)


def test_every_clip_is_seen_once_an_epoch_and_the_last_batch_is_not_dropped() -> None:
    clips = features()
    plan = EpochPlan.drawn(config(), clips.lengths, epoch=3)
    assert sorted(plan.order) == list(range(len(clips)))
    parts = [plan.part(first, first + 4) for first in range(0, len(clips), 4)]
    assert [len(part.order) for part in parts] == [4, 4, 3]


def test_windows_lie_inside_their_clips_and_short_clips_hold_their_last_frame() -> None:
    clips = features()
    plan = EpochPlan.drawn(config(), clips.lengths, epoch=0)
    rows, valid = plan.rows(clips.offsets)
    assert valid.all()
    for clip, window in zip(plan.order, rows, strict=True):
        assert window.min() >= clips.offsets[clip] and window.max() < clips.offsets[clip + 1]
        steps = np.diff(window)
        room = clips.lengths[clip] >= len(window)
        assert (steps == 1).all() if room else steps[-1] == 0


def test_variable_lengths_are_drawn_between_the_two_and_padding_is_masked(tmp_path: Path) -> None:
    changes = {"variable_lengths": True, "min_frames": 5, "max_frames": 9}
    made = training(tmp_path, **changes)
    batch = made.data.batch(made._part()[0])
    lengths = batch.mask.sum(1)
    assert len(set(lengths.tolist())) > 1 and 5 <= int(lengths.min()) <= int(lengths.max()) <= 9
    assert not batch.x.permute(0, 3, 1, 2)[~batch.mask].any()
    assert torch.isfinite(made.train_step()[0])


def test_a_path_begins_where_its_window_begins(tmp_path: Path) -> None:
    made = training(tmp_path)
    batch = made.data.batch(made._part()[0])
    assert not batch.x[:, 24, :, 0].any() and batch.x[:, 24, :3, 1:].any()


@pytest.mark.parametrize(
    "changes",
    [{}, {"bf16": True}, {"clip_norm": 0.1}, {"ema": 0.9}, {"loss_body": "joints"},
     {"loss_body": "none"}, {"lambda_vel": 1.0}, {"mirror": True}],
    ids=str,
)  # fmt: skip
def test_the_loss_falls_with_every_option(tmp_path: Path, changes: dict[str, object]) -> None:
    made = training(tmp_path, lr=6e-3, lambda_kl=1e-5, **changes)
    losses = [float(made.train_step()[0]) for _ in range(36)]
    assert np.mean(losses[-6:]) < 0.9 * np.mean(losses[:6])


def test_the_kept_model_is_the_average_where_one_is_asked_for(tmp_path: Path) -> None:
    made = training(tmp_path, ema=0.99)
    for _ in range(3):
        made.train_step()
    kept, last = made.parts.finished().state_dict(), weights_of(made)
    assert any(not torch.equal(kept[name], last[name]) for name in last)


def test_what_is_drawn_depends_on_seed_and_step_alone(tmp_path: Path) -> None:
    first, second, other = (training(tmp_path, seed=seed) for seed in (1, 1, 2))
    torch.rand(100)
    first.train_step()
    torch.rand(7)
    second.train_step()
    other.train_step()
    a, b, c = (weights_of(made) for made in (first, second, other))
    assert all(torch.equal(a[name], b[name]) for name in a)
    assert not all(torch.equal(a[name], c[name]) for name in a)
