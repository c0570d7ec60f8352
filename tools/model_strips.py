"""Draw what the demo model samples: ``python tools/model_strips.py --out strips.jpg``.

One row an action, a body every few frames; with ``--seeds`` several rows an action.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from core.actor.checkpoint import load_checkpoint
from core.actor.sampling import SampleRequest, sample
from core.paths import RESOURCES
from studio.viewport.strip import render_strip


def main() -> None:
    """Read the command line, sample, draw."""
    parser = argparse.ArgumentParser(description="Draw what the demo model samples.")
    parser.add_argument("--model", type=Path, default=RESOURCES / "models/demo_actor.safetensors")
    parser.add_argument("--out", type=Path, required=True, help="a .png or .jpg file")
    parser.add_argument("--seeds", type=int, default=1, help="rows an action")
    parser.add_argument("--first-seed", type=int, default=3)
    parser.add_argument("--every", type=int, default=6, help="frames between two bodies")
    options = parser.parse_args()
    checkpoint = load_checkpoint(options.model)
    motions, titles = [], []
    for label in checkpoint.labels:
        for seed in range(options.first_seed, options.first_seed + options.seeds):
            motions += sample(checkpoint, SampleRequest(label=label, seed=seed))
            titles.append(f"{label}, seed {seed}" if options.seeds > 1 else label)
    png = options.out.with_suffix(".png")
    render_strip(motions, png, every=options.every, titles=titles)
    if options.out.suffix.lower() in (".jpg", ".jpeg"):
        Image.open(png).convert("RGB").save(options.out, quality=88)
        png.unlink()


if __name__ == "__main__":
    main()
