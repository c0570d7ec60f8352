"""Measuring a checkpoint: the published protocol on any data set, any recogniser.

For every seed: windows of the training clips (GT), other windows (GT again), windows of held-out
clips, as many generated clips with the same labels, and the windows encoded and decoded again. FID
is measured against the training clips' windows and, apart from it, against the held-out ones'.
Latents come from the streams of :mod:`core.actor.sampling`, so every generated clip can be made
again. ``official`` draws pairs, windows' h0 and intervals as the originals do.
"""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from core import __version__
from core.actor.checkpoint import Checkpoint, file_sha256, load_checkpoint
from core.actor.features import features_to_motions
from core.actor.latent import decode_latent, reencode
from core.actor.sampling import stream
from core.datasets.features import Features
from core.datasets.store import ClipStore
from core.errors import StudioError
from core.evaluation.checks import check_joints, check_labels, warnings_of
from core.evaluation.measurement import (
    OTHER_WINDOWS,
    EvaluateOptions,
    Measurement,
    window_rng,
)
from core.evaluation.recognisers.library import find_recogniser
from core.evaluation.recognisers.recogniser import Recogniser, load_recogniser
from core.evaluation.report import Misread, Report
from core.evaluation.windows import windows
from core.motion import Motion
from core.progress import SILENT, Progress

__all__ = ["EvaluateOptions", "clip_of", "evaluate"]

Ints = npt.NDArray[np.int64]


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
    check_joints(judge)
    check_labels(model.labels, store.labels, judge.labels)
    split = store.split()
    known = [k for k, label in enumerate(store.labels) if label in model.labels]
    # the originals know no held-out clips where the data's authors named none
    all_is_data = options.official and split.by != "given"
    parts = (store.kept, split.test[:0]) if all_is_data else (split.train, split.test)
    train, test = (_of_classes(store.features(part), known) for part in parts)
    original = _indices(store, parts[0], known), _indices(store, parts[1], known)
    measured = Measurement(model, judge, train, test, original, options)
    for seed in range(options.seeds):
        progress.part(0.0, 0.9).step(seed / options.seeds, f"Seed {seed + 1} of {options.seeds}")
        measured.add_seed(seed, progress)
    progress.step(0.9, "Bodies")
    physical = measured.physical()
    progress.step(1.0, "Measured")
    training = dict(model.training)
    return Report(
        name=options.name or _name(model), created=time.time(),
        checkpoint={
            "name": model.name, "path": _place(checkpoint), "sha256": model.sha256,
            "epoch": training.get("epoch"),
            "dataset": model.dataset or training.get("dataset", ""), "training": training,
            "fingerprint": training.get("fingerprint", ""),
        },
        dataset={
            "name": store.name, "fingerprint": store.fingerprint(),
            "split": "all clips, as published" if all_is_data else split.text,
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


def _place(checkpoint: Path | Checkpoint) -> str:
    """Where the file lies, "" for a model that came without one."""
    return "" if isinstance(checkpoint, Checkpoint) else str(Path(checkpoint).resolve())


def _name(model: Checkpoint) -> str:
    """What a model is called: its training and epoch where known, else its file."""
    config = model.training.get("config")
    if isinstance(config, dict) and config.get("name") and model.training.get("epoch"):
        return f"{config['name']}, epoch {model.training['epoch']:,}"
    return Path(model.name).stem


def clip_of(
    report: Report, clip: Misread, store: ClipStore | None, checkpoint: Checkpoint
) -> Motion:
    """Return a clip of a report: the window its seed drew, that window decoded, or the sample.

    Samples need no ``store``. Raises StudioError where one is needed and missing.
    """
    num_frames = int(report.recogniser["num_frames"])
    label = report.labels[clip.label]
    if clip.row == "generated":
        noise = stream(clip.seed, label, clip.index)
        z = torch.randn(checkpoint.config.latent_dim, generator=noise)
        return decode_latent(checkpoint, z.numpy(), label, num_frames)
    if store is None:
        raise StudioError("The clips of this row lie in a data set that is not here.")
    features = store.features([clip.index])
    seed = clip.seed + (OTHER_WINDOWS if clip.row == "GT again" else 0)
    x = windows(features, [0], num_frames, window_rng(seed, clip.index))
    motion = features_to_motions(x, fps=features.fps)[0]
    if clip.row == "reconstructed":
        return reencode(checkpoint, motion, label=label, num_frames=num_frames)
    return motion


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
