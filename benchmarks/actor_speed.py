"""How fast ACTOR samples, against the plain way of computing the same clips.

    python benchmarks/actor_speed.py [--threads 2] [--repeats 7] [--checkpoint FILE]

The plain way is written here from the description of the original: torch's own transformer layers
with the sequence first, masks always given, cross-attention on the one memory token like any
other, and for vertices one call of smplx's SMPL layer on all frames. Both ways hold the same
weights, their results are compared, and they take turns, so a busy machine slows both. Printed are
wall-clock and CPU time (all threads together); on a busy machine trust the ratio of CPU times.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--repeats", type=int, default=7)
parser.add_argument("--checkpoint", type=Path, help="time single clips of this model too")
options = parser.parse_args()
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = str(options.threads)  # before numpy is imported
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np  # noqa: E402
import torch  # noqa: E402
from torch import Tensor, nn  # noqa: E402

from core.actor.bodies import decode_vertices, vertex_memory  # noqa: E402
from core.actor.checkpoint import Checkpoint, load_checkpoint  # noqa: E402
from core.actor.config import ActorConfig  # noqa: E402
from core.actor.model import Actor  # noqa: E402
from core.actor.sampling import (  # noqa: E402
    SampleRequest,
    decode_features,
    sample,
)
from core.body import default_body, to_smplx  # noqa: E402
from core.rotation_torch import rot6d_rows_to_rotmat  # noqa: E402

NUM_FRAMES = 60
torch.set_num_threads(options.threads)
Times = dict[str, list[tuple[float, float]]]  # way -> (wall, CPU) seconds of each repeat


class PlainDecoder(nn.Module):
    """The decoder as torch's building blocks give it, sequence first; same parameter names."""

    def __init__(self, reference: Actor) -> None:
        super().__init__()
        config = reference.config
        layer = nn.TransformerDecoderLayer(
            config.latent_dim, config.num_heads, config.ff_size, config.dropout, "gelu"
        )
        self.seqTransDecoder = nn.TransformerDecoder(layer, config.num_layers)
        self.finallayer = nn.Linear(config.latent_dim, config.input_dim)
        self.actionBiases = nn.Parameter(torch.empty(config.num_classes, config.latent_dim))
        state = reference.decoder.state_dict()
        self.pe = state.pop("sequence_pos_encoder.pe")
        self.load_state_dict(state)
        self.eval().requires_grad_(False)

    def forward(self, z: Tensor, y: Tensor, mask: Tensor) -> Tensor:
        batch, num_frames = mask.shape
        memory = (z + self.actionBiases[y])[None]
        queries = torch.zeros(num_frames, batch, z.shape[1]) + self.pe[:num_frames]
        x = self.seqTransDecoder(tgt=queries, memory=memory, tgt_key_padding_mask=~mask)
        x = self.finallayer(x).reshape(num_frames, batch, 25, 6)
        x[~mask.T] = 0
        return x.permute(1, 2, 3, 0)


def plain_vertices(features: Tensor, layer: nn.Module) -> Tensor:
    """(B, 25, 6, T) -> (B, V, 3, T): every frame through smplx, then the translation added."""
    batch, _, _, num_frames = features.shape
    rotmats = rot6d_rows_to_rotmat(features[:, :24].permute(0, 3, 1, 2)).flatten(0, 1)
    posed = layer(
        global_orient=rotmats[:, :1],
        body_pose=rotmats[:, 1:],
        betas=torch.zeros(len(rotmats), 10),
        pose2rot=False,
    )
    vertices = posed.vertices.reshape(batch, num_frames, -1, 3).permute(0, 2, 3, 1)
    path = features[:, 24, :3]
    return vertices + (path - path[..., :1])[:, None]


def take_turns(ways: dict[str, Callable[[], object]], repeats: int) -> Times:
    """Time the ways alternately; the first round warms up and is dropped."""
    times: Times = {name: [] for name in ways}
    for _ in range(repeats + 1):
        for name, way in ways.items():
            wall, cpu = time.perf_counter(), time.process_time()
            way()
            times[name].append((time.perf_counter() - wall, time.process_time() - cpu))
    return {name: values[1:] for name, values in times.items()}


def report(title: str, times: Times) -> None:
    """Print medians and minima, and the plain way's over the own."""
    print(title)
    columns = {}
    for name, values in times.items():
        walls, cpus = zip(*values, strict=True)
        row = [statistics.median(walls), min(walls), statistics.median(cpus), min(cpus)]
        columns[name] = row
        print(f"  {name:6s}", "".join(f"{1e3 * v:11.1f} ms" for v in row))
    if len(columns) == 2:
        ratios = [a / b for a, b in zip(columns["plain"], columns["own"], strict=True)]
        print("  ratio ", "".join(f"{r:14.2f}" for r in ratios))


def compare(count: int) -> None:
    """Both ways on ``count`` clips: parameters, then all vertices."""
    torch.manual_seed(0)
    model = Actor(ActorConfig(num_classes=13)).eval().requires_grad_(False)
    checkpoint = Checkpoint(model=model, labels=tuple("abcdefghijklm"))
    plain = PlainDecoder(model)
    z, y = torch.randn(count, model.config.latent_dim), torch.arange(count) % 13
    mask = torch.ones(count, NUM_FRAMES, dtype=torch.bool)
    memory = z + model.decoder.actionBiases[y]

    def plain_features() -> Tensor:
        with torch.no_grad():
            return plain(z, y, mask)

    def own_features() -> np.ndarray:
        return decode_features(checkpoint, memory, NUM_FRAMES)

    np.testing.assert_allclose(own_features(), plain_features(), atol=1e-4)
    times = take_turns({"plain": plain_features, "own": own_features}, options.repeats)
    report(f"{count} clips of {NUM_FRAMES} frames: parameters", times)

    layer = to_smplx(default_body(), count * NUM_FRAMES)
    kept = vertex_memory(count, NUM_FRAMES)

    def plain_bodies() -> Tensor:
        with torch.no_grad():
            return plain_vertices(plain(z, y, mask), layer)

    def own_bodies() -> np.ndarray:
        return decode_vertices(checkpoint, memory, NUM_FRAMES, out=kept)

    np.testing.assert_allclose(own_bodies()[0], plain_bodies()[0].permute(2, 0, 1), atol=1e-4)
    ways = {"plain": plain_bodies, "own": own_bodies}
    report(
        f"{count} clips of {NUM_FRAMES} frames: with all {default_body().num_vertices} vertices",
        take_turns(ways, max(options.repeats // 2, 2)),
    )


def main() -> None:
    load = Path("/proc/loadavg").read_text().split()[0]
    print(f"published size (8 + 8 layers of 256), {options.threads} threads, load {load}")
    print(f"  {'':6s}{'wall median':>14s}{'wall least':>14s}{'CPU median':>14s}{'CPU least':>14s}")
    for count in (1, 64):
        compare(count)
    if options.checkpoint:
        checkpoint = load_checkpoint(options.checkpoint)
        request = SampleRequest(label=checkpoint.labels[0], num_frames=NUM_FRAMES)
        times = take_turns({"own": lambda: sample(checkpoint, request)}, 10 * options.repeats)
        report(f"1 clip of {checkpoint.name}: latent to motion on the floor", times)


if __name__ == "__main__":
    main()
