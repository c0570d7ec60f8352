"""Sampling through a real, tiny network: repeatable, shaped, placed, and sentences when absent."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from core.errors import ModelProblem
from studio.services.latent_map import build_map, scaled
from studio.services.model_facts import read_facts
from studio.services.sampler import Sampler, SampleSettings, SampleShape
from studio.services.trained import recent_text

LABELS = ("kicking", "salute", "throw")


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch

    from core.actor.checkpoint import save_checkpoint
    from core.actor.config import ActorConfig
    from core.actor.model import Actor

    torch.manual_seed(0)
    config = ActorConfig(num_classes=3, latent_dim=16, ff_size=32, num_layers=1, num_heads=2)
    path = tmp_path_factory.mktemp("model") / "tiny.safetensors"
    save_checkpoint(path, Actor(config), labels=LABELS, num_frames=40)
    return path


@pytest.fixture(scope="module")
def sampler(checkpoint: Path) -> Sampler:
    sampler = Sampler(checkpoint)
    sampler.latent_map()
    return sampler


SETTINGS = SampleSettings(label="kicking", num_frames=24, count=2, seed=3)


def test_the_same_settings_give_the_same_clips_however_many(sampler: Sampler) -> None:
    two = sampler.sample(SETTINGS)
    from dataclasses import replace

    five = sampler.sample(replace(SETTINGS, count=5))
    for a, b in zip(two.motions, five.motions, strict=False):
        np.testing.assert_allclose(a.poses, b.poses, atol=1e-4)
    assert two.motions[0].provenance.seed == 3 and two.motions[1].provenance.sample == 1
    assert two.motions[0].provenance.latent is None  # the seed is enough to make it again


def test_plain_samples_are_those_of_the_command_line(sampler: Sampler, checkpoint: Path) -> None:
    from core.actor.checkpoint import load_checkpoint
    from core.actor.sampling import SampleRequest, sample

    request = SampleRequest(label="kicking", num_frames=24, count=2, seed=3, sigma=1.0)
    for ours, theirs in zip(
        sampler.sample(SETTINGS).motions, sample(load_checkpoint(checkpoint), request), strict=True
    ):
        np.testing.assert_allclose(ours.poses, theirs.poses, atol=1e-5)
        assert ours.provenance == theirs.provenance


def test_one_shaped_clip_is_the_one_in_the_row(sampler: Sampler) -> None:
    shape = SampleShape(offsets=(1.5, -0.5))
    row = sampler.sample(SETTINGS, {1: shape})
    one = sampler.one(SETTINGS, 1, shape)
    np.testing.assert_allclose(row.motions[1].poses, one.motion.poses, atol=1e-4)
    plain = sampler.sample(SETTINGS)
    assert np.abs(plain.motions[1].poses - one.motion.poses).max() > 1e-3
    np.testing.assert_allclose(plain.motions[0].poses, row.motions[0].poses, atol=1e-5)
    assert one.motion.provenance.latent is not None


def test_a_place_of_the_map_samples_the_action_that_lies_there(sampler: Sampler) -> None:
    plane = sampler.latent_map()
    for index, label in enumerate(LABELS):
        middle = plane.points[plane.label_of == index].mean(axis=0)
        nearest, _ = plane.blend(float(middle[0]), float(middle[1]))
        place = (float(middle[0]), float(middle[1]))
        shaped = sampler.one(SETTINGS, 0, SampleShape(place=place))
        assert shaped.motion.provenance.label == plane.labels[nearest]
        assert shaped.place == place
        assert label in plane.labels


def test_directions_have_names_and_are_kept(sampler: Sampler) -> None:
    names = sampler.directions("salute")
    assert 3 <= len(names) <= 5 and all(names)
    assert sampler.directions("salute") == names


def test_a_clip_is_decoded_again_with_another_label_and_length(sampler: Sampler) -> None:
    clip = sampler.sample(SETTINGS).motions[0]
    again = sampler.reencode(clip, "throw", 30)
    assert again.num_frames == 30 and again.provenance.label == "throw"


def test_the_card_is_read_without_torch(checkpoint: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from studio.services.sampler import Sampler;"
        f"print(Sampler(Path({str(checkpoint)!r})).card.labels, 'torch' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert said.stdout.strip() == f"{LABELS} False", said.stderr


def test_the_card_tells_the_training_its_epoch_and_its_length(checkpoint: Path) -> None:
    from core.actor.checkpoint import load_checkpoint, save_checkpoint

    path = checkpoint.parent / "epoch_000040.safetensors"
    story = {"epoch": 40, "config": {"name": "mine", "lambda_kl": 5e-5, "num_layers": 1}}
    save_checkpoint(path, load_checkpoint(checkpoint).model, labels=LABELS, fps=25.0,
                    num_frames=48, dataset="demo", training=story)  # fmt: skip
    for sampler in (Sampler(path), Sampler(path).loaded()):
        card = sampler.card
        assert (card.name, card.num_frames, card.fps) == ("mine, epoch 40", 48, 25.0)
    facts = read_facts(path)
    assert facts is not None
    assert facts.lines()[:3] == [f"3 actions: {', '.join(LABELS)}", "data demo", "KL 5e-05"]


def test_a_published_checkpoint_is_sampled_like_an_own_one(
    checkpoint: Path, tmp_path: Path
) -> None:
    import torch

    from core.actor.checkpoint import load_checkpoint

    model = load_checkpoint(checkpoint).model
    path = tmp_path / "ntu13" / "checkpoint_0100.pth.tar"
    path.parent.mkdir()
    torch.save(model.state_dict(), path)
    (path.parent / "opt.yaml").write_text("activation: gelu\nnum_frames: 40\nnum_heads: 2\n")
    sampler = Sampler(path).loaded()
    assert sampler.card.name == "ntu13/checkpoint_0100.pth.tar" == recent_text(path)
    assert sampler.card.labels == ("action 0", "action 1", "action 2")
    assert sampler.card.num_frames == 40
    found = sampler.sample(SampleSettings(label="action 0", num_frames=24, count=2, seed=3))
    assert [motion.num_frames for motion in found.motions] == [24, 24]


def test_absent_and_wrong_files_are_sentences(tmp_path: Path) -> None:
    gone = Sampler(tmp_path / "gone.safetensors")
    assert gone.card.labels == () and not gone.is_available
    with pytest.raises(ModelProblem, match=r"gone\.safetensors"):
        gone.sample(SETTINGS)
    wrong = tmp_path / "wrong.safetensors"
    wrong.write_bytes(b"\x08\x00\x00\x00\x00\x00\x00\x00nonsense")
    with pytest.raises(ModelProblem, match=r"wrong\.safetensors"):
        _ = Sampler(wrong).card


def test_a_dot_of_the_map_gives_back_its_own_vector() -> None:
    rng = np.random.default_rng(1)
    biases = 6 * np.eye(4, 12)
    owners = np.repeat(np.arange(4), 6)
    plane = build_map(tuple("abcd"), rng.standard_normal((24, 12)), owners, biases)
    assert plane.points.shape == (24, 2)
    for dot in (0, 9, 23):
        x, y = (float(v) for v in plane.points[dot])
        label, vector = plane.blend(x, y)
        assert label == owners[dot]
        np.testing.assert_allclose(vector, plane.vectors[dot], atol=1e-3)
        assert plane.project(plane.vectors[dot]) == pytest.approx((x, y), abs=1e-4)


def test_a_map_of_a_single_action_is_one_cloud() -> None:
    plane = build_map(("a",), np.random.default_rng(0).standard_normal((9, 5)), [0] * 9, [[0] * 5])
    assert np.isfinite(plane.points).all() and plane.points.std(axis=0).min() > 0.05


def test_far_actions_lie_far_apart_and_clouds_do_not_run_into_each_other() -> None:
    rng = np.random.default_rng(2)
    owners = np.repeat(np.arange(8), 20)
    plane = build_map(tuple("abcdefgh"), rng.standard_normal((160, 32)), owners, 9 * np.eye(8, 32))
    middles = np.stack([plane.points[owners == c].mean(axis=0) for c in range(8)])
    for point, owner in zip(plane.points, owners, strict=True):
        assert ((middles - point) ** 2).sum(axis=1).argmin() == owner


def test_scaling_keeps_the_distances_of_points_that_lie_in_a_plane() -> None:
    flat = np.random.default_rng(3).standard_normal((6, 2))
    turned = np.hstack([flat @ [[0.6, 0.8], [-0.8, 0.6]], np.zeros((6, 3))])
    places = scaled(turned)
    np.testing.assert_allclose(
        np.linalg.norm(places[:, None] - places[None], axis=-1),
        np.linalg.norm(flat[:, None] - flat[None], axis=-1),
        atol=1e-6,
    )
