"""Reading checkpoints of the original ACTOR: a bare state dict ``.pth.tar`` beside ``opt.yaml``.

The number of classes and all sizes follow from the parameters' shapes; the number of heads is not
stored anywhere and is 4 in every published run. Nothing in either file is allowed to run: the
pickle is read with ``weights_only``, the yaml with a loader that makes plain values only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
import yaml
from torch import Tensor

from core.actor.checkpoint import Checkpoint, build, file_sha256, named
from core.actor.config import ActorConfig
from core.errors import ModelProblem

NUM_HEADS = 4
NUM_FEATURES = 6

LABELS: dict[str, tuple[str, ...]] = {
    "ntu13": (
        "pick up", "throw", "sit down", "stand up", "cheer up", "hand waving", "kicking", "salute",
        "squat down", "shake fist", "running on the spot", "butt kicks", "side kick",
    ),
    "humanact12": (
        "warm up", "walk", "run", "jump", "drink", "lift dumbbell", "sit", "eat",
        "turn steering wheel", "phone", "boxing", "throw",
    ),
}  # fmt: skip
"""Action names by class index; UESTC's come with its data only, so its actions have numbers."""

_BY_COUNT = {len(labels): dataset for dataset, labels in LABELS.items()} | {40: "uestc"}


def load_published(path: Path) -> Checkpoint:
    """Read ``path`` and the opt.yaml beside it (which may be absent). Raises ModelProblem."""
    state = _read_state(path)
    options = _read_options(path.with_name("opt.yaml"))
    _check_options(options, path.name)
    config = config_of(state, path.name, activation=str(options.get("activation", "gelu")))
    dataset = str(options.get("dataset") or _BY_COUNT.get(config.num_classes, ""))
    labels = LABELS.get(dataset, ())
    if len(labels) != config.num_classes:
        labels = tuple(f"action {i}" for i in range(config.num_classes))
    return Checkpoint(
        model=build(config, state, path.name),
        labels=labels,
        name=path.name,
        sha256=file_sha256(path),
        num_frames=_trained_length(options),
        is_y_down=True,
        dataset=dataset,
        training=options,
    )


def _trained_length(options: Mapping[str, Any]) -> int:
    value = options.get("num_frames", 60)
    return value if isinstance(value, int) and value > 0 else 60  # -1 and -2 ask for whole clips


def config_of(state: Mapping[str, Tensor], name: str, activation: str = "gelu") -> ActorConfig:
    """Infer the network from its parameters' shapes. Raises ModelProblem if they do not fit."""
    needed = (
        "encoder.muQuery", "decoder.actionBiases", "decoder.finallayer.weight",
        "encoder.seqTransEncoder.layers.0.linear1.weight",
    )  # fmt: skip
    missing = [key for key in needed if key not in state or state[key].ndim != 2]
    if missing:
        raise ModelProblem(
            f"{name} does not hold an ACTOR network: it lacks {named(missing)}"
            f" (it holds {named(sorted(state))}).",
            "Choose a checkpoint of ACTOR's transformer (cvae_transformer_rc_rcxyz_kl).",
        )
    layers = {
        int(match[1])
        for key in state
        if (match := re.match(r"encoder\.seqTransEncoder\.layers\.(\d+)\.", key))
    }
    num_classes, width = state["encoder.muQuery"].shape
    outputs = state["decoder.finallayer.weight"].shape[0]
    if outputs != 25 * NUM_FEATURES:
        raise ModelProblem(
            f"{name} writes {outputs} numbers a frame; this program reads networks with 25 joints"
            f" of {NUM_FEATURES} (6D rotations, global orientation and translation: 150).",
            "Choose a run with pose_rep rot6d, glob and translation.",
        )
    return ActorConfig(
        num_classes=int(num_classes),
        latent_dim=int(width),
        ff_size=int(state[needed[3]].shape[0]),
        num_layers=len(layers),
        num_heads=NUM_HEADS,
        activation="relu" if activation == "relu" else "gelu",
    )


def _read_state(path: Path) -> dict[str, Tensor]:
    advice = "Choose a checkpoint_XXXX.pth.tar of ACTOR, or copy the file again."
    try:
        read: Any = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises many kinds for a file that is not its own
        refused = re.search(r"GLOBAL ([\w.]+)|Unsupported (?:global|class):? ([\w.]+)", str(error))
        if "Weights only load failed" in str(error) and refused:
            culprit = refused[1] or refused[2]
            raise ModelProblem(
                f"{path.name} was refused: it holds {culprit}, which is more than numbers.",
                "Only plain checkpoints are read, since others could run code.",
            ) from error
        raise ModelProblem(
            f"{path.name} is not a readable checkpoint: damaged, truncated or of another kind.",
            advice,
        ) from error
    if not isinstance(read, dict) or not read:
        raise ModelProblem(f"{path.name} holds no parameters.", advice)
    strangers = [str(key) for key, value in read.items() if not isinstance(value, Tensor)]
    if strangers:
        raise ModelProblem(
            f"{path.name} is not a bare ACTOR checkpoint: {named(strangers)} is not an array.",
            advice,
        )
    return {str(key): value for key, value in read.items()}


class _PlainLoader(yaml.SafeLoader):
    """Safe yaml in which Python's own tags become plain values instead of errors."""


def _plain(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node) if isinstance(node, yaml.ScalarNode) else None


_PlainLoader.add_multi_constructor("tag:yaml.org,2002:python/", _plain)


def _read_options(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        read = yaml.load(path.read_text(encoding="utf-8"), Loader=_PlainLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ModelProblem(
            f"{path.name} beside the checkpoint cannot be read.",
            "Copy it again, or move it away: the network can be read without.",
        ) from error
    return read if isinstance(read, dict) else {}


def _check_options(options: Mapping[str, Any], name: str) -> None:
    """Refuse what the parameters' shapes would not reveal."""
    wanted = {"pose_rep": "rot6d", "glob": True, "translation": True, "archiname": "transformer"}
    for key, value in wanted.items():
        if options.get(key, value) != value:
            raise ModelProblem(
                f"{name} was trained with {key} = {options[key]}; only {value} can be read.",
                "Choose another run.",
            )
    if options.get("ablation"):
        raise ModelProblem(
            f"{name} is the ablation {options['ablation']!r}, which is another network.",
            "Choose a run without an ablation.",
        )
