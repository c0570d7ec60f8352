"""What a checkpoint file says of itself, read from its header: neither torch nor the network."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.errors import ModelProblem

_MOST_LABELS = 6  # named in a line


@dataclass(frozen=True, kw_only=True)
class ModelFacts:
    """Name, actions, rate and trained length (frames), data set, and the training's story."""

    name: str
    labels: tuple[str, ...] = ()
    fps: float = 30.0
    num_frames: int = 60
    dataset: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)

    def lines(self) -> list[str]:
        """For a tooltip: what it knows, learned from, and how."""
        said = [labels_text(self.labels)] if self.labels else []
        if self.dataset:
            said.append(f"data {self.dataset}")
        kl, layers, width = (self.config.get(k) for k in ("lambda_kl", "num_layers", "latent_dim"))
        if kl is not None:
            said.append(f"KL {kl:g}")
        if layers and width:
            said.append(f"{layers} + {layers} layers of {width}")
        return [*said, f"{self.num_frames} frames at {self.fps:g} a second"]


def labels_text(labels: Sequence[str]) -> str:
    """Actions in a line: "13 actions: kicking, salute, …"."""
    shown = ", ".join(labels[:_MOST_LABELS]) + (", …" if len(labels) > _MOST_LABELS else "")
    return f"{len(labels)} action{'s' * (len(labels) != 1)}: {shown}"


def model_name(path: Path, training: Mapping[str, Any]) -> str:
    """What to call a checkpoint: its training and epoch, as its file is only called epoch_000060.

    A published one is called by its folder too: all of them are called checkpoint_0200.pth.tar.
    """
    config = training.get("config")
    named = config.get("name") if isinstance(config, Mapping) else ""
    if named and training.get("epoch"):
        return f"{named}, epoch {int(training['epoch']):,}"
    return path.name if path.suffix == ".safetensors" else f"{path.parent.name}/{path.name}"


def read_facts(path: Path) -> ModelFacts | None:
    """Read a file's header; None for one that has none such, as the published ones.

    Raises ModelProblem for a file that is damaged.
    """
    if path.suffix != ".safetensors":
        return None
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            raw = file.metadata() or {}
        facts = {key: json.loads(value) for key, value in raw.items() if key in _KEYS}
        training = facts.get("training") or {}
        labels = tuple(str(name) for name in facts.get("labels", ()))
        return ModelFacts(
            name=model_name(path, training), labels=labels, fps=float(facts.get("fps", 30.0)),
            num_frames=int(facts.get("num_frames", 60)), dataset=str(facts.get("dataset", "")),
            config=training.get("config") or facts.get("config") or {},
        ) if labels else None  # fmt: skip
    except (SafetensorError, OSError, ValueError, TypeError, AttributeError) as error:
        raise ModelProblem(
            f"{path.name} is not a readable checkpoint.", "Choose another file, or copy it again."
        ) from error


_KEYS = ("labels", "fps", "num_frames", "dataset", "training", "config")
