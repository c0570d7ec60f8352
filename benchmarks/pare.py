"""How fast PARE runs: the fast form against a plain eager run of the same network.

    python -m benchmarks.pare [--crops 16] [--runs 5] [--threads 2]

Plain: PyTorch modules as the original builds them, float32, one batch. Weights are those brought
with ``motion-studio models --add``, else the tests' recipe's, which cost the same.
"""

from __future__ import annotations

import argparse

import numpy as np
import torch

from benchmarks.side_by_side import compare, crops, numbers, tell_difference
from core.estimators.device import has_bfloat16
from core.estimators.pare.model import built
from core.estimators.pare.network import PareNetwork
from core.rotation_torch import rot6d_columns_to_rotmat


def main() -> None:
    """Time whole bodies, and tell what bfloat16 changes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--crops", type=int, default=16)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    images, weights = crops(options.crops), numbers("pare")
    plain = built(weights)
    fast = PareNetwork(weights, device="cpu")
    tensor = torch.from_numpy(images)
    forms = {"plain eager": lambda: _run(plain, tensor), "float32": lambda: fast.regress(images)}
    if has_bfloat16():
        half = PareNetwork(weights, device="cpu", precision="bfloat16")
        forms["bfloat16"] = lambda: half.regress(images)
    compare(forms, len(images), options.runs)
    exact = fast.regress(images)
    largest = np.abs(exact.rotmats - _run(plain, tensor)).max()
    print(f"  float32 against plain: {largest:.1e} (rotation matrices)")
    if has_bfloat16():
        tell_difference(exact.rotmats, half.regress(images).rotmats)


def _run(network: torch.nn.Module, tensor: torch.Tensor) -> np.ndarray:
    with torch.inference_mode():
        return rot6d_columns_to_rotmat(network(tensor).rot6d).numpy()


if __name__ == "__main__":
    main()
