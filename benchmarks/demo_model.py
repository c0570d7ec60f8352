"""How the demo model's samples compare with the generator it learned from.

    python -m benchmarks.demo_model [--model FILE]

For each action 20 samples and 20 generated clips the model has not seen, 60 frames each.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.actor.checkpoint import load_checkpoint
from core.actor.sampling import SampleRequest, sample
from core.body import joint_positions
from core.datasets import demo
from core.motion import Motion
from core.paths import RESOURCES

COUNT = 20
FRAMES = 60
SEED = 11
UNSEEN = 5_000_000  # seeds of the generator far from the training's
FEET = (7, 8, 10, 11)
PAIRS = ((4, 5), (7, 8), (18, 19), (20, 21))  # knees, ankles, elbows, wrists
Float = npt.NDArray[np.float64]


def foot_slide(joints: Float, fps: float) -> float:
    """Mean speed over the floor, cm/s, of feet within 2 cm of their lowest point."""
    feet = joints[:, FEET]
    down = feet[..., 1] < feet[..., 1].min(axis=0) + 0.02
    speed = np.linalg.norm(np.diff(feet[..., [0, 2]], axis=0), axis=-1) * fps * 100
    both = down[1:] & down[:-1]
    return float(speed[both].mean()) if both.any() else 0.0


def acceleration(joints: Float) -> float:
    """Mean acceleration of the joints, mm a frame squared."""
    return float(np.linalg.norm(np.diff(joints, 2, axis=0), axis=-1).mean() * 1000)


def spread(clips: Float) -> float:
    """Mean distance of joints to the action's mean clip, root at the origin, cm; (N, T, 24, 3)."""
    rooted = clips - clips[:, :, :1]
    return float(np.linalg.norm(rooted - rooted.mean(axis=0), axis=-1).mean() * 100)


def acts_left(joints: Float) -> bool:
    """Whether the left limbs travel farther than the right."""
    way = np.linalg.norm(np.diff(joints - joints[:, :1], axis=0), axis=-1).sum(axis=0)
    return bool(sum(way[left] - way[right] for left, right in PAIRS) > 0)


def measured(motions: list[Motion]) -> Float:
    """Foot slide, acceleration, spread, share acting with the left, of one action's clips."""
    clips = np.stack([joint_positions(motion) for motion in motions]).astype(np.float64)
    fps = motions[0].fps
    return np.array(
        [
            np.mean([foot_slide(clip, fps) for clip in clips]),
            np.mean([acceleration(clip) for clip in clips]),
            spread(clips),
            100 * np.mean([acts_left(clip) for clip in clips]),
        ]
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Compare the demo model with its generator.")
    parser.add_argument("--model", type=Path, default=RESOURCES / "models/demo_actor.safetensors")
    checkpoint = load_checkpoint(parser.parse_args().model)
    rows = {}
    for label in demo.ACTIONS:
        request = SampleRequest(label=label, num_frames=FRAMES, count=COUNT, seed=SEED)
        made = [demo.generate(label, UNSEEN + i, num_frames=FRAMES) for i in range(COUNT)]
        rows[label] = measured(made), measured(sample(checkpoint, request))
    names = ("feet slide, cm/s", "acceleration, mm/frame^2", "spread, cm", "left, %")
    print(f"{'':20s}" + "".join(f"{name:>28s}" for name in names))
    print(f"{'':20s}" + f"{'generator  model':>28s}" * len(names))
    mean = np.mean([np.stack(pair) for pair in rows.values()], axis=0)
    for label, pair in [*rows.items(), ("mean", (mean[0], mean[1]))]:
        cells = "".join(f"{a:>20.1f} {b:>7.1f}" for a, b in zip(*pair, strict=True))
        print(f"{label:20s}{cells}")


if __name__ == "__main__":
    main()
