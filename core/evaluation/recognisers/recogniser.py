"""A trained recogniser with what is known about it, and its file.

The file is safetensors: the parameters, and in the header what it reads, its labels, and what it
was trained on. The published recognisers of Action2Motion open too, but they read joints of a body
this program has no licence to ship, so they only run on such joints.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from core.actor.kinematics import features_to_joints
from core.atomic import written_whole
from core.body import default_body
from core.datasets.classes import HUMANACT12, NTU13
from core.errors import ModelProblem
from core.evaluation.recognisers.gru import GruRecogniser
from core.evaluation.recognisers.stgcn import StgcnRecogniser
from core.skeleton import NUM_JOINTS

Kind = Literal["gru", "stgcn"]
FORMAT = "motion-studio-recogniser-1"
PUBLISHED = "Action2Motion"
_BATCH = 256
FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True, eq=False)
class Recogniser:
    """A network in eval mode. ``trained_on``: dataset, fingerprint, estimators, split, accuracy."""

    kind: Kind
    model: nn.Module
    labels: tuple[str, ...]
    num_frames: int = 60
    fps: float = 30.0
    name: str = ""
    trained_on: dict[str, Any] = field(default_factory=dict)

    @torch.inference_mode()
    def read(
        self, x: FloatArray, *, h0: torch.Generator | None = None
    ) -> tuple[FloatArray, FloatArray]:
        """Motions (B, 25, 6, T) -> features (B, D) and logits (B, C).

        ``h0`` draws a GRU's first hidden state from N(0, I), as the originals do; else it is zero.
        """
        found = []
        for first in range(0, len(x), _BATCH):
            part = torch.from_numpy(np.ascontiguousarray(x[first : first + _BATCH]))
            found.append(self._run(part, h0))
        features, logits = (torch.cat(parts).numpy() for parts in zip(*found, strict=True))
        return features, logits

    def _run(self, x: Tensor, h0: torch.Generator | None) -> tuple[Tensor, Tensor]:
        inputs = inputs_of(self.kind, x)
        if self.kind == "stgcn":
            features, logits = self.model(inputs)
            return features, logits
        lengths = torch.full((len(x),), x.shape[-1])
        start = None if h0 is None else torch.randn(2, len(x), 128, generator=h0)
        features, logits = self.model(inputs, lengths, start)
        return features, logits


def inputs_of(kind: Kind, x: Tensor) -> Tensor:
    """What a network reads of motions (B, 25, 6, T).

    GRU: 24 joints (B, 24, 3, T) in metres from where the pelvis began, by the free body; ST-GCN:
    the joints' rotations (B, 24, 6, T).
    """
    if kind == "stgcn":
        return x[:, :NUM_JOINTS]
    rest = torch.tensor(default_body().rest_joints)
    joints = features_to_joints(x, rest).unflatten(0, (len(x), -1))  # (B, T, 24, 3)
    path = x[:, NUM_JOINTS, :3].transpose(1, 2)  # (B, T, 3)
    return (joints + path[:, :, None]).permute(0, 2, 3, 1)


def checked_kind(kind: str) -> Kind:
    """Return a kind of recogniser. Raises ModelProblem for one there is not."""
    if kind == "gru":
        return "gru"
    if kind == "stgcn":
        return "stgcn"
    raise ModelProblem(f"There is no recogniser of kind {kind!r}.", "Take gru or stgcn.")


def new_network(kind: Kind, num_classes: int) -> nn.Module:
    """An untrained network."""
    return GruRecogniser(NUM_JOINTS, num_classes) if kind == "gru" else StgcnRecogniser(num_classes)


def save_recogniser(path: Path, recogniser: Recogniser) -> None:
    """Write a recogniser, whole or not at all. Raises FileProblem."""
    about = {
        "format": FORMAT,
        "kind": recogniser.kind,
        "labels": json.dumps(recogniser.labels),
        "num_frames": str(recogniser.num_frames),
        "fps": str(recogniser.fps),
        "trained_on": json.dumps(recogniser.trained_on),
    }
    state = {k: v.detach().cpu().contiguous() for k, v in recogniser.model.state_dict().items()}
    with written_whole(path) as temporary:
        save_file(state, temporary, metadata=about)


def load_recogniser(path: Path) -> Recogniser:
    """Read an own recogniser, or a published one of Action2Motion. Raises ModelProblem."""
    path = Path(path)
    if path.name.endswith((".tar", ".pth", ".pt")):
        return _published(path)
    try:
        with safe_open(path, framework="pt") as file:
            about = file.metadata() or {}
            state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        if about.get("format") != FORMAT:
            raise ValueError("another format")
        labels = tuple(str(label) for label in json.loads(about["labels"]))
        kind: Kind = "stgcn" if about["kind"] == "stgcn" else "gru"
        model = new_network(kind, len(labels))
        model.load_state_dict(state)
        return Recogniser(
            kind=kind, model=model.eval(), labels=labels, num_frames=int(about["num_frames"]),
            fps=float(about["fps"]), name=path.stem, trained_on=json.loads(about["trained_on"]),
        )  # fmt: skip
    except (OSError, SafetensorError, ValueError, KeyError, RuntimeError) as error:
        raise ModelProblem(
            f"{path.name} is not a readable recogniser.",
            "Train one on the Evaluate page, or choose another file.",
        ) from error


def _published(path: Path) -> Recogniser:
    try:
        state = torch.load(path, weights_only=True, map_location="cpu")["model"]
        joints = state["recurrent.weight_ih_l0"].shape[1] // 3
        classes = state["linear2.weight"].shape[0]
        model = GruRecogniser(joints, classes)
        model.load_state_dict(state)
    except Exception as error:
        raise ModelProblem(
            f"{path.name} is not a published recogniser.", "Choose another file."
        ) from error
    labels = {13: tuple(NTU13.values()), 12: HUMANACT12}.get(
        classes, tuple(map(str, range(classes)))
    )
    return Recogniser(
        kind="gru", model=model.eval(), labels=labels, name=path.stem,
        trained_on={"dataset": PUBLISHED, "joints": joints},
    )  # fmt: skip
