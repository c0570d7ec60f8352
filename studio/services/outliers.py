"""Clips of a data set that may spoil a training: too short, unseen frames, trembling, frozen.

Each clip is measured once; the measurements are kept beside the data set. What counts as an outlier
is decided from them each time, against the data set's own clips. Free of Qt and of torch.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from core.atomic import written_whole
from core.errors import FileProblem, StudioError
from core.motion import Motion
from core.progress import SILENT, Progress
from studio.services.datasets import Table

if TYPE_CHECKING:
    from core.datasets.store import ClipStore

log = logging.getLogger(__name__)
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

CACHE = "outliers.npz"
KINDS: dict[str, tuple[str, str]] = {
    "short": ("Short", "Fewer than 30 frames, half a second, or a quarter of the usual length"),
    "missing": ("Missing", "More than a tenth of the frames were not seen by the estimator"),
    "jitter": ("Jitter", "Trembles far more than the data set's other clips"),
    "frozen": ("Frozen", "Hardly moves: its joints stay below 2 cm/s for most of the clip"),
}
_MISSING_SHARE = 0.1
_STILL_M_PER_S = 0.02  # mean speed of all joints; a person standing sways by about 1 cm/s
_FROZEN_SHARE = 0.8
_FAR = 4.0  # robust standard deviations above the median
_SHORTEST_SECONDS, _SHORTEST_FRAMES = 0.5, 30  # half of what a training usually takes
_EVERY = 25  # clips between two reports


@dataclass(frozen=True, eq=False)
class Measures:
    """One number a clip, all (N,): mean jerk of the joints in m/s^3, share of unseen frames, share
    of frames in which the body stands still."""

    jitter: FloatArray
    missing: FloatArray
    still: FloatArray

    def __len__(self) -> int:
        return len(self.jitter)


@dataclass(frozen=True, kw_only=True)
class Outlier:
    """A clip worth a look, why, and how bad it is (larger is worse, within its kind)."""

    index: int
    kind: str
    text: str
    badness: float


def measured(motion: Motion) -> tuple[float, float, float]:
    """Jitter, share of unseen frames and share of still frames of one clip.

    Jitter is the mean length of the third difference of the 24 joints' positions by time, after
    Flash and Hogan's (1985) measure of smoothness; translation is in it.
    """
    from core.body import joint_positions
    from core.cleanup.gaps import missing_frames

    joints = np.asarray(joint_positions(motion), np.float64)
    missing = float(missing_frames(motion).mean())
    if len(joints) < 4:
        return 0.0, missing, 0.0
    jerk = np.linalg.norm(np.diff(joints, 3, axis=0), axis=-1).mean() * motion.fps**3
    speed = np.linalg.norm(np.diff(joints, axis=0), axis=-1).mean(axis=1) * motion.fps
    return float(jerk), missing, float((speed < _STILL_M_PER_S).mean())


def measure_store(store: ClipStore, folder: Path, progress: Progress = SILENT) -> Measures:
    """Measure every clip, those measured before from the file in ``folder``. Raises Cancelled."""
    known = _load(folder, store.name)
    rows = [] if known is None or len(known) > len(store) else list(_rows(known))
    begun = len(rows)
    for index in range(begun, len(store)):
        if index % _EVERY == 0:
            progress.step(index / len(store), f"Measuring {index} of {len(store)} clips")
        try:
            rows.append(measured(store.motion(index)))
        except StudioError as error:  # a clip that cannot be read is the worst outlier
            log.warning("clip %d of %s: %s", index, store.name, error)
            rows.append((np.inf, 1.0, 1.0))
    table = np.array(rows, np.float64).reshape(-1, 3)
    measures = Measures(table[:, 0], table[:, 1], table[:, 2])
    if len(rows) > begun:
        _save(folder, store.name, measures)
    return measures


def find_outliers(table: Table, measures: Measures) -> tuple[Outlier, ...]:
    """The clips worth a look, the worst of each kind first, without those already decided on."""
    count = min(len(table), len(measures))
    if not count:
        return ()
    lengths, fps = table.num_frames[:count].astype(np.float64), table.fps[:count]
    usual = float(np.median(lengths))  # of all: decisions must not move the limits
    limit = _far_above(measures.jitter)
    jitter, still = measures.jitter[:count], measures.still[:count]
    missing = np.maximum(measures.missing[:count], table.missing[:count] / np.maximum(lengths, 1))
    is_short = lengths < max(usual / 4, _SHORTEST_FRAMES)
    is_short |= lengths / fps < _SHORTEST_SECONDS
    checks: tuple[tuple[str, BoolArray, FloatArray, Callable[[float], str]], ...] = (
        ("short", is_short, -lengths, lambda v: f"{-v:.0f} frames, {usual:.0f} are usual"),
        ("missing", missing > _MISSING_SHARE, missing, lambda v: f"{v:.0%} of the frames unseen"),
        ("jitter", jitter > limit, jitter,
         lambda v: f"jerk {v:,.0f} m/s³, {limit:,.0f} is much"),
        ("frozen", still > _FROZEN_SHARE, still, lambda v: f"still for {v:.0%} of the clip"),
    )  # fmt: skip
    found = []
    for kind, is_out, badness, text in checks:
        mine = np.flatnonzero(is_out & table.is_open[:count])
        for index in mine[np.argsort(-badness[mine], kind="stable")]:
            value = float(badness[index])
            found.append(Outlier(index=int(index), kind=kind, text=text(value), badness=value))
    return tuple(found)


def _far_above(values: FloatArray) -> float:
    """What lies far above the others on a logarithmic scale; without a spread nothing does."""
    usable = np.log(values[np.isfinite(values) & (values > 0)])
    if len(usable) < 8:
        return float("inf")
    middle = np.median(usable)
    spread = 1.4826 * np.median(np.abs(usable - middle))
    return float(np.exp(middle + _FAR * max(spread, 0.1)))


def _rows(measures: Measures) -> Sequence[tuple[float, float, float]]:
    table = np.stack([measures.jitter, measures.missing, measures.still], axis=1)
    return [(float(a), float(b), float(c)) for a, b, c in table]


def _load(folder: Path, name: str) -> Measures | None:
    try:
        with np.load(folder / CACHE, allow_pickle=False) as arrays:
            table = np.asarray(arrays["table"], np.float64)
            if str(arrays["name"]) != name or table.ndim != 2 or table.shape[1] != 3:
                return None
    except (OSError, ValueError, KeyError, EOFError):
        return None
    return Measures(table[:, 0], table[:, 1], table[:, 2])


def _save(folder: Path, name: str, measures: Measures) -> None:
    try:
        with written_whole(folder / CACHE) as path, path.open("wb") as file:
            np.savez(file, table=np.array(_rows(measures)), name=np.array(name))
    except FileProblem as problem:  # a read-only data set is measured again next time
        log.info("measurements are not kept: %s", problem)
