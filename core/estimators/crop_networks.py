"""VIBE and PARE as the pipeline drives them: loaded from the user's files, fed a few crops a time.

The networks themselves are in ``vibe`` and ``pare``; here is only what differs between them: the
crop's margin, what is kept of a crop, and what a track's rows become.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from core import weights
from core.errors import ModelProblem
from core.estimators.chunks import digest_of, file_stamp
from core.estimators.options import EstimateOptions
from core.estimators.regressed import Regressed

if TYPE_CHECKING:  # they bring torch
    from core.estimators.pare import PareNetwork
    from core.estimators.vibe import VibeNetwork

Arrays = dict[str, npt.NDArray[Any]]

OFFICIAL_SEQUENCE = 450  # frames VIBE's recurrent network sees at a time; then it forgets


def supplied(name: str) -> Path:
    """Return the path of a file the user brought.

    Raises ModelProblem that says what is missing, where it is to be had and how to point at it.
    """
    path = weights.supplied(name)
    if path is None:
        file = weights.SUPPLIED[name]
        raise ModelProblem(
            f"{file.file}, needed for {file.needed_for}, is not there.",
            f"{file.where} Its licence: {file.licence}. Then point at the file in File > Model "
            f"files, or with `motion-studio models --add {name}=FILE`.",
        )
    return path


class Vibe:
    """SPIN's features crop by crop, then VIBE's recurrent network over the track."""

    margin = 1.1
    min_frames = 25
    keeps_attention = False

    def __init__(self, network: VibeNetwork, key: str, *, official: bool = False) -> None:
        self._network = network
        self._official = official
        self.key = key

    @classmethod
    def loaded(cls, options: EstimateOptions) -> Vibe:
        """Load from the user's files. Raises ModelProblem."""
        vibe, spin = supplied("vibe"), supplied("spin")
        from core.estimators.vibe import load_vibe

        network = load_vibe(vibe, spin, device=options.device, precision=options.precision)
        # what is kept of a crop are SPIN's features, which VIBE's own file has no part in
        key = digest_of("vibe", file_stamp(spin), options.precision)
        return cls(network, key, official=options.official)

    def look(self, crops: npt.NDArray[np.float32]) -> Arrays:
        """Return features (N, 2048)."""
        return {"features": self._network.features(crops)}

    def regressed(self, rows: Arrays) -> Regressed:
        """Return the bodies of consecutive frames: one memory for all, unless official."""
        features = rows["features"]
        length = OFFICIAL_SEQUENCE if self._official else len(features)
        return Regressed.joined(
            [
                self._network.decode(features[start : start + length])
                for start in range(0, len(features), length)
            ]
        )


class Pare:
    """PARE, which looks at every frame by itself."""

    margin = 1.0
    min_frames = 1

    def __init__(self, network: PareNetwork, key: str, *, attention: bool = False) -> None:
        self._network = network
        self.keeps_attention = attention
        self.key = key

    @classmethod
    def loaded(cls, options: EstimateOptions) -> Pare:
        """Load from the user's file. Raises ModelProblem."""
        path = supplied("pare")
        from core.estimators.pare import load_pare

        network = load_pare(path, device=options.device, precision=options.precision)
        key = digest_of("pare", file_stamp(path), options.precision, options.attention)
        return cls(network, key, attention=options.attention)

    def look(self, crops: npt.NDArray[np.float32]) -> Arrays:
        """Return what the network says of each crop, and where it looked if that is kept."""
        found = self._network.regress(crops, attention=self.keeps_attention)
        rows: Arrays = {"rotmats": found.rotmats, "betas": found.betas, "cam": found.cam}
        if found.attention is not None:
            peak = np.maximum(found.attention.max(axis=(-2, -1), keepdims=True), 1e-12)
            rows["attention"] = np.round(found.attention / peak * 255).astype(np.uint8)
        return rows

    def regressed(self, rows: Arrays) -> Regressed:
        """Return the rows as they are: nothing connects the frames."""
        return Regressed(rotmats=rows["rotmats"], betas=rows["betas"], cam=rows["cam"])
