"""VIBE and PARE as the pipeline drives them: loaded from the user's files, fed crops in batches.

The networks themselves are in ``vibe`` and ``pare``; here is only what differs between them: the
crop's margin, what is kept of a crop, and what a track's rows become.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import ModelProblem
from core.estimators.chunks import digest_of, file_stamp
from core.estimators.options import EstimateOptions

Arrays = dict[str, npt.NDArray[Any]]

_BATCH = 16  # crops at a time: more are not faster on a processor
_GPU_BATCH = 64
_OFFICIAL_SEQUENCE = 450  # frames VIBE's recurrent network sees at a time; then it forgets

_WHERE = {
    "vibe": (
        "VIBE's checkpoint (vibe_model_wo_3dpw.pth.tar)",
        "Its authors give it out for non-commercial research (github.com/mkocabas/VIBE, "
        "vibe_data.zip); then point at it in File > Model files, or with "
        "`motion-studio models --add vibe=FILE`.",
    ),
    "spin": (
        "SPIN's checkpoint (spin_model_checkpoint.pth.tar), which VIBE looks through",
        "It comes in the same vibe_data.zip, for non-commercial research "
        "(github.com/mkocabas/VIBE); then point at it in File > Model files, or with "
        "`motion-studio models --add spin=FILE`.",
    ),
    "pare": (
        "PARE's checkpoint (pare_w_3dpw_checkpoint.ckpt)",
        "Its authors give it out for non-commercial research (github.com/mkocabas/PARE, "
        "prepare_data.sh); then point at it in File > Model files, or with "
        "`motion-studio models --add pare=FILE`.",
    ),
}


def supplied(name: str) -> Any:
    """Return the path of a file the user brought.

    Raises ModelProblem that says what is missing, where it is to be had and how to point at it.
    """
    from core import weights

    lookup = getattr(weights, "supplied", None)
    path = lookup(name) if lookup is not None else None
    if path is None:
        what, how = _WHERE[name]
        raise ModelProblem(f"{what} is not there.", how)
    return path


class Vibe:
    """SPIN's features crop by crop, then VIBE's recurrent network over the track."""

    margin = 1.1
    min_frames = 25

    def __init__(self, network: Any, key: str, *, official: bool = False, batch: int = _BATCH):
        self._network = network
        self._official = official
        self._batch = batch
        self.key = key

    @classmethod
    def loaded(cls, options: EstimateOptions) -> Vibe:
        """Load from the user's files. Raises ModelProblem."""
        vibe, spin = supplied("vibe"), supplied("spin")
        from core.estimators.vibe import load_vibe

        network = load_vibe(vibe, spin, device=options.device, precision=options.precision)
        # what is kept of a crop are SPIN's features: VIBE's own file does not matter for them
        key = digest_of("vibe", file_stamp(spin), options.precision)
        return cls(network, key, official=options.official, batch=_batch_for(network))

    def look(self, crops: npt.NDArray[np.float32]) -> Arrays:
        """Return features (N, 2048)."""
        parts = [self._network.features(part) for part in _batches(crops, self._batch)]
        return {"features": np.concatenate(parts)}

    def regressed(self, rows: Arrays) -> Any:
        """Return the bodies of consecutive frames; the whole run in one memory, unless official."""
        features = rows["features"]
        if not self._official or len(features) <= _OFFICIAL_SEQUENCE:
            return self._network.decode(features)
        parts = [self._network.decode(part) for part in _batches(features, _OFFICIAL_SEQUENCE)]
        return joined(parts)


class Pare:
    """PARE, which looks at every frame by itself."""

    margin = 1.0
    min_frames = 1

    def __init__(self, network: Any, key: str, *, attention: bool = False, batch: int = _BATCH):
        self._network = network
        self._attention = attention
        self._batch = batch
        self.key = key

    @classmethod
    def loaded(cls, options: EstimateOptions) -> Pare:
        """Load from the user's files. Raises ModelProblem."""
        path = supplied("pare")
        from core.estimators.pare import load_pare

        network = load_pare(path, device=options.device, precision=options.precision)
        key = digest_of("pare", file_stamp(path), options.precision, options.attention)
        return cls(network, key, attention=options.attention, batch=_batch_for(network))

    def look(self, crops: npt.NDArray[np.float32]) -> Arrays:
        """Return what the network says of each crop, and where it looked if that is kept."""
        parts = [
            self._network.regress(part, attention=self._attention)
            for part in _batches(crops, self._batch)
        ]
        rows: Arrays = {
            name: np.concatenate([getattr(part, name) for part in parts])
            for name in ("rotmats", "betas", "cam")
        }
        if self._attention:
            maps = np.concatenate([part.attention for part in parts])
            peak = np.maximum(maps.max(axis=(-2, -1), keepdims=True), 1e-12)
            rows["attention"] = np.round(maps / peak * 255).astype(np.uint8)
        return rows

    def regressed(self, rows: Arrays) -> Any:
        """Return the rows as they are: nothing connects the frames."""
        from core.estimators.regressed import Regressed

        return Regressed(rotmats=rows["rotmats"], betas=rows["betas"], cam=rows["cam"])


def joined(parts: list[Any]) -> Any:
    """Return several Regressed, one after the other, as one."""
    from core.estimators.regressed import Regressed

    names = ("rotmats", "betas", "cam")
    return Regressed(**{n: np.concatenate([getattr(part, n) for part in parts]) for n in names})


def _batches(values: npt.NDArray[Any], size: int) -> list[npt.NDArray[Any]]:
    return [values[start : start + size] for start in range(0, len(values), size)]


def _batch_for(network: Any) -> int:
    return _GPU_BATCH if "cuda" in str(getattr(network, "device", "cpu")) else _BATCH
