"""Starting points: the published settings for each data set, and one for a CPU in minutes.

Numbers: ACTOR's README and paper (Petrovich et al. 2021) for ntu13, humanact12 and uestc; the
student report this program carries out for ``finegym2`` and the PARE twin of ``ntu13``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.errors import StudioError
from training.config import TrainConfig


@dataclass(frozen=True, kw_only=True)
class Preset:
    """A named config: ``make()`` returns it."""

    name: str
    title: str
    text: str
    make: Callable[[], TrainConfig]


def ntu13_vibe() -> TrainConfig:
    return TrainConfig(name="ntu13_vibe", dataset="ntu13_vibe", epochs=2000)


def ntu13_pare() -> TrainConfig:
    return TrainConfig(name="ntu13_pare", dataset="ntu13_pare", epochs=2000)


def humanact12() -> TrainConfig:
    return TrainConfig(name="humanact12", dataset="humanact12", epochs=5000)


def uestc() -> TrainConfig:
    return TrainConfig(name="uestc", dataset="uestc", epochs=1000, split="train")


def finegym2() -> TrainConfig:
    return TrainConfig(
        name="finegym2", dataset="finegym2", num_frames=50, epochs=30_000, checkpoint_every=1000
    )


def demo() -> TrainConfig:
    return TrainConfig(
        name="demo", dataset="demo", epochs=60, batch_size=20, lr=5e-4, num_layers=4,
        latent_dim=128, ff_size=512, dropout=0.0, lambda_vel=1.0, lambda_kl=2e-6, clip_norm=1.0,
        ema=0.99, bf16=True, checkpoint_every=5, threads=1,
    )  # fmt: skip


PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset(name="demo", title="Demo", make=demo,
               text="A small network on the generated demo actions: moves after minutes on a CPU"),
        Preset(name="ntu13_vibe", title="NTU13, VIBE", make=ntu13_vibe,
               text="The published training on 13 actions of NTU RGB+D, 2,000 epochs"),
        Preset(name="ntu13_pare", title="NTU13, PARE", make=ntu13_pare,
               text="The same on PARE's estimates, as in the report"),
        Preset(name="humanact12", title="HumanAct12", make=humanact12,
               text="The published training on 12 actions, 5,000 epochs"),
        Preset(name="uestc", title="UESTC", make=uestc,
               text="The published training on 40 actions, 1,000 epochs, the training subjects"),
        Preset(name="finegym2", title="FineGym2", make=finegym2,
               text="The report's two gymnastics moves: 50 frames, 30,000 epochs"),
    )
}  # fmt: skip


def preset(name: str) -> Preset:
    """Return a preset. Raises StudioError naming those there are."""
    try:
        return PRESETS[name]
    except KeyError:
        raise StudioError(
            f"There is no preset {name!r}.", f"There are: {', '.join(PRESETS)}."
        ) from None
