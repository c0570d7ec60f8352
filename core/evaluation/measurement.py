"""The numbers of an evaluation's rows, seed by seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from core.actor.checkpoint import Checkpoint
from core.actor.features import features_to_motions, turned_over
from core.actor.sampling import decode_features, memory_of, stream
from core.datasets.features import Features
from core.errors import StudioError
from core.evaluation import metrics
from core.evaluation.energy import motion_energy
from core.evaluation.nearness import coverage, joint_paths, nearest_cm
from core.evaluation.physical import physical_measures
from core.evaluation.recognisers.recogniser import Recogniser
from core.evaluation.report import Misread, Row
from core.evaluation.windows import windows
from core.motion import Motion
from core.progress import SILENT, Progress

FloatArray = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
HELD_OUT = "GT held out"
ROWS = ("GT", "GT again", HELD_OUT, "reconstructed", "generated")
OTHER_WINDOWS = 100_003  # added to a seed: the same clips, other windows
_BATCH = 128


@dataclass(frozen=True, kw_only=True)
class EvaluateOptions:
    """How to measure. ``max_clips`` bounds a seed's clips, ``physical_clips`` those measured."""

    seeds: int = 20
    official: bool = False
    max_clips: int = 3000
    physical_clips: int = 260
    name: str = ""

    def __post_init__(self) -> None:
        if self.seeds < 1 or self.max_clips < 2:
            raise StudioError("An evaluation needs at least one seed and two clips.")


@dataclass(frozen=True, eq=False)
class ClipSet:
    """Clips of one row and seed: x (N, 25, 6, T), labels (N,), where to find them again (N,)."""

    x: FloatArray
    labels: Ints
    indices: Ints


