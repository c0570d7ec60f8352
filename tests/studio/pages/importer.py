"""An importer that needs no network: two people walk through every video."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np

from core.motion import Motion, Provenance
from core.progress import Progress
from core.video.decode import VideoInfo
from core.video.people import People, Track
from studio.services.importing import ImportedPerson, ImportedVideo


def made_people(count: int = 1, num_frames: int = 60) -> People:
    """People who stand side by side in a picture of 200 by 100 pixels; the first is the largest."""
    info = VideoInfo(
        path=Path("walk.mp4"), width=200, height=100, fps=30.0, num_frames=num_frames,
        duration=num_frames / 30, rotation=0, codec="h264",
    )  # fmt: skip
    tracks = [
        Track(
            id=i + 1, frames=np.arange(num_frames), scores=np.ones(num_frames),
            boxes=np.tile([30.0 + 40 * i, 50.0, 20.0, 80.0 - 25 * i], (num_frames, 1)),
        )
        for i in range(count)
    ]  # fmt: skip
    return People(video=info, times=np.arange(num_frames) / 30, tracks=tuple(tracks))


def made_motion(name: str, estimator: str = "blazepose", num_frames: int = 60) -> Motion:
    return Motion(
        poses=np.zeros((num_frames, 24, 3)),
        trans=np.zeros((num_frames, 3)),
        confidence=np.full(num_frames, 0.9),
        provenance=Provenance(
            kind="estimated", estimator=estimator, source=name, source_sha256="ab" * 32
        ),
    )


class FakeImporter:
    """Reports two steps, waits at ``gate`` and returns who was chosen, or fails."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.error: Exception | None = None
        self.people = 1
        self.found: list[str] = []
        self.asked: list[tuple[str, float | None]] = []
        self.chosen: list[tuple[int, ...]] = []
        self.settings: list[Any] = []
        self.steps = 0

    def find(self, path: Path, *, work_folder: Path | None, progress: Progress) -> People:
        self.found.append(path.name)
        progress.step(0.5, "looking for people")
        return made_people(self.people)

    def estimate(
        self, path: Path, people: People, *, chosen: tuple[int, ...], settings: Any,
        work_folder: Path | None, progress: Progress,
    ) -> ImportedVideo:  # fmt: skip
        self.asked.append((path.name, settings.field_of_view))
        self.chosen.append(chosen)
        self.settings.append(settings)
        progress.step(0.5, "estimating", np.full((8, 6, 3), 200, np.uint8))
        while not self.gate.wait(0.01):
            progress.step(0.6, "estimating")
            self.steps += 1
        if self.error is not None:
            raise self.error
        return ImportedVideo(
            path=path,
            people=tuple(
                ImportedPerson(
                    motion=made_motion(path.name, estimator), track=i, estimator=estimator,
                    name=f"{path.stem}_person{i}"
                    + (f"_{estimator}" if len(settings.estimators) > 1 else ""),
                )
                for i in chosen
                for estimator in settings.estimators
            ),
        )  # fmt: skip
