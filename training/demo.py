"""Train the demo ACTOR on generated clips: ``python -m training.demo --out runs/demo``.

Runs on a CPU, writes ``events.jsonl`` and its state to the run's folder, goes on from there with
``--resume``, and writes the finished checkpoint. docs/demo-model.md tells how the shipped one was
made.
"""

from __future__ import annotations

import argparse
import dataclasses
import time
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from core.actor.checkpoint import load_checkpoint
from core.actor.config import ActorConfig
from core.actor.model import Actor
from core.datasets import demo
from training.averaging import WeightAverage
from training.demo_config import DemoConfig
from training.events import EventLog
from training.objective import Objective
from training.pool import ClipPool, load_or_make_pool
from training.run_state import load_state, restored, save_state

SAVE_SECONDS = 120.0
LOG_EVERY = 20  # steps


def actor_config(config: DemoConfig) -> ActorConfig:
    """The network a demo config asks for. No dropout: the clips never run out."""
    return ActorConfig(
        num_classes=len(demo.ACTIONS),
        latent_dim=config.latent_dim,
        ff_size=config.ff_size,
        num_layers=config.num_layers,
        num_heads=config.num_heads,
        dropout=0.0,
    )


class DemoTraining:
    """One run: the network, its optimiser, its average, its random streams, its folder."""

    def __init__(self, folder: Path, config: DemoConfig, pool: ClipPool) -> None:
        self.folder, self.config, self.pool = folder, config, pool
        torch.manual_seed(config.seed)  # initial weights only; a step draws from its own generator
        self.model = Actor(actor_config(config)).train()
        self.objective = Objective(config)
        self.average = WeightAverage(self.model, config.ema_decay)
        self.optimizer = torch.optim.AdamW(
            self.model.parameters(), lr=config.lr, weight_decay=config.weight_decay, fused=True
        )
        self.rng = np.random.default_rng(config.seed)
        self.generator = torch.Generator().manual_seed(config.seed)
        self.step = 0

    def resume(self) -> bool:
        """Go on from the state in the folder; False when there is none."""
        state = load_state(self.folder)
        if state is None:
            return False
        self.model.load_state_dict(state["model"])
        self.average.load(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.rng.bit_generator.state = restored(state["numpy_rng"])
        self.generator.set_state(state["torch_rng"])
        self.step = state["step"]
        return True

    def start_from(self, checkpoint: Path) -> None:
        """Take the weights of an earlier model of the same shape; everything else begins anew."""
        earlier = load_checkpoint(checkpoint).model.state_dict()
        self.model.load_state_dict(earlier)
        self.average.load(earlier)

    def save(self) -> None:
        """Write the state of the run."""
        save_state(
            self.folder, step=self.step, model=self.model, average=self.average.values,
            optimizer=self.optimizer, rng=self.rng, generator=self.generator,
        )  # fmt: skip

    def train_step(self) -> dict[str, float]:
        """Take one step and return the losses' values."""
        config = self.config
        x, y = self.pool.batch(config.batch_size, self.rng)
        noise = torch.randn(len(y), config.latent_dim, generator=self.generator)
        mask = torch.ones(len(y), x.shape[-1], dtype=torch.bool)
        for group in self.optimizer.param_groups:
            group["lr"] = config.lr_at(self.step)
        with torch.autocast("cpu", torch.bfloat16, enabled=config.bf16):
            result = self.model(x, y, mask, noise)
        total, parts = self.objective(x, result, config.kl_at(self.step))
        if not bool(torch.isfinite(total)):
            raise FloatingPointError(f"The loss is not finite at step {self.step}.")
        self.optimizer.zero_grad(set_to_none=True)
        total.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), config.clip_norm)
        self.optimizer.step()
        self.average.update(self.model, self.step)
        self.step += 1
        return {"total": total.item(), **{name: value.item() for name, value in parts.items()}}

    def run(self) -> None:
        """Train to the last step, saving every two minutes and at the end or on Ctrl+C."""
        log = EventLog(self.folder)
        log.write("start", step=self.step, config=dataclasses.asdict(self.config))
        saved, means = time.monotonic(), dict[str, list[float]]()
        bar = tqdm(total=self.config.steps, initial=self.step, unit="step", smoothing=0.05)
        try:
            while self.step < self.config.steps:
                for name, value in self.train_step().items():
                    means.setdefault(name, []).append(value)
                bar.update()
                if self.step % LOG_EVERY == 0:
                    losses = {name: float(np.mean(values)) for name, values in means.items()}
                    log.write("step", step=self.step, **losses)
                    bar.set_postfix({name: f"{value:.2g}" for name, value in losses.items()})
                    means.clear()
                if time.monotonic() - saved > SAVE_SECONDS:
                    self.save()
                    saved = time.monotonic()
        finally:
            self.save()
            log.write("stop", step=self.step)
            log.close()
            bar.close()


def main() -> None:
    """Read the command line, train, export."""
    parser = argparse.ArgumentParser(description="Train the demo ACTOR on generated clips.")
    parser.add_argument("--out", type=Path, required=True, help="folder of the run")
    parser.add_argument("--steps", type=int, default=DemoConfig.steps)
    parser.add_argument("--batch-size", type=int, default=DemoConfig.batch_size)
    parser.add_argument("--lr", type=float, default=DemoConfig.lr)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--resume", action="store_true", help="go on from the folder's state")
    parser.add_argument("--start-from", type=Path, help="begin with this model's weights")
    parser.add_argument("--checkpoint", type=Path, help="where to write the finished model")
    parser.add_argument("--export-only", action="store_true", help="write the model and stop")
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    config = DemoConfig(steps=options.steps, batch_size=options.batch_size, lr=options.lr)
    pool = load_or_make_pool(options.out, config.pool)
    training = DemoTraining(options.out, config, pool)
    if (options.resume or options.export_only) and training.resume():
        print(f"Going on from step {training.step}.")
    elif options.start_from:
        training.start_from(options.start_from)
    if not options.export_only:
        training.run()
    from training.export import export_checkpoint  # only here: a run does not need it

    path = options.checkpoint or options.out / "demo_actor.safetensors"
    export_checkpoint(training, path)
    print(f"Wrote {path} ({path.stat().st_size / 1e6:.1f} MB).")


if __name__ == "__main__":
    main()
