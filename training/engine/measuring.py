"""FID and accuracy of a model while it learns, where the config names a recogniser."""

from __future__ import annotations

import logging
from typing import Any

from core.actor.model import Actor
from core.datasets.features import Features
from training.config import TrainConfig

log = logging.getLogger(__name__)


class Meter:
    """Measures at chosen epochs; the recogniser is loaded when first needed."""

    def __init__(self, config: TrainConfig) -> None:
        self._config = config
        self._quick: Any = None

    def is_due(self, epoch: int, is_last: bool) -> bool:
        """Whether to measure after this epoch."""
        every = self._config.measure_every
        return bool(self._config.recogniser and every and (is_last or epoch % every == 0))

    def prepare(self, features: Features) -> None:
        """Load the recogniser, if one is to be used. Raises StudioError: now, not epochs later."""
        if self._quick is None and self._config.recogniser and self._config.measure_every:
            from core.evaluation.quick import QuickMeter

            self._quick = QuickMeter.of(features, self._config.recogniser)
            reads = self._quick.recogniser.num_frames
            if reads != self._config.longest:
                log.warning("The recogniser reads %s frames: clips are as long.", reads)

    def measure(self, model: Actor, features: Features) -> dict[str, Any]:
        """Return fid, accuracy, diversity, multimodality and energy. Raises StudioError."""
        self.prepare(features)
        return dict(self._quick.measure(model))
