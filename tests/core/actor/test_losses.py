"""The closed-form vertex loss is the full one, in value and in gradient."""

from __future__ import annotations

import pytest
import torch

from core.actor import losses
from core.actor.kinematics import features_to_joints
from core.actor.vertices import features_to_vertices

torch.set_num_threads(2)


def body(seed: int = 0, num_vertices: int = 200) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    weights = torch.rand(num_vertices, 24, generator=generator) ** 8
    return {
        "vertices": torch.randn(num_vertices, 3, generator=generator),
        "joints": torch.randn(24, 3, generator=generator),
        "weights": weights / weights.sum(1, keepdim=True),
    }


def features(seed: int, batch: int = 2, frames: int = 7) -> torch.Tensor:
    return torch.randn(batch, 25, 6, frames, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("padded", [False, True])
def test_closed_form_equals_the_mean_over_all_vertices(padded: bool) -> None:
    mask = torch.ones(2, 7, dtype=torch.bool)
    mask[1, 4:] = not padded
    target = features(1)
    results = []
    for closed in (True, False):
        output = features(2).requires_grad_()
        if closed:
            loss = losses.VertexLoss(**body())(target, output, mask)
        else:
            goal = features_to_vertices(target, mask=mask, **body())
            loss = losses.point_loss(goal, features_to_vertices(output, mask=mask, **body()))
        loss.backward()
        assert output.grad is not None
        results.append((loss.detach(), output.grad))
    assert float(results[0][0]) == pytest.approx(float(results[1][0]), rel=2e-6)
    torch.testing.assert_close(results[0][1], results[1][1], rtol=1e-4, atol=1e-6)


def test_closed_form_is_zero_for_the_same_pose_and_works_under_autocast() -> None:
    loss = losses.VertexLoss(**body())
    assert float(loss(features(1), features(1))) == 0.0
    with torch.autocast("cpu", dtype=torch.bfloat16):
        value = loss(features(1), features(2).bfloat16())
    assert value.dtype == torch.float32 and float(value) > 0


def test_joints_are_root_centred_and_keep_bone_lengths() -> None:
    rest = body()["joints"]
    joints = features_to_joints(features(3), rest)
    assert joints.shape == (14, 24, 3) and not joints[:, 0].any()
    length = (joints[:, 4] - joints[:, 1]).norm(dim=-1)
    torch.testing.assert_close(length, (rest[4] - rest[1]).norm().expand(14))


def test_kl_is_a_sum_over_the_batch_unless_asked_for_the_mean() -> None:
    mu, logvar = torch.randn(6, 8), torch.randn(6, 8)
    total = losses.kl_loss(mu, logvar)
    torch.testing.assert_close(losses.kl_loss(mu.repeat(2, 1), logvar.repeat(2, 1)), 2 * total)
    torch.testing.assert_close(losses.kl_loss(mu, logvar, "clip_mean"), total / 6)


def test_losses_ignore_padded_frames() -> None:
    target, output = features(1), features(2)
    mask = torch.ones(2, 7, dtype=torch.bool)
    mask[0, 3:] = False
    spoiled = output.clone()
    spoiled[0, ..., 3:] = 1e6
    for loss in (losses.reconstruction_loss, losses.velocity_loss):
        torch.testing.assert_close(loss(target, spoiled, mask), loss(target, output, mask))
