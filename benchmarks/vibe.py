"""How fast VIBE runs: the fast form against a plain eager run of the same network.

    python -m benchmarks.vibe [--crops 16] [--runs 7] [--threads 2]

Plain: PyTorch modules as the original builds them, float32, one batch. Weights are those brought
with ``motion-studio models --add``, else the tests' recipe's, which cost the same.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import torch

from benchmarks.side_by_side import compare, crops, numbers, tell_difference
from core.estimators.device import has_bfloat16
from core.estimators.vibe.model import built
from core.estimators.vibe.network import VibeNetwork


def main() -> None:
    """Time features and decoding, and tell what bfloat16 changes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--crops", type=int, default=16)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    images, vibe, spin = crops(options.crops), numbers("vibe"), numbers("spin")
    plain, _, _ = built(None, spin)
    fast = VibeNetwork(vibe, spin, device="cpu")
    tensor = torch.from_numpy(images)
    forms = {"plain eager": lambda: _run(plain, tensor), "float32": lambda: fast.features(images)}
    if has_bfloat16():
        half = VibeNetwork(vibe, spin, device="cpu", precision="bfloat16")
        forms["bfloat16"] = lambda: half.features(images)
    compare(forms, len(images), options.runs)
    features = fast.features(images)
    print(f"  float32 against plain: {np.abs(features - _run(plain, tensor)).max():.1e} (features)")
    exact = fast.decode(features)
    if has_bfloat16():
        tell_difference(exact.rotmats, half.decode(half.features(images)).rotmats)
    for length in (16, 450):
        track = np.resize(features, (length, 2048))
        spent = []
        for _ in range(options.runs):
            start = time.perf_counter()
            fast.decode(track)
            spent.append((time.perf_counter() - start) / length * 1e3)
        print(f"  decoding {length} frames: {np.median(spent):.2f} ms a frame")


def _run(network: torch.nn.Module, tensor: torch.Tensor) -> np.ndarray:
    with torch.inference_mode():
        return network(tensor).numpy()


if __name__ == "__main__":
    main()
