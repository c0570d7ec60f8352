"""Sampled clips are reproducible one by one, stand on the floor, and carry their provenance."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.actor.sampling import SampleRequest, draw_latents, sample
from core.body import floor_height
from core.errors import Cancelled, ModelProblem, StudioError
from core.progress import Progress
from tests.core.actor.networks import tiny_checkpoint

torch.set_num_threads(2)


def request(**changes: object) -> SampleRequest:
    return SampleRequest(**{"label": "kicking", "num_frames": 12, "seed": 7} | changes)  # type: ignore[arg-type]


def test_a_clip_does_not_depend_on_how_many_are_asked_for() -> None:
    checkpoint = tiny_checkpoint()
    many = sample(checkpoint, request(count=9))
    few = sample(checkpoint, request(count=2))
    for one, other in zip(few, many, strict=False):
        np.testing.assert_allclose(one.poses, other.poses, atol=1e-5)
        np.testing.assert_allclose(one.trans, other.trans, atol=1e-5)
    latents = [draw_latents(checkpoint, request(count=n)) for n in (9, 2)]
    assert torch.equal(latents[0][:2], latents[1])


def test_a_clip_does_not_depend_on_the_batch_size(monkeypatch: pytest.MonkeyPatch) -> None:
    checkpoint = tiny_checkpoint()
    whole = sample(checkpoint, request(count=5))
    monkeypatch.setattr("core.actor.sampling.BATCH_FRAMES", 24)
    for one, other in zip(whole, sample(checkpoint, request(count=5)), strict=True):
        np.testing.assert_allclose(one.poses, other.poses, atol=1e-5)


def test_batches_on_several_threads_keep_their_order_and_the_setting() -> None:
    checkpoint = tiny_checkpoint()
    before = torch.get_num_threads()
    try:
        clips = []
        for threads in (1, 2):
            torch.set_num_threads(threads)
            clips.append(sample(checkpoint, request(count=40, num_frames=60)))
            assert torch.get_num_threads() == threads
        with pytest.raises(Cancelled):
            stop = iter([False, True, True])
            sample(
                checkpoint,
                request(count=80, num_frames=60),
                Progress(is_cancelled=lambda: next(stop)),
            )
    finally:
        torch.set_num_threads(before)
    for one, other in zip(*clips, strict=True):
        np.testing.assert_allclose(one.poses, other.poses, atol=1e-5)
        assert one.provenance == other.provenance


def test_seed_action_and_index_each_make_another_clip() -> None:
    checkpoint = tiny_checkpoint()
    first, second = draw_latents(checkpoint, request(count=2))
    others = [second] + [
        draw_latents(checkpoint, request(**change))[0]
        for change in ({"seed": 8}, {"label": "sit down"}, {"seed": -8})
    ]
    for other in others:
        assert float((first - other).abs().max()) > 0.5


def test_the_draw_does_not_touch_or_follow_the_global_stream() -> None:
    torch.manual_seed(1)
    before = torch.random.get_rng_state()
    one = draw_latents(tiny_checkpoint(), request())
    torch.manual_seed(2)
    assert torch.equal(one, draw_latents(tiny_checkpoint(), request()))
    torch.random.set_rng_state(before)


def test_sigma_scales_the_latent_and_zero_is_the_mean_motion() -> None:
    checkpoint = tiny_checkpoint()
    plain, doubled = (draw_latents(checkpoint, request(sigma=s)) for s in (1.0, 2.0))
    torch.testing.assert_close(doubled, 2 * plain)
    first, second = sample(checkpoint, request(sigma=0.0, count=2))
    np.testing.assert_allclose(first.poses, second.poses, atol=1e-5)


@pytest.mark.parametrize("num_frames", [2, 60, 300])
def test_any_length_stands_on_the_floor_and_starts_over_the_origin(num_frames: int) -> None:
    (motion,) = sample(tiny_checkpoint(), request(num_frames=num_frames))
    assert motion.num_frames == num_frames and motion.fps == 30.0
    assert floor_height(motion) == pytest.approx(0.0, abs=1e-4)
    assert not motion.trans[0, [0, 2]].any()


def test_the_provenance_is_enough_to_sample_the_clip_again() -> None:
    checkpoint = tiny_checkpoint()
    last = sample(checkpoint, request(count=3, sigma=0.5))[-1]
    origin = last.provenance
    assert (origin.kind, origin.checkpoint, origin.checkpoint_sha256) == (
        "generated",
        "tiny",
        "abc",
    )
    again = sample(
        checkpoint,
        SampleRequest(
            label=origin.label, num_frames=origin.num_frames or 0, seed=origin.seed or 0,
            sigma=origin.sigma or 0.0, count=(origin.sample or 0) + 1,
        ),
    )[-1]  # fmt: skip
    np.testing.assert_allclose(again.poses, last.poses, atol=1e-5)


def test_data_learnt_upside_down_is_turned_upright() -> None:
    plain, turned = (sample(tiny_checkpoint(is_y_down=d), request())[0] for d in (False, True))
    np.testing.assert_allclose(plain.poses[:, 1:], turned.poses[:, 1:], atol=1e-5)
    np.testing.assert_allclose(
        np.diff(plain.trans, axis=0) * [1, -1, -1], np.diff(turned.trans, axis=0), atol=1e-5
    )


@pytest.mark.parametrize(
    "changes", [{"num_frames": 1}, {"num_frames": 301}, {"count": 0}, {"sigma": -1.0}]
)
def test_impossible_requests_are_refused(changes: dict) -> None:
    with pytest.raises(StudioError, match="must lie in"):
        request(**changes)


def test_an_unknown_action_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ModelProblem, match=r"juggling.*hand waving"):
        sample(tiny_checkpoint(), request(label="juggling"))


def test_sampling_can_be_cancelled() -> None:
    with pytest.raises(Cancelled):
        sample(tiny_checkpoint(), request(), Progress(is_cancelled=lambda: True))
