"""Cheap dropout keeps dropout's law."""

from __future__ import annotations

import pytest
import torch

from core.actor.config import ActorConfig
from core.actor.dropout import dropout
from core.actor.model import Actor


@pytest.mark.parametrize("probability", [0.1, 0.5])
def test_the_share_of_zeros_and_the_mean_are_right(probability: float) -> None:
    torch.manual_seed(0)
    dropped = dropout(torch.ones(1_000_001), probability)
    assert float((dropped == 0).float().mean()) == pytest.approx(probability, abs=2e-3)
    assert float(dropped.mean()) == pytest.approx(1.0, abs=2e-3)
    torch.testing.assert_close(
        dropped.max(), torch.tensor(1 / (1 - probability)), rtol=1e-4, atol=0
    )


def test_neighbouring_elements_are_dropped_independently() -> None:
    torch.manual_seed(1)
    zero = (dropout(torch.ones(400_000), 0.5) == 0).float()
    for lag in (1, 2, 3, 4):
        both = float((zero[lag:] * zero[:-lag]).mean())
        assert both == pytest.approx(0.25, abs=5e-3)


def test_the_gradient_goes_where_the_value_went() -> None:
    x = torch.ones(4096, requires_grad=True)
    y = dropout(x, 0.3)
    y.sum().backward()
    assert x.grad is not None and torch.equal(x.grad, y.detach())


def test_the_seed_decides_the_mask_and_training_differs_from_evaluation() -> None:
    model = Actor(ActorConfig(num_classes=2, latent_dim=16, ff_size=32, num_layers=1))
    z, y, mask = torch.randn(3, 16), torch.tensor([0, 1, 1]), torch.ones(3, 8, dtype=torch.bool)
    results = []
    for seed in (5, 5, 6):
        torch.manual_seed(seed)
        results.append(model.decode(z, y, mask))
    assert torch.equal(results[0], results[1]) and not torch.equal(results[0], results[2])
    model.eval()
    assert torch.equal(model.decode(z, y, mask), model.decode(z, y, mask))
