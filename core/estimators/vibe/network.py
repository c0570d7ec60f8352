"""VIBE ready to run: features of crops, then bodies of a track."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.estimators.conversion import load_weights
from core.estimators.crop_workers import CropWorkers
from core.estimators.device import SIDE, device_of, placed_crops, precision_of
from core.estimators.folding import folded, placed
from core.estimators.fused import can_fuse, fused
from core.estimators.regressed import Regressed
from core.estimators.vibe.model import Arrays, built
from core.estimators.vibe.resnet import NUM_FEATURES
from core.rotation_torch import rot6d_columns_to_rotmat

FloatArray = npt.NDArray[np.float32]


class VibeNetwork:
    """SPIN's features of single crops, and VIBE's bodies of a whole track."""

    def __init__(
        self,
        vibe: Arrays | None,
        spin: Arrays,
        *,
        device: str = "auto",
        precision: str = "float32",
    ) -> None:
        self.device = device_of(device)
        self.dtype = precision_of(precision, self.device)
        backbone, encoder, regressor = built(vibe, spin)
        backbone = folded(backbone)
        if can_fuse(self.device):
            self._backbone = fused(backbone, (3, SIDE, SIDE), self.dtype)
        else:
            self._backbone = placed(backbone, self.device, self.dtype)
        self._workers = CropWorkers(self.device)
        # The recurrent part is a fiftieth of the work and adds up over frames: always float32.
        self._encoder = encoder.to(self.device) if encoder is not None else None
        self._regressor = regressor.to(self.device)

    def features(self, crops: FloatArray) -> FloatArray:
        """Features (N, 2048) of normalised crops (N, 3, 224, 224) float32."""
        found = self._workers.map(self._seen, crops)
        return np.concatenate([np.zeros((0, NUM_FEATURES), np.float32), *found])

    @torch.inference_mode()
    def _seen(self, crops: FloatArray) -> FloatArray:
        features: Tensor = self._backbone(placed_crops(crops, self.device, self.dtype))
        return features.float().cpu().numpy()

    def decode(self, features: FloatArray) -> Regressed:
        """Bodies of consecutive frames of one track from their features (T, 2048).

        The recurrent encoder starts anew with each call.
        """
        return self._workers.alone(self._followed, features)

    @torch.inference_mode()
    def _followed(self, features: FloatArray) -> Regressed:
        x = torch.from_numpy(np.ascontiguousarray(features, np.float32)).to(self.device)
        if self._encoder is not None and len(x):
            x = self._encoder(x)
        rot6d, betas, cam = self._regressor(x)
        return regressed(rot6d, betas, cam)


def regressed(rot6d: Tensor, betas: Tensor, cam: Tensor) -> Regressed:
    """From the network's (T, 24, 6), (T, 10), (T, 3)."""
    rotmats = rot6d_columns_to_rotmat(rot6d.float())
    return Regressed(
        rotmats=rotmats.cpu().numpy(), betas=betas.float().cpu().numpy(),
        cam=cam.float().cpu().numpy(),
    )  # fmt: skip


def load_vibe(
    vibe_file: Path, spin_file: Path, *, device: str = "auto", precision: str = "float32"
) -> VibeNetwork:
    """Load VIBE from its two published files, or from their converted copies.

    Raises ModelProblem naming what does not fit, FileProblem where the copy cannot be written.
    """
    return VibeNetwork(
        load_weights(Path(vibe_file), "vibe"),
        load_weights(Path(spin_file), "spin"),
        device=device,
        precision=precision,
    )
