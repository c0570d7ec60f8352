"""A trained network with what is known about it, and the studio's own file for that.

The own file is a safetensors file: the parameters, optionally latents of the training clips
(``latent.z``, ``latent.labels``), and in the header JSON texts: config, labels, fps and the story
of the training. Nothing in it can run. Published files are read by :mod:`core.actor.published`.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from core import __version__
from core.actor.config import ActorConfig
from core.actor.layers import MAX_LENGTH, sinusoids
from core.actor.model import Actor
from core.atomic import written_whole
from core.errors import ModelProblem

FORMAT = "motion-studio-actor-1"
LATENT_PREFIX = "latent."
MAX_BYTES = 4 << 30
PUBLISHED_ENDINGS = (".tar", ".pth", ".pt")


@dataclass(frozen=True, kw_only=True, eq=False)
class LatentSamples:
    """Latents of clips the network was trained on: z (N, D) float32, labels (N,) class indices."""

    z: Tensor
    labels: Tensor

    def of_class(self, index: int) -> Tensor:
        """(n, D) of one action."""
        return self.z[self.labels == index]


@dataclass(frozen=True, kw_only=True, eq=False)
class Checkpoint:
    """A network in eval mode, ready to sample, and what its file says about it."""

    model: Actor
    labels: tuple[str, ...]  # action names, by class index
    fps: float = 30.0
    name: str = ""  # file name
    sha256: str = ""
    num_frames: int = 60  # length it was trained on; others are extrapolation
    is_y_down: bool = (
        False  # data in camera frame, as VIBE leaves it: turned upright on the way out
    )
    dataset: str = ""
    notes: str = ""
    training: Mapping[str, Any] = field(default_factory=dict)
    latents: LatentSamples | None = None

    @property
    def config(self) -> ActorConfig:
        return self.model.config

    def label_index(self, label: str) -> int:
        """Class index of an action. Raises ModelProblem naming the actions there are."""
        try:
            return self.labels.index(label)
        except ValueError:
            raise ModelProblem(
                f"{self.name or 'This model'} knows no action {label!r}.",
                f"It knows: {', '.join(self.labels)}.",
            ) from None


def load_checkpoint(path: Path) -> Checkpoint:
    """Read an own or a published checkpoint. Raises ModelProblem saying what does not fit."""
    path = Path(path)
    try:
        size = path.stat().st_size
    except OSError as error:
        raise ModelProblem(
            f"{path.name} cannot be read: {error.strerror or error}.",
            "Check the name, or choose another model.",
        ) from error
    if not path.is_file() or size == 0 or size > MAX_BYTES:
        raise ModelProblem(
            f"{path.name} is not a checkpoint: it is "
            + ("a folder." if path.is_dir() else "empty." if size == 0 else "larger than 4 GB."),
            "Choose a .safetensors file, or a .pth.tar file beside its opt.yaml.",
        )
    if path.name.lower().endswith(PUBLISHED_ENDINGS):
        from core.actor.published import load_published

        return load_published(path)
    return _load_own(path)


def save_checkpoint(
    path: Path,
    model: Actor,
    *,
    labels: Sequence[str],
    fps: float = 30.0,
    num_frames: int = 60,
    dataset: str = "",
    notes: str = "",
    training: Mapping[str, Any] | None = None,
    latents: LatentSamples | None = None,
    is_y_down: bool = False,
) -> None:
    """Write the studio's own checkpoint, whole or not at all. Raises FileProblem.

    The position tables are left out: they follow from the width.
    """
    if len(labels) != model.config.num_classes:
        raise ModelProblem(f"{len(labels)} labels for {model.config.num_classes} classes.")
    tensors = {k: v for k, v in model.state_dict().items() if not k.endswith(".pe")}
    if latents is not None:
        tensors[LATENT_PREFIX + "z"] = latents.z.float()
        tensors[LATENT_PREFIX + "labels"] = latents.labels.to(torch.int32)
    facts = {
        "config": dataclasses.asdict(model.config),
        "labels": list(labels),
        "fps": fps,
        "num_frames": num_frames,
        "is_y_down": is_y_down,
        "dataset": dataset,
        "notes": notes,
        "training": dict(training or {}),
        "version": __version__,
    }
    header = {"format": FORMAT} | {key: json.dumps(value) for key, value in facts.items()}
    with written_whole(path) as temporary:
        save_file({k: v.detach().cpu().contiguous() for k, v in tensors.items()}, temporary, header)


def build(config: ActorConfig, state: Mapping[str, Tensor], name: str) -> Actor:
    """Make a network of these parameters; float32, eval mode, without gradients.

    Raises ModelProblem naming what is missing, unexpected or of another shape.
    """
    with torch.random.fork_rng(devices=[]):  # the initial weights are thrown away
        model = Actor(config)
    have = dict(state)
    for key in model.state_dict():
        if key.endswith(".pe"):
            have[key] = sinusoids(MAX_LENGTH, config.latent_dim)
    check_fits(model, have, name)
    model.load_state_dict({k: v.float() for k, v in have.items()}, assign=True)
    return model.eval().requires_grad_(False)


def check_fits(model: Actor, state: Mapping[str, Tensor], name: str) -> None:
    """Raise ModelProblem unless ``state`` has the model's keys and shapes, all finite."""
    wanted = {key: tuple(value.shape) for key, value in model.state_dict().items()}
    missing = sorted(wanted.keys() - state.keys())
    unexpected = sorted(state.keys() - wanted.keys())
    misfits = [
        f"{key} is {tuple(state[key].shape)} instead of {shape}"
        for key, shape in wanted.items()
        if key in state and tuple(state[key].shape) != shape
    ]
    broken = [k for k, v in state.items() if k in wanted and not bool(torch.isfinite(v).all())]
    faults = [
        f"{what} {named(keys)}"
        for what, keys in (
            ("it lacks", missing),
            ("it has unexpected", unexpected),
            ("a shape differs:", misfits),
            ("numbers are not finite in", broken),
        )
        if keys
    ]
    if faults:
        raise ModelProblem(
            f"{name} does not hold an ACTOR network: {'; '.join(faults)}.",
            "Choose a checkpoint of ACTOR's transformer with 6D rotations and translation.",
        )


