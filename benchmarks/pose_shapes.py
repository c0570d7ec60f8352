"""What leaving pose blend shapes out of the vertex loss changes, and what keeping them costs.

    python -m benchmarks.pose_shapes

The body that ships has none and SMPL may not ship, so shapes are made up for it: each joint's
rotation moves the vertices it carries, all in one random direction (the worst case: nothing
cancels), by ``--mm`` in the root mean square over the generated demo actions. "wrong" are the same
poses turned at every joint by that much.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import torch

from core.actor.features import motion_to_features
from core.actor.kinematics import features_to_rotmats
from core.actor.losses import VertexLoss
from core.actor.posed_loss import PosedVertexLoss
from core.body import default_body
from core.datasets import demo
from core.motion import Motion

CLIPS, FRAMES = 20, 60


def batch(degrees: float) -> torch.Tensor:
    """(20, 25, 6, 60) of demo actions, every joint turned about a random axis."""
    rng = np.random.default_rng(int(degrees))
    clips = []
    for i in range(CLIPS):
        motion = demo.generate(demo.ACTIONS[i % len(demo.ACTIONS)], seed=i, num_frames=FRAMES)
        turn = rng.normal(size=motion.poses.shape) * np.radians(degrees) / np.sqrt(3)
        turned = Motion(
            poses=(motion.poses + turn).astype(np.float32), trans=motion.trans, fps=motion.fps
        )
        clips.append(torch.tensor(motion_to_features(turned)))
    return torch.stack(clips)


def made_up_shapes(mm: float, rotmats: torch.Tensor) -> torch.Tensor:
    """(V, 3, 207) that move vertices by ``mm`` in the root mean square over the poses."""
    weights = torch.tensor(default_body().weights)[:, 1:, None]  # (V, 23, 1)
    generator = torch.Generator().manual_seed(0)
    shapes = torch.randn(3, 23, 9, generator=generator) * weights[:, None]
    flat = shapes.flatten(2)  # (V, 3, 207)
    feature = (rotmats[::50, 1:] - torch.eye(3)).flatten(1)
    moved = (feature @ flat.flatten(0, 1).T).unflatten(-1, (-1, 3)).norm(dim=-1)
    return flat * (mm / 1000 / moved.square().mean().sqrt())


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mm", type=float, default=10.0)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    body = default_body()
    arrays = [torch.tensor(a) for a in (body.template, body.rest_joints, body.weights)]
    target = batch(0.0)
    exact = PosedVertexLoss(*arrays, made_up_shapes(options.mm, features_to_rotmats(target)))
    closed = VertexLoss(*arrays)
    print("| wrong by | loss exact, mm^2 | closed form | difference | angle of gradients | s | s |")
    print("|---|---|---|---|---|---|---|")
    for degrees in (2.0, 10.0, 30.0):
        row, gradients, seconds = [], [], []
        for loss in (exact, closed):
            output = batch(degrees).requires_grad_()
            before = time.process_time()
            value = loss(target, output)
            value.backward()
            seconds.append(time.process_time() - before)
            row.append(float(value.detach()) * 1e6)
            assert output.grad is not None
            gradients.append(output.grad.flatten())
        cosine = torch.nn.functional.cosine_similarity(*gradients, dim=0)
        print(
            f"| {degrees:g} deg | {row[0]:.1f} | {row[1]:.1f} | {row[1] / row[0] - 1:+.1%} "
            f"| {np.degrees(np.arccos(min(1.0, float(cosine)))):.1f} deg "
            f"| {seconds[0]:.2f} | {seconds[1]:.3f} |"
        )


if __name__ == "__main__":
    main()
