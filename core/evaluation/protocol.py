"""Measuring a checkpoint: the published protocol on any data set, any recogniser.

For every seed: windows of the training clips (GT), other windows (GT again), windows of held-out
clips, as many generated clips with the same labels, and the windows encoded and decoded again. FID
is measured against the training clips' windows and, apart from it, against the held-out ones'.
Latents come from the streams of :mod:`core.actor.sampling`, so every generated clip can be made
again. ``official`` draws pairs, windows' h0 and intervals as the originals do.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from core import __version__
from core.actor.checkpoint import Checkpoint, file_sha256, load_checkpoint
from core.actor.features import features_to_motions, turned_over
from core.actor.latent import decode_latent, reencode
from core.actor.sampling import decode_features, memory_of, stream
from core.datasets.features import Features
from core.datasets.store import ClipStore
from core.errors import StudioError
from core.evaluation import metrics
from core.evaluation.checks import check_labels, warnings_of
from core.evaluation.energy import motion_energy
from core.evaluation.nearness import coverage, joint_paths, nearest_cm
from core.evaluation.physical import physical_measures
from core.evaluation.recognisers.library import find_recogniser
from core.evaluation.recognisers.recogniser import Recogniser, load_recogniser
from core.evaluation.report import Misread, Report, Row
from core.evaluation.windows import windows
from core.motion import Motion
from core.progress import SILENT, Progress

FloatArray = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
_BATCH = 128
_OTHER_WINDOWS = 100_003  # added to a seed: the same clips, other windows


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


def evaluate(
    checkpoint: Path | Checkpoint,
    store: ClipStore,
    recogniser: Path | str | Recogniser,
    options: EvaluateOptions | None = None,
    progress: Progress = SILENT,
) -> Report:
    """Measure a checkpoint on a data set. Raises StudioError, ModelProblem, Cancelled."""
    options = options or EvaluateOptions()
    model = checkpoint if isinstance(checkpoint, Checkpoint) else load_checkpoint(checkpoint)
    judge, judge_sha = _judge(recogniser)
    check_labels(model.labels, store.labels, judge.labels)
    split = store.split()
    known = [k for k, label in enumerate(store.labels) if label in model.labels]
    train, test = (_of_classes(store.features(part), known) for part in (split.train, split.test))
    original = _indices(store, split.train, known), _indices(store, split.test, known)
    measured = Measurement(model, judge, train, test, original, options)
    for seed in range(options.seeds):
        progress.part(0.0, 0.9).step(seed / options.seeds, f"Seed {seed + 1} of {options.seeds}")
        measured.add_seed(seed, progress)
    progress.step(0.9, "Bodies")
    physical = measured.physical()
    progress.step(1.0, "Measured")
    training = dict(model.training)
    return Report(
        name=options.name or Path(model.name).stem, created=time.time(),
        checkpoint={
            "name": model.name, "sha256": model.sha256, "epoch": training.get("epoch"),
            "dataset": model.dataset or training.get("dataset", ""), "training": training,
            "fingerprint": training.get("fingerprint", ""),
        },
        dataset={
            "name": store.name, "fingerprint": store.fingerprint(), "split": split.text,
            "num_train": len(train), "num_test": len(test), "estimators": list(store.estimators),
        },
        recogniser={
            "name": judge.name, "kind": judge.kind, "num_frames": judge.num_frames,
            "fps": judge.fps, "trained_on": dict(judge.trained_on), "sha256": judge_sha,
        },
        options=asdict(options), labels=store.labels, rows=measured.rows(), physical=physical,
        misread=tuple(measured.misread),
        warnings=(*warnings_of(model, store, judge), *measured.warnings), version=__version__,
    )  # fmt: skip


def clip_of(report: Report, clip: Misread, store: ClipStore, checkpoint: Checkpoint) -> Motion:
    """Return a clip of a report: the window its seed drew, that window decoded, or the sample."""
    num_frames = int(report.recogniser["num_frames"])
    label = report.labels[clip.label]
    if clip.row == "generated":
        noise = stream(clip.seed, label, clip.index)
        z = torch.randn(checkpoint.config.latent_dim, generator=noise)
        return decode_latent(checkpoint, z.numpy(), label, num_frames)
    features = store.features([clip.index])
    seed = clip.seed + (_OTHER_WINDOWS if clip.row == "GT again" else 0)
    x = windows(features, [0], num_frames, _window_rng(seed, clip.index))
    motion = features_to_motions(x, fps=features.fps)[0]
    if clip.row == "reconstructed":
        return reencode(checkpoint, motion, label=label, num_frames=num_frames)
    return motion


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
            "GT again": self.real(self.train, self._original[0], seed + _OTHER_WINDOWS),
            "GT held out": self.real(self.test, self._original[1], seed),
            "reconstructed": self.reconstructed(gt),
            "generated": self.generated(gt.labels, seed, progress),
        }
        features = {name: self.read(name, clips, seed) for name, clips in sets.items()}
        train, test = (metrics.Statistics.of(features[n]) for n in ("GT", "GT held out"))
        for name, found in features.items():
            own = metrics.Statistics.of(found)
            if name != "GT":
                self._note(name, "fid_train", metrics.frechet_distance(own, train))
            if name != "GT held out":
                self._note(name, "fid_test", metrics.frechet_distance(own, test))
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
            memory = torch.stack(
                [
                    memory_of(
                        self.model,
                        torch.randn(
                            self.model.config.latent_dim,
                            generator=stream(seed, names[labels[i]], int(order[i])),
                        ),
                        names[labels[i]],
                    )
                    for i in range(first, min(first + _BATCH, len(labels)))
                ]
            )
            parts.append(decode_features(self.model, memory, self.judge.num_frames))
        return ClipSet(_from_origin(np.concatenate(parts)), labels, order)

    def reconstructed(self, real: ClipSet) -> ClipSet:
        """Encode clips to their mean latents and decode them."""
        names = self.train.label_names
        index = torch.tensor([self.model.label_index(names[k]) for k in real.labels])
        x = turned_over(real.x) if self.model.is_y_down else real.x
        parts = []
        for first in range(0, len(x), _BATCH):
            rows = slice(first, first + _BATCH)
            with torch.inference_mode():
                mu, _ = self.model.model.encode(torch.from_numpy(x[rows]), index[rows])
                memory = mu + self.model.model.decoder.actionBiases[index[rows]]
            parts.append(decode_features(self.model, memory, self.judge.num_frames))
        return ClipSet(_from_origin(np.concatenate(parts)), real.labels, real.indices)

    def rows(self) -> tuple[Row, ...]:
        """The table's rows."""
        return tuple(
            Row(name=name, values=values, confusion=self._confusion[name].tolist())
            for name, values in self._values.items()
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
        held_out = nearest_cm(joint_paths(motions["GT held out"]), known)
        made = nearest_cm(joint_paths(motions["generated"]), known)
        out["nearest training clip"] = {
            "GT held out": float(np.median(held_out)), "generated": float(np.median(made)),
        }  # fmt: skip
        limit = np.percentile(held_out, 1)
        out["copies"] = {"generated": 100 * float((made < limit).mean())}
        real = self._kept_features["GT"]
        out["coverage"] = {
            name: 100 * coverage(real, self._kept_features[name])
            for name in ("GT held out", "reconstructed", "generated")
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
                windows(part, [p], self.judge.num_frames, _window_rng(seed, int(original[p])))
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


def _judge(recogniser: Path | str | Recogniser) -> tuple[Recogniser, str]:
    if isinstance(recogniser, Recogniser):
        return recogniser, ""
    path = find_recogniser(str(recogniser))
    return load_recogniser(path), file_sha256(path)


def _of_classes(features: Features, known: list[int]) -> Features:
    return features.chosen(np.flatnonzero(np.isin(features.labels, known)))


def _indices(store: ClipStore, part: Ints, known: list[int]) -> Ints:
    labels = np.array([row[0] for row in store.columns("label")])
    return part[np.isin(labels[part], known)]


def _window_rng(seed: int, index: int) -> np.random.Generator:
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