def named(keys: Sequence[str], most: int = 3) -> str:
    """The first few keys, and how many more there are."""
    more = len(keys) - most
    return ", ".join(keys[:most]) + (f" and {more} more" if more > 0 else "")


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _load_own(path: Path) -> Checkpoint:
    try:
        with safe_open(path, framework="pt") as file:
            header = file.metadata() or {}
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise ModelProblem(
            f"{path.name} is not a readable checkpoint: damaged, truncated or of another kind.",
            "Copy it again, or choose a .safetensors or .pth.tar checkpoint.",
        ) from error
    if header.get("format") != FORMAT:
        raise ModelProblem(
            f"{path.name} is a safetensors file, but not a checkpoint of this program"
            f" (it holds {named(sorted(tensors)) or 'nothing'}).",
            "Choose a checkpoint written by Motion Studio, or a published .pth.tar.",
        )
    facts = _facts(header, path.name)
    state = {k: v for k, v in tensors.items() if not k.startswith(LATENT_PREFIX)}
    config = _config(facts, path.name)
    labels = tuple(str(label) for label in facts["labels"])
    if len(labels) != config.num_classes:
        raise ModelProblem(
            f"{path.name} names {len(labels)} actions, but its network has {config.num_classes}."
        )
    return Checkpoint(
        model=build(config, state, path.name),
        labels=labels,
        fps=float(facts["fps"]),
        name=path.name,
        sha256=file_sha256(path),
        num_frames=int(facts["num_frames"]),
        is_y_down=bool(facts["is_y_down"]),
        dataset=str(facts["dataset"]),
        notes=str(facts["notes"]),
        training=dict(facts["training"]),
        latents=_latents(tensors, config, path.name),
    )


def _facts(header: Mapping[str, str], name: str) -> dict[str, Any]:
    defaults: dict[str, Any] = {
        "fps": 30.0, "num_frames": 60, "is_y_down": False, "dataset": "", "notes": "",
        "training": {},
    }  # fmt: skip
    try:
        read = {key: json.loads(text) for key, text in header.items() if key != "format"}
    except ValueError as error:
        raise ModelProblem(f"The header of {name} is damaged: {error}.") from error
    for key in ("config", "labels"):
        if key not in read:
            raise ModelProblem(f"The header of {name} is damaged: it has no {key}.")
    return defaults | read


def _config(facts: Mapping[str, Any], name: str) -> ActorConfig:
    try:
        return ActorConfig(**facts["config"])
    except TypeError as error:
        raise ModelProblem(
            f"The header of {name} describes another network: {error}.",
            "It may come from a newer version of the program.",
        ) from error


def _latents(tensors: Mapping[str, Tensor], config: ActorConfig, name: str) -> LatentSamples | None:
    z, labels = tensors.get(LATENT_PREFIX + "z"), tensors.get(LATENT_PREFIX + "labels")
    if z is None or labels is None:
        return None
    if z.ndim != 2 or z.shape[1] != config.latent_dim or labels.shape != z.shape[:1]:
        raise ModelProblem(
            f"{name} is damaged: its latents have shapes {tuple(z.shape)}, {tuple(labels.shape)}."
        )
    return LatentSamples(z=z.float(), labels=labels.long())
