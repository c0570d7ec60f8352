"""``motion-studio generate``: an action in, sampled clips out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from core.errors import ModelProblem
from core.motion_file import save_motion
from core.paths import RESOURCES
from studio.cli.labels import match_label
from studio.cli.running import check_writable, progress_bar

DEMO_MODEL = RESOURCES / "models" / "demo_actor.safetensors"


def generate(
    action: Annotated[
        str, typer.Option("--action", "-a", help="What to do, loosely: kick finds kicking.")
    ] = "",
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Folder for the clips; made if it is not there.")
    ] = Path(),
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same clips.")] = 0,
    frames: Annotated[int, typer.Option(min=2, max=300, help="Length of a clip in frames.")] = 60,
    samples: Annotated[int, typer.Option(min=1, max=10_000, help="How many clips.")] = 1,
    sigma: Annotated[
        float, typer.Option(min=0.0, help="Variation: 0 the typical clip, 1 as trained, 2 wild.")
    ] = 1.0,
    model: Annotated[
        Path | None,
        typer.Option(
            help="A checkpoint: .safetensors, or .pth.tar beside its opt.yaml.",
            show_default="the demo model",
        ),
    ] = None,
    list_actions: Annotated[
        bool, typer.Option("--list", help="List the model's actions and stop.")
    ] = False,
) -> None:
    """Sample new motions of an action from ACTOR.

    Writes <action>_seed<seed>_<n>.npz; clip n of a seed is the same however many are asked for.

    \b
    Examples:
      motion-studio generate --list
      motion-studio generate --action kick --seed 7 --frames 60 --samples 4 --out clips
      motion-studio generate --action "sit down" --sigma 0 --out clips
    """
    path = model or DEMO_MODEL
    if not path.exists():
        raise ModelProblem(
            f"The checkpoint {path.name} is not there.", f"Looked in {path.absolute().parent}."
        )
    from core.actor.checkpoint import load_checkpoint
    from core.actor.sampling import SampleRequest, sample

    checkpoint = load_checkpoint(path)
    if list_actions:
        print("\n".join(checkpoint.labels))
        return
    check_writable(out)
    label = match_label(action, checkpoint.labels)
    request = SampleRequest(label=label, num_frames=frames, count=samples, seed=seed, sigma=sigma)
    name = label.replace(" ", "_")
    with progress_bar(f"Sampling {label}") as progress:
        motions = sample(checkpoint, request, progress)
    for number, motion in enumerate(motions, start=1):
        clip = out / f"{name}_seed{seed}_{number}.npz"
        save_motion(clip, motion)
        print(clip)
