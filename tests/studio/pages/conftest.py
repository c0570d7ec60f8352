"""A page's surroundings without a window, and a sampler that needs no network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtWidgets import QWidget

from core.errors import ModelProblem
from core.motion import Motion, Provenance
from core.project import Project
from studio.actions import Actions
from studio.document import Document
from studio.playback import Playback
from studio.services.latent_map import LatentMap, build_map
from studio.services.sampler import ModelCard, Sampled, SampleSettings, SampleShape, Shaped
from studio.window.page import PageContext

LABELS = ("kicking", "salute", "side kick")


class FakeSampler:
    """Behaves as a Sampler; a clip's first angle tells how it was asked for."""

    is_available = True
    is_loaded = True
    absence = ("No model.", "Get one.")

    def __init__(self) -> None:
        self.asked: list[SampleSettings] = []
        self.shaped: list[tuple[int, SampleShape]] = []
        self.error: Exception | None = None

    @property
    def card(self) -> ModelCard:
        return ModelCard(name="fake model", labels=LABELS)

    def _motion(self, settings: SampleSettings, index: int, tag: float, label: str = "") -> Motion:
        poses = np.zeros((settings.num_frames, 24, 3))
        poses[:, 0, 0] = tag
        return Motion(
            poses=poses,
            trans=np.zeros((settings.num_frames, 3)),
            provenance=Provenance(
                kind="generated", label=label or settings.label, seed=settings.seed, sample=index
            ),
        )

    def sample(self, settings: SampleSettings, shapes: Any = None) -> Sampled:
        if self.error is not None:
            raise self.error
        self.asked.append(settings)
        motions = tuple(self._motion(settings, i, settings.seed) for i in range(settings.count))
        places = tuple((float(i), 0.0) for i in range(settings.count))
        return Sampled(settings=settings, motions=motions, places=places, seconds=0.021)

    def one(self, settings: SampleSettings, index: int, shape: SampleShape) -> Shaped:
        self.shaped.append((index, shape))
        tag = sum(shape.offsets) + (shape.place or (0.0, 0.0))[0]
        return Shaped(motion=self._motion(settings, index, tag), place=shape.place, seconds=0.01)

    def place(self, settings: SampleSettings, index: int, shape: SampleShape) -> Any:
        return shape.place or (float(index), 0.0)

    def directions(self, label: str) -> tuple[str, ...]:
        return ("leg height", "tempo")

    def latent_map(self) -> LatentMap:
        rng = np.random.default_rng(0)
        owners = np.repeat(np.arange(3), 5)
        return build_map(LABELS, rng.standard_normal((15, 8)), owners, 4 * np.eye(3, 8))

    def reencode(self, motion: Motion, label: str, num_frames: int) -> Motion:
        return self._motion(SampleSettings(label=label, num_frames=num_frames), 0, 9.0)

    def loaded(self) -> FakeSampler:
        raise ModelProblem("That is no checkpoint.", "Choose another.")


@pytest.fixture
def fake_sampler() -> FakeSampler:
    return FakeSampler()


@pytest.fixture
def context(dressed: Any, qtbot: Any, home: Path, tmp_path: Path) -> Iterator[PageContext]:
    """What the window hands to a page; ``problems`` and ``jobs`` record what the page says."""
    window = QWidget()
    qtbot.addWidget(window)
    viewport = QWidget(window)
    document = Document(Project.open(tmp_path / "project"))
    playback = Playback(window)
    context = PageContext(
        document=document,
        playback=playback,
        actions=Actions(window),
        viewport=viewport,
        library=lambda: QWidget(window),
    )
    yield context
    playback.pause()
    if document.project is not None:
        document.project.close()
    document.deleteLater()


@pytest.fixture
def problems(context: PageContext) -> list[tuple[str, str]]:
    said: list[tuple[str, str]] = []
    context.document.problem.connect(lambda message, hint: said.append((message, hint)))
    return said
