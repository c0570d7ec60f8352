"""A network that is none: it stands in for VIBE and PARE where only the pipeline is tested.

Also run as a program by the test that kills a run: ``python -m tests.core.estimators.stand_in
VIDEO PEOPLE.npz WORK_FOLDER SECONDS`` estimates with a network that takes that long a batch.
"""

from __future__ import annotations

import dataclasses
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from core.estimators import ESTIMATORS, EstimateOptions, estimate_people
from core.estimators.regressed import Regressed
from core.video.people import People


class StandIn:
    """Sees the mean grey of a crop, and turns it into a body that stands upright."""

    def __init__(self, key: str = "stand-in", *, margin: float = 1.1, pause: float = 0.0) -> None:
        self.key = key
        self.margin = margin
        self.min_frames = 25
        self.keeps_attention = False
        self.crops_seen = 0
        self.runs: list[int] = []
        self.largest = 0
        self.cam = (0.8, 0.0, 0.0)
        self._pause = pause

    def look(self, crops: np.ndarray) -> dict[str, np.ndarray]:
        assert crops.dtype == np.float32 and crops.shape[1:] == (3, 224, 224)
        time.sleep(self._pause)
        self.crops_seen += len(crops)
        self.largest = max(self.largest, len(crops))
        return {"grey": crops.mean((1, 2, 3))[:, None]}

    def regressed(self, rows: dict[str, np.ndarray]) -> Regressed:
        count = len(rows["grey"])
        self.runs.append(count)
        rotmats = np.tile(np.eye(3, dtype=np.float32), (count, 24, 1, 1))
        rotmats[:, 0] = np.diag([1, -1, -1])  # upright in axes with y down
        betas = np.zeros((count, 10), np.float32)
        betas[:, 0] = rows["grey"][:, 0]
        cam = np.tile(np.array(self.cam, np.float32), (count, 1))
        return Regressed(rotmats=rotmats, betas=betas, cam=cam)


def entries(**networks: Any) -> dict[str, Any]:
    """Rows for the table of estimators that give these networks."""
    return {
        name: dataclasses.replace(
            ESTIMATORS["vibe"], name=name, load=lambda options, network=network: network
        )
        for name, network in networks.items()
    }


def main() -> None:
    video, people, work, pause = sys.argv[1:]
    ESTIMATORS.update(entries(vibe=StandIn(pause=float(pause))))
    options = EstimateOptions(estimators=("vibe",), work_folder=Path(work))
    estimate_people(Path(video), options, People.load(Path(people)))


if __name__ == "__main__":
    main()
