"""Sampling from one checkpoint: everything the Create page asks of ACTOR, as plain calls.

torch and the network are imported by the first call that needs them, never before: the window opens
without. A sampler belongs to one checkpoint file; choosing another makes another sampler.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from core import __version__
from core.errors import ModelProblem
from core.motion import Motion, Provenance
from core.paths import RESOURCES
from studio.services.latent_map import LatentMap, build_map
from studio.services.model_facts import model_name, read_facts

if TYPE_CHECKING:
    from core.actor.checkpoint import Checkpoint
    from core.actor.latent import Direction

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
    places: tuple[Place | None, ...]
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Shaped:
    """One shaped clip, where it lies on the map (None while there is none), and the seconds."""

    motion: Motion
    place: Place | None
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
        self._loading = threading.Lock()
        self._finding = threading.Lock()
        self._mapping = threading.Lock()

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
                name=_shown_name(self.path, model_name(self.path, loaded.training)),
                labels=tuple(loaded.labels), num_frames=loaded.num_frames, fps=loaded.fps,
            )  # fmt: skip
        if not self.is_available:
            return ModelCard(name="no model", labels=())
        if facts := read_facts(self.path):
            return ModelCard(
                name=_shown_name(self.path, facts.name), labels=facts.labels,
                num_frames=facts.num_frames, fps=facts.fps,
            )  # fmt: skip
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
                import torch

                from core.actor.checkpoint import load_checkpoint

                # a few clips are small work: more threads only get in the way of drawing
                torch.set_num_threads(max(1, min(4, (os.cpu_count() or 2) // 2)))
                self._checkpoint = load_checkpoint(self.path)
            return self._checkpoint

    # -- sampling ---------------------------------------------------------------------------------
    def sample(
        self, settings: SampleSettings, shapes: Mapping[int, SampleShape] | None = None
    ) -> Sampled:
        """Sample ``settings.count`` clips; ``shapes`` moves some of them, by their index.

        Raises ModelProblem when the checkpoint is not there, does not fit or knows no such action.
        """
        checkpoint = self._loaded()
        shapes = shapes or {}
        begun = time.perf_counter()
        motions, places = self._decoded(
            checkpoint,
            settings,
            [(index, shapes.get(index, SampleShape())) for index in range(settings.count)],
        )
        return Sampled(
            settings=settings,
            motions=tuple(motions),
            places=tuple(places),
            seconds=time.perf_counter() - begun,
        )

    def one(self, settings: SampleSettings, index: int, shape: SampleShape) -> Shaped:
        """Return one sample of the request, shaped; the same as the one :meth:`sample` gives."""
        checkpoint = self._loaded()
        begun = time.perf_counter()
        motions, places = self._decoded(checkpoint, settings, [(index, shape)])
        return Shaped(motion=motions[0], place=places[0], seconds=time.perf_counter() - begun)

    def _decoded(
        self,
        checkpoint: Checkpoint,
        settings: SampleSettings,
        wanted: list[tuple[int, SampleShape]],
    ) -> tuple[list[Motion], list[Place | None]]:
        import torch

        from core.actor.sampling import decode_memory

        vectors: list[FloatArray] = []
        origins: list[Provenance] = []
        for index, shape in wanted:
            vector, label = self._vector(checkpoint, settings, index, shape)
            latent = None
            if not shape.is_plain:
                bias = self._biases(checkpoint)[checkpoint.label_index(label)]
                latent = tuple(float(v) for v in vector - bias)
            vectors.append(vector)
            origins.append(_origin(checkpoint, settings, index, label, latent))
        memory = torch.from_numpy(np.stack(vectors))
        motions = decode_memory(checkpoint, memory, settings.num_frames, origins)
        places = [self._place(v, s) for v, (_, s) in zip(vectors, wanted, strict=True)]
        return motions, places

    def place(self, settings: SampleSettings, index: int, shape: SampleShape) -> Place | None:
        """Where one sample lies on the map; None while there is no map."""
        if self._map is None:
            return None
        return self._place(self._vector(self._loaded(), settings, index, shape)[0], shape)

    def _place(self, vector: FloatArray, shape: SampleShape) -> Place | None:
        if shape.place is not None and not any(shape.offsets):
            return shape.place  # the ring stays under the pointer
        return self._map.project(vector) if self._map is not None else None

    def _vector(
        self, checkpoint: Checkpoint, settings: SampleSettings, index: int, shape: SampleShape
    ) -> tuple[FloatArray, str]:
        """What the decoder sees (D,) for one sample, and the action it counts as."""
        import torch

        from core.actor.sampling import stream

        label = settings.label
        plane = self._map
        if shape.place is not None and plane is not None:
            nearest, vector = plane.blend(*shape.place)
            label = plane.labels[nearest]
        else:
            generator = stream(settings.seed, label, index)
            drawn = torch.randn(checkpoint.config.latent_dim, generator=generator).numpy()
            bias = self._biases(checkpoint)[checkpoint.label_index(label)]
            vector = (drawn * settings.sigma + bias).astype(np.float32)
        if any(shape.offsets):
            found = self._directions_of(checkpoint, settings.label)
            for offset, direction in zip(shape.offsets, found, strict=False):
                vector = vector + np.float32(offset) * direction.vector
        return vector, label

    # -- what the model knows ---------------------------------------------------------------------
    def directions(self, label: str) -> tuple[str, ...]:
        """Names of an action's latent directions, the strongest first; computed once."""
        return tuple(d.name for d in self._directions_of(self._loaded(), label))

    def _directions_of(self, checkpoint: Checkpoint, label: str) -> tuple[Direction, ...]:
        from core.actor.latent import principal_directions

        with self._finding:  # found once and kept with the checkpoint
            return principal_directions(checkpoint, label, NUM_DIRECTIONS)

    def latent_map(self) -> LatentMap:
        """The map of all actions, computed once: from the checkpoint's own latents if it has any.

        Otherwise the dots are draws from the prior, which is where samples come from.
        """
        checkpoint = self._loaded()
        with self._mapping:
            if self._map is None:
                latents, owners = self._known_latents(checkpoint)
                self._map = build_map(
                    tuple(checkpoint.labels), latents, owners, self._biases(checkpoint)
                )
            return self._map

    def _known_latents(self, checkpoint: Checkpoint) -> tuple[FloatArray, npt.NDArray[np.int64]]:
        count = len(checkpoint.labels)
        kept = checkpoint.latents
        if kept is not None and len(kept.z):
            labels = kept.labels.numpy()
            rows = np.concatenate([np.flatnonzero(labels == c)[:MAP_CLIPS] for c in range(count)])
            return kept.z.numpy()[rows].astype(np.float32), labels[rows].astype(np.int64)
        rng = np.random.default_rng(0)
        drawn = rng.standard_normal((count * MAP_CLIPS, checkpoint.config.latent_dim))
        return drawn.astype(np.float32), np.repeat(np.arange(count), MAP_CLIPS)

    def reencode(self, motion: Motion, label: str, num_frames: int) -> Motion:
        """Encode a clip and decode it as another action or length, at its own place."""
        from core.actor.latent import reencode

        return reencode(self._loaded(), motion, label=label, num_frames=num_frames)

    def _biases(self, checkpoint: Checkpoint) -> FloatArray:
        """The actions' own vectors (C, D)."""
        biases: FloatArray = checkpoint.model.decoder.actionBiases.detach().cpu().numpy()
        return biases


def _origin(
    checkpoint: Checkpoint,
    settings: SampleSettings,
    index: int,
    label: str,
    latent: tuple[float, ...] | None,
) -> Provenance:
    return Provenance(
        kind="generated",
        checkpoint=checkpoint.name,
        checkpoint_sha256=checkpoint.sha256,
        label=label,
        seed=settings.seed,
        sample=index,
        sigma=settings.sigma,
        num_frames=settings.num_frames,
        latent=latent,
        version=__version__,
    )


def _shown_name(path: Path, name: str) -> str:
    return "demo model" if path == DEMO_CHECKPOINT else name
