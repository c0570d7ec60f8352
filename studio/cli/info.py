"""``motion-studio info``: what a clip holds and how it was made."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from core.motion import Motion
from core.motion_file import load_motion
from studio.cli.running import clip_paths


def info(
    clips: Annotated[
        list[Path], typer.Argument(help="Clip files (npz), or folders of them.", show_default=False)
    ],
) -> None:
    """Say what a clip holds and how it was made.

    \b
    Example:
      motion-studio info clips/kicking_seed7_1.npz
    """
    for path in clip_paths(clips):
        print("\n".join([str(path), *(f"  {line}" for line in _lines(load_motion(path)))]))


def _lines(motion: Motion) -> list[str]:
    travelled = np.linalg.norm(np.diff(motion.trans[:, [0, 2]], axis=0), axis=1).sum()
    lines = [
        f"{motion.num_frames} frames at {motion.fps:g} fps, {motion.duration:.2f} s",
        f"travels {travelled:.2f} m over the ground, body {motion.body_id}",
    ]
    if motion.confidence is not None:
        lines.append(f"mean confidence {motion.confidence.mean():.2f}")
    if motion.inferred:
        lines.append(f"{len(motion.inferred)} frames bridged, not observed")
    for field in dataclasses.fields(motion.provenance):
        value = getattr(motion.provenance, field.name)
        if value not in (None, ""):
            text = f"{len(value)} numbers" if field.name == "latent" else str(value)
            lines.append(f"{field.name.replace('_', ' ')}: {text}")
    return lines
