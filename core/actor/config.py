"""The shape of an ACTOR network: everything that decides its parameters' shapes, and dropout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.errors import ModelProblem

Activation = Literal["gelu", "relu"]


@dataclass(frozen=True, kw_only=True)
class ActorConfig:
    """Settings of one network; the defaults are the published ones (ACTOR, Petrovich et al. 2021).

    Raises ModelProblem when the numbers cannot make a network.
    """

    num_classes: int  # actions the network knows
    num_joints: int = 25  # 24 rotations and, last, the root translation
    num_features: int = 6  # numbers a joint: the first two rows of its rotation matrix
    latent_dim: int = 256  # width of the tokens and of the latent vector
    ff_size: int = 1024  # hidden width of the feed-forward blocks
    num_layers: int = 8  # of the encoder, and again of the decoder
    num_heads: int = 4
    dropout: float = 0.1
    activation: Activation = "gelu"  # exact (erf) gelu

    def __post_init__(self) -> None:
        for name in (
            "num_classes", "num_joints", "num_features", "latent_dim", "ff_size", "num_layers",
            "num_heads",
        ):  # fmt: skip
            if getattr(self, name) < 1:
                raise ModelProblem(f"{name} must be at least 1, not {getattr(self, name)}.")
        if self.latent_dim % self.num_heads or self.latent_dim % 2:
            raise ModelProblem(
                f"latent_dim ({self.latent_dim}) must be even and divisible by num_heads "
                f"({self.num_heads})."
            )
        if not 0.0 <= self.dropout < 1.0:
            raise ModelProblem(f"dropout must lie in 0..1, not {self.dropout}.")
        if self.activation not in ("gelu", "relu"):
            raise ModelProblem(f"activation must be gelu or relu, not {self.activation!r}.")

    @property
    def input_dim(self) -> int:
        """Numbers in one frame's token before embedding: joints times features."""
        return self.num_joints * self.num_features
