"""PARE ready to run: one body a crop, and where it looked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from core.estimators.conversion import load_weights
from core.estimators.crop_workers import CropWorkers
from core.estimators.device import device_of, placed_crops, precision_of
from core.estimators.folding import folded, placed
from core.estimators.fused import can_fuse
from core.estimators.pare.fast import FastPare
from core.estimators.pare.head import HeadOutput
from core.estimators.pare.model import built
from core.estimators.pare.settings import check_settings, read_settings
from core.estimators.regressed import NUM_JOINTS, Regressed
from core.estimators.vibe.model import Arrays
from core.rotation_torch import rot6d_columns_to_rotmat

FloatArray = npt.NDArray[np.float32]

MAP = 56  # pixels of an attention map's side


class PareNetwork:
    """PARE on single crops."""

    def __init__(
        self, weights: Arrays, *, device: str = "auto", precision: str = "float32"
    ) -> None:
        self.device = device_of(device)
        self.dtype = precision_of(precision, self.device)
        model = folded(built(weights))
        self._workers = CropWorkers(self.device)
        self._model: nn.Module
        if can_fuse(self.device):
            self._model = FastPare(model, self.dtype)
        else:
            placed(model.backbone, self.device, self.dtype)
            placed(model.head, self.device)  # a tenth of the work on a GPU: always float32
            self._model = model

    def regress(self, crops: FloatArray, attention: bool = False) -> Regressed:
        """Bodies on normalised crops (N, 3, 224, 224) float32; attention maps if asked for."""
        parts = self._workers.map(lambda part: self._said(part, attention), crops)
        return Regressed.joined(parts) if parts else _nobody(attention)

    @torch.inference_mode()
    def _said(self, crops: FloatArray, attention: bool) -> Regressed:
        out: HeadOutput = self._model(placed_crops(crops, self.device, self.dtype))
        maps = out.attention.unflatten(2, (MAP, MAP)).cpu().numpy() if attention else None
        return Regressed(
            rotmats=rot6d_columns_to_rotmat(out.rot6d).cpu().numpy(),
            betas=out.betas.cpu().numpy(),
            cam=out.cam.cpu().numpy(),
            attention=maps,
        )


def _nobody(attention: bool) -> Regressed:
    return Regressed(
        rotmats=np.zeros((0, NUM_JOINTS, 3, 3), np.float32),
        betas=np.zeros((0, 10), np.float32),
        cam=np.zeros((0, 3), np.float32),
        attention=np.zeros((0, NUM_JOINTS, MAP, MAP), np.float32) if attention else None,
    )


def load_pare(
    file: Path, yaml: Path | None = None, *, device: str = "auto", precision: str = "float32"
) -> PareNetwork:
    """Load PARE from its published file or its converted copy.

    Its settings are those of ``yaml``, else those found beside the published file. Raises
    ModelProblem naming what does not fit, FileProblem where the copy cannot be written.
    """
    if yaml is not None:
        check_settings(read_settings(Path(yaml)), Path(yaml).name)
    return PareNetwork(load_weights(Path(file), "pare"), device=device, precision=precision)
