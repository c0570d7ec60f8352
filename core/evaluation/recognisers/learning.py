"""Training a recogniser on any data set: minutes on a CPU, tested on files it has not seen.

The published recognisers were trained without a stated split, and there is none for PARE's
estimates. Here the clips are parted by file into training, choosing (when to stop) and test.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.nn import functional as F

from core.datasets.features import Features
from core.datasets.store import ClipStore
from core.errors import StudioError
from core.evaluation import metrics
from core.evaluation.recognisers.recogniser import Kind, Recogniser, inputs_of, new_network
from core.evaluation.windows import windows
from core.progress import SILENT, Progress

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class RecogniserOptions:
    """How a recogniser is trained; ``patience`` epochs without a better choosing part end it."""

    kind: Kind = "gru"
    num_frames: int = 60
    epochs: int = 200
    patience: int = 40
    batch_size: int = 32
    lr: float = 2e-3
    test_share: float = 0.2
    seed: int = 0


@dataclass(frozen=True, kw_only=True, eq=False)
class RecogniserReport:
    """A recogniser, its accuracies, and the confusion of the test part (C, C)."""

    recogniser: Recogniser
    train_accuracy: float
    test_accuracy: float
    confusion: Ints
    epochs: int
    split: str


def train_recogniser(
    store: ClipStore, options: RecogniserOptions | None = None, progress: Progress = SILENT
) -> RecogniserReport:
    """Train a recogniser on a data set. Raises StudioError, Cancelled.

    One random window of every clip an epoch, rare classes weighing more (inverse root of their
    number), Adam, the weights of the best epoch on the choosing part.
    """
    options = options or RecogniserOptions()
    split = store.split(test_share=options.test_share, seed=options.seed)
    chosen = store.split("file", 0.15, seed=options.seed + 1, indices=split.train)
    parts = {
        name: store.features(indices)
        for name, indices in (("train", chosen.train), ("choose", chosen.test),
                              ("test", split.test))
    }  # fmt: skip
    if min(len(part) for part in parts.values()) == 0:
        raise StudioError(
            f"{store.name} has too few files to hold some out.", "Add clips, or split it otherwise."
        )
    torch.manual_seed(options.seed)
    network = new_network(options.kind, len(store.labels))
    epochs = _trained(network, parts["train"], parts["choose"], options, progress)
    confusions = {name: _confusion(network, part, options) for name, part in parts.items()}
    accuracies = {name: metrics.accuracy(found) for name, found in confusions.items()}
    recogniser = Recogniser(
        kind=options.kind, model=network.eval(), labels=store.labels,
        num_frames=options.num_frames, fps=parts["train"].fps,
        trained_on={
            "dataset": store.name, "fingerprint": store.fingerprint(),
            "estimators": list(store.estimators), "split": split.text,
            "test_share": options.test_share, "seed": options.seed,
            "train_accuracy": accuracies["train"], "test_accuracy": accuracies["test"],
            "epochs": epochs, "test_clips": len(parts["test"]),
        },
    )  # fmt: skip
    return RecogniserReport(
        recogniser=recogniser, train_accuracy=accuracies["train"],
        test_accuracy=accuracies["test"], confusion=confusions["test"], epochs=epochs,
        split=split.text,
    )  # fmt: skip


def _trained(
    network: nn.Module,
    train: Features,
    choose: Features,
    options: RecogniserOptions,
    progress: Progress,
) -> int:
    """Train in place; returns the epochs it took to the best one."""
    rng = np.random.default_rng(options.seed)
    counts = np.bincount(train.labels, minlength=len(train.label_names))
    weights = torch.tensor(1 / np.sqrt(np.maximum(counts, 1)), dtype=torch.float32)
    optimizer = torch.optim.Adam(network.parameters(), lr=options.lr, weight_decay=1e-4)
    best, best_at, kept = -1.0, 0, copy.deepcopy(network.state_dict())
    for epoch in range(1, options.epochs + 1):
        order = rng.permutation(len(train))
        network.train()
        for first in range(0, len(order), options.batch_size):
            clips = order[first : first + options.batch_size]
            if len(clips) < 2:
                continue  # one clip has no statistics for batch normalisation
            loss = F.cross_entropy(
                _logits(network, train, clips, options, rng), _labels(train, clips), weights
            )
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
        found = metrics.accuracy(_confusion(network, choose, options))
        if found > best:
            best, best_at, kept = found, epoch, copy.deepcopy(network.state_dict())
        progress.step(epoch / options.epochs, f"Epoch {epoch}: {found:.0%} of unseen files right")
        if epoch - best_at >= options.patience:
            break
    network.load_state_dict(kept)
    return best_at


def _logits(
    network: nn.Module,
    part: Features,
    clips: Sequence[int] | Ints,
    options: RecogniserOptions,
    rng: np.random.Generator,
) -> torch.Tensor:
    x = torch.from_numpy(windows(part, [int(c) for c in clips], options.num_frames, rng))
    inputs = inputs_of(options.kind, x)
    lengths = torch.full((len(x),), options.num_frames)
    logits: torch.Tensor = network(inputs, lengths)[1]
    return logits


def _labels(part: Features, clips: Sequence[int] | Ints) -> torch.Tensor:
    return torch.from_numpy(part.labels[np.asarray(clips)])


@torch.inference_mode()
def _confusion(network: nn.Module, part: Features, options: RecogniserOptions) -> Ints:
    """Confusion over one fixed window of every clip."""
    network.eval()
    rng = np.random.default_rng(options.seed + 7)
    every = np.arange(len(part))
    predicted = [
        _logits(network, part, every[first : first + 128], options, rng).argmax(1).numpy()
        for first in range(0, len(every), 128)
    ]
    return metrics.confusion_matrix(part.labels, np.concatenate(predicted), len(part.label_names))