class Measurement:
    """The numbers of all rows, seed by seed."""

    def __init__(
        self,
        model: Checkpoint,
        judge: Recogniser,
        train: Features,
        test: Features,
        original: tuple[Ints, Ints],
        options: EvaluateOptions,
    ) -> None:
        self.model, self.judge, self.options = model, judge, options
        self.train, self.test, self._original = train, test, original
        self.misread: list[Misread] = []
        self.warnings: list[str] = []
        self._values: dict[str, dict[str, list[float]]] = {}
        self._confusion: dict[str, Ints] = {}
        self._kept: dict[str, ClipSet] = {}
        self._kept_features: dict[str, FloatArray] = {}
        self._read_as = np.array([train.label_names.index(n) for n in judge.labels], np.int64)

    def add_seed(self, seed: int, progress: Progress = SILENT) -> None:
        """Draw, generate and measure one seed."""
        gt = self.real(self.train, self._original[0], seed)
        sets = {
            "GT": gt,
            "GT again": self.real(self.train, self._original[0], seed + OTHER_WINDOWS),
            "reconstructed": self.reconstructed(gt),
            "generated": self.generated(gt.labels, seed, progress),
        }
        if len(self.test) > 1:
            sets[HELD_OUT] = self.real(self.test, self._original[1], seed)
        features = {name: self.read(name, clips, seed) for name, clips in sets.items()}
        known = {name: metrics.Statistics.of(found) for name, found in features.items()}
        for name, own in known.items():
            for key, against in (("fid_train", "GT"), ("fid_test", HELD_OUT)):
                if against in known and name != against:
                    self._note(name, key, metrics.frechet_distance(own, known[against]))
        if seed == 0:
            self._kept, self._kept_features = sets, features

    def generated(self, labels: Ints, seed: int, progress: Progress = SILENT) -> ClipSet:
        """Generate one clip for every label, each from its own stream."""
        order = np.zeros(len(labels), np.int64)
        for label in np.unique(labels):
            places = np.flatnonzero(labels == label)
            order[places] = np.arange(len(places))
        names = self.train.label_names
        parts = []
        for first in range(0, len(labels), _BATCH):
            progress.wait_if_paused()
            rows = range(first, min(first + _BATCH, len(labels)))
            memory = torch.stack(
                [self._memory(names[labels[i]], seed, int(order[i])) for i in rows]
            )
            parts.append(decode_features(self.model, memory, self.judge.num_frames))
        return ClipSet(_from_origin(np.concatenate(parts)), labels, order)

    def _memory(self, label: str, seed: int, index: int) -> torch.Tensor:
        """What the decoder sees of the clip ``index`` in the stream of (seed, label): (D,)."""
        noise = torch.randn(self.model.config.latent_dim, generator=stream(seed, label, index))
        return memory_of(self.model, noise.to(self._device), label)

    @property
    def _device(self) -> torch.device:
        return self.model.model.decoder.actionBiases.device

    def reconstructed(self, real: ClipSet) -> ClipSet:
        """Encode clips to their mean latents and decode them."""
        names = self.train.label_names
        index = torch.tensor([self.model.label_index(names[k]) for k in real.labels])
        index = index.to(self._device)
        x = turned_over(real.x) if self.model.is_y_down else real.x
        parts = []
        for first in range(0, len(x), _BATCH):
            rows = slice(first, first + _BATCH)
            with torch.inference_mode():
                mu, _ = self.model.model.encode(
                    torch.from_numpy(x[rows]).to(self._device), index[rows]
                )
                memory = mu + self.model.model.decoder.actionBiases[index[rows]]
            parts.append(decode_features(self.model, memory, self.judge.num_frames))
        return ClipSet(_from_origin(np.concatenate(parts)), real.labels, real.indices)

    def rows(self) -> tuple[Row, ...]:
        """The table's rows."""
        return tuple(
            Row(name=name, values=self._values[name], confusion=self._confusion[name].tolist())
            for name in ROWS
            if name in self._values
        )

    def latest(self, name: str) -> dict[str, float]:
        """The last seed's values of a row."""
        return {key: values[-1] for key, values in self._values[name].items()}

    def physical(self) -> dict[str, dict[str, float]]:
        """Physical measures, coverage and memorisation of the first seed's clips."""
        count = self.options.physical_clips
        motions = {
            name: _posed(clips.x[:count], self.train.fps)
            for name, clips in self._kept.items()
            if name != "GT again"
        }
        energy = self._real_energies(motions["GT"])
        out: dict[str, dict[str, float]] = {}
        for name, clips in motions.items():
            labels = self._kept[name].labels[: len(clips)]
            for key, value in physical_measures(clips, energy[labels]).items():
                out.setdefault(key, {})[name] = value
        known = joint_paths(_posed(self._kept["GT"].x, self.train.fps))
        near = {
            name: nearest_cm(joint_paths(motions[name]), known)
            for name in (HELD_OUT, "generated")
            if name in motions
        }
        out["nearest training clip"] = {name: float(np.median(cm)) for name, cm in near.items()}
        if HELD_OUT in near:
            limit = np.percentile(near[HELD_OUT], 1)
            out["copies"] = {"generated": 100 * float((near["generated"] < limit).mean())}
        real = self._kept_features["GT"]
        out["coverage"] = {
            name: 100 * coverage(real, found)
            for name, found in self._kept_features.items()
            if name in motions and name != "GT"
        }
        return out

    def _real_energies(self, motions: Sequence[Motion]) -> npt.NDArray[np.float64]:
        """(C,) mean energy of the real clips of each class."""
        labels = self._kept["GT"].labels[: len(motions)]
        each = np.array([motion_energy(motion) for motion in motions])
        return np.array(
            [
                each[labels == k].mean() if (labels == k).any() else each.mean()
                for k in range(len(self.train.label_names))
            ]
        )

    def real(self, part: Features, original: Ints, seed: int) -> ClipSet:
        """Draw a window of each clip of a part; ``original`` (N,) are their places elsewhere."""
        places = np.random.default_rng(seed).permutation(len(part))[: self.options.max_clips]
        x = np.concatenate(
            [
                windows(part, [p], self.judge.num_frames, window_rng(seed, int(original[p])))
                for p in places.tolist()
            ]
        )
        return ClipSet(x, part.labels[places], original[places])

    def read(self, name: str, clips: ClipSet, seed: int) -> FloatArray:
        """Recognise the clips of a row, note what that gives, and return their features."""
        h0 = torch.Generator().manual_seed(seed) if self.options.official else None
        features, logits = self.judge.read(clips.x, h0=h0)
        predicted = self._read_as[logits.argmax(axis=1)]
        confusion = metrics.confusion_matrix(clips.labels, predicted, len(self.train.label_names))
        before = self._confusion.get(name)
        self._confusion[name] = confusion if before is None else before + confusion
        self._note(name, "accuracy", metrics.accuracy(confusion))
        self.misread += [
            Misread(row=name, seed=seed, index=int(clips.indices[i]), label=int(clips.labels[i]),
                    read_as=int(predicted[i]))
            for i in np.flatnonzero(predicted != clips.labels)
        ]  # fmt: skip
        self._spread(name, features, clips.labels, seed)
        return features

    def _spread(self, name: str, features: FloatArray, labels: Ints, seed: int) -> None:
        """Diversity and multimodality, the latter over the classes that have clips enough."""
        counts = np.bincount(labels, minlength=len(self.train.label_names))
        least = 1 if self.options.official else 2
        present = np.flatnonzero(counts >= least)
        missing = [self.train.label_names[k] for k in np.flatnonzero(counts < least)]
        if missing:
            text = f"Multimodality of {name} leaves out {', '.join(missing)}: too few clips."
            if text not in self.warnings:
                self.warnings.append(text)
        kept = np.isin(labels, present)
        among = np.searchsorted(present, labels[kept])
        if self.options.official:
            random = np.random.RandomState(seed)
            diverse, multi = metrics.official_diversity_multimodality(
                features[kept], among, len(present), random
            )
        else:
            rng = np.random.default_rng(seed)
            diverse = metrics.diversity(features, rng)
            multi = metrics.multimodality(features[kept], among, len(present), rng)
        self._note(name, "diversity", diverse)
        self._note(name, "multimodality", multi)

    def _note(self, row: str, key: str, value: float) -> None:
        self._values.setdefault(row, {}).setdefault(key, []).append(value)


def window_rng(seed: int, index: int) -> np.random.Generator:
    """The draws of a seed for one clip, whatever else is drawn."""
    return np.random.default_rng((seed, index))


def _from_origin(x: FloatArray) -> FloatArray:
    """The path begins at the origin, as that of a window does."""
    x = np.array(x)
    x[:, 24, :3] -= x[:, 24, :3, :1].copy()
    x[:, 24, 3:] = 0.0
    return x


def _posed(x: FloatArray, fps: float) -> list[Motion]:
    """Motions beginning at the origin; the measures find each clip's floor themselves."""
    return features_to_motions(x, fps=fps, start=np.zeros(3))
