"""What a demo training is told: network, data, optimiser, schedule."""

from __future__ import annotations

from dataclasses import dataclass, field

from training.pool import PoolSpec


@dataclass(frozen=True, kw_only=True)
class DemoConfig:
    """The settings of the shipped demo model.

    The published weight is 1e-5 of the KL *summed* over a batch of 20, that is 2e-4 of its mean
    over clips; ``lambda_kl`` multiplies the mean, so it does not depend on the batch size.
    """

    num_layers: int = 4
    latent_dim: int = 192
    ff_size: int = 768
    num_heads: int = 4
    steps: int = 8_500
    batch_size: int = 24
    lr: float = 5e-4
    warmup_steps: int = 200
    decay_share: float = 0.4  # of all steps, at the end, over which lr falls to zero
    weight_decay: float = 0.01
    clip_norm: float = 1.0
    ema_decay: float = 0.998
    lambda_rc: float = 1.0
    lambda_rcxyz: float = 1.0
    lambda_vel: float = 1.0  # on frame-to-frame differences: calms jitter
    lambda_world: float = 3.0  # joints' world positions: gives the root's path its due
    lambda_world_vel: float = 60.0  # their frame-to-frame differences: keeps planted feet planted
    lambda_kl: float = 3e-5
    kl_rise: tuple[float, float] = (0.3, 0.7)  # shares of all steps between which lambda_kl rises
    bf16: bool = True  # autocast on the CPU; weights and optimiser stay float32
    seed: int = 10
    pool: PoolSpec = field(default_factory=PoolSpec)

    def kl_at(self, step: int) -> float:
        """Weight of the KL: a tenth until the latent is in use, then rising to ``lambda_kl``.

        With the whole weight from the start the latent of a cyclic action collapses, and its
        samples stand still.
        """
        begin, end = self.kl_rise
        share = (step / self.steps - begin) / (end - begin)
        return self.lambda_kl * (0.1 + 0.9 * min(max(share, 0.0), 1.0))

    def lr_at(self, step: int) -> float:
        """Learning rate: linear warm-up, hold, then linear decay to zero over the last share."""
        if step < self.warmup_steps:
            return self.lr * (step + 1) / self.warmup_steps
        left = (self.steps - step) / (self.decay_share * self.steps)
        return self.lr * max(min(1.0, left), 0.0)
