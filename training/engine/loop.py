"""The loop: steps, events, checkpoints, and obeying what is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import torch
from lightning.fabric import Fabric
from torch import Tensor

from core.datasets.features import Features
from core.errors import StudioError
from training.config import TrainConfig
from training.engine import state as states
from training.engine.control import Control
from training.engine.data import TrainingData
from training.engine.keeping import Keeper
from training.engine.losses import Losses, Share
from training.engine.parts import Parts
from training.engine.windows import EpochPlan
from training.events import EventLog

SAVE_SECONDS = 60.0  # between two states, besides those at checkpoints
LOG_STEPS, LOG_SECONDS = 20, 2.0  # a step event at least so often
_ASK_STEPS = 10  # devices agree so often on whether to stop
End = Literal["done", "paused", "cancelled"]


class Training:
    """One training on this process's device; rank 0 writes."""

    def __init__(
        self, folder: Path, config: TrainConfig, features: Features, fabric: Fabric
    ) -> None:
        if len(features) == 0:
            raise StudioError("The data set has no clips to train on.", "Choose another one.")
        self.folder, self.config, self.fabric = folder, config, fabric
        self.data = TrainingData(features, fabric.device)
        self.parts = Parts(config, len(features.label_names), fabric)
        self.losses = Losses(config).to(fabric.device)
        self.steps_per_epoch = -(-len(features) // config.batch_size)
        self.num_steps = config.epochs * self.steps_per_epoch
        if config.max_steps:
            self.num_steps = min(self.num_steps, config.max_steps)
        self.step = 0
        self._plan: tuple[int, EpochPlan] | None = None

    # -- going on ---------------------------------------------------------------------------------
    def resume(self) -> bool:
        """Take up the state in the folder; False when there is none."""
        state = states.load(self.folder, self.config, self.data.features.fingerprint)
        if state is None:
            return False
        self.parts.restore(state)
        self.step = state["step"]
        return True

    def save(self) -> None:
        """Write the state of the training. Raises FileProblem, or StudioError for a broken network.

        Where the weights are no numbers any more, what was saved before stays.
        """
        if self.fabric.is_global_zero:
            self.check_weights()
            states.save(
                self.folder, config=self.config, fingerprint=self.data.features.fingerprint,
                step=self.step, **self.parts.state(),
            )  # fmt: skip

    def check_weights(self) -> None:
        """Raise StudioError when a weight is not a number: a step can break what it left well."""
        total = torch.stack([value.detach().sum() for value in self.parts.model.parameters()])
        check_finite(total.sum(), self.step)

    # -- steps ------------------------------------------------------------------------------------
    @property
    def epoch(self) -> int:
        """Epochs that are done."""
        return self.step // self.steps_per_epoch

    def _part(self) -> tuple[EpochPlan, Share]:
        """The windows of this step that are this device's, and what share of the batch they are."""
        epoch, at = divmod(self.step, self.steps_per_epoch)
        if self._plan is None or self._plan[0] != epoch:
            drawn = EpochPlan.drawn(self.config, self.data.features.lengths, epoch)
            self._plan = epoch, drawn
        size, world = self.config.batch_size, self.fabric.world_size
        whole = self._plan[1].part(at * size, (at + 1) * size)
        if world == 1:
            return whole, Share()
        count = len(whole.order)
        rank = self.fabric.global_rank
        first, stop = (count * n // world for n in (rank, rank + 1))
        if first == stop:  # fewer clips than devices: one is looked at for nothing
            return whole.part(0, 1), Share(0.0, 0.0)
        mine = whole.part(first, stop)
        return mine, Share(float(mine.lengths.sum() / whole.lengths.sum()) * world, float(world))

    def _noise(self, count: int) -> Tensor:
        """The latents' noise of this device's clips (count, D), cut from the whole batch's."""
        generator = torch.Generator().manual_seed(_mixed(self.config.seed, self.step, 1))
        size, world = self.config.batch_size, self.fabric.world_size
        drawn = torch.randn(size, self.config.latent_dim, generator=generator)
        at = self.step % self.steps_per_epoch
        total = min(size, len(self.data.features) - at * size)
        first = total * self.fabric.global_rank // world
        first = min(first, size - count)
        return drawn[first : first + count].to(self.fabric.device)

    def train_step(self) -> tuple[Tensor, dict[str, Tensor]]:
        """Take one step; returns the loss and its parts, on the device, without waiting for it."""
        plan, share = self._part()
        batch = self.data.batch(plan)
        # dropout draws from torch's own generator: begun anew, it needs no saving
        torch.manual_seed(_mixed(self.config.seed, self.step, 2 + self.fabric.global_rank))
        result = self.parts.runnable(batch.x, batch.y, batch.mask, self._noise(len(batch.y)))
        total, values = self.losses(batch, result, share)
        if total.device.type == "cpu" and not bool(torch.isfinite(total)):
            raise NotANumber(self.step)
        self.parts.optimizer.zero_grad(set_to_none=True)
        self.fabric.backward(total)
        if self.config.clip_norm:
            self.fabric.clip_gradients(
                self.parts.runnable, self.parts.optimizer, max_norm=self.config.clip_norm,
                error_if_nonfinite=False,
            )  # fmt: skip
        self.parts.optimizer.step()
        if self.parts.average is not None:
            self.parts.average.update(self.parts.model, self.step)
        self.step += 1
        return total.detach(), {name: value.detach() for name, value in values.items()}

    # -- the loop ---------------------------------------------------------------------------------
    def run(self, control: Control, log: EventLog | None) -> End:
        """Train to the last step or until something else is asked for. Raises StudioError."""
        keeper = Keeper(self, log)
        keeper.begin()
        while self.step < self.num_steps:
            if wish := self._wish(control):
                self.save()
                return wish
            total, values = self.train_step()
            keeper.note(total, values)
            if self.step % self.steps_per_epoch == 0 or self.step == self.num_steps:
                keeper.end_epoch()
            keeper.save_now_and_then()
        return "done"

    def _wish(self, control: Control) -> Literal["", "paused", "cancelled"]:
        if self.fabric.world_size == 1:
            return control.wish
        if self.step % _ASK_STEPS:
            return ""
        wish: Literal["", "paused", "cancelled"] = self.fabric.broadcast(control.wish)
        return wish


def _mixed(seed: int, step: int, stream: int) -> int:
    """One seed of three numbers: splitmix64's mixing (Steele, Lea, Flood 2014)."""
    value = 0
    for part in (seed, step, stream):
        value = (value + part + 0x9E3779B97F4A7C15) & (2**64 - 1)
        value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & (2**64 - 1)
        value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & (2**64 - 1)
        value ^= value >> 31
    return value & (2**63 - 1)


class NotANumber(StudioError):
    """A loss or a weight is no number any more."""

    def __init__(self, step: int) -> None:
        super().__init__(
            f"The loss is no longer a number at step {step}.",
            "Duplicate the training with a smaller learning rate, or with clipped gradients.",
        )


def check_finite(total: Tensor, step: int) -> None:
    """Raise NotANumber when a loss is not one."""
    if not bool(torch.isfinite(total)):
        raise NotANumber(step)
