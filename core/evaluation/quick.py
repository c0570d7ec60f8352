"""A few numbers while a model learns: one seed, the training clips' labels."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from core.actor.checkpoint import Checkpoint
from core.actor.features import features_to_motions
from core.actor.model import Actor
from core.datasets.features import Features
from core.evaluation import metrics
from core.evaluation.checks import check_joints, check_labels
from core.evaluation.energy import liveliness
from core.evaluation.measurement import EvaluateOptions, Measurement
from core.evaluation.recognisers.library import find_recogniser
from core.evaluation.recognisers.recogniser import Recogniser, load_recogniser

MAX_CLIPS = 400
_ENERGY_CLIPS = 60


@dataclass(frozen=True, eq=False)
class QuickMeter:
    """Measures a model against the windows drawn once."""

    features: Features
    recogniser: Recogniser
    max_clips: int = MAX_CLIPS

    @classmethod
    def of(cls, features: Features, recogniser: str | Path | Recogniser) -> QuickMeter:
        """Make one by a recogniser's name or file. Raises StudioError where they do not fit.

        Clips are as long as the recogniser reads, whatever the model is trained on.
        """
        if not isinstance(recogniser, Recogniser):
            recogniser = load_recogniser(find_recogniser(str(recogniser)))
        check_joints(recogniser)
        check_labels(features.label_names, features.label_names, recogniser.labels)
        return cls(features, recogniser)

    def measure(self, model: Actor) -> dict[str, float]:
        """Return fid, accuracy, diversity, multimodality, and energy (1 as lively as the data).

        Leaves the model in the mode it was in.
        """
        was_training = model.training
        model.eval()
        try:
            return self._measured(model)
        finally:
            model.train(was_training)

    @torch.inference_mode()
    def _measured(self, model: Actor) -> dict[str, float]:
        ready = Checkpoint(model=model, labels=self.features.label_names, fps=self.features.fps)
        every = np.arange(len(self.features))
        options = EvaluateOptions(seeds=1, max_clips=self.max_clips)
        measured = Measurement(
            ready, self.recogniser, self.features, self.features, (every, every), options
        )
        real = measured.real(self.features, every, 0)
        made = measured.generated(real.labels, 0)
        one, other = (metrics.Statistics.of(measured.read(name, clips, 0))
                      for name, clips in (("GT", real), ("generated", made)))  # fmt: skip
        values = {"fid": metrics.frechet_distance(other, one), **measured.latest("generated")}
        some = slice(0, _ENERGY_CLIPS)
        groups = (
            features_to_motions(c.x[some], fps=self.features.fps, start=np.zeros(3))
            for c in (made, real)
        )
        return values | {"energy": liveliness(*groups)}
