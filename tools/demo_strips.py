"""Draw the demo actions as strips, one row a clip: ``python tools/demo_strips.py --out a.png``.

Stick figures by default (fast, for blocking; left limbs red, right limbs blue); ``--body`` draws
the skinned body, as in docs/demo-actions.md.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from core.body import joint_positions
from core.datasets import demo
from core.motion import Motion
from core.skeleton import JOINT_INDEX, PARENTS

VIEWS = {"front": 0.0, "three-quarter": 35.0, "side": 90.0}
LEFT, RIGHT, MIDDLE = (206, 92, 60), (52, 110, 190), (70, 74, 84)
PIXELS_PER_METRE = 88.0
CELL, HEIGHT, GUTTER, GROUND = 108, 206, 110, 186


def _colour(joint: int) -> tuple[int, int, int]:
    for name, colour in (("left", LEFT), ("right", RIGHT)):
        if any(joint == i for n, i in JOINT_INDEX.items() if n.startswith(name)):
            return colour
    return MIDDLE


def _figure(
    draw: ImageDraw.ImageDraw, joints: np.ndarray, origin: tuple[float, float], degrees: float
) -> None:
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    x = joints[:, 0] * c - joints[:, 2] * s
    depth = joints[:, 0] * s + joints[:, 2] * c
    px = origin[0] + PIXELS_PER_METRE * x
    py = origin[1] - PIXELS_PER_METRE * (joints[:, 1] + 0.10 * depth)
    bones = sorted((depth[j] + depth[p], j, p) for j, p in enumerate(PARENTS) if p >= 0)
    for _, j, p in bones:
        width = 9 if _colour(j) == MIDDLE else 6
        draw.line([px[p], py[p], px[j], py[j]], fill=(255, 255, 255), width=width + 3)
        draw.line([px[p], py[p], px[j], py[j]], fill=_colour(j), width=width)
        draw.ellipse([px[j] - 3, py[j] - 3, px[j] + 3, py[j] + 3], fill=_colour(j))
    head = JOINT_INDEX["head"]
    radius = 0.10 * PIXELS_PER_METRE
    hx, hy = (
        px[head] * 1.6 - px[JOINT_INDEX["neck"]] * 0.6,
        py[head] * 1.6 - py[JOINT_INDEX["neck"]] * 0.6,
    )
    draw.ellipse(
        [hx - radius, hy - radius * 1.2, hx + radius, hy + radius * 1.2],
        fill=MIDDLE,
        outline="white",
    )


def strip(motions: list[Motion], every: int, view: str) -> Image.Image:
    """Rows of figures, one row a motion, left limbs red, right limbs blue."""
    columns = max(len(range(0, m.num_frames, every)) for m in motions)
    image = Image.new("RGB", (GUTTER + columns * CELL, HEIGHT * len(motions)), "white")
    draw = ImageDraw.Draw(image)
    for row, motion in enumerate(motions):
        joints = joint_positions(motion)
        ground = row * HEIGHT + GROUND
        draw.line([GUTTER, ground, image.width, ground], fill=(220, 220, 220))
        draw.text(
            (6, ground - 90),
            f"{motion.provenance.label}\nseed {motion.provenance.seed}",
            fill=(30, 30, 30),
        )
        for column, frame in enumerate(range(0, motion.num_frames, every)):
            _figure(draw, joints[frame], (GUTTER + (column + 0.5) * CELL, ground), VIEWS[view])
    return image


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--actions", nargs="*", default=list(demo.ACTIONS))
    parser.add_argument("--seeds", nargs="*", type=int, default=[0])
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--every", type=int, default=5)
    parser.add_argument("--body", action="store_true", help="draw the skinned body")
    parser.add_argument("--view", choices=sorted(VIEWS), default="three-quarter")
    options = parser.parse_args()
    motions = [
        demo.generate(action, seed, options.frames)
        for action in options.actions
        for seed in options.seeds
    ]
    options.out.parent.mkdir(parents=True, exist_ok=True)
    if options.body:
        from studio.viewport.strip import render_strip

        titles = [f"{m.provenance.label}" for m in motions]
        png = options.out.with_suffix(".png")
        render_strip(motions, png, every=options.every, titles=titles, view=options.view)
        if options.out != png:
            Image.open(png).convert("RGB").save(options.out, quality=86)
            png.unlink()
    else:
        strip(motions, options.every, options.view).save(options.out)
    print(f"{len(motions)} clips drawn to {options.out}")


if __name__ == "__main__":
    main()
