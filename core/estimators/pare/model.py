"""PARE's whole network as its checkpoint holds it, with the widths the checkpoint has."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from core.estimators.pare.head import HeadOutput, PareHead, PareSizes
from core.estimators.pare.hrnet import HRNet
from core.estimators.vibe.model import Arrays, filled, shapes_of

MAX_WIDTH = 256
MAX_LAYERS = 8


class PareModel(nn.Module):
    """(B, 3, 224, 224) normalised crops -> one body a crop."""

    def __init__(self, sizes: PareSizes | None = None) -> None:
        super().__init__()
        sizes = sizes or PareSizes()
        self.backbone = HRNet(sizes.width)
        self.head = PareHead(sizes)

    def forward(self, crops: Tensor) -> HeadOutput:
        output: HeadOutput = self.head(self.backbone(crops).float())
        return output


def sizes_of(shapes: Mapping[str, tuple[int, ...]]) -> PareSizes:
    """Widths by the shapes of a checkpoint; the published ones where it does not tell."""
    default = PareSizes()
    layers = 0
    while f"head.smpl_deconv_layers.{3 * layers}.weight" in shapes and layers < MAX_LAYERS:
        layers += 1

    def outputs(name: str, fallback: int) -> int:
        shape = shapes.get(name, ())
        return min(int(shape[0]), 8 * MAX_WIDTH) if len(shape) == 4 else fallback

    return PareSizes(
        width=min(outputs("backbone.transition1.0.0.weight", default.width), MAX_WIDTH),
        num_layers=layers or default.num_layers,
        num_filters=outputs("head.smpl_deconv_layers.0.weight", default.num_filters),
        num_smpl_features=outputs("head.smpl_final_layer.weight", default.num_smpl_features),
    )


def pare_shapes(found: Mapping[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    """Names and shapes of the network's parameters, with the widths of a file's own shapes."""
    with torch.device("meta"):
        return shapes_of(PareModel(sizes_of(found)))


def built(weights: Arrays) -> PareModel:
    """The network with a checkpoint's weights and widths."""
    sizes = sizes_of({name: value.shape for name, value in weights.items()})
    return filled(lambda: PareModel(sizes), (weights, ""))
