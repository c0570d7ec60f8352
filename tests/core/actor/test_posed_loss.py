"""The vertex loss of bodies with pose blend shapes, chunk by chunk, is the plain one."""

from __future__ import annotations

import pytest
import torch

from core.actor import posed_loss
from core.actor.losses import VertexLoss
from core.actor.posed_loss import PosedVertexLoss
from core.actor.vertices import features_to_vertices
from tests.core.actor.test_losses import body, features


@pytest.mark.parametrize("is_padded", [False, True])
def test_loss_and_gradient_are_those_of_all_vertices_at_once(
    is_padded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posed_loss, "CHUNK", 3)  # does not divide the frames
    made = {**body(), "posedirs": 0.01 * torch.randn(200, 3, 207)}
    target, output = features(1), features(2).requires_grad_()
    mask = torch.ones(2, 7, dtype=torch.bool)
    if is_padded:
        mask[1, 4:] = False
    plain = torch.nn.functional.mse_loss(
        features_to_vertices(output, mask=mask, **made),
        features_to_vertices(target, mask=mask, **made),
    )
    (wanted,) = torch.autograd.grad(plain, output)
    found = PosedVertexLoss(*made.values())(target, output, mask)
    (gradient,) = torch.autograd.grad(3 * found, output)
    torch.testing.assert_close(found, plain)
    torch.testing.assert_close(gradient, 3 * wanted)


def test_without_pose_blend_shapes_it_is_the_closed_form() -> None:
    made = body()
    exact = PosedVertexLoss(*made.values(), torch.zeros(200, 3, 207))
    closed = VertexLoss(*made.values())
    torch.testing.assert_close(
        exact(features(1), features(2)), closed(features(1), features(2)), rtol=1e-5, atol=0
    )
