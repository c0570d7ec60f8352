"""Walking through the latent space: encode, decode, interpolate, named directions."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.actor import latent
from core.actor.directions import _names
from core.actor.measures import MEASURES, measured
from core.actor.sampling import SampleRequest, draw_latents, sample
from core.errors import StudioError
from core.motion import Motion
from tests.core.actor.networks import tiny_checkpoint

torch.set_num_threads(2)


def clip(num_frames: int = 30, fps: float = 30.0) -> Motion:
    rng = np.random.default_rng(0)
    poses = np.cumsum(rng.normal(0, 0.05, (num_frames, 24, 3)), axis=0)
    return Motion(poses=poses, trans=np.zeros((num_frames, 3)), fps=fps)


def test_decoding_a_drawn_latent_gives_the_sampled_clip() -> None:
    checkpoint = tiny_checkpoint()
    request = SampleRequest(label="sit down", num_frames=15, seed=3)
    z = draw_latents(checkpoint, request)[0].numpy()
    motion = latent.decode_latent(checkpoint, z, "sit down", 15)
    np.testing.assert_allclose(motion.poses, sample(checkpoint, request)[0].poses, atol=1e-5)
    assert motion.provenance.latent == pytest.approx(tuple(z))


def test_a_latent_of_another_size_is_refused() -> None:
    with pytest.raises(StudioError, match="32 numbers"):
        latent.decode_latent(tiny_checkpoint(), np.zeros(5), "sit down", 15)


def test_encoding_does_not_depend_on_where_the_clip_stands() -> None:
    checkpoint, motion = tiny_checkpoint(), clip()
    moved = motion.replace(trans=motion.trans + np.float32([1, 2, 3]))
    mu, logvar = latent.encode_motion(checkpoint, motion, "kicking")
    assert mu.shape == logvar.shape == (32,)
    np.testing.assert_allclose(latent.encode_motion(checkpoint, moved, "kicking").mu, mu, atol=1e-5)


def test_encoding_turns_over_what_decoding_turns_upright() -> None:
    upright, down = tiny_checkpoint(), tiny_checkpoint(is_y_down=True)
    z = np.random.default_rng(1).normal(size=32).astype(np.float32)
    encoded = [
        latent.encode_motion(c, latent.decode_latent(c, z, "kicking", 20), "kicking").mu
        for c in (upright, down)
    ]
    np.testing.assert_allclose(*encoded, atol=1e-4)


def test_a_clip_is_decoded_again_with_another_action_and_length() -> None:
    checkpoint = tiny_checkpoint()
    again = latent.reencode(checkpoint, clip(40), label="sit down", num_frames=25)
    assert again.num_frames == 25 and again.provenance.label == "sit down"
    assert "decoded as sit down" in again.provenance.edit
    assert latent.reencode(checkpoint, clip(80, fps=60.0), label="kicking").num_frames == 40


def test_resampling_keeps_the_duration_and_the_poses_at_common_times() -> None:
    motion = clip(60, fps=60.0)
    slower = latent.resampled(motion, 30.0)
    assert slower.num_frames == 30 and slower.duration == motion.duration
    np.testing.assert_allclose(slower.poses, motion.poses[::2], atol=1e-5)
    assert latent.resampled(motion, 60.0) is motion


@pytest.mark.parametrize("path", ["straight", "sphere"])
def test_interpolation_keeps_its_ends(path: str) -> None:
    a, b = np.random.default_rng(2).normal(size=(2, 32)).astype(np.float32)
    between = latent.interpolate(a, b, 7, path)  # type: ignore[arg-type]
    assert between.shape == (7, 32)
    np.testing.assert_allclose(between[[0, -1]], [a, b], atol=1e-5)


def test_on_the_sphere_lengths_stay_between_those_of_the_ends() -> None:
    a, b = np.random.default_rng(3).normal(size=(2, 32))
    lengths = np.linalg.norm(latent.interpolate(a, b, 9), axis=1)
    ends = sorted((lengths[0], lengths[-1]))
    assert (lengths >= ends[0] - 1e-4).all() and (lengths <= ends[1] + 1e-4).all()
    middle = np.linalg.norm(latent.interpolate(a, b, 9, "straight")[4])
    assert middle < ends[0]


def test_opposite_latents_are_interpolated_without_nonsense() -> None:
    a = np.ones(4, np.float32)
    assert np.isfinite(latent.interpolate(a, -a, 5)).all()


def test_directions_are_orthonormal_named_once_and_repeatable() -> None:
    checkpoint = tiny_checkpoint()
    found = latent.principal_directions(checkpoint, "kicking", 4)
    vectors = np.stack([d.vector for d in found])
    np.testing.assert_allclose(vectors @ vectors.T, np.eye(4), atol=1e-5)
    assert len({d.name for d in found}) == 4
    assert all(d.name in MEASURES or d.name.startswith("shape") for d in found)
    assert [d.response for d in found] == sorted((d.response for d in found), reverse=True)
    assert latent.principal_directions(checkpoint, "kicking", 4) is found
    for one, other in zip(
        found, latent.principal_directions(tiny_checkpoint(), "kicking", 4), strict=True
    ):
        np.testing.assert_allclose(one.vector, other.vector, atol=1e-3)


def test_the_first_direction_moves_the_body_more_than_a_random_one() -> None:
    checkpoint = tiny_checkpoint()
    first = latent.principal_directions(checkpoint, "kicking", 1)[0].vector
    other = np.random.default_rng(5).normal(size=32)
    moved = []
    for vector in (first, other / np.linalg.norm(other)):
        low, high = (
            latent.decode_latent(checkpoint, s * vector, "kicking", 20) for s in (-1.0, 1.0)
        )
        moved.append(np.abs(low.poses - high.poses).mean())
    assert moved[0] > 1.2 * moved[1]


def test_a_named_direction_raises_what_its_name_says() -> None:
    from core.body import joint_positions

    checkpoint = tiny_checkpoint()
    strongest = max(latent.principal_directions(checkpoint, "kicking", 4), key=lambda d: d.effect)
    if strongest.name not in MEASURES:
        pytest.skip("no direction of this random network has a name")
    column = list(MEASURES).index(strongest.name)
    values = []
    for side in (-2.0, 2.0):
        bases = np.random.default_rng(6).normal(size=(6, 32)) + side * strongest.vector
        joints = [
            joint_positions(latent.decode_latent(checkpoint, z, "kicking", 20)) for z in bases
        ]
        values.append(measured(np.stack(joints))[:, column].mean())
    assert values[1] > values[0]


def test_of_effects_nearly_as_strong_the_plainest_gives_the_name() -> None:
    names = list(MEASURES)
    effects = np.zeros((3, len(names)))
    effects[0, [0, 5]] = -1.8, 2.0  # nearly as strong: the plainer name, with its own sign
    effects[1, [0, 7]] = 1.0, 3.0  # not nearly
    effects[2, 3] = 0.1  # nothing clear
    found = _names(effects.astype(np.float32))
    assert [name for name, _ in found] == [names[0], names[7], "shape 3"]
    assert found[0][1] == pytest.approx(-1.8)
