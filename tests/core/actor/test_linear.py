"""Linear layers by oneDNN: torch's numbers and gradients, and torch's way where it has to be."""

import pytest
import torch
from torch.nn import functional as F

from core.actor import linear as module
from core.actor.linear import Linear, linear


def _layer(rows, inputs=48, outputs=80, dtype=torch.float32):
    torch.manual_seed(0)
    x = torch.randn(rows, inputs, dtype=dtype, requires_grad=True)
    weight = torch.randn(outputs, inputs, dtype=dtype, requires_grad=True)
    bias = torch.randn(outputs, dtype=dtype, requires_grad=True)
    return x, weight, bias


@pytest.mark.parametrize("shape", [(7,), (128,), (4, 31), (2, 3, 40)])
def test_values_and_gradients_are_those_of_torch(shape):
    torch.manual_seed(1)
    _, weight, bias = _layer(1)
    x = torch.randn(*shape, 48, requires_grad=True)
    weigh = torch.randn(*shape, 80)
    found, wanted = [], []
    for way, kept in ((linear, found), (F.linear, wanted)):
        for tensor in (x, weight, bias):
            tensor.grad = None
        y = way(x, weight, bias)
        (y * weigh).sum().backward()
        kept += [y.detach(), x.grad, weight.grad, bias.grad]
    for one, other in zip(found, wanted, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=3e-5)


def test_parts_of_weights_and_of_sequences():
    x, weight, bias = _layer(200)
    part = x.view(4, 50, 48)[:, :30]
    torch.testing.assert_close(
        linear(part, weight[16:], bias[16:]), F.linear(part, weight[16:], bias[16:]),
        rtol=1e-5, atol=3e-5,
    )  # fmt: skip


def test_only_what_is_asked_for_gets_a_gradient():
    x, weight, bias = _layer(128)
    x = x.detach()
    linear(x, weight, bias.detach()).sum().backward()
    assert x.grad is None and bias.grad is None
    torch.testing.assert_close(weight.grad, x.sum(0).expand(80, 48), rtol=1e-5, atol=3e-5)


@pytest.fixture
def products(monkeypatch):
    counted = []
    whole = module._product
    monkeypatch.setattr(module, "_product", lambda *a: counted.append(1) or whole(*a))
    return counted


@pytest.mark.skipif(not module._HAS_ONEDNN, reason="this torch has no oneDNN")
def test_onednn_is_used_where_it_is_faster(products):
    layer = Linear(48, 80)
    with torch.no_grad():
        layer(torch.randn(128, 48))
        assert len(products) == 1
        layer(torch.randn(3, 48))  # small
        layer.double()(torch.randn(128, 48, dtype=torch.float64))
    assert len(products) == 1


def test_autocast_stays_with_torch(products):
    layer = Linear(48, 80)
    with torch.autocast("cpu", torch.bfloat16):
        y = layer(torch.randn(128, 48))
    assert y.dtype is torch.bfloat16 and not products
