"""``motion-studio demo``: clips from the procedural actions, without any network."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from core.motion_file import save_motion
from studio.cli.labels import match_label
from studio.cli.running import progress_bar


def demo(
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Folder for the clips; made if it is not there.")
    ],
    action: Annotated[
        list[str] | None,
        typer.Option("--action", "-a", help="An action; may be repeated.", show_default="all 13"),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same clips.")] = 0,
    samples: Annotated[int, typer.Option(min=1, max=10_000, help="Clips an action.")] = 1,
    frames: Annotated[
        int | None,
        typer.Option(min=2, max=3000, help="Length in frames.", show_default="each its own"),
    ] = None,
) -> None:
    """Write clips of the hand-keyed demo actions.

    They come from a procedural generator, not from recordings and not from a network; the demo
    model was trained on them.

    \b
    Examples:
      motion-studio demo --out demo_clips
      motion-studio demo --action salute --samples 5 --out demo_clips
    """
    from core.datasets import demo as actions

    labels = [match_label(text, actions.ACTIONS) for text in action or actions.ACTIONS]
    jobs = [(label, seed + number) for label in labels for number in range(samples)]
    with progress_bar("Writing") as progress:
        for number, (label, own_seed) in enumerate(jobs):
            progress.step(number / len(jobs), label)
            path = out / f"demo_{label.replace(' ', '_')}_seed{own_seed}.npz"
            save_motion(path, actions.generate(label, own_seed, num_frames=frames))
            print(path)
