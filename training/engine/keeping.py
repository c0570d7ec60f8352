"""What a training tells and keeps: step events, epochs' means, checkpoints, samples, measures."""

from __future__ import annotations

import dataclasses
import time
from typing import TYPE_CHECKING, Any, cast

import torch
from torch import Tensor

from core.actor.checkpoint import Checkpoint, LatentSamples, save_checkpoint
from core.actor.model import Actor
from core.evaluation.energy import motion_energy
from training.engine import samples
from training.engine.measuring import Meter
from training.events import EventLog

if TYPE_CHECKING:
    from training.engine.loop import Training

_LATENTS_PER_ACTION = 40  # of the last checkpoint: where the data lies on the latent map
_ENERGY_CLIPS = 200  # of the data, that its liveliness is taken from


class Keeper:
    """Follows a training and writes; on other ranks than 0 it only keeps step."""

    def __init__(self, training: Training, log: EventLog | None) -> None:
        self._training, self._log = training, log
        self._config, self._folder = training.config, training.folder
        self._meter = Meter(self._config)
        self._recent: list[Tensor] = []
        self._epoch: list[Tensor] = []
        self._names: list[str] = []
        self._told = self._saved = time.monotonic()
        self._told_step = training.step
        self._board: Any = None

    def begin(self) -> None:
        """Say what is about to happen."""
        training = self._training
        features = training.data.features
        if self._log is None:
            return
        self._meter.prepare(features)
        self._log.write(
            "start", step=training.step, epoch=training.epoch, epochs=self._config.epochs,
            steps=training.num_steps, steps_per_epoch=training.steps_per_epoch,
            num_clips=len(features), labels=list(features.label_names), fps=features.fps,
            fingerprint=features.fingerprint, device=str(training.fabric.device),
            world_size=training.fabric.world_size, data_energy=self._data_energy(),
        )  # fmt: skip
        if self._config.tensorboard:
            from training.engine.board import board

            self._board = board(self._folder)

    def _data_energy(self) -> float:
        """Mean energy of some of the data's clips, metres a second."""
        from core.actor.features import features_to_motion

        features = self._training.data.features
        every = max(1, len(features) // _ENERGY_CLIPS)
        clips = [features.clip(i) for i in range(0, len(features), every)]
        values = [
            motion_energy(
                features_to_motion(clip.transpose(1, 2, 0), fps=features.fps, start=(0, 0, 0))
            )
            for clip in clips
        ]
        return round(sum(values) / len(values), 5)

    # -- steps and epochs -------------------------------------------------------------------------
    def note(self, total: Tensor, values: dict[str, Tensor]) -> None:
        """Take a step's losses; tell the mean of the last ones now and then."""
        from training.engine.loop import LOG_SECONDS, LOG_STEPS

        self._names = ["total", *values]
        losses = torch.stack([total.float(), *(value.float() for value in values.values())])
        self._recent.append(losses)
        self._epoch.append(losses)
        is_due = len(self._recent) >= LOG_STEPS
        if self._training.fabric.world_size == 1:
            is_due = is_due or time.monotonic() - self._told > LOG_SECONDS
        if is_due:
            self._tell()

    def _tell(self) -> None:
        training = self._training
        means = self._means(self._recent)
        steps, seconds = training.step - self._told_step, time.monotonic() - self._told
        speed = steps / max(seconds, 1e-9)
        if self._log is not None:
            self._log.write(
                "step", step=training.step, epoch=training.step / training.steps_per_epoch,
                losses=means, lr=self._config.lr, steps_per_second=round(speed, 4),
                clips_per_second=round(speed * self._config.batch_size, 2),
            )  # fmt: skip
        if self._board is not None:
            for name, value in means.items():
                self._board.add_scalar(f"Loss/{name}", value, training.step)
        self._recent.clear()
        self._told, self._told_step = time.monotonic(), training.step

    def _means(self, losses: list[Tensor]) -> dict[str, float]:
        """Mean of each loss over steps and devices. Raises StudioError when one is not a number."""
        from training.engine.loop import check_finite

        mean: Tensor = torch.stack(losses).mean(0)
        if self._training.fabric.world_size > 1:
            mean = cast(Tensor, self._training.fabric.all_reduce(mean, reduce_op="mean"))
        check_finite(mean[0], self._training.step)
        return {n: float(f"{v:.6g}") for n, v in zip(self._names, mean.tolist(), strict=True)}

    def end_epoch(self) -> None:
        """Tell the epoch's means; write a checkpoint where one is due."""
        training, config = self._training, self._config
        epoch, is_last = training.epoch, training.step >= training.num_steps
        if self._recent:
            self._tell()
        means = self._means(self._epoch)
        self._epoch.clear()
        if self._log is not None:
            self._log.write("epoch", epoch=epoch, step=training.step, losses=means)
        if is_last or epoch % config.checkpoint_every == 0:
            self._checkpoint(epoch, is_last)
            training.save()
            self._saved = time.monotonic()
        if self._log is not None and self._meter.is_due(epoch, is_last):
            measured = self._meter.measure(training.parts.finished(), training.data.features)
            self._log.write("metrics", epoch=epoch, **measured)

    def save_now_and_then(self) -> None:
        """Write the state where a minute has passed since the last."""
        from training.engine.loop import SAVE_SECONDS

        if time.monotonic() - self._saved > SAVE_SECONDS:
            self._training.save()
            self._saved = time.monotonic()

    # -- checkpoints ------------------------------------------------------------------------------
    def _checkpoint(self, epoch: int, is_last: bool) -> None:
        if self._log is None:
            return
        training, config = self._training, self._config
        features = training.data.features
        training.check_weights()
        model = training.parts.finished()
        story = {
            "epoch": epoch, "step": training.step, "clips": len(features),
            "fingerprint": features.fingerprint, "job": self._folder.name,
            "config": dataclasses.asdict(config),
        }  # fmt: skip
        path = self._folder / "checkpoints" / f"epoch_{epoch:06d}.safetensors"
        save_checkpoint(
            path, model, labels=features.label_names, fps=features.fps,
            num_frames=config.num_frames, dataset=config.dataset, training=story,
            latents=self._latents(model) if is_last else None,
        )  # fmt: skip
        self._log.write(
            "checkpoint", epoch=epoch, step=training.step, path=f"checkpoints/{path.name}"
        )
        shown = self._folder / "samples" / f"epoch_{epoch:06d}.npz"
        ready = Checkpoint(
            model=model, labels=features.label_names, fps=features.fps, name=path.name,
            num_frames=config.num_frames,
        )  # fmt: skip
        energy = samples.write(shown, ready, config)
        self._log.write("samples", epoch=epoch, path=f"samples/{shown.name}", energy=energy)

    @torch.inference_mode()
    def _latents(self, model: Actor) -> LatentSamples:
        """The means of the first clips of every action, encoded whole windows from their start."""
        features = self._training.data.features
        from training.engine.windows import EpochPlan

        found = []
        for label in range(len(features.label_names)):
            found += [i for i, y in enumerate(features.labels) if y == label][:_LATENTS_PER_ACTION]
        count = len(found)
        plan = EpochPlan.first_windows(found, self._config.num_frames)
        means = []
        for first in range(0, count, 32):
            batch = self._training.data.batch(plan.part(first, first + 32))
            mu, _ = model.encode(batch.x.cpu(), batch.y.cpu(), batch.mask.cpu())
            means.append(mu)
        return LatentSamples(z=torch.cat(means), labels=torch.tensor(features.labels[found]))
