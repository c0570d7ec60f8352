"""Sampling from one checkpoint: everything the Create page asks of ACTOR, as plain calls.

torch and the network are imported by the first call that needs them, never before: the window opens
without. A sampler belongs to one checkpoint file; choosing another makes another sampler.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from core.errors import ModelProblem
from core.motion import Motion
from core.paths import RESOURCES
from studio.services.latent_map import LatentMap

if TYPE_CHECKING:
    from core.actor.checkpoint import Checkpoint

DEMO_CHECKPOINT = RESOURCES / "models" / "demo_actor.safetensors"
MIN_LENGTH, MAX_LENGTH = 20, 120  # frames
MAX_SAMPLES = 9
MAX_SIGMA = 2.0
MAX_SEED = 2**31 - 1
DEFAULT_SEED = 7
NUM_DIRECTIONS = 5
MAP_CLIPS = 28  # dots an action where the checkpoint brings no latents of its own

FloatArray = npt.NDArray[np.float32]
Place = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class SampleSettings:
    """What to sample; the same settings give the same clips."""

    label: str
    num_frames: int = 60
    count: int = 3
    seed: int = DEFAULT_SEED
    sigma: float = 1.0


@dataclass(frozen=True, kw_only=True)
class SampleShape:
    """How one sample was moved from where it was drawn.

    offsets: standard deviations along the action's directions; place: a place of the map that
    replaces the drawn latent.
    """

    offsets: tuple[float, ...] = ()
    place: Place | None = None

    @property
    def is_plain(self) -> bool:
        return self.place is None and not any(self.offsets)


@dataclass(frozen=True, kw_only=True)
class Sampled:
    """The clips of one request, where each lies on the map, and the seconds it took."""

    settings: SampleSettings
    motions: tuple[Motion, ...]
    places: tuple[Place, ...]
    seconds: float


@dataclass(frozen=True, kw_only=True)
class ModelCard:
    """What a checkpoint says of itself: its name, actions, trained length (frames) and rate."""

    name: str
    labels: tuple[str, ...]
    num_frames: int = 60
    fps: float = 30.0


class Sampler:
    """One checkpoint, loaded when first needed. Safe to call from several threads."""

    def __init__(self, path: Path = DEMO_CHECKPOINT) -> None:
        self.path = path
        self._checkpoint: Checkpoint | None = None
        self._map: LatentMap | None = None
        self._directions: dict[str, list[Any]] = {}
        self._loading = threading.Lock()
        self._knowing = threading.RLock()

    # -- the checkpoint ---------------------------------------------------------------------------
    @property
    def is_available(self) -> bool:
        return self.path.is_file()

    @property
    def is_loaded(self) -> bool:
        return self._checkpoint is not None

    @property
    def absence(self) -> tuple[str, str]:
        """Message and hint for a checkpoint that is not there."""
        if self.path == DEMO_CHECKPOINT:
            return (
                "The demo model is not part of this copy of the program.",
                "Train it as docs/demo-model.md says, or open a checkpoint of your own.",
            )
        return f"{self.path.name} is not there any more.", "Choose another model."

    @property
    def card(self) -> ModelCard:
        """Name and actions, read without loading the network where the file allows it.

        No labels when the file is not there. Raises ModelProblem for a file that is no checkpoint.
        """
        if self._checkpoint is not None:
            loaded = self._checkpoint
            return ModelCard(
                name=_shown_name(self.path), labels=tuple(loaded.labels), fps=loaded.fps
            )
        if not self.is_available:
            return ModelCard(name="no model", labels=())
        if self.path.suffix == ".safetensors":
            labels = _labels_in_header(self.path)
            if labels:
                return ModelCard(name=_shown_name(self.path), labels=labels)
        self.loaded()
        return self.card

    def loaded(self) -> Sampler:
        """Load the checkpoint now. Raises ModelProblem saying why it does not fit."""
        self._loaded()
        return self

    def _loaded(self) -> Checkpoint:
        with self._loading:
            if self._checkpoint is None:
                if not self.is_available:
                    raise ModelProblem(*self.absence)
                from core.actor.checkpoint import load_checkpoint

                self._checkpoint = load_checkpoint(self.path)
            return self._checkpoint

    # -- sampling ---------------------------------------------------------------------------------
    def sample(
        self, settings: SampleSettings, shapes: Mapping[int, SampleShape] | None = None
    ) -> Sampled:
        """Sample ``settings.count`` clips; ``shapes`` moves some of them, by their index."""
        from core.actor import sampling

        checkpoint = self._loaded()
        begun = time.perf_counter()
        motions = sampling.sample(checkpoint, self._request(settings))
        places: list[Place] = [self._place(m, settings.label) for m in motions]
        for index, shape in (shapes or {}).items():
            if index < len(motions) and not shape.is_plain:
                motions[index], places[index], _ = self.one(settings, index, shape)
        return Sampled(
            settings=settings,
            motions=tuple(motions),
            places=tuple(places),
            seconds=time.perf_counter() - begun,
        )

    def one(
        self, settings: SampleSettings, index: int, shape: SampleShape
    ) -> tuple[Motion, Place, float]:
        """Return one sample of the request, shaped, its place, and the seconds it took."""
        raise NotImplementedError

    def _request(self, settings: SampleSettings) -> Any:
        from core.actor.sampling import SampleRequest

        return SampleRequest(
            label=settings.label,
            num_frames=settings.num_frames,
            count=settings.count,
            seed=settings.seed,
            sigma=settings.sigma,
        )

    def _place(self, motion: Motion, label: str) -> Place:
        raise NotImplementedError


def _shown_name(path: Path) -> str:
    return "demo model" if path == DEMO_CHECKPOINT else path.name


def _labels_in_header(path: Path) -> tuple[str, ...]:
    """The actions named in a safetensors header, () where there are none; imports no torch."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
        labels = json.loads(metadata.get("labels", "[]"))
    except (SafetensorError, OSError, ValueError) as error:
        raise ModelProblem(
            f"{path.name} is not a readable checkpoint.", "Choose another file, or copy it again."
        ) from error
    return tuple(str(name) for name in labels) if isinstance(labels, list) else ()
